import { Migrator, type Kysely } from 'kysely'
import type { Tables } from './database.js'
import { MIGRATIONS } from './migrations/index.js'

/**
 * Brings a database to the schema of this version.
 * @param schema in which the tables are, where a database has several: in another there may be those of another deployment.
 * @throws Error when a step fails, or the database belongs to a newer version.
 */
export async function migrate(db: Kysely<Tables>, schema?: string): Promise<void> {
  const provider = { getMigrations: async () => MIGRATIONS }
  const { error } = await new Migrator({ db, provider, ...(schema !== undefined && { migrationTableSchema: schema }) }).migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error('The schema of the store could not be brought up to date.')
}

import { Migrator, type Kysely } from 'kysely'
import type { Tables } from './database.js'
import { MIGRATIONS } from './migrations/index.js'

/**
 * Brings a database to the schema of this version.
 * @throws Error when a step fails, or the database belongs to a newer version.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } }).migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error('The schema of the store could not be brought up to date.')
}

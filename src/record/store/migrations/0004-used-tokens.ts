import type { Kysely } from 'kysely'

/** Tokens that were used, until they expire. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('used_token')
    .ifNotExists()
    .addColumn('token', 'text', column => column.primaryKey())
    .addColumn('expires', 'bigint', column => column.notNull())
    .execute()
  await db.schema.createIndex('used_token_by_expires').ifNotExists().on('used_token').column('expires').execute()
}

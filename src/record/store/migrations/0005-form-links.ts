import type { Kysely } from 'kysely'

/** Links to forms, with answers that only their makers can read. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('form_link')
    .ifNotExists()
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('collector', 'text', column => column.notNull())
    .addColumn('expires', 'bigint', column => column.notNull())
    .addColumn('sealed', 'text')
    .execute()
  await db.schema.createIndex('form_link_by_expires').ifNotExists().on('form_link').column('expires').execute()
}

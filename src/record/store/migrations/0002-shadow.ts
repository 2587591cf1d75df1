import { sql, type Kysely } from 'kysely'

/** Of each card, whether its client was answered without it. Not every database can add a column that may be there, so it is looked for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const tables = await db.introspection.getTables()
  if (tables.find(({ name }) => name === 'card')?.columns.some(({ name }) => name === 'shadow')) return
  await db.schema
    .alterTable('card')
    .addColumn('shadow', 'integer', column => column.notNull().defaultTo(sql`0`))
    .execute()
}

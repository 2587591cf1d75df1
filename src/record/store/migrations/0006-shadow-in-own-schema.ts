import { sql, type Kysely, type TableMetadata } from 'kysely'

/** Of each card, whether its client was answered without it, where an earlier step took the table of another schema for ours and left it out. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const tables = await ownTables(db)
  if (tables.find(({ name }) => name === 'card')?.columns.some(({ name }) => name === 'shadow')) return
  await db.schema
    .alterTable('card')
    .addColumn('shadow', 'integer', column => column.notNull().defaultTo(sql`0`))
    .execute()
}

/** The tables of the schema in which ours are made; a database in a file has no schemas. */
async function ownTables(db: Kysely<unknown>): Promise<readonly TableMetadata[]> {
  const tables = await db.introspection.getTables()
  if (tables.every(({ schema }) => schema === undefined)) return tables
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db)
  return tables.filter(({ schema }) => schema === rows[0]?.name)
}

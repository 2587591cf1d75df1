import type { Kysely } from 'kysely'

/** What came of the calls of whole weeks, counted once, so that a report need not go through the calls. Half of it may be there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('week_counted')
    .ifNotExists()
    .addColumn('week', 'text', column => column.primaryKey())
    .addColumn('from_at', 'bigint', column => column.notNull())
    .addColumn('to_at', 'bigint', column => column.notNull())
    .addColumn('standing', 'text', column => column.notNull())
    .addColumn('is_counted', 'integer', column => column.notNull())
    .execute()
  for (const [table, name, counts] of [
    ['week_point', 'point', ['shown', 'accepted', 'overridden', 'ignored']],
    ['week_reason', 'reason', ['cards']],
    ['week_service', 'service', ['calls', 'aborted', 'refused', 'undecided']],
  ] as const) {
    let creating = db.schema
      .createTable(table)
      .ifNotExists()
      .addColumn('week', 'text', column => column.notNull())
      .addColumn('client', 'text', column => column.notNull())
      .addColumn(name, 'text', column => column.notNull())
    for (const count of counts) creating = creating.addColumn(count, 'integer', column => column.notNull())
    if (table === 'week_service') creating = creating.addColumn('took', 'text', column => column.notNull())
    await creating.addPrimaryKeyConstraint(`${table}_primary_key`, ['week', 'client', name]).execute()
  }
}

import type { Kysely } from 'kysely'

/** What was asked of the service by whom for whom, and the cards of each call, shown or held back. Half of it may be there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('call')
    .ifNotExists()
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('request', 'text', column => column.notNull())
    .addColumn('operation', 'text', column => column.notNull())
    .addColumn('at', 'bigint', column => column.notNull())
    .addColumn('ms', 'integer', column => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('code', 'text')
    .addColumn('client', 'text', column => column.notNull())
    .addColumn('fhir_server', 'text')
    .addColumn('service', 'text')
    .addColumn('hook', 'text')
    .addColumn('hook_instance', 'text')
    .addColumn('patient_key', 'text')
    .addColumn('user_key', 'text')
    .addColumn('user_type', 'text')
    .addColumn('key_id', 'text', column => column.notNull())
    .addColumn('knowledge', 'text', column => column.notNull())
    .addColumn('not_read', 'text', column => column.notNull())
    .addColumn('cards', 'integer')
    .addColumn('undecided', 'integer')
    .addColumn('shadow', 'integer', column => column.notNull())
    .execute()
  await db.schema
    .createTable('call_card')
    .ifNotExists()
    .addColumn('call', 'text', column => column.notNull())
    .addColumn('place', 'integer', column => column.notNull())
    .addColumn('at', 'bigint', column => column.notNull())
    .addColumn('uuid', 'text', column => column.notNull())
    .addColumn('client', 'text', column => column.notNull())
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('plan', 'text', column => column.notNull())
    .addColumn('action', 'text', column => column.notNull())
    .addColumn('point', 'text', column => column.notNull())
    .addColumn('points', 'text', column => column.notNull())
    .addColumn('topic', 'text')
    .addColumn('indicator', 'text', column => column.notNull())
    .addColumn('suggestions', 'text', column => column.notNull())
    .addColumn('held_back', 'text')
    .addPrimaryKeyConstraint('call_card_primary_key', ['call', 'place'])
    .execute()
  for (const [table, ...columns] of [
    ['call', 'at', 'id'],
    ['call', 'patient_key', 'at'],
    ['call', 'user_key', 'at'],
    ['call_card', 'uuid'],
    ['call_card', 'at'],
  ] as const)
    await db.schema
      .createIndex(`${table}_by_${columns.join('_')}`)
      .ifNotExists()
      .on(table)
      .columns([...columns])
      .execute()
}

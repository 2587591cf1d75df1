import type { Kysely } from 'kysely'

/** Reports on cards, what clinicians wrote to them, the cards themselves, and what readers were told. Half of it may be there: not every database does all of it or nothing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('feedback')
    .ifNotExists()
    .addColumn('identity', 'text', column => column.primaryKey())
    .addColumn('client', 'text', column => column.notNull())
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('card', 'text', column => column.notNull())
    .addColumn('outcome', 'text', column => column.notNull())
    .addColumn('happened', 'bigint')
    .addColumn('reason_system', 'text')
    .addColumn('reason_code', 'text')
    .addColumn('has_comment', 'integer', column => column.notNull())
    .addColumn('suggestions', 'text', column => column.notNull())
    .addColumn('received', 'bigint', column => column.notNull())
    .addColumn('place', 'bigint', column => column.notNull())
    .execute()
  await db.schema
    .createTable('feedback_comment')
    .ifNotExists()
    .addColumn('identity', 'text', column => column.primaryKey())
    .addColumn('comment', 'text', column => column.notNull())
    .addColumn('received', 'bigint', column => column.notNull())
    .execute()
  await db.schema
    .createTable('card')
    .ifNotExists()
    .addColumn('uuid', 'text', column => column.notNull())
    .addColumn('client', 'text', column => column.notNull())
    .addColumn('service', 'text', column => column.notNull())
    .addColumn('patient_key', 'text', column => column.notNull())
    .addColumn('key_id', 'text', column => column.notNull())
    .addColumn('point', 'text', column => column.notNull())
    .addColumn('indicator', 'text', column => column.notNull())
    .addColumn('encounter', 'text')
    .addColumn('knowledge', 'text', column => column.notNull())
    .addColumn('answered', 'bigint', column => column.notNull())
    .addPrimaryKeyConstraint('card_primary_key', ['uuid', 'client', 'service', 'patient_key'])
    .execute()
  await db.schema
    .createTable('told')
    .ifNotExists()
    .addColumn('reader_key', 'text', column => column.notNull())
    .addColumn('card_key', 'text', column => column.notNull())
    .addColumn('says_key', 'text', column => column.notNull())
    .addColumn('patient_key', 'text', column => column.notNull())
    .addColumn('key_id', 'text', column => column.notNull())
    .addColumn('day', 'text', column => column.notNull())
    .addColumn('told', 'bigint', column => column.notNull())
    .addPrimaryKeyConstraint('told_primary_key', ['reader_key', 'card_key'])
    .execute()
  await db.schema
    .createTable('writable')
    .ifNotExists()
    .addColumn('only', 'integer', column => column.primaryKey())
    .addColumn('looked', 'bigint', column => column.notNull())
    .execute()
  for (const [table, ...columns] of [
    ['feedback', 'card'],
    ['feedback', 'received'],
    ['feedback_comment', 'received'],
    ['card', 'patient_key'],
    ['card', 'answered'],
    ['told', 'patient_key'],
    ['told', 'told'],
  ] as const)
    await db.schema
      .createIndex(`${table}_by_${columns.join('_')}`)
      .ifNotExists()
      .on(table)
      .columns([...columns])
      .execute()
}

import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './database.js'
import { inParts } from './in-parts.js'
import type { CallCardRow, CallRow, Calls, CallsAsked, CallsWithCards } from './rows.js'

/** Keeps calls with their cards; one that is sent again is kept once. */
export async function insertCalls(transaction: Transaction<Tables>, { calls, cards }: Calls): Promise<void> {
  for (const rows of inParts(calls))
    await transaction
      .insertInto('call')
      .values(rows)
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute()
  for (const rows of inParts(cards))
    await transaction
      .insertInto('call_card')
      .values(rows)
      .onConflict(conflict => conflict.columns(['call', 'place']).doNothing())
      .execute()
}

/** The calls that come after one and before an instant, the oldest first. */
export const nextCalls = (db: Kysely<Tables>, { after, to, most }: Pick<CallsAsked, 'after' | 'to' | 'most'>) =>
  db
    .selectFrom('call')
    .where('at', '>=', after.at)
    .where('at', '<', to)
    .where(row => row.or([row('at', '>', after.at), row('id', '>', after.id)]))
    .orderBy('at')
    .orderBy('id')
    .limit(most)

/** Calls with their cards, the oldest first. */
export async function callsAfter(db: Kysely<Tables>, { patientKey, userKey, ...asked }: CallsAsked): Promise<CallsWithCards> {
  const calls = await nextCalls(db, asked)
    .$if(patientKey !== undefined, query => query.where('patient_key', '=', patientKey ?? ''))
    .$if(userKey !== undefined, query => query.where('user_key', '=', userKey ?? ''))
    .selectAll()
    .execute()
  return withCards(db, calls)
}

/** The calls in which a card came or was held back, with all their cards. */
export async function callsOfCard(db: Kysely<Tables>, uuid: string): Promise<CallsWithCards> {
  const ids = db.selectFrom('call_card').where('uuid', '=', uuid).select('call')
  return withCards(db, await db.selectFrom('call').where('id', 'in', ids).orderBy('at').selectAll().execute())
}

/** Adds their cards to some calls. */
export async function withCards(db: Kysely<Tables>, calls: readonly CallRow[]): Promise<CallsWithCards> {
  const callCards: CallCardRow[] = []
  for (const some of inParts(calls))
    callCards.push(
      ...(await db
        .selectFrom('call_card')
        .where(
          'call',
          'in',
          some.map(({ id }) => id),
        )
        .orderBy('call')
        .orderBy('place')
        .selectAll()
        .execute()),
    )
  return { calls, callCards }
}

/**
 * Makes the calls of a patient calls about nobody: that somebody used the service is kept as long as the site has to, but no
 * longer for whom, nor what came of it.
 * @returns how many rows were deleted or changed.
 */
export async function eraseCalls(transaction: Transaction<Tables>, patientKey: string): Promise<number> {
  const ids = transaction.selectFrom('call').where('patient_key', '=', patientKey).select('id')
  const { numDeletedRows } = await transaction.deleteFrom('call_card').where('call', 'in', ids).executeTakeFirst()
  const { numUpdatedRows } = await transaction
    .updateTable('call')
    .where('patient_key', '=', patientKey)
    .set({ patient_key: null, hook_instance: null, not_read: '[]', cards: null, undecided: null })
    .executeTakeFirst()
  return Number(numDeletedRows) + Number(numUpdatedRows)
}

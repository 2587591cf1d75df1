import { sql, type Kysely, type QueryCreator } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Queries, Tables } from './database.js'
import type { StoreAnswer, TokenRow } from './rows.js'
import type { Writer } from './writer.js'

/** Gives back the token where it is new, or is used anew long after it had expired; nothing where it is used. */
const use = (db: QueryCreator<Tables>, { token, expires, came }: TokenRow & { came: number }) =>
  db
    .insertInto('used_token')
    .values({ token, expires })
    .onConflict(conflict => conflict.column('token').doUpdateSet({ expires }).where('used_token.expires', '<', came))
    .returning('used_token.token')

/** Answers with one statement after the other, where a statement costs little. */
export const answerInSteps =
  (writer: Writer) =>
  async ({ token, overrides, told }: Queries): Promise<StoreAnswer> => {
    const isTokenNew = !token || (await writer.write(async transaction => (await use(transaction, token).execute()).length > 0, false))
    if (!isTokenNew) return NOTHING_TOLD
    return { isTokenNew, overrides: (await overrides?.execute()) ?? [], told: (await told?.execute()) ?? [] }
  }

const NOTHING_TOLD: StoreAnswer = { isTokenNew: false, overrides: [], told: [] }

const NOTHING = sql<never[]>`'[]'::json`

/** Answers with one statement of PostgreSQL, which does not wait for the disk: a token is of use for minutes. */
export async function answerInOneStatement(db: Kysely<Tables>, { token, overrides, told }: Queries): Promise<StoreAnswer> {
  const asking = token ? db.with('fresh', creator => use(creator, token)) : db
  const isTokenNew = token ? sql<boolean>`exists (select from fresh)` : sql<boolean>`true`
  const answer: StoreAnswer = await asking
    .selectNoFrom([
      ...(token ? [sql`set_config('synchronous_commit', 'off', true)`.as('not_for_good')] : []),
      isTokenNew.as('isTokenNew'),
      (overrides ? jsonArrayFrom(overrides) : NOTHING).as('overrides'),
      (told ? jsonArrayFrom(told) : NOTHING).as('told'),
    ])
    .executeTakeFirstOrThrow()
  return answer.isTokenNew ? answer : NOTHING_TOLD
}

import { sql, type Kysely, type QueryCreator } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Queries, Tables } from './database.js'
import type { StoreAnswer, StoreQuestion, TokenRow } from './rows.js'
import type { Writer } from './writer.js'

/** Gives back the token where it is new, or is used anew long after it had expired; nothing where it is used. */
const use = (db: QueryCreator<Tables>, { token, expires, came }: TokenRow & { came: number }) =>
  db
    .insertInto('used_token')
    .values({ token, expires })
    .onConflict(conflict => conflict.column('token').doUpdateSet({ expires }).where('used_token.expires', '<', came))
    .returning('used_token.token')

const USED_BEFORE: StoreAnswer = { isTokenNew: false, overrides: [], told: [] }

/** Answers with one statement after the other, where a statement costs little. */
export async function answerInSteps(writer: Writer, { token, overrides, told }: Queries): Promise<StoreAnswer> {
  const isTokenNew = !token || (await writer.write(async transaction => (await use(transaction, token).execute()).length > 0, false))
  if (!isTokenNew) return USED_BEFORE
  return { isTokenNew, overrides: (await overrides?.execute()) ?? [], told: (await told?.execute()) ?? [] }
}

/** A statement that a server is told once, by a name, and then only given values for. */
export interface NamedStatement {
  name: string
  text: string
  valuesFor: (question: StoreQuestion) => unknown[]
}

/** Stands in a statement for a value of whatever question is asked. */
class Place {
  constructor(readonly valueIn: (question: StoreQuestion) => unknown) {}
}

const place = (value: (question: StoreQuestion) => unknown): never => new Place(value) as never

const PLACES: Required<StoreQuestion> = {
  token: {
    token: place(({ token }) => token?.token),
    expires: place(({ token }) => token?.expires),
    came: place(({ token }) => token?.came),
  },
  patient: { key: place(({ patient }) => patient?.key), client: place(({ patient }) => patient?.client) },
  reader: place(({ reader }) => reader),
}

/**
 * The statements of PostgreSQL by which questions are answered, each in one: made once for each set of things that a question asks, since
 * to make it, and to have the server find out how to answer it, takes several times as long as the answer.
 * @param queriesOf what is asked by a question.
 */
export function statementsFor(
  db: Kysely<Tables>,
  queriesOf: (question: StoreQuestion) => Queries,
): (question: StoreQuestion) => NamedStatement {
  const made = new Map<string, NamedStatement>()
  return question => {
    const asked = (['token', 'patient', 'reader'] as const).filter(part => question[part] !== undefined)
    const name = ['recall', ...asked].join('_')
    const statement = made.get(name) ?? statementOf(name, db, queriesOf(Object.fromEntries(asked.map(part => [part, PLACES[part]]))))
    made.set(name, statement)
    return statement
  }
}

const NOTHING = sql<never[]>`'[]'::json`

/** It does not wait for the disk: a token is of use for minutes. */
function statementOf(name: string, db: Kysely<Tables>, { token, overrides, told }: Queries): NamedStatement {
  const asking = token ? db.with('fresh', creator => use(creator, token)) : db
  const { sql: text, parameters } = asking
    .selectNoFrom([
      ...(token ? [sql`set_config('synchronous_commit', 'off', true)`.as('not_for_good')] : []),
      (token ? sql<boolean>`exists (select from fresh)` : sql<boolean>`true`).as('isTokenNew'),
      (overrides ? jsonArrayFrom(overrides) : NOTHING).as('overrides'),
      (told ? jsonArrayFrom(told) : NOTHING).as('told'),
    ])
    .compile()
  return { name, text, valuesFor: question => parameters.map(value => (value instanceof Place ? value.valueIn(question) : value)) }
}

/** What the one row says that such a statement gives. */
export const answerIn = ([row]: readonly StoreAnswer[]): StoreAnswer =>
  row?.isTokenNew === true ? { isTokenNew: true, overrides: row.overrides, told: row.told } : USED_BEFORE

import { defined } from '../plain-values/defined.js'
import { COMMENT } from './answer-limits.js'
import type { Override, Question, Recalled, ShownOn } from './port.js'
import type { RecordKeys } from './record-keys.js'
import type { OverrideRow, StoreAnswer, StoreQuestion, Told } from './store/rows.js'

/** A question as a store is asked it, by its own names of people and tokens. */
export const questionTo = (keys: RecordKeys, { patient, reader, token }: Question): StoreQuestion =>
  defined({
    patient: patient && { key: keys.patient(patient), client: patient.sender ?? '' },
    reader: reader && keys.reader(reader),
    token: token && {
      token: keys.token(token.client, token.jti),
      expires: Math.ceil(token.expires * 1_000),
      came: Math.floor(token.came * 1_000),
    },
  })

/** What a store answered to a question. */
export const recalledFrom = (keys: RecordKeys, { reader = '' }: StoreQuestion, { isTokenNew, overrides, told }: StoreAnswer): Recalled => ({
  isTokenNew,
  overrides: overridesIn(overrides, keys),
  shownOn: shownOnIn(told, reader, keys),
})

/** When a reader was shown what a card says, from what the store holds of that reader. */
function shownOnIn(rows: readonly Told[], readerKey: string, keys: RecordKeys): ShownOn {
  const told = new Map(rows.map(row => [row.card_key, row] as const))
  return saying => {
    const cardKey = keys.card(readerKey, saying)
    const last = told.get(cardKey)
    return last?.says_key === keys.says(cardKey, saying) ? last.day : undefined
  }
}

/** One answer a card, service and outcome: of several reports the first counts, with the first reason that any of them gave. */
function overridesIn(rows: readonly OverrideRow[], keys: RecordKeys): Override[] {
  const byCard = new Map<string, Override>()
  for (const row of rows) {
    const key = `${row.service} ${row.card} ${row.outcome}`
    const known = byCard.get(key)
    const reason = row.reason_code ?? (row.has_comment === 1 ? COMMENT : undefined)
    if (known) known.reason ??= reason
    else byCard.set(key, overrideIn(row, reason, keys))
  }
  return [...byCard.values()].map(({ reason, ...override }) => ({ ...override, ...defined({ reason }) }))
}

function overrideIn(
  { service, point, outcome, happened, received, encounter }: OverrideRow,
  reason: string | undefined,
  keys: RecordKeys,
): Override {
  return {
    service,
    point,
    outcome: outcome === 'accepted' ? 'accepted' : 'overridden',
    // A clock that runs ahead must not silence episodes to come.
    at: new Date(Math.min(happened, received)).toISOString(),
    ...defined({ reason, encounter: encounter === null ? undefined : keys.unseal(encounter) }),
  }
}

import type { Card } from '../cds-hooks/types.js'
import { identityOf } from './feedback-record.js'
import type { AnsweredCall, FeedbackEntry, ShownToReader } from './port.js'
import type { RecordKeys } from './record-keys.js'
import { storable } from './storable.js'
import type { CardRow, FeedbackRow, Reports, ToldRow } from './store/rows.js'

/** Makes the rows in which a store keeps what calls were answered, what readers were told, and reports. */
export interface RecordRows {
  cards: (call: AnsweredCall) => CardRow[]
  told: (toReader: ShownToReader) => ToldRow[]
  reports: (entries: readonly FeedbackEntry[]) => Reports
}

/**
 * @param decisionPoints extension of a card that names its decision points.
 * @param now epoch ms.
 */
export function createRecordRows(keys: RecordKeys, decisionPoints: string, now: () => number): RecordRows {
  let place = 0

  const cardRow = (
    { service, encounter, sender = '', isInShadow, knowledge = '', ...whose }: AnsweredCall,
    card: Card,
    sealed: string | null,
  ): CardRow => ({
    uuid: card.uuid.toLowerCase(),
    client: sender,
    service,
    patient_key: keys.patient(whose),
    key_id: keys.keyId,
    point: pointOf(card, decisionPoints),
    indicator: card.indicator,
    encounter: sealed,
    knowledge,
    shadow: isInShadow ? 1 : 0,
    answered: now(),
  })

  const toldRows = ({ sayings, day, ...reader }: ShownToReader): ToldRow[] => {
    const readerKey = keys.reader(reader)
    return sayings.map(saying => {
      const cardKey = keys.card(readerKey, saying)
      return {
        reader_key: readerKey,
        card_key: cardKey,
        says_key: keys.says(cardKey, saying),
        patient_key: keys.patient(reader),
        key_id: keys.keyId,
        day,
        told: now(),
      }
    })
  }

  const feedbackRow = ({ service, receivedAt, feedback, sender = '' }: FeedbackEntry): FeedbackRow => {
    const { card, outcome, outcomeTimestamp, overrideReason: { reason, userComment } = {}, acceptedSuggestions = [] } = feedback
    const happened = Date.parse(outcomeTimestamp)
    return {
      identity: keys.report(JSON.stringify([sender, identityOf({ service, receivedAt, feedback })])),
      client: sender,
      service,
      card: card.toLowerCase(),
      outcome,
      happened: Number.isNaN(happened) ? null : happened,
      reason_system: storable(reason?.system),
      reason_code: storable(reason?.code),
      has_comment: userComment === undefined ? 0 : 1,
      suggestions: JSON.stringify(acceptedSuggestions.map(({ id }) => id)),
      received: Date.parse(receivedAt),
      place: (place += 1),
    }
  }

  const reportsOf = (entries: readonly FeedbackEntry[]): Reports => {
    const feedback = entries.map(feedbackRow)
    const comments = entries.flatMap(({ feedback: { overrideReason } }, index) => {
      const row = feedback[index]
      const comment = storable(overrideReason?.userComment)
      return row && comment !== null ? [{ identity: row.identity, comment, received: row.received }] : []
    })
    return { feedback, comments }
  }

  return {
    cards(call) {
      const encounter = call.encounter === undefined ? null : keys.seal(call.encounter)
      return call.cards.map(card => cardRow(call, card, encounter))
    },
    told: toldRows,
    reports: reportsOf,
  }
}

/** The decision point that leads a card; empty where it has none. */
function pointOf({ extension }: Card, decisionPoints: string): string {
  const points: unknown = extension?.[decisionPoints]
  return Array.isArray(points) && typeof points[0] === 'string' ? points[0] : ''
}

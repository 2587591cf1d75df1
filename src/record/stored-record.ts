import { defined } from '../plain-values/defined.js'
import type { Card } from '../cds-hooks/types.js'
import { callRows } from './call-rows.js'
import { identityOf } from './feedback-record.js'
import { createAuditQueue } from './audit-queue.js'
import { createNoteQueue } from './note-queue.js'
import type { AnsweredCall, FeedbackEntry, ForgottenFor, Override, Question, ShownOn, ShownToReader, WatchedRecord } from './port.js'
import type { RecordKeys } from './record-keys.js'
import type { StoreThread } from './store-thread.js'
import type { CardRow, FeedbackRow, OverrideRow, Reports, StoreQuestion, Told, ToldRow } from './store/rows.js'

/** Milliseconds within which reports must be kept; with those for the look at their cards, one second. */
const KEPT_WITHIN_MS = 700
const LOOKED_UP_WITHIN_MS = 300

/** Milliseconds within which something must be read; a call has still less. */
const READ_WITHIN_MS = 250

/** Milliseconds within which a week must be tallied. */
const TALLIED_WITHIN_MS = 5_000

/** Milliseconds in which what waits is still written when the process ends. */
const CLOSED_WITHIN_MS = 2_000

/** How long rows are kept. */
export interface Retention {
  /** Days, of reports, cards and what readers were told. */
  days: number
  /** Days, of what clinicians wrote. */
  commentDays: number
}

export interface StoredRecordOptions {
  thread: StoreThread
  keys: RecordKeys
  retention: Retention
  /** Extension of a card that names its decision points. */
  decisionPoints: string
  /** Epoch ms. */
  now: () => number
}

const DAY = 86_400_000
const MINUTE = 60_000

/** A record that outlives the process, in a store that replicas may share. */
export function createStoredRecord({ thread, keys, retention, decisionPoints, now }: StoredRecordOptions): WatchedRecord {
  let forgotten: (why: ForgottenFor) => void = () => undefined
  const queue = createNoteQueue(
    async notes => {
      for (let mixedUp = await thread.ask('note', KEPT_WITHIN_MS, notes); mixedUp > 0; mixedUp -= 1) forgotten('two-patients')
    },
    () => forgotten('store'),
  )
  // Of its own, so that what is learnt of never gives way to what only auditors read.
  const audit = createAuditQueue(
    calls => thread.ask('keepCalls', KEPT_WITHIN_MS, calls),
    () => forgotten('audit'),
  )
  const tidying = [setInterval(() => void tidy(), DAY), setInterval(() => void forgetTokens(), MINUTE)].map(timer => timer.unref())
  /** Whether tokens were kept that may have expired since. */
  let hasTokens = true
  let place = 0

  async function tidy(): Promise<void> {
    const before = (days: number) => now() - days * DAY
    await thread.ask('expire', DAY, { rows: before(retention.days), comments: before(retention.commentDays) }).catch(() => undefined)
  }
  void thread.triedToOpen.then(tidy)

  /** Of the clock that runs, as whoever lets tokens in. */
  async function forgetTokens(): Promise<void> {
    if (!hasTokens) return
    hasTokens = false
    await thread.ask('forgetTokens', MINUTE, Date.now()).catch(() => (hasTokens = true))
  }

  const askedOf = ({ patient, reader, token }: Question): StoreQuestion =>
    defined({
      patient: patient && { key: keys.patient(patient), client: patient.sender ?? '' },
      reader: reader && keys.reader(reader),
      token: token && {
        token: keys.token(token.client, token.jti),
        expires: Math.ceil(token.expires * 1_000),
        came: Math.floor(token.came * 1_000),
      },
    })

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
    async recall(question) {
      await queue.flush()
      if (question.token) hasTokens = true
      const asked = askedOf(question)
      const { isTokenNew, overrides, told } = await thread.ask('recall', READ_WITHIN_MS, asked)
      return { isTokenNew, overrides: overridesIn(overrides, keys), shownOn: shownOnIn(told, asked.reader ?? '', keys) }
    },
    async answered(call) {
      if (call.cards.length === 0) return
      const encounter = call.encounter === undefined ? null : keys.seal(call.encounter)
      await queue.add({ cards: call.cards.map(card => cardRow(call, card, encounter)), told: [] })
    },
    shown: toReader => queue.add({ cards: [], told: toldRows(toReader) }),
    asked: async call => audit.add(callRows(call, keys)),
    async tally(span) {
      await audit.flush()
      return thread.ask('tally', TALLIED_WITHIN_MS, span)
    },
    async ofOtherServices(cards, service, sender = '') {
      await queue.flush()
      const known = await thread.ask('cardsNamed', LOOKED_UP_WITHIN_MS, [...new Set(cards.map(card => card.toLowerCase()))], sender)
      const ours = new Set(known.filter(each => each.service === service).map(({ uuid }) => uuid))
      return new Set(known.map(({ uuid }) => uuid).filter(uuid => !ours.has(uuid)))
    },
    async feedback(entries) {
      // What was answered before is then as safe as they are: a database server that is killed loses the newest notes.
      await queue.flush()
      if (entries.length > 0) await thread.ask('keepReports', KEPT_WITHIN_MS, reportsOf(entries))
    },
    bytes: { waiting: queue.bytes, audit: audit.bytes },
    onForgotten(listener) {
      forgotten = listener
    },
    fault: thread.fault,
    restarts: thread.restarts,
    async close() {
      tidying.forEach(clearInterval)
      await queue.flush()
      await audit.close()
      await thread.close(CLOSED_WITHIN_MS)
    },
  }
}

/** The decision point that leads a card; empty where it has none. */
function pointOf({ extension }: Card, decisionPoints: string): string {
  const points: unknown = extension?.[decisionPoints]
  return Array.isArray(points) && typeof points[0] === 'string' ? points[0] : ''
}

/** A text that every database takes: none of them keeps U+0000 as it is. */
const storable = (text: string | undefined): string | null => text?.replaceAll('\0', '\u{FFFD}') ?? null

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

/** In place of a code where only words were given. */
const COMMENT = 'comment'

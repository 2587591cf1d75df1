import { createAuditQueue } from './audit-queue.js'
import { callRows } from './call-rows.js'
import { createNoteQueue } from './note-queue.js'
import type { ForgottenFor, WatchedRecord } from './port.js'
import { questionTo, recalledFrom } from './recalled.js'
import type { RecordKeys } from './record-keys.js'
import { createRecordRows } from './record-rows.js'
import type { StoreThread } from './store-thread.js'
import { keepTidy, type Retention } from './tidying.js'

const DAY_MS = 86_400_000

/** Milliseconds within which reports must be kept; with those for the look at their cards, one second. */
const KEPT_WITHIN_MS = 700
const LOOKED_UP_WITHIN_MS = 300

/** Milliseconds within which something must be read; a call has still less. */
const READ_WITHIN_MS = 250

/** Milliseconds within which calls must be tallied: it takes its time, since others who ask go before. */
const TALLIED_WITHIN_MS = 60_000

/** Milliseconds within which a week must be counted, for the same reason; and within which what was counted is read, which is little. */
const COUNTED_WITHIN_MS = 600_000
const COUNTS_READ_WITHIN_MS = 20_000

/** Milliseconds in which what waits is still written when the process ends. */
const CLOSED_WITHIN_MS = 2_000

export interface StoredRecordOptions {
  thread: StoreThread
  keys: RecordKeys
  retention: Retention
  /** Extension of a card that names its decision points. */
  decisionPoints: string
  /** Epoch ms. */
  now: () => number
}

/** A record that outlives the process, in a store that replicas may share. */
export function createStoredRecord({ thread, keys, retention, decisionPoints, now }: StoredRecordOptions): WatchedRecord {
  const rows = createRecordRows(keys, decisionPoints, now)
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
  const tidying = keepTidy(thread, retention, now)

  return {
    async recall(question) {
      await queue.flush()
      if (question.token) tidying.noteToken()
      const asked = questionTo(keys, question)
      return recalledFrom(keys, asked, await thread.ask('recall', READ_WITHIN_MS, asked))
    },
    async answered(call) {
      if (call.cards.length === 0) return
      await queue.add({ cards: rows.cards(call), told: [] })
    },
    shown: toReader => queue.add({ cards: [], told: rows.told(toReader) }),
    asked: async call => audit.add(callRows(call, keys)),
    async tally(span) {
      await audit.flush()
      return thread.ask('tally', TALLIED_WITHIN_MS, span)
    },
    weekly: {
      async count(weeks) {
        await audit.flush()
        // Of a week whose calls may be gone in part no more is found out.
        const kept = weeks.filter(({ from }) => from >= now() - retention.days * DAY_MS)
        for (const week of await thread.ask('uncounted', LOOKED_UP_WITHIN_MS, kept)) await thread.ask('countWeek', COUNTED_WITHIN_MS, week)
      },
      counts: asked => thread.ask('weekly', COUNTS_READ_WITHIN_MS, asked),
      cases: asked => thread.ask('cases', COUNTS_READ_WITHIN_MS, asked),
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
      if (entries.length > 0) await thread.ask('keepReports', KEPT_WITHIN_MS, rows.reports(entries))
    },
    links: {
      open: link => thread.ask('openLink', KEPT_WITHIN_MS, { ...link, sealed: null }),
      async find(id, now) {
        const found = await thread.ask('findLink', LOOKED_UP_WITHIN_MS, id, now)
        return found && { expires: found.expires, isAnswered: found.sealed !== null }
      },
      answer: (id, sealed, now) => thread.ask('answerLink', KEPT_WITHIN_MS, id, sealed, now),
      collect: (id, collector, now) => thread.ask('collectLink', LOOKED_UP_WITHIN_MS, id, collector, now),
      forget: (id, collector) => thread.ask('forgetLink', KEPT_WITHIN_MS, id, collector),
    },
    bytes: { waiting: queue.bytes, audit: audit.bytes },
    onForgotten(listener) {
      forgotten = listener
    },
    fault: thread.fault,
    restarts: thread.restarts,
    async close() {
      tidying.end()
      await queue.flush()
      await audit.close()
      await thread.close(CLOSED_WITHIN_MS)
    },
  }
}

import type { Feedback } from '../cds-hooks/types.js'
import { withoutEnd } from '../trust/without-end.js'

/** What a clinician did with a card, as the client reported it. */
export interface FeedbackEntry {
  service: string
  receivedAt: string
  feedback: Feedback
}

/** Where feedback is kept. */
export interface FeedbackRecord {
  /** Keeps entries in the order they came; an entry that is already kept is kept once. */
  save: (entries: readonly FeedbackEntry[]) => Promise<void>
  /** Entries of a service, oldest first. */
  list: (service: string) => Promise<readonly FeedbackEntry[]>
}

/** Most entries that are kept in memory; beyond that the oldest give way. */
const MOST_ENTRIES = 10_000

/** Keeps feedback in memory until the process ends. */
export function createMemoryFeedbackRecord(mostEntries = MOST_ENTRIES): FeedbackRecord {
  const entries = new Map<string, FeedbackEntry>()
  return {
    async save(added) {
      for (const entry of added) {
        const key = identityOf(entry)
        if (!entries.has(key)) entries.set(key, entry)
      }
      for (const key of entries.keys()) {
        if (entries.size <= mostEntries) break
        entries.delete(key)
      }
    },
    async list(service) {
      return [...entries.values()].filter(entry => entry.service === service)
    },
  }
}

/**
 * What makes two reports the same, however they are spelled: service, card, outcome, instant and details. Ids are in
 * lower case already.
 */
export function identityOf({ service, feedback: { card, outcome, acceptedSuggestions = [], overrideReason = {}, outcomeTimestamp } }: FeedbackEntry): string {
  const { reason, userComment } = overrideReason
  const suggestions = [...new Set(acceptedSuggestions.map(({ id }) => id))].sort()
  return JSON.stringify([service, card, outcome, instantOf(outcomeTimestamp), suggestions, reason?.system, reason?.code, userComment])
}

/** The instant of an RFC 3339 date-time with all digits of its fraction; its text where it is none, such as a leap second. */
function instantOf(timestamp: string): string {
  const [, date = '', fraction = '', zone = ''] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/i.exec(timestamp) ?? []
  const seconds = Date.parse(`${date}${zone}`.toUpperCase())
  return Number.isNaN(seconds) ? timestamp.toUpperCase() : `${seconds}.${withoutEnd(fraction, '0')}`
}

import type { Feedback } from '../cds-hooks/types.js'

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
      for (const entry of added) entries.set(JSON.stringify([entry.service, entry.feedback]), entry)
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

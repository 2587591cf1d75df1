import { createHash } from 'node:crypto'
import { withoutEnd } from '../plain-values/without-end.js'
import type { FeedbackEntry } from './port.js'

/** Where feedback is kept. */
export interface FeedbackRecord {
  /**
   * Keeps entries in the order they came; an entry that is already kept is kept once. What is kept is never given up
   * for something newer.
   * @throws Error when not all of them can be kept; then none that is new is.
   */
  save: (entries: readonly FeedbackEntry[]) => Promise<void>
  /** Bytes of memory that are taken up. */
  bytes: () => number
}

/**
 * Keeps feedback in memory until the process ends, as far as it has room.
 * @param mostBytes how many bytes it may take up.
 * @param entries where they are kept, oldest first, by what makes two reports the same; empty at first.
 */
export function createMemoryFeedbackRecord(mostBytes: number, entries = new Map<string, FeedbackEntry>()): FeedbackRecord {
  let bytes = 0
  return {
    async save(sent) {
      const added = new Map(sent.map(entry => [digestOf(entry), entry] as const).filter(([digest]) => !entries.has(digest)))
      const needed = [...added.values()].reduce((sum, entry) => sum + bytesOf(entry), 0)
      if (bytes + needed > mostBytes) throw new Error('The memory for feedback is full.')
      bytes += needed
      for (const [digest, entry] of added) entries.set(digest, entry)
    },
    bytes: () => bytes,
  }
}

/** Bytes of an entry in memory: its text as the engine may hold it, and the objects around it. */
const bytesOf = (entry: FeedbackEntry): number => 2 * JSON.stringify(entry).length + OVERHEAD

/** From what a heap was seen to grow by. */
const OVERHEAD = 500

/** An identity of one length, whatever an entry tells. */
const digestOf = (entry: FeedbackEntry): string => createHash('sha256').update(identityOf(entry)).digest('base64')

/**
 * What makes two reports the same, however they are spelled: client, service, card, outcome, instant and details. Ids are in
 * lower case already.
 */
export function identityOf({
  sender,
  service,
  feedback: { card, outcome, acceptedSuggestions = [], overrideReason = {}, outcomeTimestamp },
}: FeedbackEntry): string {
  const { reason, userComment } = overrideReason
  const suggestions = [...new Set(acceptedSuggestions.map(({ id }) => id))].sort()
  return JSON.stringify([
    sender,
    service,
    card,
    outcome,
    instantOf(outcomeTimestamp),
    suggestions,
    reason?.system,
    reason?.code,
    userComment,
  ])
}

/** The instant of an RFC 3339 date-time with all digits of its fraction; its text where it is none, such as a leap second. */
function instantOf(timestamp: string): string {
  const [, date = '', fraction = '', zone = ''] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/i.exec(timestamp) ?? []
  const seconds = Date.parse(`${date}${zone}`.toUpperCase())
  return Number.isNaN(seconds) ? timestamp.toUpperCase() : `${seconds}.${withoutEnd(fraction, '0')}`
}

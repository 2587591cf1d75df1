import type { FeedbackRecord } from './feedback-record.js'
import type { OverrideMemory } from './override-memory.js'
import type { WatchedRecord } from './port.js'

/** A record that ends with the process. */
export function createMemoryRecord(overrides: OverrideMemory, feedback: FeedbackRecord): WatchedRecord {
  return {
    overridesOf: async patient => overrides.overridesOf(patient),
    answered: async call => overrides.remember(call),
    ofOtherServices: async (cards, service) => new Set(cards.filter(card => overrides.isOfAnotherService(card, service))),
    async feedback(entries) {
      await feedback.save(entries)
      // Only after it was saved: a report that is lost must not silence anything.
      const noted = entries.map(({ service, feedback: report, receivedAt }) => overrides.note(service, [report], receivedAt))
      if (!noted.every(Boolean)) throw new Error('The memory for overridden cards is full.')
    },
    bytes: { overrides: overrides.bytes, feedback: feedback.bytes },
    onForgotten: overrides.onForgotten,
  }
}

import type { FeedbackRecord } from './feedback-record.js'
import { createMemoryFormLinks } from './form-links.js'
import type { OverrideMemory } from './override-memory.js'
import type { WatchedRecord } from './port.js'
import type { ShownMemory } from './shown-memory.js'

/** A record that ends with the process. */
export function createMemoryRecord(overrides: OverrideMemory, feedback: FeedbackRecord, shown: ShownMemory): WatchedRecord {
  return {
    recall: async ({ patient, reader }) => ({
      // Whoever let the token in remembers it as long as this record does.
      isTokenNew: true,
      overrides: patient ? overrides.overridesOf(patient) : [],
      shownOn: reader ? shown.shownTo(reader) : () => undefined,
    }),
    answered: async call => overrides.remember(call),
    shown: async toReader => shown.remember(toReader),
    ofOtherServices: async (cards, service, sender) => new Set(cards.filter(card => overrides.isOfAnotherService(card, service, sender))),
    async feedback(entries) {
      await feedback.save(entries)
      // Only after it was saved: a report that is lost must not silence anything.
      const noted = entries.map(({ service, feedback: report, receivedAt, sender }) =>
        overrides.note(service, [report], receivedAt, sender),
      )
      if (!noted.every(Boolean)) throw new Error('The memory for overridden cards is full.')
    },
    links: createMemoryFormLinks(),
    bytes: { overrides: overrides.bytes, feedback: feedback.bytes, shown: shown.bytes },
    onForgotten(listener) {
      overrides.onForgotten(listener)
      shown.onForgotten(listener)
    },
    fault: () => undefined,
    restarts: () => 0,
    close: async () => undefined,
  }
}

import type { CallEnvironment } from '../calls/environment.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { noFhirReader } from './memory-fhir-server.js'

/** Where readers of the answers would reach the pages: a card is measured with its link. */
const PUBLIC_URL = 'https://cds.example.org'

/** What somebody did with a card before. */
export type Override = Awaited<ReturnType<CallEnvironment['record']['recall']>>['overrides'][number]

/** What calls need that nobody waits for and that nothing is kept of: all the time they take, the knowledge's own settings, no FHIR server. */
export const atLeisure = ({ knowledge, settings }: LoadedKnowledge): Omit<CallEnvironment, 'now' | 'timeZone'> => ({
  knowledge,
  reader: noFhirReader,
  deadlineMs: 60_000,
  reading: { requests: 1_000, bytes: 1_000_000_000, atOnce: 10, optionalWaitMs: 60_000 },
  turns: { take: async () => undefined },
  readiness: { lastCall: new AbortController().signal },
  knowledgeSettings: Object.fromEntries(Object.entries(settings).map(([name, { default: usual }]) => [name, usual])),
  publicUrl: PUBLIC_URL,
  repeatInfoDays: 0,
  isReplayStrict: false,
  record: recordOf([]),
})

/** A record in which these cards were overridden before, and which keeps nothing. */
export const recordOf = (overrides: readonly Override[]): CallEnvironment['record'] => ({
  recall: async () => ({ isTokenNew: true, overrides, shownOn: () => undefined }),
  answered: async () => undefined,
  shown: async () => undefined,
  ofOtherServices: async () => new Set(),
  feedback: async () => undefined,
  bytes: {},
  onForgotten: () => undefined,
  fault: () => undefined,
  restarts: () => 0,
  close: async () => undefined,
})

import type { HookRequest } from '../cds-hooks/types.js'
import type { ScopeData } from '../engine/expression/scope.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import type { FhirReader } from '../patient-data/fhir-reader.js'
import type { ReadingLimits } from '../patient-data/reading-budget.js'
import type { WatchedRecord } from '../record/port.js'

/** What every call needs and no call changes. */
export interface CallEnvironment {
  knowledge: Knowledge
  reader: FhirReader
  now: () => Date
  timeZone: string
  /** Milliseconds that one call may take in all. */
  deadlineMs: number
  /** What one call may read of its client's FHIR server. */
  reading: ReadingLimits
  /** Gives each evaluation a turn of the event loop of its own. */
  turns: { take: () => Promise<void> }
  /** What the deployment chose, as knowledge reads it. */
  knowledgeSettings: NonNullable<ScopeData['settings']>
  /** Who calls, as far as anything is remembered for them; undefined where nobody can tell. */
  clientOf: (request: HookRequest) => string | undefined
  /** When calls can be waited for no longer, with the error that they are then answered with. */
  readiness: { readonly lastCall: AbortSignal }
  /** What is kept of calls, and of what users did with their cards. */
  record: WatchedRecord
  /** Figures for an operator; a call can do without. */
  metrics?: CallMetrics
}

/** What of a call is counted. */
export interface CallMetrics {
  /** Counts records that were left out since nobody can tell whose they are. */
  countOwnerless: (service: string, records: number) => void
  /** @param topic the card's family. */
  countCard: (service: string, indicator: string, topic: string) => void
  countUndecided: (plan: string, action: string, code: string) => void
}

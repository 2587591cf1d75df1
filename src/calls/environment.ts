import type { ScopeData } from '../engine/expression/scope.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import type { FhirReader } from '../patient-data/fhir-reader.js'
import type { ReadingLimits } from '../patient-data/reading-budget.js'
import type { NotedCall, WatchedRecord } from '../record/port.js'
import type { Tracing } from '../tracing/tracing.js'
import type { Caller } from '../trust/calling-client.js'

/** What every call needs and no call changes. */
export interface CallEnvironment {
  knowledge: Knowledge
  /** Digest of the files that the knowledge was read from, which cards and what is kept of them name; absent where nobody says. */
  digest?: string
  reader: FhirReader
  now: () => Date
  timeZone: string
  /** Milliseconds that one call may take in all. */
  deadlineMs: number
  /** That of calls, where this one may take longer: it holds the process for no longer at a stretch than they do. */
  callDeadlineMs?: number
  /** What one call may read of its client's FHIR server. */
  reading: ReadingLimits
  /** Gives each evaluation a turn of the event loop of its own; first whose headers came first. */
  turns: { take: (arrivedAt?: number) => Promise<void> }
  /** What the deployment chose, as knowledge reads it. */
  knowledgeSettings: NonNullable<ScopeData['settings']>
  /**
   * Days within which an info card does not say the same to the same user about the same patient again; 0 where it always
   * does, those of the knowledge where it is undefined.
   */
  repeatInfoDays?: number | undefined
  /** Address under which readers reach the pages of recommendations; cards link to none without it. */
  publicUrl?: string | undefined
  /** When calls can be waited for no longer, with the error that they are then answered with. */
  readiness: { readonly lastCall: AbortSignal }
  /** What is kept of calls, and of what users did with their cards. */
  record: Omit<WatchedRecord, 'links'>
  /** Whether nobody is answered whose token may have been used at another process, while the record cannot tell. */
  isReplayStrict: boolean
  /** Figures for an operator; a call can do without. */
  metrics?: CallMetrics
  /** Tells where the time of a call goes; absent where the deployment does not trace. */
  tracing?: Tracing | undefined
}

/** How a call came. */
export interface Arrival {
  /** `performance.now()` at which the headers of the call had come, from which on its time runs; now unless given. */
  arrivedAt?: number
  /** Who calls; nothing is remembered for nobody. */
  caller?: Caller | undefined
  /** Is told more of the call for auditors: what is worked out once it has ended, and only where it is kept. */
  noteCall?: (members: () => Partial<NotedCall>) => void
}

export type { NotedCall, Operation } from '../record/port.js'

/** What of a call is counted. */
export interface CallMetrics {
  /** Counts records that were left out since nobody can tell whose they are. */
  countOwnerless: (service: string, records: number) => void
  /** @param topic the card's family. */
  countCard: (service: string, indicator: string, topic: string) => void
  /** Counts a card that would have been answered, but for a client that a service works in the shadow of. */
  countShadowCard: (client: string, service: string, indicator: string, topic: string) => void
  /** Counts a card that stayed away since its reader was told the same before. */
  countAlreadyTold: (service: string, topic: string) => void
  /** Counts a recommendation that stayed away since a user answered it before. */
  countHeldBack: (service: string, topic: string) => void
  countUndecided: (plan: string, action: string, code: string) => void
  /** Counts a question to the record that went unanswered. */
  countUnremembered: () => void
  /** Counts a token that was good, or good as far as this process knows while the record does not answer. */
  countToken: (outcome: 'accepted' | 'unconfirmed') => void
}

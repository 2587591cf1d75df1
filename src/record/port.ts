import type { Card, CardNote, CardSaying, Feedback } from '../cds-hooks/types.js'
import type { UsedToken } from '../trust/seen-tokens.js'

/** A card that a user overrode or accepted: its headline, when, why, where and in which contact it was shown. */
export interface Override {
  /** Id of the service that answered the card. */
  service: string
  /** The headline decision point of the card. */
  point: string
  outcome: Feedback['outcome']
  at: string
  /** Code of the reason, or `comment` where only words were given. */
  reason?: string
  /** Id of the encounter of the call that brought the card. */
  encounter?: string
}

/** A patient, whose id means nothing beyond the client that gave it. */
export interface PatientOfClient {
  /** The registered client that calls: what is kept for it is used for no other. Absent where nobody is registered. */
  sender?: string
  client: string
  patient: string
}

/** The answer of a call, as far as it has to be remembered. */
export interface AnsweredCall extends PatientOfClient {
  /** Id of the service that answered. */
  service: string
  cards: readonly Card[]
  /** Digest of the knowledge that spoke, where it is known. */
  knowledge?: string
  /** Id of the call's encounter, if it has one. */
  encounter?: string
  /** Whether the client was answered without these cards, so that nobody saw them. */
  isInShadow?: true
}

/** A user who reads about a patient. */
export interface ReaderOfPatient extends PatientOfClient {
  /** `Type/id`, as the client gives it. */
  user: string
}

/** The cards that a reader was shown on one day. */
export interface ShownToReader extends ReaderOfPatient {
  sayings: readonly CardSaying[]
  /** Calendar day of the showing, `YYYY-MM-DD`. */
  day: string
  /** Earliest day that still matters; whatever was shown before it may be forgotten. */
  forgetBefore: string
}

/** Day on which a reader was shown what a card says; undefined where they were not, or where the card said something else since. */
export type ShownOn = (saying: CardSaying) => string | undefined

/** All that one request asks of the record, at once; what is absent is not asked. */
export interface Question {
  /** Whose overridden and accepted cards matter. */
  patient?: PatientOfClient
  /** Whose answer it is. */
  reader?: ReaderOfPatient
  /** The token by which it came. It counts as used from then on. */
  token?: UsedToken
}

/** What the record knows of it. */
export interface Recalled {
  /** Whether no process that keeps its record here was asked about the token before. */
  isTokenNew: boolean
  /** Cards that the patient's users overrode or accepted, oldest first. */
  overrides: readonly Override[]
  /** What the reader was shown about the patient. The day is the one that `shown` last gave for a card that says the same. */
  shownOn: ShownOn
}

/** What a clinician did with a card, as the client reported it. */
export interface FeedbackEntry {
  /** The registered client that reported. Absent where nobody is registered. */
  sender?: string
  service: string
  receivedAt: string
  feedback: Feedback
}

/** What can be asked of the service about a patient. */
export type Operation = 'call' | 'explain' | 'questions' | 'apply' | 'feedback'

/** Something that was asked of the service by a client that was let in, and what came of it: what an auditor looks for. */
export interface NotedCall {
  operation: Operation
  /** The id of the request in the log. */
  requestId: string
  /** Epoch ms at which it came, and milliseconds until it was answered or its client had gone. */
  at: number
  ms: number
  /** HTTP status of the answer; absent where the client went away before it had one. */
  status?: number
  /** Stable code of the error that it was refused with. */
  code?: string
  /** The registered client that asked. Absent where nobody is registered. */
  sender?: string
  /** The FHIR server that it named, and whose ids those of the patient and the user are; absent where that is unknown. */
  client?: string
  service?: string
  hook?: string
  hookInstance?: string
  /** Id of the patient; absent where nothing was understood of the request, or no patient is named by it. */
  patient?: string
  /** `Type/id` of the user. */
  user?: string
  /** Digest of the knowledge that spoke, where it is known. */
  knowledge?: string
  /** Prefetch keys that were not read. */
  notRead: readonly string[]
  /** How many cards were answered, or reported on. */
  cards?: number
  /** How many actions could not be decided. */
  undecided?: number
  /** Whether cards were evaluated and none was answered, since the service is only on trial for the client. */
  isShadow?: true
  /** The cards of a call, answered or held back. */
  cardNotes: readonly CardNote[]
}

/** Epoch ms, the first within and the last without. */
export interface Span {
  from: number
  to: number
}

/** What became of the cards that one decision point led. A card that came again in the span is one card. */
export interface PointTally {
  /** The registered client with its tenant; empty where nobody is registered. */
  client: string
  service: string
  /** Empty for cards without one. */
  point: string
  shown: number
  /** Of those that were shown. A card that was reported on in both ways counts in both. */
  accepted: number
  overridden: number
  /** Of those that were shown: nothing was reported of them. */
  ignored: number
  heldBack: number
}

/** Why cards that one decision point led were overridden. */
export interface ReasonTally {
  client: string
  service: string
  point: string
  /** Code of the reason, `comment` where only words were given; null where neither was. */
  reason: string | null
  cards: number
}

/** What became of the calls of a service. */
export interface ServiceTally {
  client: string
  service: string
  calls: number
  /** The client went away before it had the answer. */
  aborted: number
  /** Answered with an error. */
  refused: number
  /** Some action could not be decided. */
  undecided: number
  /** Evaluated and answered without cards. */
  shadow: number
  /** Milliseconds that half of the calls took at most, and 95 of a hundred. */
  p50: number
  p95: number
}

/** What came of the calls in a span of time: what the service said, not what the charts say. Calls in shadow count among calls alone. */
export interface Tally {
  points: readonly PointTally[]
  reasons: readonly ReasonTally[]
  services: readonly ServiceTally[]
}

/** A whole week of the site's calendar. */
export interface Week extends Span {
  /** Its first day, `YYYY-MM-DD`. */
  begins: string
}

/** What became of the cards that one decision point led in a week, for one client or for several. A card that came again in the week is one card. */
export interface PointCount {
  week: string
  /** Empty for cards without one. */
  point: string
  shown: number
  /** Of those that were shown. A card that was reported on in both ways counts in both. */
  accepted: number
  overridden: number
  /** Of those that were shown: nothing was reported of them. */
  ignored: number
}

/** Why cards were overridden in a week. */
export interface ReasonCount {
  week: string
  /** Code of the reason, `comment` where only words were given; empty where neither was. */
  reason: string
  cards: number
}

/** What became of the calls of a service in a week. */
export interface ServiceCount {
  week: string
  service: string
  calls: number
  /** The client went away before it had the answer. */
  aborted: number
  /** Answered with an error. */
  refused: number
  /** Some action could not be decided. */
  undecided: number
  /** How many calls took so many milliseconds, which are rounded up to two digits. */
  took: readonly (readonly [ms: number, calls: number])[]
}

/** Milliseconds that so many calls took at most. @param took how many calls took so many milliseconds, the fewest first. */
export function withinMs(took: ServiceCount['took'], enough: number): number {
  let calls = 0
  for (const [ms, count] of took) {
    calls += count
    if (calls >= enough) return ms
  }
  return 0
}

/** Of which client, beside all others, and of which weeks something is asked; each by its first day. */
export interface WeeksAsked {
  /** The first of all unless one that had cards or calls in the weeks is asked for. */
  client?: string
  /** Those of which one is told; all unless given. */
  among?: readonly string[]
  weeks: readonly string[]
}

/** What was counted of the calls of whole weeks, of a client and of all others. Nobody is named by it but clients, and what people did in our own pages is left out. */
export interface WeeklyCounts {
  /** Those of the weeks that were counted. */
  counted: readonly string[]
  /** All clients that had cards or calls in the weeks. */
  clients: readonly string[]
  /** Whose the own counts are; undefined where there is nobody. */
  client: string | undefined
  own: { points: readonly PointCount[]; reasons: readonly ReasonCount[]; services: readonly ServiceCount[] }
  others: readonly PointCount[]
}

/** Whose newest calls are asked for. */
export interface CasesAsked extends Span {
  client: string
  most: number
}

/** A call, by what the client that made it can find it again. */
export interface CaseOfClient {
  /** Epoch ms. */
  at: number
  hookInstance: string
}

/** What came of the calls of whole weeks, kept as counts so that a report need not go through the calls. */
export interface WeeklyRecord {
  /** Counts those of some weeks that were not counted since the last report on their cards came; others who ask are answered meanwhile. */
  count: (weeks: readonly Week[]) => Promise<void>
  /** @throws Error when the store does not answer in time. */
  counts: (asked: WeeksAsked) => Promise<WeeklyCounts>
  /** The newest calls of a client. @throws Error when the store does not answer in time. */
  cases: (asked: CasesAsked) => Promise<readonly CaseOfClient[]>
}

/**
 * Why something remembered was forgotten: its uuid came for a second patient, room was needed for overridden cards, its
 * patient has too many, room was needed for what readers were shown, or the store could not take it; `audit` where what it
 * could not take was only for auditors.
 */
export type ForgottenFor = 'two-patients' | 'room' | 'too-many-of-one-patient' | 'room-for-shown' | 'store' | 'audit'

/** What is kept of calls, and of what users did with their cards: in memory, or wherever it outlives the process. */
export interface CallRecord {
  recall: (question: Question) => Promise<Recalled>
  /**
   * Notes what a patient's call was answered with. It is asked for when the reply is sent, and nobody waits for it: a report
   * on a card may come before it has settled, and has to wait for it.
   */
  answered: (call: AnsweredCall) => Promise<void>
  /** Notes what a reader was shown, in place of what the same cards said before. It is asked for when they have the reply, and nobody waits for it. */
  shown: (shown: ShownToReader) => Promise<void>
  /**
   * Keeps what was asked of the service, for auditors. Nobody waits for it. Absent where nothing outlives the process: who
   * asked what is then told by nobody.
   */
  asked?: (call: NotedCall) => Promise<void>
  /** What came of the calls in a span of time; others who ask are answered meanwhile. Absent where they are not kept. @throws Error when the store does not answer in time. */
  tally?: (span: Span) => Promise<Tally>
  /** What came of the calls of whole weeks. Absent where they are not kept. */
  weekly?: WeeklyRecord
  /** Those of some cards that are known to be the answer of other services than this one to the same client. */
  ofOtherServices: (cards: readonly string[], service: string, sender?: string) => Promise<ReadonlySet<string>>
  /**
   * Keeps reports on cards, and remembers those that override one; a report that is kept already is kept once.
   * @throws Error when there is no room for all of them, or they were not surely kept in time; the same reports may be sent again.
   */
  feedback: (entries: readonly FeedbackEntry[]) => Promise<void>
}

/** A link by which somebody answers one form once. What they answer can be read only where the link was made. */
export interface FormLink {
  id: string
  /** Digest of the secret by which the answers are fetched. */
  collector: string
  /** Epoch ms. */
  expires: number
}

/** Links to forms, until they expire or their maker has done with them. Of the patient nothing is known here. Each `now` is epoch ms. */
export interface FormLinks {
  /** @returns whether there is room for it. @throws Error when it is not surely kept. */
  open: (link: FormLink, now: number) => Promise<boolean>
  /** A link that can still be used; undefined where there is none. */
  find: (id: string, now: number) => Promise<{ expires: number; isAnswered: boolean } | undefined>
  /** Keeps answers that are sealed. @returns whether the link was open. @throws Error when they are not surely kept. */
  answer: (id: string, sealed: string, now: number) => Promise<boolean>
  /** The sealed answers, which stay; undefined where there are none, or not for this secret. */
  collect: (id: string, collector: string, now: number) => Promise<string | undefined>
  /** Deletes a link with its answers. @returns whether there was one for this secret. @throws Error when it is not surely deleted. */
  forget: (id: string, collector: string) => Promise<boolean>
}

/** A record whose size an operator watches. */
export interface WatchedRecord extends CallRecord {
  links: FormLinks
  /** Bytes that each part of it takes up. */
  bytes: Readonly<Record<string, () => number>>
  /** Has a listener told of whatever is forgotten. */
  onForgotten: (listener: (why: ForgottenFor) => void) => void
  /** Why nothing can be read or kept, as the database calls it; undefined where all is well. */
  fault: () => string | undefined
  /** How often the part of the process that keeps it had to be started again. */
  restarts: () => number
  /** Keeps what waits to be kept, and ends. */
  close: () => Promise<void>
}

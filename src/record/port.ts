import type { Card, CardSaying, Feedback } from '../cds-hooks/types.js'

/** A card that a user overrode: its headline, when, why, and in which contact it was shown. */
export interface Override {
  /** The headline decision point of the card. */
  point: string
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

/** What a clinician did with a card, as the client reported it. */
export interface FeedbackEntry {
  /** The registered client that reported. Absent where nobody is registered. */
  sender?: string
  service: string
  receivedAt: string
  feedback: Feedback
}

/**
 * Why something remembered was forgotten: its uuid came for a second patient, room was needed for overridden cards, its
 * patient has too many, room was needed for what readers were shown, or the store could not take it.
 */
export type ForgottenFor = 'two-patients' | 'room' | 'too-many-of-one-patient' | 'room-for-shown' | 'store'

/** What is kept of calls, and of what users did with their cards: in memory, or wherever it outlives the process. */
export interface CallRecord {
  /** Cards that a patient's users overrode, oldest first. */
  overridesOf: (patient: PatientOfClient) => Promise<readonly Override[]>
  /**
   * Notes what a patient's call was answered with. It is asked for when the reply is sent, and nobody waits for it: a report
   * on a card may come before it has settled, and has to wait for it.
   */
  answered: (call: AnsweredCall) => Promise<void>
  /** What a reader was shown about a patient. The day is the one that `shown` last gave for a card that says the same. */
  shownTo: (reader: ReaderOfPatient) => Promise<ShownOn>
  /** Notes what a reader was shown, in place of what the same cards said before. It is asked for when they have the reply, and nobody waits for it. */
  shown: (shown: ShownToReader) => Promise<void>
  /** Those of some cards that are known to be the answer of other services than this one to the same client. */
  ofOtherServices: (cards: readonly string[], service: string, sender?: string) => Promise<ReadonlySet<string>>
  /**
   * Keeps reports on cards, and remembers those that override one; a report that is kept already is kept once.
   * @throws Error when there is no room for all of them, or they were not surely kept in time; the same reports may be sent again.
   */
  feedback: (entries: readonly FeedbackEntry[]) => Promise<void>
}

/** A record whose size an operator watches. */
export interface WatchedRecord extends CallRecord {
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

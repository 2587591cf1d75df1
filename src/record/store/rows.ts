import type {
  CaseOfClient,
  CasesAsked,
  PointCount,
  ReasonCount,
  ServiceCount,
  Span,
  Tally,
  Week,
  WeeklyCounts,
  WeeksAsked,
} from '../port.js'

/** A report on a card, as it is kept. */
export interface FeedbackRow {
  /** What makes reports the same. */
  identity: string
  /** The registered client that reported; empty where nobody is registered. */
  client: string
  service: string
  /** Uuid of the card. */
  card: string
  outcome: string
  /** Epoch ms at which the user did it; null where it is no instant. */
  happened: number | null
  reason_system: string | null
  reason_code: string | null
  /** 1 where words were given, which stand in a table of their own. */
  has_comment: number
  /** Uuids of the accepted suggestions, as JSON. */
  suggestions: string
  /** Epoch ms at which it came. */
  received: number
  /** Grows with every report of a process, for reports of the same instant. */
  place: number
}

/** What a clinician wrote to a report; kept for a shorter time. */
export interface CommentRow {
  identity: string
  comment: string
  received: number
}

/** A card that a service answered. */
export interface CardRow {
  uuid: string
  /** The registered client that it was answered to; empty where nobody is registered. */
  client: string
  service: string
  patient_key: string
  /** Which key of the site made the names of this row. */
  key_id: string
  /** The decision point that leads it; empty where it has none. */
  point: string
  indicator: string
  /** The encounter of the call, sealed; null where it had none. */
  encounter: string | null
  /** Digest of the knowledge that spoke. */
  knowledge: string
  /** 1 where its client was answered without it, so that nobody saw it. */
  shadow: number
  /** Epoch ms. */
  answered: number
}

/** What a reader was told last by a card. */
export interface ToldRow {
  reader_key: string
  card_key: string
  says_key: string
  patient_key: string
  key_id: string
  /** `YYYY-MM-DD`. */
  day: string
  /** Epoch ms. */
  told: number
}

/** Something that a client asked of the service for a patient, and what came of it. */
export interface CallRow {
  id: string
  /** The id of the request in the log, which a client may choose. */
  request: string
  /** What was asked: `call`, `explain`, `apply`, `feedback`. */
  operation: string
  /** Epoch ms at which it came. */
  at: number
  /** Milliseconds until all of it was answered. */
  ms: number
  /** HTTP status of the answer; null where the client went away before it had one. */
  status: number | null
  /** Stable code of the error that it was refused with. */
  code: string | null
  /** The registered client; empty where nobody is registered. */
  client: string
  /** FHIR server whose ids those of the patient and the user are. */
  fhir_server: string | null
  service: string | null
  hook: string | null
  hook_instance: string | null
  /** Null where none was named, or their rows were erased. */
  patient_key: string | null
  user_key: string | null
  /** Type of the user's resource, such as `Practitioner`. */
  user_type: string | null
  key_id: string
  /** Digest of the knowledge that spoke. */
  knowledge: string
  /** Prefetch keys that were not read, as JSON. */
  not_read: string
  /** How many cards were answered, or reported on; null where it came to none of it. */
  cards: number | null
  /** How many actions could not be decided. */
  undecided: number | null
  /** 1 where cards were evaluated and recorded and none was answered. */
  shadow: number
}

/** A card of a call: one that was answered, or that was held back. */
export interface CallCardRow {
  call: string
  /** Its place among those of the call, from nought. */
  place: number
  /** That of the call. */
  at: number
  uuid: string
  client: string
  service: string
  /** Canonical|version of its plan. */
  plan: string
  action: string
  /** The decision point that leads it; empty where it has none. */
  point: string
  /** All its decision points, as JSON. */
  points: string
  /** Code of its family. */
  topic: string | null
  indicator: string
  /** Of its suggestions the uuids and what they do, such as `create ServiceRequest`, as JSON. */
  suggestions: string
  /** Why it was not answered though it applies; null where it was. */
  held_back: string | null
}

/** A whole week of which the calls were counted. */
export interface WeekRow {
  /** Its first day, `YYYY-MM-DD`, by which the counts name it. */
  week: string
  /** Epoch ms, the first within and the last without. */
  from_at: number
  to_at: number
  /** Whether its counts stand, are being made, or have a report to come. */
  standing: 'counted' | 'counting' | 'stale'
  /** 1 where there are counts of it. */
  is_counted: number
}

/** What became of the cards of a week that one decision point led, for one client. */
export interface WeekPointRow extends Omit<PointCount, 'client'> {
  client: string
}

/** Why cards of a week were overridden, for one client; `reason` is empty where none was given. */
export interface WeekReasonRow extends ReasonCount {
  client: string
}

/** What became of the calls of a week of one service, for one client; `took` is JSON. */
export interface WeekServiceRow extends Omit<ServiceCount, 'took'> {
  client: string
  took: string
}

/** What tells who used the service for whom; lost where there is no room for it. */
export interface Calls {
  calls: readonly CallRow[]
  cards: readonly CallCardRow[]
}

/** Reports with their words. */
export interface Reports {
  feedback: readonly FeedbackRow[]
  comments: readonly CommentRow[]
}

/** What may be lost when there is no room for it: nothing is learnt of it then. */
export interface Notes {
  cards: readonly CardRow[]
  told: readonly ToldRow[]
}

/** A report on a card of a patient, in which a user overrode or accepted it. */
export interface OverrideRow {
  card: string
  outcome: string
  service: string
  point: string
  encounter: string | null
  happened: number
  received: number
  reason_code: string | null
  has_comment: number
}

/** Which service answered a card. */
export type CardOfService = Pick<CardRow, 'uuid' | 'service'>

/** What a card said to a reader, and when. */
export type Told = Pick<ToldRow, 'card_key' | 'says_key' | 'day'>

/** A token of a client, by a name that only the site can make. */
export interface TokenRow {
  token: string
  /** Epoch ms after which it is of no use anyway. */
  expires: number
}

/** A link to a form. */
export interface FormLinkRow {
  id: string
  /** Digest of the secret by which its answers are fetched. */
  collector: string
  /** Epoch ms after which it is of no use. */
  expires: number
  /** The answers, which nobody here can read; null until they are given. */
  sealed: string | null
}

/** What one request asks; what is absent is not asked. */
export interface StoreQuestion {
  patient?: { key: string; client: string }
  reader?: string
  /** @property came epoch ms; a token that had expired by then may be used anew. */
  token?: TokenRow & { came: number }
}

/** What the store answers. */
export interface StoreAnswer {
  isTokenNew: boolean
  /** Overridden and accepted cards of the patient by users of the client, in the order in which they came. */
  overrides: OverrideRow[]
  /** What the reader was told. */
  told: Told[]
}

/** Epoch ms before which rows are deleted. */
export interface Expiry {
  /** Of reports, cards, calls and what readers were told. */
  rows: number
  comments: number
}

/** All that a store holds of one patient. */
export interface RowsOfPatient {
  cards: readonly CardRow[]
  /** With the words of clinicians, where they are still kept. */
  feedback: readonly (FeedbackRow & { comment: string | null })[]
  told: readonly ToldRow[]
  calls: readonly CallRow[]
  callCards: readonly CallCardRow[]
}

/** All that a store holds of one card. */
export type RowsOfCard = Pick<RowsOfPatient, 'cards' | 'feedback' | 'calls' | 'callCards'>

/** Calls and all their cards. */
export type CallsWithCards = Pick<RowsOfPatient, 'calls' | 'callCards'>

/** Which calls are listed: the oldest first, from behind one of them. */
export interface CallsAsked {
  /** Of one patient, of one user; of all without. */
  patientKey?: string
  userKey?: string
  after: Pick<CallRow, 'at' | 'id'>
  /** Epoch ms before which they came. */
  to: number
  /** How many at most. */
  most: number
}

/** What is asked of a store. It may be far away, or in another thread: everything that goes in and out can be copied. */
export interface Store {
  /** Keeps reports for good before it settles; those that are kept already are kept once. */
  keepReports: (reports: Reports) => Promise<void>
  /** Notes what was answered. @returns how many of the cards turned out to have come for two patients. */
  note: (notes: Notes) => Promise<number>
  /** Keeps what was asked of the service. */
  keepCalls: (calls: Calls) => Promise<void>
  /** Uses a token and answers what else is asked, in one go where the store is far away. Nothing is answered for a token that is used already. */
  recall: (question: StoreQuestion) => Promise<StoreAnswer>
  /** Deletes tokens that have expired. @param before epoch ms. */
  forgetTokens: (before: number) => Promise<void>
  /** Keeps a link for good before it settles. @returns whether there is room for it. */
  openLink: (link: FormLinkRow) => Promise<boolean>
  /** A link that has not expired. @param now epoch ms. */
  findLink: (id: string, now: number) => Promise<FormLinkRow | undefined>
  /** Keeps answers for good before it settles. @returns whether the link was open. */
  answerLink: (id: string, sealed: string, now: number) => Promise<boolean>
  /** The answers of a link for whoever has its secret. */
  collectLink: (id: string, collector: string, now: number) => Promise<string | undefined>
  /** Deletes a link for whoever has its secret, for good before it settles. @returns whether there was one. */
  forgetLink: (id: string, collector: string) => Promise<boolean>
  /** Deletes links that have expired, with their answers. @param before epoch ms. */
  forgetLinks: (before: number) => Promise<void>
  /** Those of some cards that a client is known to have had, unless they came for two patients. */
  cardsNamed: (uuids: readonly string[], client: string) => Promise<CardOfService[]>
  /** All rows of a patient. */
  find: (patientKey: string) => Promise<RowsOfPatient>
  /** All rows of a card, whichever client had it. */
  findCard: (uuid: string) => Promise<RowsOfCard>
  /** Calls with their cards, the oldest first. */
  callsAfter: (asked: CallsAsked) => Promise<CallsWithCards>
  /** What came of the calls in a span of time. */
  tally: (span: Span) => Promise<Tally>
  /** Those of some weeks that were not counted yet, or on whose cards reports came since. */
  uncounted: (weeks: readonly Week[]) => Promise<Week[]>
  /** Counts a week, in place of what was counted of it before. */
  countWeek: (week: Week) => Promise<void>
  /** What was counted of some weeks. */
  weekly: (asked: WeeksAsked) => Promise<WeeklyCounts>
  /** The newest calls of a client. */
  cases: (asked: CasesAsked) => Promise<CaseOfClient[]>
  /** Deletes all rows of a patient for good; of calls it stays that there were some, about nobody. @returns how many rows. */
  erase: (patientKey: string) => Promise<number>
  /** Deletes what is older. @returns how many rows. */
  expire: (before: Expiry) => Promise<number>
  /** Settles when the store could be written. @param now epoch ms. */
  look: (now: number) => Promise<void>
  close: () => Promise<void>
}

import type { FhirResource } from 'fhir/r4.js'

/** Access that the client grants to its FHIR server; the token lives no longer than the call. */
export interface FhirAuthorization {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  subject: string
  patient?: string
}

export type HookContext = Readonly<Record<string, unknown>> & { readonly patientId: string }

/** A call of a CDS service, checked. Field names are those of CDS Hooks. */
export interface HookRequest {
  hook: string
  hookInstance: string
  context: HookContext
  prefetch: Readonly<Record<string, unknown>>
  fhirServer?: string
  fhirAuthorization?: FhirAuthorization
}

export type Indicator = 'info' | 'warning' | 'critical'

export interface Coding {
  code: string
  system: string
  display?: string
}

export interface Action {
  type: 'create' | 'update' | 'delete'
  description: string
  resource?: FhirResource
  resourceId?: string
}

export interface Suggestion {
  label: string
  uuid: string
  isRecommended?: boolean
  actions?: Action[]
}

export interface Link {
  label: string
  url: string
  type: 'absolute' | 'smart'
  appContext?: string
}

export interface Card {
  uuid: string
  summary: string
  detail?: string
  indicator: Indicator
  source: { label: string; url?: string; topic?: Coding }
  suggestions?: Suggestion[]
  selectionBehavior?: 'at-most-one' | 'any'
  overrideReasons?: Coding[]
  links?: Link[]
  extension?: Record<string, unknown>
}

/** An action that could not be decided, as the extension of a response names it. */
export interface UndecidedNote {
  plan: string
  action: string
  code: string
}

/** A card as it is recognised when it would be shown again. */
export interface CardSaying {
  /** Which card it is: its plan, whatever the version, and its action. */
  card: string
  /** All that its reader sees of it by itself, but where its links lead. */
  says: string
}

/** An info card that stays away since its reader was told the same before, as the extension of a response names it. */
export interface AlreadyTold {
  plan: string
  action: string
  /** Code of the card's family. */
  topic?: string
  summary: string
  /** Calendar day on which it was shown, `YYYY-MM-DD`. */
  since: string
  /** What the plan computes for machines, by the name under which the card has it. */
  extension?: Record<string, unknown>
}

/** A card of a call as it is kept on record: what speaks in it and what it offers, without its words. */
export interface CardNote {
  uuid: string
  /** Canonical|version. */
  plan: string
  action: string
  /** Its decision points, the one that leads it first. */
  points: readonly string[]
  /** Code of its family. */
  topic?: string
  indicator: Indicator
  suggestions: readonly { uuid: string; does: readonly string[] }[]
  /** Why it was not answered though it applies: a word of ours, which tells nothing of the patient. Absent where it was. */
  heldBack?: string
}

/** A recommendation that stays away since a user answered its card before, as the extension of a response names it. */
export interface HeldBack {
  plan: string
  action: string
  /** Code of the card's family. */
  topic?: string
  summary: string
  /** The decision point that is silent. */
  point: string
  outcome: Feedback['outcome']
  /** Code of the reason, or `comment` where only words were given. */
  reason?: string
  /** Calendar day of the answer, `YYYY-MM-DD`. */
  since: string
  /** Calendar day on which it speaks again, if nothing opens it before, `YYYY-MM-DD`. */
  until: string
}

export interface CdsResponse {
  cards: Card[]
  extension?: Record<string, unknown>
}

/** A service as discovery lists it. */
export interface ServiceDescription {
  id: string
  hook: string
  title: string
  description: string
  prefetch?: Record<string, string>
  usageRequirements?: string
  version?: string
  hookVersion?: string
  extension?: Record<string, unknown>
}

/** Why a user went against a card: a coded reason of the card's or of the client's own list, words, or both. */
export interface OverrideReason {
  reason?: { code: string; system?: string; display?: string }
  userComment?: string
}

export interface Feedback {
  card: string
  outcome: 'accepted' | 'overridden'
  acceptedSuggestions?: { id: string }[]
  overrideReason?: OverrideReason
  outcomeTimestamp: string
}

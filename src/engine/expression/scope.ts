import type { FhirResource } from 'fhir/r4.js'
import type { Clock } from './clock.js'
import type { ReadDate } from './dates.js'
import type { Collection, Item } from './values.js'

/** What one call lets its expressions see. Nothing of it outlives the call. */
export interface ScopeData {
  /** The patient's records of one type, in an order that does not depend on who found them; empty when there is none. */
  recordsOfType: (type: string) => readonly FhirResource[]
  /** The hook's context, or the parameters of $apply. */
  context: Readonly<Record<string, unknown>>
  clock: Clock
  /** Orders that the hook brings as drafts, and those of them that it is about; empty for hooks without orders. */
  orders?: { drafts: readonly FhirResource[]; chosen: readonly FhirResource[] }
  /** What the deployment chose, as knowledge reads it. */
  settings?: Readonly<Record<string, boolean | string | number>>
  /** Cards that users overrode for this patient: the decision point, when, why and in which encounter. */
  overrides?: readonly { point: string; at: string; reason?: string; encounter?: string }[]
  /** Whom and what the call is about, as `Type/id`, beyond what its context says. */
  about?: CallSubjects
  /** All records in the order they were sent; by type where nobody knows that order. */
  recordsAsSent?: () => readonly FhirResource[]
  /** What the caller gave for the parameters that libraries declare, by name. */
  parameters?: ReadonlyMap<string, Collection>
  /** `performance.now()` after which evaluation stops. */
  stopAt: number
}

/** Whom and what a call is about, each as `Type/id`. */
export interface CallSubjects {
  /** Whom the plan is for, where that is no patient. */
  subject?: string
  practitioner?: string
  encounter?: string
  organization?: string
}

/** What an explained call notes of one fact or condition. */
export interface Evidence {
  facts: Set<string>
  /** What led to the result, list by list: thousands of records are named only when they are told. */
  found: Collection[]
}

/** The request's own state behind a scope. */
export interface ScopeState extends ScopeData {
  /** Results of facts and records that were asked for. */
  known: Map<string, Collection>
  failed: Map<string, unknown>
  /** Answers by linkId, kept for each collection of QuestionnaireResponses that was asked, under its first response. */
  answers: Map<Item, { responses: Collection; byLinkId: ReadonlyMap<string, Collection> }>
  /** Answers by linkId of one QuestionnaireResponse, each kept with its content. */
  answersOfResponse: Map<object, ReadonlyMap<string, Collection>>
  /** Dates that records give themselves; null for those without one. */
  ownDates: Map<object, ReadDate | null>
  steps: number
  /** Evidence by fact name; present only when the call is explained. */
  evidence: Map<string, Evidence> | undefined
  /** Who is being evaluated now, innermost last; used only when the call is explained. */
  frames: Evidence[]
}

/** Key under which a scope keeps its state, out of reach of any `%name`. */
export const STATE: unique symbol = Symbol('state')

/**
 * The environment variables of one call. The engine looks up `%name` here only when it meets it,
 * so a fact that nobody asks for is never evaluated.
 */
export interface Scope {
  readonly [STATE]: ScopeState
  readonly [name: string]: unknown
}

/** Opens a scope on `variables` (a null-prototype object with one getter a variable). */
export function openScope(variables: object, data: ScopeData, explain = false): Scope {
  const state: ScopeState = {
    ...data,
    known: new Map(),
    failed: new Map(),
    answers: new Map(),
    answersOfResponse: new Map(),
    ownDates: new Map(),
    steps: 0,
    evidence: explain ? new Map() : undefined,
    frames: [],
  }
  return Object.create(flat(variables), { [STATE]: { value: state } }) as Scope
}

/** The same call seen through other variables: a plan's own facts on top of the shared ones. */
export function scopeOn(variables: object, scope: Scope): Scope {
  return Object.create(flat(variables), { [STATE]: { value: scope[STATE] } }) as Scope
}

const flattened = new WeakMap<object, object>()

/** Tables that plans share. */
const shared = new WeakSet()

/** Variables as one table that all plans share, on which each has its own: what others bring costs none of them anything. */
export function sharedVariables(variables: object): object {
  const table = tableOf(variables)
  shared.add(table)
  return table
}

/** Variables without the chain of libraries beneath them, so that no name is looked up through a dozen of them. */
function flat(variables: object): object {
  const before = flattened.get(variables)
  if (before) return before
  const table = tableOf(variables)
  flattened.set(variables, table)
  return table
}

function tableOf(variables: object): object {
  if (shared.has(variables)) return variables
  const levels: object[] = []
  let base: object | null = variables
  for (; base !== null && !shared.has(base); base = Object.getPrototypeOf(base) as object | null) levels.push(base)
  const own = Object.create(base) as object
  for (const level of levels) {
    for (const name of Reflect.ownKeys(level)) {
      const descriptor = Object.getOwnPropertyDescriptor(level, name)
      if (descriptor && !Object.hasOwn(own, name)) Object.defineProperty(own, name, descriptor)
    }
  }
  return own
}

import type { FhirResource } from 'fhir/r4.js'
import type { Clock } from './clock.js'
import type { ReadDate } from './dates.js'
import type { Alike } from './functions/alike.js'
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
  /** Cards that users overrode for this patient. */
  overrides?: readonly RememberedCard[]
  /** Those of the cards that users answered for this patient which silence their decision points now. */
  silenced?: readonly RememberedCard[]
  /** Whom and what the call is about, as `Type/id`, beyond what its context says. */
  about?: CallSubjects
  /** All records in the order they were sent; by type where nobody knows that order. */
  recordsAsSent?: () => readonly FhirResource[]
  /** What the caller gave for the parameters that libraries declare, by name. */
  parameters?: ReadonlyMap<string, Collection>
  /** `performance.now()` after which evaluation stops. */
  stopAt: number
  /** Is told of every question whose answers are asked for by linkId, given or not. */
  onAsked?: (linkId: string) => void
}

/** A card that a user answered: the decision point that led it, when, why and in which encounter. */
export interface RememberedCard {
  point: string
  at: string
  reason?: string
  encounter?: string
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
  /** Values of variables that were asked for, each at its variable's place. */
  known: (Collection | undefined)[]
  /** What variables failed with, by their place. */
  failed: Map<number, unknown>
  /** Answers by linkId, kept for each collection of QuestionnaireResponses that was asked, under its first response. */
  answers: Map<Item, { responses: Collection; byLinkId: ReadonlyMap<string, Collection> }>
  /** Answers by linkId of one QuestionnaireResponse, each kept with its content. */
  answersOfResponse: Map<object, ReadonlyMap<string, Collection>>
  /** For each item of a list that was held against value sets those of it that are like it. */
  alike: Map<Collection, readonly Alike[]>
  /** Dates that records give themselves; null for those without one. */
  ownDates: Map<object, ReadDate | null>
  /** When records were updated last, in milliseconds. */
  updated: Map<object, number>
  steps: number
  /** Evidence by fact name; present only when the call is explained. */
  evidence: Map<string, Evidence> | undefined
  /** Who is being evaluated now, innermost last; used only when the call is explained. */
  frames: Evidence[]
}

/** What one `%name` stands for. */
export interface Variable {
  readonly name: string
  /** Where a call keeps its value. */
  readonly place: number
  /** Its value, computed when it is first asked for, and once a call. */
  readonly valueIn: (scope: Scope) => Collection
}

/** What names stand for, on top of others. A fact that nobody asks for is never evaluated. */
export class Variables {
  private readonly own = new Map<string, Variable>()

  /**
   * @param base whose names are seen through these.
   * @param places the next free one of all variables on the same ground.
   */
  constructor(
    private readonly base?: Variables,
    private readonly places: { next: number } = base?.places ?? { next: 0 },
  ) {}

  /** How many places the values of all variables take that stand on the same ground. */
  get size(): number {
    return this.places.next
  }

  /** Names a variable, above one of the same name beneath. @param valueAt its value, for a variable at that place. */
  define(name: string, valueAt: (place: number) => Variable['valueIn']): void {
    const place = this.places.next
    this.places.next += 1
    this.own.set(name, { name, place, valueIn: valueAt(place) })
  }

  find(name: string): Variable | undefined {
    return this.own.get(name) ?? this.base?.find(name)
  }

  /** The same without the chain beneath, so that no name is looked up through a dozen of them. @param onto what is kept beneath. */
  flat(onto?: Variables): Variables {
    const flat = new Variables(onto, this.places)
    this.addTo(flat, onto)
    return flat
  }

  /** Adds all but what is kept beneath, whoever is nearer first. */
  private addTo(flat: Variables, onto: Variables | undefined): void {
    if (this === onto) return
    for (const [name, variable] of this.own) if (!flat.own.has(name)) flat.own.set(name, variable)
    this.base?.addTo(flat, onto)
  }
}

/** One call as its expressions see it: what names stand for, and what the call has found out so far. */
export class Scope {
  constructor(
    readonly variables: Variables,
    readonly state: ScopeState,
  ) {}

  /** What a name stands for; undefined where it is none. */
  valueOf(name: string): Collection | undefined {
    return this.variables.find(name)?.valueIn(this)
  }
}

/** Opens a scope on variables. */
export function openScope(variables: Variables, data: ScopeData, explain = false): Scope {
  return new Scope(variables, {
    ...data,
    known: places(variables.size),
    failed: new Map(),
    answers: new Map(),
    answersOfResponse: new Map(),
    alike: new Map(),
    ownDates: new Map(),
    updated: new Map(),
    steps: 0,
    evidence: explain ? new Map() : undefined,
    frames: [],
  })
}

/** As many free places, all at once: a list that grows place by place is a slow one. */
function places(count: number): (Collection | undefined)[] {
  const free: (Collection | undefined)[] = []
  free.length = count
  return free
}

/** The same call seen through other variables: a plan's own facts on top of the shared ones. */
export const scopeOn = (variables: Variables, { state }: Scope): Scope => new Scope(variables, state)

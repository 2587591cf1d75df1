import type {
  ActivityDefinition,
  DataRequirement,
  Measure,
  PlanDefinition,
  PlanDefinitionAction,
  PlanDefinitionActionCondition,
  Questionnaire,
} from 'fhir/r4.js'
import type { Evaluator } from '../expression/compile.js'
import type { Variables } from '../expression/scope.js'
import type { LocalizedText } from '../model/localized.js'
import type { ActivityKind } from './activity-kinds.js'

/** An element that a definition states and that nothing comes of. */
export interface NotCarried {
  /** Path below the element that was asked about. */
  path: string
  /** A sentence for its author. */
  why: string
}

/** A text that may hold `{{ expressions }}`: plain pieces and evaluators in turn. */
export type Template = readonly (string | Evaluator)[]

/** A template in each language it is written in. */
export type LocalizedTemplate = ReadonlyMap<string, Template>

/** An applicability condition. */
export interface CompiledCondition {
  description: string
  /** The description in each language it is written in. */
  descriptions: LocalizedText
  expression: string
  evaluate: Evaluator
}

export interface CompiledDynamicValue {
  path: string
  /** What the path starts from: the action of the RequestGroup, or the resource that the action proposes. */
  on: 'action' | 'resource'
  evaluate: Evaluator
}

/** A member of a card's `extension` object, computed from facts. */
export interface CompiledCardExtension {
  name: string
  members: readonly { name: string; evaluate: Evaluator }[]
}

export interface CompiledActivity {
  resource: ActivityDefinition
  kind: ActivityKind
  canonical: string
  /** Elements that the definition states and a resource of its kind does not hold. */
  notCarried: readonly NotCarried[]
  texts: ActionTexts
  dynamicValues: readonly CompiledDynamicValue[]
  /** Paragraphs of the leaflet that it hands out, in the usual language of the knowledge: its readers are patients. */
  leaflet: readonly string[]
}

export type CompiledDefinition =
  | { kind: 'activity'; activity: CompiledActivity }
  | { kind: 'plan'; plan: CompiledPlan }
  | { kind: 'questionnaire'; resource: Questionnaire; canonical: string }
  | { kind: 'uri'; uri: string }

export interface ActionTexts {
  title: LocalizedTemplate
  description: LocalizedTemplate
  textEquivalent: LocalizedTemplate
}

/** The section of a source document that an action rests on. */
export interface CompiledSource {
  /** Short name of the document, such as a reader would cite it. */
  document: LocalizedText
  section: LocalizedText
  year: string
  /** Such as "not in force"; empty when the document simply holds. */
  standing: LocalizedText
  /** Whether the document still holds. */
  isInForce: boolean
  /** The document with publisher and year in a few words; empty where the knowledge has none. */
  short: LocalizedText
  publisher: string
  url: string | undefined
}

export interface CompiledAction {
  id: string
  /** Plan and action, for messages. */
  where: string
  resource: PlanDefinitionAction
  /** Codes of the decision points that it speaks for. */
  points: readonly string[]
  conditions: readonly CompiledCondition[]
  texts: ActionTexts
  dynamicValues: readonly CompiledDynamicValue[]
  definition: CompiledDefinition | undefined
  /** Existing orders that an action of type update or remove changes. */
  orders: Evaluator | undefined
  /** Whether it says nothing itself, so that what it groups (its children, or the actions of a plan) stands in its place. */
  isGroup: boolean
  /** Whether only the page of its recommendation shows it and all below it, and no card. */
  isOnlyOnPage: boolean
  /** Asked where only the page shows it for some patients: yes leaves it to the page, and where one cannot tell the card shows it. */
  onlyOnPageWhen: CompiledCondition | undefined
  cardExtensions: readonly CompiledCardExtension[]
  /** By place in `documentation`; undefined where that names no source of ours. */
  sources: readonly (CompiledSource | undefined)[]
  overrideReasons: readonly { code: string; system: string; display: LocalizedText }[]
  actions: readonly CompiledAction[]
  /** Conditions under which the action starts and stops, as they are written: whoever carries it out asks them. */
  startAndStop: readonly PlanDefinitionActionCondition[]
  /** Elements that the action states and no RequestGroup holds. */
  notCarried: readonly NotCarried[]
}

/** A data requirement with the prefetch template that satisfies it. */
export interface CompiledRequirement {
  /** As it is written. */
  requirement: DataRequirement
  key: string
  type: string
  /** FHIR read or search relative to the server's base, with prefetch tokens; discovery shows it where every client can fill it. */
  template: string
  /** Queries for the same data that only some callers or contexts fill; we run those in place of the template. */
  further: readonly string[]
  essential: boolean
  /** Essential data without which something can be said on a server that does not have this type of resource at all. */
  whereSupported: boolean
  label: LocalizedText
}

export interface CompiledPlan {
  resource: PlanDefinition
  /** Canonical with its version, where it has one. */
  canonical: string
  /** Language of a text that names none. */
  language: string
  /** Environment variables that the plan's expressions see. */
  variables: Variables
  actions: readonly CompiledAction[]
  /** Names of the hooks on which the plan has an action. */
  hooks: ReadonlySet<string>
  requirements: readonly CompiledRequirement[]
  /** Names of the input parameters that its libraries, and those of plans within it, declare. */
  parameters: ReadonlySet<string>
  /** Types of whom it can be applied to. */
  subjects: readonly string[]
  /** Descriptions of the facts that its expressions may use, by name. */
  facts: ReadonlyMap<string, LocalizedText>
}

/** The populations of a group of a proportion, in the order in which a patient passes through them. */
export const POPULATION_CODES = ['initial-population', 'denominator', 'denominator-exclusion', 'numerator'] as const

export type PopulationCode = (typeof POPULATION_CODES)[number]

/** A group of a measure: who belongs to which of its populations. */
export interface CompiledMeasureGroup {
  id: string
  description: LocalizedText
  /** A condition for each population that the group has; the exclusion may be absent. */
  criteria: ReadonlyMap<PopulationCode, CompiledCondition>
}

/** A measure of quality, ready to be evaluated for one patient after the other. */
export interface CompiledMeasure {
  resource: Measure
  /** Canonical with its version, where it has one. */
  canonical: string
  variables: Variables
  groups: readonly CompiledMeasureGroup[]
  requirements: readonly CompiledRequirement[]
}

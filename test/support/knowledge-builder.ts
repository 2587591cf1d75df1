import type {
  ActivityDefinition,
  CodeSystem,
  DataRequirement,
  Element,
  FhirResource,
  Library,
  PlanDefinition,
  PlanDefinitionAction,
  RequestGroup,
  ValueSet,
} from 'fhir/r4.js'
import type { Card } from '../../src/cds-hooks/types.js'
import { applyPlan, type AppliedPlan } from '../../src/engine/apply/apply-plan.js'
import type { ApplyContext } from '../../src/engine/apply/context.js'
import { buildCards } from '../../src/engine/cards/build-cards.js'
import { planSource } from '../../src/engine/cards/plan-source.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { openScope, type Scope, type ScopeData } from '../../src/engine/expression/scope.js'
import type { CompiledPlan } from '../../src/engine/knowledge/compiled.js'
import { CANONICAL_BASE, EXTENSION, HOUSE } from './house.js'
import { FaultList, faultLine } from '../../src/engine/model/faults.js'
import { compileKnowledge, type Knowledge } from '../../src/engine/knowledge/compile-knowledge.js'
import type { KnowledgeFile } from '../../src/engine/model/knowledge-file.js'
import { deepFrozen, NOW, recordsByType } from './evaluate.js'

export const canonical = (type: string, id: string): string => `${CANONICAL_BASE}/${type}/${id}`

const head = (id: string) => ({ id, version: '2026.1.0', status: 'active' as const })

/** The element beside a Danish text that carries its English. */
export const english = (text: string): Element => ({
  extension: [
    {
      url: EXTENSION.translation,
      extension: [
        { url: 'lang', valueCode: 'en' },
        { url: 'content', valueString: text },
      ],
    },
  ],
})

export const fhirpath = (expression: string) => ({ language: 'text/fhirpath' as const, expression })

/** An applicability condition. */
export const when = (expression: string) => ({
  kind: 'applicability' as const,
  expression: { ...fhirpath(expression), description: `When ${expression}`, _description: english(`When ${expression} in English`) },
})

export const onHook = (name: string) => ({ type: 'named-event' as const, name })

/** An action with a title in both languages. */
export const action = (id: string, more: PlanDefinitionAction = {}): PlanDefinitionAction => ({
  id,
  title: `${id} på dansk`,
  _title: english(`${id} in English`),
  ...more,
})

/** A top-level action that listens to patient-view. */
export const topAction = (id: string, more: PlanDefinitionAction = {}): PlanDefinitionAction =>
  action(id, { trigger: [onHook('patient-view')], ...more })

const READ_TYPES: DataRequirement['type'][] = [
  'Patient',
  'Condition',
  'Observation',
  'QuestionnaireResponse',
  'ServiceRequest',
  'Encounter',
]

/** A library of facts, by name; it asks for the records that the tests use. */
export const library = (facts: Readonly<Record<string, string>> = {}, more: Partial<Library> = {}): Library => ({
  resourceType: 'Library',
  ...head('facts'),
  url: canonical('Library', more.id ?? 'facts'),
  type: { coding: [{ code: 'logic-library' }] },
  extension: Object.entries(facts).map(([name, expression]) => fact(name, expression)),
  dataRequirement: READ_TYPES.map(type => ({ type })),
  ...more,
})

export const fact = (name: string, expression: string) => ({
  url: EXTENSION.fact,
  valueExpression: {
    ...fhirpath(expression),
    name,
    description: `What ${name} says`,
    _description: english(`What ${name} says in English`),
  },
})

/** A plan on top of `Library/facts`. */
export const plan = (actions: PlanDefinitionAction[], more: Partial<PlanDefinition> = {}): PlanDefinition => ({
  resourceType: 'PlanDefinition',
  ...head('plan'),
  url: canonical('PlanDefinition', more.id ?? 'plan'),
  language: 'da',
  title: 'Planen',
  _title: english('The plan'),
  library: [canonical('Library', 'facts')],
  action: actions,
  ...more,
})

export const activity = (id: string, more: Partial<ActivityDefinition> = {}): ActivityDefinition => ({
  resourceType: 'ActivityDefinition',
  ...head(id),
  url: canonical('ActivityDefinition', id),
  kind: 'ServiceRequest',
  ...more,
})

export const valueSet = (id: string, compose: ValueSet['compose']): ValueSet => ({
  resourceType: 'ValueSet',
  ...head(id),
  url: canonical('ValueSet', id),
  ...(compose && { compose }),
})

/** A code system whose codes are shown as given: code to Danish and English. */
export const codeSystem = (url: string, displays: Readonly<Record<string, readonly [da: string, en: string]>>): CodeSystem => ({
  resourceType: 'CodeSystem',
  ...head(url.split('/').at(-1) ?? 'system'),
  url,
  content: 'complete',
  language: 'da',
  concept: Object.entries(displays).map(([code, [display, value]]) => ({ code, display, designation: [{ language: 'en', value }] })),
})

export interface CompiledTestKnowledge {
  knowledge: Knowledge
  faults: FaultList
}

/** Compiles resources as if each were a file; `Library/facts` is added where it is missing. */
export function compileResources(...resources: readonly FhirResource[]): CompiledTestKnowledge {
  const hasFacts = resources.some(({ resourceType, id }) => resourceType === 'Library' && id === 'facts')
  const faults = new FaultList()
  const files: KnowledgeFile[] = deepFrozen(
    [...resources, ...(hasFacts ? [] : [library()])].map(resource => ({
      file: `fhir-resources/${resource.resourceType}/${resource.id}.json`,
      resource,
    })),
  )
  return { knowledge: compileKnowledge(files, faults, { profile: HOUSE }), faults }
}

/** Compiles sound knowledge. @throws Error with all faults when it has any. */
export function knowledgeOf(...resources: readonly FhirResource[]): Knowledge {
  const { knowledge, faults } = compileResources(...resources)
  if (faults.faults.length > 0) throw new Error(faults.faults.map(faultLine).join('\n'))
  return knowledge
}

/** Code and element of every fault. */
export const faultsIn = (...resources: readonly FhirResource[]): string[] =>
  compileResources(...resources).faults.faults.map(({ code, element }) => `${code} ${element}`)

export const planOf = (knowledge: Knowledge, id = 'plan'): CompiledPlan => {
  const found = knowledge.plan(id)
  if (!found) throw new Error(`no plan ${id}`)
  return found
}

export interface Call {
  records?: readonly object[]
  context?: Readonly<Record<string, unknown>>
  hook?: string
  language?: string
  userId?: string
  encounterId?: string
  planId?: string
  subject?: string
  /** Who asks, where the plan is applied with $apply. */
  proposer?: ApplyContext['proposer']
  /** What else the call lets its expressions see. */
  data?: Partial<ScopeData>
}

/** The scope of a call at the frozen clock; the records are frozen too. */
export function scopeOf(
  knowledge: Knowledge,
  { records = [], context = {}, planId, data: further = {} }: Call = {},
  explain = false,
): Scope {
  const data = {
    recordsOfType: recordsByType(deepFrozen([...records])),
    context: deepFrozen({ patientId: 'p1', ...context }),
    clock: clockAt(NOW, 'Europe/Copenhagen'),
    stopAt: performance.now() + 5_000,
    ...further,
  }
  return openScope(planOf(knowledge, planId).variables, data, explain)
}

/** Applies a plan of the knowledge to records. */
export function applyTo(knowledge: Knowledge, call: Call = {}): AppliedPlan {
  const { hook, language = 'da', userId, encounterId, planId, subject, proposer } = call
  return applyPlan(planOf(knowledge, planId), scopeOf(knowledge, call), {
    patientId: 'p1',
    language,
    terminology: knowledge.terminology,
    ...(hook !== undefined && { hook }),
    ...(userId !== undefined && { userId }),
    ...(encounterId !== undefined && { encounterId }),
    ...(subject !== undefined && { subject }),
    ...(proposer && { proposer }),
  })
}

/** The cards of what applies of the one plan of some knowledge. */
export function cardsIn(knowledge: Knowledge, group: RequestGroup, language: string): Card[] {
  const compiled = planOf(knowledge)
  const { terminology } = knowledge
  const context = {
    names: HOUSE.names,
    terminology,
    pageOf: () => undefined,
    hookInstance: 'h',
    language,
    plan: compiled.canonical,
    planSource: planSource(compiled, language, terminology),
    notRead: [],
  }
  return buildCards([{ group, context }])
}

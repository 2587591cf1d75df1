import type { CompiledMeasure, CompiledPlan, CompiledRequirement } from '../engine/knowledge/compiled.js'
import { clockAt } from '../engine/expression/clock.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { queriesFor } from '../patient-data/fill-template.js'
import { referredTypes } from '../patient-data/referred-codes.js'
import type { Question, RunChoices } from './plan.js'
import { RunError } from './run-error.js'

/** Plans that patients are asked about together: those of a service as its hook calls them, or one by itself. */
export interface Asked {
  service?: string
  hook?: string
  plans: readonly CompiledPlan[]
}

/** Plans that are asked for by name. */
type PlansAsked = Extract<Question, { plans: readonly string[] }>

/** The hook of the services that are asked where nobody chooses: it brings nothing but the patient. */
const USUAL_HOOK = 'patient-view'

/** The services that are asked where nobody chooses any. */
export const usualServices = ({ services }: LoadedKnowledge): string[] =>
  [...services.values()].filter(({ hook }) => hook === USUAL_HOOK).map(({ id }) => id)

/** What is asked by some names. @throws RunError that names what there is instead, where there is none of a name. */
export function askedOf({ services, plans }: PlansAsked, { services: all, knowledge }: LoadedKnowledge): Asked[] {
  const ofServices = services.map(id => {
    const service = all.get(id)
    if (!service) throw new RunError('COLUMNA_USAGE', `There is no service ${id}. There are ${[...all.keys()].join(', ') || 'none'}.`)
    return { service: id, hook: service.hook, plans: service.plans }
  })
  const byThemselves = plans.map(name => {
    const plan = knowledge.plan(name)
    if (!plan) throw new RunError('COLUMNA_USAGE', `There is no plan ${name}. Give the id or the canonical of a PlanDefinition.`)
    return { plans: [plan] }
  })
  const asked = [...ofServices, ...byThemselves]
  if (asked.length === 0)
    throw new RunError(
      'COLUMNA_USAGE',
      `There is no service of the hook ${USUAL_HOOK} that a plan in force stands behind. Choose others with --service or --plan, or set CDS_DRAFT_KNOWLEDGE=on.`,
    )
  return asked
}

/** Measures by id or canonical; all of the knowledge where none is named. @throws RunError where there is none. */
export function measuresOf(names: readonly string[], { knowledge }: LoadedKnowledge): CompiledMeasure[] {
  if (knowledge.measures.length === 0) throw new RunError('COLUMNA_USAGE', 'The knowledge holds no Measure.')
  if (names.length === 0) return [...knowledge.measures]
  return names.map(name => {
    const measure = knowledge.measure(name)
    if (measure) return measure
    const ids = knowledge.measures.map(({ resource }) => resource.id)
    throw new RunError('COLUMNA_USAGE', `There is no measure ${name}. There are ${ids.join(', ')}.`)
  })
}

/** What the answers to a question are read from. */
export const requirementsOf = (question: Question, loaded: LoadedKnowledge): CompiledRequirement[] =>
  question.measures
    ? measuresOf(question.measures, loaded).flatMap(({ requirements }) => requirements)
    : askedOf(question, loaded).flatMap(({ plans }) => plans.flatMap(plan => plan.requirements))

/** Types of the records that are read of each patient: what would be asked for where nothing is known but the patient. */
export function typesRead(requirements: readonly CompiledRequirement[], { now, timeZone }: Pick<RunChoices, 'now' | 'timeZone'>): string[] {
  const source = { context: { patientId: 'x' }, clock: clockAt(new Date(now), timeZone) }
  const read = requirements.filter(requirement => (queriesFor(requirement, source) ?? []).length > 0)
  return [...new Set(['Patient', ...read.map(({ type }) => type)])].sort()
}

/** Types of the records to which those of some types refer. */
export const typesReferredTo = (types: readonly string[]): string[] => [...new Set(types.flatMap(referredTypes))].sort()

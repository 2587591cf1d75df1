import type { ActivityDefinition } from 'fhir/r4.js'
import type { Variables } from '../expression/scope.js'
import type { CompiledAction, CompiledActivity, CompiledPlan } from './compiled.js'
import type { Cited } from './resource-index.js'

/** An ActivityDefinition that can be applied by itself. */
export interface ApplicableActivity {
  activity: CompiledActivity
  /** The plan whose facts its expressions see; undefined where no plan uses it and it sees those of its own libraries. */
  plan: CompiledPlan | undefined
  /** Environment variables that its expressions see. */
  variables: Variables
  /** Names of the input parameters that its libraries declare. */
  parameters: ReadonlySet<string>
  /** Types of whom it can be applied to. */
  subjects: readonly string[]
}

/**
 * The definitions of the knowledge by canonical and id, each as the plans that use it compiled it, in their order.
 * @param alone compiles one that no plan uses.
 */
export function activitiesByName(
  files: readonly Cited<ActivityDefinition>[],
  plans: readonly CompiledPlan[],
  subjectsOf: (definition: ActivityDefinition) => readonly string[],
  alone: (file: Cited<ActivityDefinition>) => Omit<ApplicableActivity, 'subjects' | 'plan'>,
): ReadonlyMap<string, readonly ApplicableActivity[]> {
  const used = plans.flatMap(plan => activitiesWithin(plan.actions).map(activity => ({ activity, plan })))
  const found = new Map<string, ApplicableActivity[]>()
  for (const file of files) {
    const { resource, url, canonical } = file
    const subjects = subjectsOf(resource)
    const inPlans = used
      .filter(({ activity }) => activity.resource === resource)
      .map(({ activity, plan }) => ({ activity, plan, variables: plan.variables, parameters: plan.parameters, subjects }))
    const applicable = inPlans.length > 0 ? inPlans : [{ ...alone(file), plan: undefined, subjects }]
    for (const name of [url, canonical, resource.id]) if (name !== undefined) found.set(name, applicable)
  }
  return found
}

/** Definitions that actions name themselves; those of plans within belong to those plans. */
const activitiesWithin = (actions: readonly CompiledAction[]): CompiledActivity[] =>
  actions.flatMap(({ definition, actions: children }) => [
    ...(definition?.kind === 'activity' ? [definition.activity] : []),
    ...activitiesWithin(children),
  ])

import type { PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'

const UNKNOWN_TO_GROUPS = ['transform', 'reason', 'output', 'subjectCodeableConcept', 'subjectReference'] as const satisfies readonly (keyof PlanDefinitionAction)[]

/** Elements that an action states and no RequestGroup can hold, or that point to nothing in the plan. */
export function elementsNotCarried(action: PlanDefinitionAction, plan: PlanDefinition): string[] {
  const ids = idsIn(plan)
  const goals = new Set((plan.goal ?? []).map(({ id }) => id))
  return [
    ...UNKNOWN_TO_GROUPS.filter(name => action[name] !== undefined),
    ...(action.relatedAction ?? []).flatMap(({ actionId }, index) => (ids.has(actionId) ? [] : [`relatedAction[${index}]`])),
    ...(action.goalId ?? []).flatMap((goal, index) => (goals.has(goal) ? [] : [`goalId[${index}]`])),
    ...(action.participant ?? []).flatMap(({ type, role }, index) => (type === 'patient' || type === 'practitioner' || role?.text || role?.coding?.[0]?.display ? [] : [`participant[${index}]`])),
  ]
}

const known = new WeakMap<PlanDefinition, ReadonlySet<string>>()

function idsIn(plan: PlanDefinition): ReadonlySet<string> {
  const before = known.get(plan)
  if (before) return before
  const ids = new Set(idsWithin(plan.action))
  known.set(plan, ids)
  return ids
}

const idsWithin = (actions: readonly PlanDefinitionAction[] = []): string[] => actions.flatMap(({ id, action }) => [...(id === undefined ? [] : [id]), ...idsWithin(action)])

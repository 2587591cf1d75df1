import type { PlanDefinitionAction } from 'fhir/r4.js'

/** An action with the id by which answers name it. */
export interface ActionWithId {
  action: PlanDefinitionAction
  id: string
  /** Whether its author gave it, and to no other action of the plan before. */
  isOwn: boolean
  below: ActionWithId[]
}

/**
 * Gives every action an id of its own. One without, or with the id of an action before it, is named after its place,
 * such as `action-1.2` for the second action of the first, so that its name stays while the plan does.
 */
export function withIds(actions: readonly PlanDefinitionAction[] = []): ActionWithId[] {
  const given = new Set(idsWithin(actions))
  const taken = new Set<string>()
  const made = (place: string): string => {
    let id = `action-${place}`
    while (given.has(id) || taken.has(id)) id += '-'
    return id
  }
  const named = (action: PlanDefinitionAction, place: string): ActionWithId => {
    const isOwn = Boolean(action.id) && !taken.has(action.id ?? '')
    const id = isOwn ? (action.id ?? '') : made(place)
    taken.add(id)
    return { action, id, isOwn, below: (action.action ?? []).map((child, index) => named(child, `${place}.${index + 1}`)) }
  }
  return actions.map((action, index) => named(action, `${index + 1}`))
}

/** Ids that authors gave to actions and to those below them. */
export const idsWithin = (actions: readonly PlanDefinitionAction[] = []): string[] =>
  actions.flatMap(({ id, action = [] }) => [...(id ? [id] : []), ...idsWithin(action)])

import type { Explanation, ToldAction } from '../../src/calls/explain-call.js'

/** An explanation with the actions that are told once, below the first action that they stand below, standing below each of them. */
export function toldEverywhere(explanation: Explanation): Explanation {
  return { ...explanation, plans: explanation.plans.map(plan => ({ ...plan, actions: everywhere(plan.actions, new Map()) })) }
}

/** @param told what was told below an action before, by its id. */
const everywhere = (actions: readonly ToldAction[], told: Map<string, ToldAction[]>): ToldAction[] =>
  actions.map(({ toldAt, ...action }) => {
    const below = toldAt === undefined ? everywhere(action.actions, told) : (told.get(toldAt) ?? [])
    told.set(action.id, below)
    return { ...action, actions: below }
  })

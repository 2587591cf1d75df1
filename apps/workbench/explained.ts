import { createContext } from 'preact'
import type { Explanation, ToldAction } from '../../src/calls/explain-call.js'
import type { FhirResource } from 'fhir/r4.js'

/** What the parts of an explanation need of all of it. */
export interface Explained {
  explanation: Explanation
  /** A resource that lies behind an answer; undefined where it cannot be had. */
  resource: (reference: string) => Promise<FhirResource | undefined>
  /** Asks all that there is of an action: its conditions, the facts behind its facts, what stands below it though it does not apply. @throws Refused */
  askWhole: (actionId: string) => Promise<Explanation>
  /** Where the page of a recommendation is; undefined where there is none. */
  pageOf: (plan: string, actionId: string) => string | undefined
}

/** The explanation that is being looked at. */
export const ExplainedContext = createContext<Explained | undefined>(undefined)

/** Actions as a reader sees them: a group without a title or a condition is only what it holds. */
export const shownActions = (actions: readonly ToldAction[]): ToldAction[] =>
  actions.flatMap(action => {
    const isFrame = action.title === undefined && action.conditions.length === 0 && action.actions.length > 0
    return isFrame ? shownActions(action.actions) : [action]
  })

/** Every action of an explanation with the canonical of its plan, those within others after them. */
export function* allActions(explanation: Pick<Explanation, 'plans'>): Generator<{ plan: string; action: ToldAction }> {
  for (const { plan, actions } of explanation.plans) yield* within(plan, actions)
}

function* within(plan: string, actions: readonly ToldAction[]): Generator<{ plan: string; action: ToldAction }> {
  for (const action of actions) {
    yield { plan, action }
    yield* within(plan, action.actions)
  }
}

/** The action of an id. */
export const actionOfId = (explanation: Pick<Explanation, 'plans'>, wanted: string): ToldAction | undefined => {
  for (const { action } of allActions(explanation)) if (action.id === wanted) return action
  return undefined
}

/** The action of a card. */
export function actionOfCard(explanation: Pick<Explanation, 'plans'>, card: string): { plan: string; action: ToldAction } | undefined {
  for (const found of allActions(explanation)) if (found.action.card === card) return found
  return undefined
}

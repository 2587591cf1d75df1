import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import type { Explanation, ToldAction, ToldCondition } from '../../src/calls/explain-call.js'
import type { OpenQuestions } from '../../src/calls/open-questions.js'

/** An action of a plan, as the service told it. */
export interface PlacedAction {
  action: ToldAction
  /** Id of its plan. */
  plan: string
}

/** Id of a plan by its canonical, which ends with it and perhaps a version. */
const planId = (canonical: string): string => canonical.split('|', 1)[0]?.split('/').at(-1) ?? ''

/** The actions that can each become a card: of a group, those within it. */
export const cardActions = ({ plans }: Explanation): PlacedAction[] =>
  plans.flatMap(({ plan, actions }) => actions.flatMap(each => ungrouped(each)).map(action => ({ action, plan: planId(plan) })))

const ungrouped = (action: ToldAction): readonly ToldAction[] =>
  action.actions.some(isTop) ? action.actions.filter(isTop).flatMap(ungrouped) : [action]

/** Of what can become a card it is told whether it did, or why not. */
const isTop = ({ card, noCardBecause, actions }: ToldAction): boolean =>
  card !== undefined || noCardBecause !== undefined || actions.some(isTop)

/** The action of an id, or the one that it stands below. */
export const actionNamed = (explanation: Explanation, id: string): PlacedAction | undefined =>
  cardActions(explanation).find(({ action }) => holds(action, id))

const holds = (action: ToldAction, id: string): boolean => action.id === id || action.actions.some(each => holds(each, id))

/** Most near misses that a reader goes through. */
const MOST = 5

/**
 * What nearly became a card at this hook: what cannot be told before what is not so, and of either the nearest first. What
 * shares nothing with the patient, since none of its conditions is met, is left out.
 */
export function nearMisses(explanations: readonly Explanation[], most = MOST): PlacedAction[] {
  const near = explanations
    .flatMap(cardActions)
    .filter(
      ({ action: { listensToHook, card, shownOn, applies, met } }) =>
        listensToHook && card === undefined && shownOn === undefined && met > 0 && (applies === 'cannot-tell' || applies === 'no'),
    )
  return near.sort((one, other) => distance(one.action) - distance(other.action)).slice(0, most)
}

/** Beyond any number of conditions that an action has. */
const FAR = 1_000

const distance = ({ applies, met, of }: ToldAction): number => (applies === 'cannot-tell' ? 0 : FAR) + (of - met) - met / FAR

/** What cannot be told of an action and of what stands below it, each once. */
export const untold = (action: ToldAction): string[] => [
  ...new Set(conditionsIn(action).flatMap(({ answer, description }) => (answer === 'cannot-tell' ? [description] : []))),
]

const conditionsIn = ({ conditions, actions }: ToldAction): ToldCondition[] => [...conditions, ...actions.flatMap(conditionsIn)]

/** The texts of the questions whose answers could decide an action, acute signs first. */
export function questionsFor({ items, questionnaires }: OpenQuestions, { plan, action }: PlacedAction): string[] {
  const deciding = items.filter(({ actions }) => actions.some(each => each.action === action.id && planId(each.plan) === plan))
  return [...new Set(deciding.flatMap(({ questionnaire, linkId }) => textOf(questionnaires, questionnaire, linkId) ?? []))]
}

function textOf(questionnaires: readonly Questionnaire[], url: string, linkId: string): string | undefined {
  const items = questionnaires.find(each => each.url === url)?.item ?? []
  return itemsIn(items).find(each => each.linkId === linkId)?.text
}

const itemsIn = (items: readonly QuestionnaireItem[]): QuestionnaireItem[] => items.flatMap(each => [each, ...itemsIn(each.item ?? [])])

/** A title without the places of what is computed at its end. */
export const plainTitle = ({ title = '' }: ToldAction): string => title.replace(/:\s*…$/, '')

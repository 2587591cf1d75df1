import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import type { Explanation, ToldAction, ToldCondition } from '../../src/calls/explain-call.js'
import type { OpenQuestions } from '../../src/calls/open-questions.js'
import { cardActions, type PlacedAction } from '../shared/near-misses.js'

/** Id of a plan by its canonical, which ends with it and perhaps a version. */
export const planId = (canonical: string): string => canonical.split('|', 1)[0]?.split('/').at(-1) ?? ''

/** The action of an id, or the one that it stands below. */
export const actionNamed = (explanation: Explanation, id: string): PlacedAction | undefined =>
  cardActions(explanation).find(({ action }) => holds(action, id))

const holds = (action: ToldAction, id: string): boolean => action.id === id || action.actions.some(each => holds(each, id))

/** What cannot be told of an action and of what stands below it, each once. */
export const untold = (action: ToldAction): string[] => [
  ...new Set(conditionsIn(action).flatMap(({ answer, description }) => (answer === 'cannot-tell' ? [description] : []))),
]

const conditionsIn = ({ conditions, actions }: ToldAction): ToldCondition[] => [...conditions, ...actions.flatMap(conditionsIn)]

/** The texts of the questions whose answers could decide an action, acute signs first. */
export function questionsFor({ items, questionnaires }: OpenQuestions, { plan, action }: PlacedAction): string[] {
  const deciding = items.filter(({ actions }) => actions.some(each => each.action === action.id && planId(each.plan) === planId(plan)))
  return [...new Set(deciding.flatMap(({ questionnaire, linkId }) => textOf(questionnaires, questionnaire, linkId) ?? []))]
}

function textOf(questionnaires: readonly Questionnaire[], url: string, linkId: string): string | undefined {
  const items = questionnaires.find(each => each.url === url)?.item ?? []
  return itemsIn(items).find(each => each.linkId === linkId)?.text
}

const itemsIn = (items: readonly QuestionnaireItem[]): QuestionnaireItem[] => items.flatMap(each => [each, ...itemsIn(each.item ?? [])])

/** A title without the places of what is computed at its end. */
export const plainTitle = ({ title = '' }: ToldAction): string => title.replace(/:\s*…$/, '')

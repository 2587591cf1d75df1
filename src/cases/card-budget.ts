import type { Card } from '../cds-hooks/types.js'
import { ANSWER_BUDGET } from '../engine/cards/budget.js'
import { charactersOf, excessesOf, measureCard, type Excess } from '../engine/cards/measure-card.js'
import { stableUuid } from '../engine/cards/uuid.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import type { Recording } from './record.js'
import { HOOK_INSTANCE } from './run.js'

/** What cards ask of their readers, over the answers to clinical cases. */

/** The kinds of answers that have a limit each. */
export type AnswerKind = keyof typeof ANSWER_BUDGET

/** The answer to a case. */
export interface MeasuredAnswer {
  /** `file: name` of the case. */
  name: string
  /** Undefined where a case calls services of several hooks, whose answers nobody reads as one. */
  kind: AnswerKind | undefined
  cards: readonly Card[]
  characters: number
  bullets: number
}

/** Something beyond its limit: of a card, or of a whole answer. */
export interface Overrun {
  /** Ids of the applied plans that the cards came of. */
  plans: readonly string[]
  /** Id of the action; of a whole answer its kind. */
  action: string
  of: Excess['of'] | 'cards' | 'characters'
  found: number
  limit: number
  case: string
}

/** Answers as they are measured. @param names of the cases, in the order of the recording. */
export function measuredAnswers(
  { cases }: Pick<Recording, 'cases'>,
  names: readonly string[],
  services: LoadedKnowledge['services'],
): MeasuredAnswer[] {
  return cases.map(({ answered: { cards }, asked }, index) => ({
    name: names[index] ?? `case ${index + 1}`,
    kind: kindOf(
      asked.map(({ service }) => service),
      services,
    ),
    cards,
    characters: sum(cards.map(charactersOf)),
    bullets: sum(cards.map(card => measureCard(card).bullets)),
  }))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** Which limit holds for the answers of these services together. */
export function kindOf(called: readonly string[], services: LoadedKnowledge['services']): AnswerKind | undefined {
  const [hook, ...others] = new Set(called.map(id => services.get(id)?.hook))
  if (hook === undefined || others.length > 0) return undefined
  return hook === 'patient-view' || hook === 'encounter-start' ? hook : 'order'
}

/** Everything beyond a limit, of single cards and of whole answers. */
export function overruns(
  answers: readonly MeasuredAnswer[],
  { terminology }: LoadedKnowledge['knowledge'],
  actionOf: (card: Card) => string,
): Overrun[] {
  const { knowledge } = terminology.names.card
  return answers.flatMap(({ name, kind, cards, characters }) => {
    const plans = cards.map(card => planOf(card, knowledge))
    const ofCards = cards.flatMap((card, index) =>
      excessesOf(card, terminology).map(excess => ({ plans: [plans[index] ?? ''], action: actionOf(card), ...excess, case: name })),
    )
    const found = { cards: cards.length, characters }
    const ofAnswer = (['cards', 'characters'] as const).flatMap(of =>
      kind !== undefined && found[of] > ANSWER_BUDGET[kind][of]
        ? [{ plans: [...new Set(plans)], action: kind, of, found: found[of], limit: ANSWER_BUDGET[kind][of], case: name }]
        : [],
    )
    return [...ofCards, ...ofAnswer]
  })
}

/** Id of the plan that was applied for a card. */
export const planOf = ({ extension = {} }: Card, member: string): string =>
  String(extension[member] ?? '')
    .replace(/\|.*/, '')
    .replace(/.*\//, '')

/** Finds the action that a card of a case came of, by what its uuid is made of; empty for a card that the service makes itself. */
export function actionFinder({ places }: Pick<Recording, 'places'>, member: string): (card: Card) => string {
  const idsByPlan = new Map<string, string[]>()
  for (const { plan, id } of Object.values(places).flat()) idsByPlan.set(plan, [...(idsByPlan.get(plan) ?? []), id])
  const known = new Map<string, string>()
  return card => {
    const canonical = String(card.extension?.[member] ?? '')
    const before = known.get(card.uuid)
    if (before !== undefined) return before
    const id = idsByPlan.get(planOf(card, member))?.find(each => stableUuid(HOOK_INSTANCE, canonical, each) === card.uuid) ?? ''
    known.set(card.uuid, id)
    return id
  }
}

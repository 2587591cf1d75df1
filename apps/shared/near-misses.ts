import type { Explanation, ToldAction } from '../../src/calls/explain-call.js'

/** An action of a plan, as the service told it. */
export interface PlacedAction {
  /** Canonical of its plan. */
  plan: string
  action: ToldAction
}

/** A card that did not come, and by how little. */
export interface NearMiss extends PlacedAction {
  /** Whether it speaks of what is being ordered. */
  isAboutOrder: boolean
}

type Explained = Pick<Explanation, 'plans' | 'facts'>

/** The actions that can each become a card: of a group, those within it. */
export const cardActions = ({ plans }: Pick<Explanation, 'plans'>): PlacedAction[] =>
  plans.flatMap(({ plan, actions }) => actions.flatMap(ungrouped).map(action => ({ plan, action })))

const ungrouped = (action: ToldAction): readonly ToldAction[] =>
  action.actions.some(isTop) ? action.actions.filter(isTop).flatMap(ungrouped) : [action]

/** Of what can become a card it is told whether it did, or why not. */
const isTop = ({ card, noCardBecause, actions }: ToldAction): boolean =>
  card !== undefined || noCardBecause !== undefined || actions.some(isTop)

/**
 * The cards that came closest at this hook, closest first: those about what is being ordered, then those that one cannot tell,
 * which an answer can still decide, before those that are refused, then those with fewest conditions missing. What shares
 * nothing with the patient is left out: of its conditions none is met, and one is refused.
 * @param explanations what each service told of the same moment.
 * @param drafts references of what is being ordered.
 * @param most how many are told.
 */
export function nearMisses(explanations: readonly Explained[], drafts: readonly string[] = [], most = 5): NearMiss[] {
  return explanations
    .flatMap(explained =>
      cardActions(explained)
        .filter(({ action }) => isNear(action))
        .map(placed => ({ ...placed, isAboutOrder: drafts.length > 0 && restsOn(placed.action, explained.facts, drafts) })),
    )
    .sort((one, other) => byDistance(distanceOf(one), distanceOf(other)))
    .slice(0, most)
}

const isNear = ({ listensToHook, card, shownOn, applies, met, of }: ToldAction): boolean =>
  listensToHook && card === undefined && shownOn === undefined && (applies === 'cannot-tell' || (applies === 'no' && met > 0 && met < of))

/** Numbers by which misses are ordered, the first that differs decides. */
const distanceOf = ({ action: { applies, met, of }, isAboutOrder }: NearMiss): readonly number[] => [
  isAboutOrder ? 0 : 1,
  applies === 'cannot-tell' ? 0 : 1,
  of - met,
  -met,
]

function byDistance(one: readonly number[], other: readonly number[]): number {
  const differing = one.findIndex((value, index) => value !== other[index])
  return differing < 0 ? 0 : (one[differing] ?? 0) - (other[differing] ?? 0)
}

/** Whether a condition that is met asks for facts that are made of one of these resources; what lies further behind is shared by many. */
function restsOn({ conditions }: ToldAction, facts: Explained['facts'], references: readonly string[]): boolean {
  const isOne = (resources: readonly string[]) => resources.some(each => references.includes(each))
  return conditions.some(
    ({ answer, resources, facts: named }) =>
      answer === 'yes' && (isOne(resources) || named.some(name => isOne(facts[name]?.resources ?? []))),
  )
}

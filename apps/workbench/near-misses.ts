import type { Explanation, ToldAction, ToldCondition } from '../../src/calls/explain-call.js'

/** A card that did not come, and by how little. */
export interface NearMiss {
  /** Canonical of the plan in which it stands. */
  plan: string
  action: ToldAction
  /** Conditions that are not answered yes. */
  unmet: readonly ToldCondition[]
  /** Whether it speaks of what is being ordered. */
  isAboutOrder: boolean
}

type Explained = Pick<Explanation, 'plans' | 'facts'>

/**
 * The cards that came closest, closest first: those about what is being ordered, then those that one cannot tell before
 * those that are refused, then those with fewest conditions missing.
 * @param drafts references of what is being ordered.
 * @param most how many are told.
 */
export function nearMisses(explained: Explained, drafts: readonly string[], most = 5): NearMiss[] {
  const candidates = explained.plans.flatMap(({ plan, actions }) =>
    actions.flatMap(withoutCard).map(action => ({
      plan,
      action,
      unmet: action.conditions.filter(({ answer }) => answer !== 'yes'),
      isAboutOrder: drafts.length > 0 && restsOn(action, explained.facts, drafts),
    })),
  )
  return candidates
    .filter(({ action, unmet }) => action.listensToHook && unmet.length > 0)
    .sort((one, other) => byDistance(distanceOf(one), distanceOf(other)))
    .slice(0, most)
}

/** Actions that could have had a card and say why they have none; of groups those within. */
function withoutCard(action: ToldAction): ToldAction[] {
  const within = action.actions.flatMap(withoutCard)
  if (within.length > 0) return within
  return action.noCardBecause === undefined ? [] : [action]
}

/** Numbers by which misses are ordered, the first that differs decides. */
const distanceOf = ({ action, unmet, isAboutOrder }: NearMiss): readonly number[] => [
  isAboutOrder ? 0 : 1,
  unmet.every(({ answer }) => answer === 'cannot-tell') ? 0 : 1,
  unmet.length,
  -action.met,
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

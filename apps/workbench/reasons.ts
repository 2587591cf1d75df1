import type { Explanation, ToldAction, ToldCondition } from '../../src/calls/explain-call.js'
import { memberOf } from '../shared/extension.js'

/** Why an action has no card, in a form that words can be made of. */
export type Reason =
  | { kind: 'other hook' }
  | { kind: 'told before'; since: string }
  | { kind: 'held back'; held: HeldBack }
  | { kind: 'page only'; because?: string }
  | { kind: 'condition'; answer: Exclude<ToldCondition['answer'], 'yes'>; description: string }
  | { kind: 'other'; text: string }

/** What stays away since a user answered it before, as an answer tells it. */
export interface HeldBack {
  plan: string
  action: string
  summary: string
  point: string
  outcome: 'accepted' | 'overridden'
  reason?: string
  since: string
  until: string
}

type Told = Pick<Explanation, 'response'>

/** What of an answer is silent since a user answered it before. */
export const heldBackIn = ({ response }: Told): readonly HeldBack[] => memberOf(response.extension, 'held-back') ?? []

/** Info cards that are not repeated since this user was shown the same on an earlier day. */
export const toldBeforeIn = ({ response }: Told): readonly { plan: string; action: string; summary: string; since: string }[] =>
  memberOf(response.extension, 'already-told') ?? []

/** Why an action of a plan has no card; undefined where it has one, or stands within one that says it. */
export function reasonFor(action: ToldAction, plan: string, told: Told): Reason | undefined {
  const { noCardBecause, listensToHook, shownOn, onlyOnPage } = action
  if (noCardBecause === undefined) return undefined
  const isThis = (each: { plan: string; action: string }) => each.plan === plan && each.action === action.id
  const [held, before] = [heldBackIn(told).find(isThis), toldBeforeIn(told).find(isThis)]
  const deciding = decidingIn(action)
  if (!listensToHook) return { kind: 'other hook' }
  if (before) return { kind: 'told before', since: before.since }
  if (held) return { kind: 'held back', held }
  if (deciding) return { kind: 'condition', answer: deciding.answer, description: deciding.description }
  if (shownOn === 'page') return { kind: 'page only' }
  if (onlyOnPage?.answer === 'yes') return { kind: 'page only', because: onlyOnPage.description }
  return { kind: 'other', text: noCardBecause }
}

type Unmet = ToldCondition & { answer: Exclude<ToldCondition['answer'], 'yes'> }

const isUnmet = (condition: ToldCondition): condition is Unmet => condition.answer !== 'yes'

/** The condition that decides against an action: a no or an error goes before what one cannot tell. */
function decidingIn({ conditions }: ToldAction): Unmet | undefined {
  const unmet = conditions.filter(isUnmet)
  return unmet.find(({ answer }) => answer !== 'cannot-tell') ?? unmet[0]
}

import type { HeldBack } from '../../cds-hooks/types.js'
import { INDICATOR } from '../knowledge/indicators.js'
import type { AppliedGroup, CardAction } from './build-cards.js'
import { decisionPointsWithin } from './card-extension.js'
import type { PlanAnswer } from './plan-answer.js'
import { onCards } from './shown-on.js'
import { toldCard } from './told-card.js'

/** An answer to a card by which its recommendation is silent, as far as a reader is told of it. */
export type ToldSilence = Pick<HeldBack, 'point' | 'outcome' | 'reason' | 'since' | 'until'>

/** A recommendation that stays away, and the card that it would stand on. */
export interface SilentCard {
  card: CardAction
  /** Whether nothing is left of the card. */
  isWhole: boolean
  told: HeldBack
}

/** Whether of what applies some critical card stays away, or is none any more. */
export function hidesCritical(loud: readonly PlanAnswer[], quiet: readonly PlanAnswer[]): boolean {
  const shown = new Set(criticalOf(quiet))
  return criticalOf(loud).some(action => !shown.has(action))
}

const criticalOf = (answers: readonly PlanAnswer[]): string[] =>
  answers.flatMap(({ plan, requestGroup: { action = [] } }) =>
    action
      .filter(({ priority = 'routine' }) => INDICATOR[priority] === 'critical')
      .map(({ id = '' }) => JSON.stringify([plan.canonical, id])),
  )

/**
 * What stays away since a user answered it before: the recommendations that would stand on a card without the silences and
 * for which no card of the answer speaks, each with the answer that silences it longest.
 * @param loud of which cards would come without any silence. @param quiet what applies with them.
 */
export function silentCards(loud: readonly CardAction[], quiet: readonly AppliedGroup[], silences: readonly ToldSilence[]): SilentCard[] {
  // What only a page is left to say is seen by nobody who looks at the cards.
  const left = quiet.flatMap(({ group, context }) => onCards(group.action, context).map(action => ({ action, context })))
  const spoken = new Set(left.flatMap(pointsOf))
  const names = new Set(left.map(nameOf))
  return longestOf(silences)
    .filter(({ point }) => !spoken.has(point))
    .flatMap(silence => {
      const card = cardFor(silence.point, loud)
      return card ? [{ card, isWhole: !names.has(nameOf(card)), told: toldOf(card, silence) }] : []
    })
}

/** Of several answers by which a decision point is silent the one that lasts; of those that last as long the newest. */
function longestOf(silences: readonly ToldSilence[]): ToldSilence[] {
  const longest = new Map<string, ToldSilence>()
  for (const silence of silences) if ((longest.get(silence.point)?.until ?? '') <= silence.until) longest.set(silence.point, silence)
  return [...longest.values()]
}

type Named = Pick<CardAction, 'action' | 'context'>

const pointsOf = ({ action, context: { names } }: Named): string[] => decisionPointsWithin(action, names)

const nameOf = ({ action, context }: Named): string => JSON.stringify([context.plan, action.id])

/** The card that a decision point leads, else one that it stands on. */
const cardFor = (point: string, cards: readonly CardAction[]): CardAction | undefined =>
  cards.find(card => pointsOf(card)[0] === point) ?? cards.find(card => pointsOf(card).includes(point))

const toldOf = (card: CardAction, { point, outcome, reason, since, until }: ToldSilence): HeldBack => ({
  ...toldCard(card),
  point,
  outcome,
  ...(reason !== undefined && { reason }),
  since,
  until,
})

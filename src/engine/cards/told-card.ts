import type { AlreadyTold, HeldBack } from '../../cds-hooks/types.js'
import { sourceOf, titleOf, type CardAction } from './build-cards.js'
import { summaryOf } from './summary.js'

/** What is told of every card that stays away: which action it is of, its family and its headline. */
export function toldCard({
  action,
  context,
}: Pick<CardAction, 'action' | 'context'>): Pick<AlreadyTold & HeldBack, 'plan' | 'action' | 'topic' | 'summary'> {
  const topic = sourceOf(action, context).topic?.code
  return {
    plan: context.plan,
    action: action.id ?? '',
    ...(topic !== undefined && { topic }),
    summary: summaryOf(titleOf(action, context)).summary,
  }
}

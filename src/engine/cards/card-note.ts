import type { Action, CardNote } from '../../cds-hooks/types.js'
import { sourceOf, type CardAction } from './build-cards.js'
import { decisionPointsWithin } from './card-extension.js'
import { stableUuid } from './uuid.js'

/**
 * What is kept on record of a card.
 * @param heldBack why it was not answered, where it was not.
 */
export function noteOf({ action, context, indicator, offers }: CardAction, heldBack?: string): CardNote {
  const topic = sourceOf(action, context).topic?.code
  const id = action.id ?? ''
  return {
    uuid: stableUuid(context.hookInstance, context.plan, id),
    plan: context.plan,
    action: id,
    points: [...new Set(decisionPointsWithin(action, context.names))],
    ...(topic !== undefined && { topic }),
    indicator,
    suggestions: offers().suggestions.map(({ uuid, actions = [] }) => ({ uuid, does: actions.map(doneBy) })),
    ...(heldBack !== undefined && { heldBack }),
  }
}

const doneBy = ({ type, resource, resourceId }: Action): string =>
  `${type} ${resource?.resourceType ?? resourceId?.split('/')[0] ?? ''}`.trim()

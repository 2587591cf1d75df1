import type { RequestGroup } from 'fhir/r4.js'
import type { Indicator } from '../../cds-hooks/types.js'
import { isOnlyOnPage, type KnowledgeNames } from '../model/names.js'
import { indicatorOf } from './build-cards.js'
import { decisionPointsWithin } from './card-extension.js'

/** What speaks of a plan for a patient, without its words. */
export interface SpokenAction {
  action: string
  /** Decision points of the action and of all below it, the headline first. */
  points: string[]
  indicator: Indicator
  /** Whether only its page shows it, and no card. */
  onPage?: true
}

/** The top-level actions of a plan that apply: each is a card of its own, or a section of a page. */
export const spokenActions = ({ action: actions = [] }: RequestGroup, names: KnowledgeNames): SpokenAction[] =>
  actions.map(action => ({
    action: action.id ?? '',
    points: [...new Set(decisionPointsWithin(action, names))],
    indicator: indicatorOf(action),
    ...(isOnlyOnPage(action, names) && { onPage: true as const }),
  }))

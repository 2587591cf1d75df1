import type { RequestGroup, RequestGroupAction } from 'fhir/r4.js'
import { isOnlyOnPage, type KnowledgeNames } from '../model/names.js'
import { decisionPointsWithin } from './card-extension.js'

/** Those of some actions that a card shows. */
export const onCards = (actions: readonly RequestGroupAction[] = [], { names }: { names: KnowledgeNames }): RequestGroupAction[] =>
  actions.filter(action => !isOnlyOnPage(action, names))

/** Decision points of the actions of which no card comes, since only their pages show them. */
export const pointsOnPages = ({ action = [] }: RequestGroup, names: KnowledgeNames): string[] =>
  action.filter(each => isOnlyOnPage(each, names)).flatMap(each => decisionPointsWithin(each, names))

import type { FhirResource, Reference, RequestGroupAction } from 'fhir/r4.js'
import type { Action, Suggestion } from '../../cds-hooks/types.js'
import type { CardContext } from './card-context.js'
import { onCards } from './shown-on.js'
import { stableUuid } from './uuid.js'

/** FHIR selection behaviours as CDS Hooks knows them; `all` kinds become one suggestion instead. */
const SELECTION = {
  any: 'any',
  'one-or-more': 'any',
  'at-most-one': 'at-most-one',
  'exactly-one': 'at-most-one',
  all: 'all',
  'all-or-none': 'all',
} as const satisfies Record<NonNullable<RequestGroupAction['selectionBehavior']>, string>

/** Types of action by the code of R4's action-type. */
const ACTION_TYPE: Readonly<Record<string, Action['type']>> = { create: 'create', update: 'update', remove: 'delete' }

/** What a card suggests, and how many of it can be taken. */
export interface Offers {
  suggestions: Suggestion[]
  selectionBehavior: 'any' | 'at-most-one'
}

/** Works out what the card of an action suggests. @param resources what the action proposes, by the reference that names it. */
export function suggestionsOf(action: RequestGroupAction, resources: ReadonlyMap<string, FhirResource>, context: CardContext): Offers {
  const own = proposes(action) ? [withoutChildren(action)] : []
  const children = [...own, ...onCards(action.action, context).filter(yieldsResource)]
  const behavior = SELECTION[action.selectionBehavior ?? 'any']
  if (behavior === 'all') return { suggestions: together(action, children, resources, context), selectionBehavior: 'at-most-one' }
  const suggestions = children.map(child => suggestionOf(action, child, resources, context))
  return { suggestions: behavior === 'any' ? suggestions : recommendingOne(suggestions), selectionBehavior: behavior }
}

/** Where at most one suggestion can be taken, at most one can be recommended: the first. */
function recommendingOne(suggestions: readonly Suggestion[]): Suggestion[] {
  const first = suggestions.find(({ isRecommended }) => isRecommended)
  return suggestions.map(suggestion => {
    const { isRecommended: _, ...others } = suggestion
    return suggestion === first ? suggestion : others
  })
}

/** A card whose own action yields a resource suggests that resource. */
function withoutChildren(action: RequestGroupAction): RequestGroupAction {
  const { action: _, ...alone } = action
  return alone
}

/** All children as one suggestion, since they only make sense together. */
function together(
  action: RequestGroupAction,
  children: readonly RequestGroupAction[],
  resources: ReadonlyMap<string, FhirResource>,
  context: CardContext,
): Suggestion[] {
  if (children.length === 0) return []
  const isRecommended = [action, ...children].some(({ precheckBehavior }) => precheckBehavior === 'yes')
  return [
    {
      label: [...new Set(children.map(({ title }) => title))].filter(title => title).join(' + ') || labelOf(action, context),
      uuid: stableUuid(context.hookInstance, context.plan, action.id ?? '', 'all'),
      ...(isRecommended && { isRecommended }),
      actions: children.flatMap(child => actionsOf(child, resources)),
    },
  ]
}

const labelOf = (action: RequestGroupAction, { planSource }: CardContext): string =>
  action.title || action.textEquivalent || planSource.label

function suggestionOf(
  card: RequestGroupAction,
  action: RequestGroupAction,
  resources: ReadonlyMap<string, FhirResource>,
  context: CardContext,
): Suggestion {
  return {
    label: labelOf(action, context),
    uuid: stableUuid(context.hookInstance, context.plan, card.id ?? '', action.id ?? ''),
    ...(action.precheckBehavior === 'yes' && { isRecommended: true }),
    actions: actionsOf(action, resources),
  }
}

function actionsOf(action: RequestGroupAction, resources: ReadonlyMap<string, FhirResource>): Action[] {
  const own = proposes(action) ? [actionOf(action, action.resource.reference, resourceAt(action.resource, resources))] : []
  return [...own, ...(action.action ?? []).flatMap(child => actionsOf(child, resources))]
}

/** The contained resource that a reference names, under the id by which the EHR knows it. */
function resourceAt({ reference = '', identifier }: Reference, resources: ReadonlyMap<string, FhirResource>): FhirResource | undefined {
  const resource = resources.get(reference)
  return resource && identifier?.value !== undefined ? { ...resource, id: identifier.value } : resource
}

/** An action on a contained resource, or the removal of the order that `reference` names. */
function actionOf(action: RequestGroupAction, reference: string, resource: FhirResource | undefined): Action {
  const type = ACTION_TYPE[action.type?.coding?.[0]?.code ?? 'create'] ?? 'create'
  const description = action.description ?? action.title ?? action.id ?? type
  if (type === 'delete') return { type, description, resourceId: resource ? `${resource.resourceType}/${resource.id}` : reference }
  if (type === 'update' || !resource) return { type, description, ...(resource && { resource }) }
  // A resource to be created gets its id from the EHR; the one it has is its place in the RequestGroup.
  const { id: _, ...draft } = resource
  return { type, description, resource: draft }
}

/** Whether an action proposes something that a client can carry out: a resource that the answer contains, or the removal of an order. An address elsewhere is neither. */
const proposes = (action: RequestGroupAction): action is RequestGroupAction & { resource: { reference: string } } => {
  const { reference = '' } = action.resource ?? {}
  return reference.startsWith('#') || (reference !== '' && action.type?.coding?.[0]?.code === 'remove')
}

/** Whether an action or one within it yields a resource. */
export const yieldsResource = (action: RequestGroupAction): boolean => proposes(action) || (action.action ?? []).some(yieldsResource)

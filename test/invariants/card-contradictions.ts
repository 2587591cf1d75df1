import type { Coding, FhirResource } from 'fhir/r4.js'
import { stableUuid } from '../../src/engine/cards/uuid.js'
import type { Action, Card, HookRequest } from '../../src/cds-hooks/types.js'
import type { CompiledAction } from '../../src/engine/knowledge/compiled.js'
import { extensionOf } from '../../src/engine/model/extensions.js'
import { EXTENSION } from '../support/house.js'
import { decisionPointsOf, loaded, prepareCall } from '../support/cases.js'

/** What stands against what on the cards of one answer, read from their actions and resources and from the knowledge, never from their words. */

/** The plan a card comes from, by its id. */
export const planOf = ({ extension }: Card): string => /\/([^/|]+)(\|[^/]*)?$/.exec(String(extension?.['org.columna.knowledge']))?.[1] ?? ''

let actions: Map<string, CompiledAction> | undefined

/** The action of the knowledge that became a card: a card's uuid is made of hook instance, plan and action. */
export function actionOf(card: Card): CompiledAction | undefined {
  actions ??= actionsByCard(prepareCall('start-back-risk', [], new Date(0)).request)
  return actions.get(card.uuid)
}

const actionsByCard = ({ hookInstance }: HookRequest) =>
  new Map(
    loaded.knowledge.plans.flatMap(plan =>
      plan.actions.map(action => [stableUuid(hookInstance, plan.canonical, action.id), action] as const),
    ),
  )

/** Whether a card's own recommendation has this direction. */
function isDirected(card: Card, direction: 'for' | 'against'): boolean {
  const action = actionOf(card)
  const concept = action && extensionOf(action.resource, EXTENSION.direction)?.valueCodeableConcept
  return (concept?.coding ?? []).some(({ code }) => code === direction)
}

export const isAgainst = (card: Card): boolean => isDirected(card, 'against')

interface Coded {
  code?: { coding?: Coding[] }
  medicationCodeableConcept?: { coding?: Coding[] }
  codeCodeableConcept?: { coding?: Coding[] }
  input?: { valueCanonical?: string }[]
  /** One in a Task, several in a request. */
  instantiatesCanonical?: string | string[]
  payload?: { contentString?: string }[]
}

let kinds: { id: string; has: (coding: Coding) => boolean }[] | undefined

/** Kinds of order and classes of drug: the value sets by which the order rules know them. */
const knownKinds = () => {
  kinds ??= loaded.knowledge.files.flatMap(({ resource }) => {
    if (resource.resourceType !== 'ValueSet' || !/^(order|drug)-/.test(resource.id ?? '')) return []
    const has = loaded.knowledge.terminology.membership(resource.url ?? '')
    return has ? [{ id: resource.id ?? '', has }] : []
  })
  return kinds
}

/** What a proposed or ordered resource is, by every kind it belongs to; by its code or its form where no rule knows it. */
export function kindsOf(resource: FhirResource): string[] {
  const { code, medicationCodeableConcept, codeCodeableConcept, input = [], instantiatesCanonical = [], payload = [] } = resource as Coded
  const codings = [code, medicationCodeableConcept, codeCodeableConcept].flatMap(concept => concept?.coding ?? [])
  const known = knownKinds()
    .filter(({ has }) => codings.some(has))
    .map(({ id }) => id)
  if (known.length > 0) return known
  const forms = input.flatMap(({ valueCanonical }) => valueCanonical ?? [])
  return [
    [
      resource.resourceType,
      ...codings.map(coding => coding.code),
      ...forms,
      ...[instantiatesCanonical].flat(),
      ...payload.slice(0, 1).map(({ contentString }) => contentString),
    ].join(' '),
  ]
}

/** One action of a suggestion, with the kinds of what it creates or changes. */
export interface Proposal extends Action {
  card: Card
  /** `Type/id` of the order that is changed or removed. */
  order: string | undefined
  kinds: string[]
}

const referenceOf = ({ resourceType, id }: FhirResource): string => `${resourceType}/${id}`

/** Everything that the cards of one answer propose, seen with the orders that they are about. */
export function proposalsOf(cards: readonly Card[], drafts: readonly FhirResource[] = []): Proposal[] {
  return cards.flatMap(card =>
    (card.suggestions ?? []).flatMap(({ actions = [] }) =>
      actions.map((action): Proposal => {
        const order =
          action.type === 'create'
            ? undefined
            : action.type === 'delete'
              ? action.resourceId
              : action.resource && referenceOf(action.resource)
        const resource = action.resource ?? drafts.find(draft => referenceOf(draft) === order)
        return { ...action, card, order, kinds: resource ? kindsOf(resource) : [] }
      }),
    ),
  )
}

export const created = (proposals: readonly Proposal[]) => proposals.filter(({ type }) => type === 'create')

const share = (a: readonly string[], b: readonly string[]): boolean => a.some(each => b.includes(each))

/** Rest on one side, activity on the other: nobody should be offered both. */
const REST = ['order-bed-rest', 'order-sick-note']
const ACTIVITY = [
  'order-supervised-exercise',
  'order-physiotherapy',
  'order-manual-joint-mobilisation',
  'order-chiropractic',
  'order-supervised-rehabilitation',
  'order-referral-municipal-rehabilitation',
]

const name = ({ card, type, order, kinds }: Proposal): string =>
  `${decisionPointsOf(card)[0] ?? planOf(card)} (${actionOf(card)?.id}) ${type} ${order ?? ''} ${kinds.join('+')}`

/** Why two proposals of one answer cannot both be meant; undefined when they can. */
function clash(a: Proposal, b: Proposal): string | undefined {
  const isElsewhere = a.card !== b.card
  if (a.type === 'delete' && b.type === 'create' && share(a.kinds, b.kinds)) return 'removes what the other drafts'
  if (a.type === 'delete' && b.type === 'update' && a.order === b.order && isElsewhere) return 'removes what the other mends'
  if (
    a.type === 'update' &&
    b.type === 'update' &&
    a.order === b.order &&
    isElsewhere &&
    JSON.stringify(a.resource) < JSON.stringify(b.resource)
  )
    return 'changes an order otherwise than the other'
  if (a.type === 'create' && b.type === 'create' && REST.some(kind => a.kinds.includes(kind)) && share(ACTIVITY, b.kinds))
    return 'drafts rest where the other drafts activity'
  return undefined
}

/** Every pair of proposals in one answer that contradict each other, each in a sentence. */
export function contradictions(cards: readonly Card[], drafts: readonly FhirResource[] = []): string[] {
  const proposals = proposalsOf(cards, drafts)
  return proposals.flatMap(a =>
    proposals.flatMap(b => {
      const why = clash(a, b)
      return why === undefined ? [] : [`${name(a)} ${why}: ${name(b)}`]
    }),
  )
}

/** Drafts of the same thing that stand on two cards, so that a user who takes both orders it twice; on one card they are a choice. */
export function repeatedDrafts(cards: readonly Card[], drafts: readonly FhirResource[] = []): string[] {
  const proposals = created(proposalsOf(cards, drafts))
  const ordered = drafts.map(kindsOf)
  return proposals.flatMap((a, index) => [
    ...proposals
      .slice(index + 1)
      .filter(b => a.card !== b.card && share(a.kinds, b.kinds))
      .map(b => `${name(a)} again: ${name(b)}`),
    ...ordered.filter(each => share(each, a.kinds)).map(each => `${name(a)} is ordered already: ${each.join('+')}`),
  ])
}

const wouldRemove = (card: Card): boolean => proposalsOf([card]).some(({ type }) => type === 'delete')

/** Whether a card objects to an order: above info, and either a recommendation against or one that would remove it. */
export const isObjection = (card: Card): boolean => card.indicator !== 'info' && (isAgainst(card) || wouldRemove(card))

/** Whether a card presses for an order: above info, a recommendation for, and one that would leave the order as it is. */
export const isPressing = (card: Card): boolean => card.indicator !== 'info' && isDirected(card, 'for') && !wouldRemove(card)

/** The orders of a draft list after a user has taken one suggestion. */
export function ordersAfter(taken: readonly Action[], drafts: readonly FhirResource[]): FhirResource[] {
  return taken.reduce<FhirResource[]>(
    (orders, { type, resource, resourceId }, index) => {
      if (type === 'delete') return orders.filter(order => referenceOf(order) !== resourceId)
      if (!resource) return orders
      if (type === 'update') return orders.map(order => (referenceOf(order) === referenceOf(resource) ? resource : order))
      return [...orders, { ...resource, id: `taken-${index + 1}` }]
    },
    [...drafts],
  )
}

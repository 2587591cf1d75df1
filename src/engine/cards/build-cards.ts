import type { Extension, FhirResource, Reference, RequestGroup, RequestGroupAction } from 'fhir/r4.js'
import { CARD_EXTENSION, type Action, type Card, type Coding, type Indicator, type Suggestion } from '../../cds-hooks/types.js'
import { decisionPointsOf, EXTENSION, extensionOf, extensionsOf } from '../model/extensions.js'
import { escapeMarkdown } from '../apply/markdown.js'
import { cardWords, type CardWords } from './card-words.js'
import { summaryOf } from './summary.js'
import { stableUuid } from './uuid.js'

/** What a card needs beyond its RequestGroup. */
export interface CardContext {
  hookInstance: string
  language: string
  /** Canonical|version of the plan. */
  plan: string
  /** Title, url and topic of the plan, for cards whose action names no source. */
  planSource: { label: string; url?: string; topic?: Coding }
  /** What data could not be read, in the reader's words. */
  notRead: readonly string[]
}

type Priority = NonNullable<RequestGroupAction['priority']>

/** The published mapping of priority to indicator; `asap` has none and is refused in the knowledge. */
const INDICATOR = { routine: 'info', urgent: 'warning', stat: 'critical', asap: 'critical' } as const satisfies Record<Priority, Indicator>

const RANK = { critical: 0, warning: 1, info: 2 } as const satisfies Record<Indicator, number>

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

/** Cards of one RequestGroup: one a top-level action, in the author's order. */
export function buildCards(group: RequestGroup, context: CardContext): Card[] {
  const resources = new Map((group.contained ?? []).map(resource => [`#${resource.id}`, resource as FhirResource]))
  return (group.action ?? []).map(action => buildCard(action, resources, context))
}

/** Cards of several plans as a reader should meet them: critical, warning, info; otherwise as they came. */
export function orderCards(cards: readonly Card[]): Card[] {
  return [...cards].sort((a, b) => RANK[a.indicator] - RANK[b.indicator])
}

function buildCard(action: RequestGroupAction, resources: ReadonlyMap<string, FhirResource>, context: CardContext): Card {
  const title = action.title || action.textEquivalent || context.planSource.label
  const { summary, isCut } = summaryOf(title)
  const detail = detailOf(action, isCut ? title : undefined, context)
  const { suggestions, selectionBehavior } = suggestionsOf(action, resources, context)
  const overrideReasons = extensionsOf(action, EXTENSION.overrideReasons).flatMap(({ valueCoding }) => (valueCoding ? [valueCoding as Coding] : []))
  const links = linksOf(action)
  return {
    uuid: stableUuid(context.hookInstance, context.plan, action.id ?? ''),
    summary,
    ...(detail !== '' && { detail }),
    indicator: INDICATOR[action.priority ?? 'routine'],
    source: sourceOf(action, context),
    ...(suggestions.length > 0 && { suggestions, selectionBehavior }),
    ...(overrideReasons.length > 0 && { overrideReasons }),
    ...(links.length > 0 && { links }),
    extension: cardExtension(action, context),
  }
}

/** Text of the card: description, one line a child without a resource, grade and source, and what was not read. */
function detailOf(action: RequestGroupAction, fullTitle: string | undefined, context: CardContext): string {
  const words = cardWords(context.language)
  const grade = gradeOf(action, context.language)
  const above: Provenance = { document: action.documentation?.[0]?.display, shown: provenanceOf(grade, action.documentation?.[0]?.document?.title) }
  const lines = (action.action ?? []).filter(child => !yieldsResource(child)).map(child => lineOf(child, above, context.language)).filter(line => line !== '')
  const citation = action.documentation?.[0]?.citation
  return [
    ...(fullTitle === undefined ? [] : [`**${escapeMarkdown(fullTitle)}**`]),
    ...(action.description === undefined ? [] : [action.description]),
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
    ...(grade === undefined ? [] : [`*${words.recommendation}: ${grade}.*`]),
    ...(citation === undefined ? [] : [`*${words.source}: ${citation}.*`]),
    ...(context.notRead.length === 0 ? [] : [`${words.notRead}: ${context.notRead.join(', ')}.`]),
  ].join('\n\n')
}

/** What a reader has just seen of where a statement comes from. */
interface Provenance {
  document: string | undefined
  /** Grade and place as shown. */
  shown: string
}

const provenanceOf = (...parts: (string | undefined)[]): string => parts.filter(part => part !== undefined).join('; ')

/**
 * A child action as a line of its card, with its grade and its section; where the document is another one than above,
 * that too. What is the same as above is not said again.
 */
function lineOf(action: RequestGroupAction, above: Provenance, language: string): string {
  const [source] = action.documentation ?? []
  const place = source?.display === above.document ? source?.document?.title : source?.citation
  const shown = provenanceOf(gradeOf(action, language), place)
  const own: Provenance = { document: source?.display ?? above.document, shown: shown || above.shown }
  const text = [action.title && `**${escapeMarkdown(action.title)}**`, action.description ?? action.textEquivalent].filter(part => part).join(' ')
  const below = (action.action ?? []).map(child => lineOf(child, text === '' ? above : own, language))
  // A group without a text of its own is no line; what it groups stands in its place.
  if (text === '') return below.join('\n')
  const line = `- ${text}${shown === '' || shown === above.shown ? '' : ` *(${shown})*`}`
  return [line, ...below].join('\n').replaceAll('\n', '\n  ')
}

/** Strength with its direction, and the certainty behind it, in words; undefined where nothing is graded. */
function gradeOf(action: RequestGroupAction, language: string): string | undefined {
  const words = cardWords(language)
  const strength = conceptText(action, EXTENSION.strength)
  if (strength === undefined) return undefined
  const quality = conceptText(action, EXTENSION.quality)
  const parts = [strength, ...against(action, strength, words), quality === undefined ? words.notGraded : `${quality} ${words.quality}`]
  return parts.join(', ')
}

/** What a reader calls a grade: its text, else its display, else its code, so that none is ever left out. */
function conceptText(action: RequestGroupAction, url: string): string | undefined {
  const { text, coding } = extensionOf(action, url)?.valueCodeableConcept ?? {}
  return text ?? coding?.at(-1)?.display ?? coding?.at(-1)?.code
}

/** The word of a direction other than for, unless the strength's own words say it. */
function against(action: RequestGroupAction, strength: string, words: CardWords): string[] {
  const codes = (extensionOf(action, EXTENSION.direction)?.valueCodeableConcept?.coding ?? []).map(({ code }) => code)
  const isSaid = strength.toLowerCase().split(/\P{L}+/u).includes(words.against)
  return codes.includes('against') && !isSaid ? [words.against] : []
}

function sourceOf(action: RequestGroupAction, { planSource }: CardContext): Card['source'] {
  const document = action.documentation?.find(({ type }) => type === 'documentation')
  const name = document?.display ?? document?.label
  const label = name === undefined ? planSource.label : [name, document?.label].filter((part, index) => part && (index === 0 || part !== name)).join(', ')
  const url = document ? document.url : planSource.url
  const topic = (extensionOf(action, EXTENSION.cardTopic)?.valueCoding as Coding | undefined) ?? planSource.topic
  return { label, ...(url !== undefined && isAbsolute(url) && { url }), ...(topic && { topic }) }
}

/** Documents that an action cites become links, where they have an address. */
function linksOf(action: RequestGroupAction): NonNullable<Card['links']> {
  const links = (action.documentation ?? []).flatMap(({ url, display, label }) =>
    url !== undefined && isAbsolute(url) ? [{ label: display ?? label ?? url, url, type: 'absolute' as const }] : [])
  return [...new Map(links.map(link => [link.url, link] as const)).values()]
}

function isAbsolute(url: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol)
  } catch {
    return false
  }
}

function suggestionsOf(action: RequestGroupAction, resources: ReadonlyMap<string, FhirResource>, context: CardContext) {
  const own = action.resource === undefined ? [] : [withoutChildren(action)]
  const children = [...own, ...(action.action ?? []).filter(yieldsResource)]
  const behavior = SELECTION[action.selectionBehavior ?? 'any']
  if (behavior === 'all') return { suggestions: together(action, children, resources, context), selectionBehavior: 'at-most-one' as const }
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
function together(action: RequestGroupAction, children: readonly RequestGroupAction[], resources: ReadonlyMap<string, FhirResource>, context: CardContext): Suggestion[] {
  if (children.length === 0) return []
  const isRecommended = [action, ...children].some(({ precheckBehavior }) => precheckBehavior === 'yes')
  return [{
    label: [...new Set(children.map(({ title }) => title))].filter(title => title).join(' + ') || labelOf(action, context),
    uuid: stableUuid(context.hookInstance, context.plan, action.id ?? '', 'all'),
    ...(isRecommended && { isRecommended }),
    actions: children.flatMap(child => actionsOf(child, resources)),
  }]
}

const labelOf = (action: RequestGroupAction, { planSource }: CardContext): string => action.title || action.textEquivalent || planSource.label

function suggestionOf(card: RequestGroupAction, action: RequestGroupAction, resources: ReadonlyMap<string, FhirResource>, context: CardContext): Suggestion {
  return {
    label: labelOf(action, context),
    uuid: stableUuid(context.hookInstance, context.plan, card.id ?? '', action.id ?? ''),
    ...(action.precheckBehavior === 'yes' && { isRecommended: true }),
    actions: actionsOf(action, resources),
  }
}

function actionsOf(action: RequestGroupAction, resources: ReadonlyMap<string, FhirResource>): Action[] {
  const own = action.resource?.reference === undefined ? [] : [actionOf(action, action.resource.reference, resourceAt(action.resource, resources))]
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
  return { type, description, resource: draft as FhirResource }
}

const yieldsResource = (action: RequestGroupAction): boolean => action.resource !== undefined || (action.action ?? []).some(yieldsResource)

function cardExtension(action: RequestGroupAction, { plan }: CardContext): Record<string, unknown> {
  const computed = extensionsOf(action, EXTENSION.cardExtension).map(({ extension = [] }) => {
    const name = extension.find(({ url }) => url === 'name')?.valueString ?? ''
    return [name, membersOf(extension.filter(({ url }) => url !== 'name'))] as const
  })
  const points = [...new Set(decisionPoints(action))]
  return {
    ...(points.length > 0 && { [CARD_EXTENSION.decisionPoints]: points }),
    [CARD_EXTENSION.knowledge]: plan,
    ...Object.fromEntries(computed),
  }
}

/** Computed members by name; a name with several values becomes a list. */
function membersOf(parts: readonly Extension[]): Record<string, unknown> {
  const names = [...new Set(parts.map(({ url }) => url))]
  return Object.fromEntries(names.map(name => {
    const values = parts.filter(({ url }) => url === name).map(valueOf)
    return [name, values.length === 1 ? values[0] : values]
  }))
}

const valueOf = ({ valueBoolean, valueInteger, valueDecimal, valueString }: Extension) => valueBoolean ?? valueInteger ?? valueDecimal ?? valueString

/** Decision points of an action and all that stands in its card, the action's own first. */
function decisionPoints(action: RequestGroupAction): string[] {
  return [...decisionPointsOf(action).flatMap(({ code }) => code ?? []), ...(action.action ?? []).flatMap(decisionPoints)]
}

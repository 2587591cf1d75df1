import type { FhirResource, RequestGroup, RequestGroupAction } from 'fhir/r4.js'
import type { Card, Coding, Indicator } from '../../cds-hooks/types.js'
import { citedSourceIn } from '../apply/cited-source.js'
import { INDICATOR } from '../knowledge/indicators.js'
import { extensionOf, extensionsOf } from '../model/extensions.js'
import { lazily, madeOnce } from '../model/memoised.js'
import type { CardContext } from './card-context.js'
import { cardWords } from './card-words.js'
import { cardExtension } from './card-extension.js'
import { orderCards } from './order-cards.js'
import { detailOf, layoutOf, Said, type Layout } from './detail.js'
import { onCards } from './shown-on.js'
import { suggestionsOf, type Offers } from './suggestions.js'
import { summaryOf } from './summary.js'
import { stableUuid } from './uuid.js'

/** What cards are made of: what of a plan applies, and what they need beyond it. */
export interface AppliedGroup {
  group: RequestGroup
  context: CardContext
}

/** An action of which a card comes. */
export interface CardAction {
  action: RequestGroupAction
  /** What the action proposes, by the reference that names it. */
  resources: ReadonlyMap<string, FhirResource>
  context: CardContext
  indicator: Indicator
  /** What the card says and offers, worked out when it is first asked for. */
  layout: () => Layout
  offers: () => Offers
}

/** Cards of the RequestGroups of one answer, in the order in which they are shown. */
export const buildCards = (groups: readonly AppliedGroup[]): Card[] => cardsOf(actionsOfCards(groups))

/**
 * The actions of which cards come, in the order in which these are shown: one a top-level action that cards show, the
 * pressing ones first, otherwise in the authors' order.
 */
export const actionsOfCards = (groups: readonly AppliedGroup[]): CardAction[] =>
  orderCards(
    groups.flatMap(({ group, context }) => {
      const resources = new Map((group.contained ?? []).map(resource => [`#${resource.id}`, resource as FhirResource]))
      return onCards(group.action, context).map(action => ({
        action,
        resources,
        context,
        indicator: indicatorOf(action),
        layout: lazily(() => layoutOf(action, context)),
        offers: lazily(() => suggestionsOf(action, resources, context)),
      }))
    }),
  )

/** Cards of some actions, in their order. What one of them says no later one says again. */
export function cardsOf(actions: readonly CardAction[]): Card[] {
  const said = new Said()
  return actions.map(each => buildCard(each, said))
}

/** How pressing a card of an action is. */
export const indicatorOf = ({ priority = 'routine' }: RequestGroupAction): Indicator => INDICATOR[priority]

/** The whole title of a card, of which its summary may be the beginning. */
export const titleOf = ({ title, textEquivalent }: RequestGroupAction, { planSource }: CardContext): string =>
  title || textEquivalent || planSource.label

function buildCard({ action, context, indicator, layout, offers }: CardAction, said: Said): Card {
  const title = titleOf(action, context)
  const { summary, isCut } = summaryOf(title)
  const page = context.pageOf(action.id ?? '')
  const detail = detailOf(layout(), isCut ? title : undefined, page, context, said)
  const { suggestions, selectionBehavior } = offers()
  const overrideReasons = extensionsOf(action, context.names.extension.overrideReasons).flatMap(({ valueCoding }) =>
    valueCoding ? [valueCoding as Coding] : [],
  )
  const links =
    page === undefined ? linksOf(action, context) : [{ label: cardWords(context.language).page, url: page, type: 'absolute' as const }]
  return {
    uuid: stableUuid(context.hookInstance, context.plan, action.id ?? ''),
    summary,
    ...(detail !== '' && { detail }),
    indicator,
    source: sourceOf(action, context),
    ...(suggestions.length > 0 && { suggestions, selectionBehavior }),
    ...(overrideReasons.length > 0 && { overrideReasons }),
    ...(links.length > 0 && { links }),
    extension: cardExtension(action, context),
  }
}

/** What a card names as its source: the document that its action rests on first, and its family. */
export function sourceOf(action: RequestGroupAction, { planSource, names }: CardContext): Card['source'] {
  const artifact = action.documentation?.find(({ type }) => type === 'documentation')
  const { document, issue } = artifact ? citedSourceIn(artifact, names) : {}
  const name = document ?? issue
  const label =
    name === undefined ? planSource.label : [name, issue].filter((part, index) => part && (index === 0 || part !== name)).join(', ')
  const topic = (extensionOf(action, names.extension.cardTopic)?.valueCoding as Coding | undefined) ?? planSource.topic
  return { label, ...webAddressOf(artifact ?? planSource), ...(topic && { topic }) }
}

/** Documents that an action cites become links, where they have an address. */
function linksOf(action: RequestGroupAction, { names }: CardContext): NonNullable<Card['links']> {
  const links = (action.documentation ?? []).flatMap(artifact => {
    const { url } = webAddressOf(artifact)
    if (url === undefined) return []
    const { document, issue } = citedSourceIn(artifact, names)
    return [{ label: document ?? issue ?? url, url, type: 'absolute' as const }]
  })
  return [...new Map(links.map(link => [link.url, link] as const)).values()]
}

/** The address of a document or plan, where a browser can open it. */
const webAddressOf = madeOnce(({ url }: { url?: string }): { url?: string } => (url !== undefined && isWebAddress(url) ? { url } : {}))

function isWebAddress(url: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol)
  } catch {
    return false
  }
}

import type { RequestGroupAction } from 'fhir/r4.js'
import type { AlreadyTold, CardSaying } from '../../cds-hooks/types.js'
import type { Terminology } from '../terminology/terminology.js'
import { sourceOf, titleOf, type CardAction } from './build-cards.js'
import type { CardContext } from './card-context.js'
import { cardWords } from './card-words.js'
import { computedMembers, decisionPointsWithin } from './card-extension.js'
import { detailOf, Said } from './detail.js'
import { toldCard } from './told-card.js'

/**
 * Day since which the reader knows what an info card says, where that spares it; undefined where it is to be shown.
 * @param days within which the knowledge would not have it said again; 0 where it says nothing.
 */
export type KnownSince = (saying: CardSaying, days: number) => string | undefined

/** The actions of an answer, by whether their reader needs their cards. */
export interface ToldApart {
  /** Those of which a card is shown. */
  shown: readonly CardAction[]
  /** What those shown say, but for families that are always shown. */
  sayings: readonly CardSaying[]
  alreadyTold: readonly AlreadyTold[]
  /** The actions whose cards stay away. */
  heldBack: readonly CardAction[]
  /** Decision points of the cards that stay away. */
  points: readonly string[]
}

/** Property of a code of `card-topic`: cards of the family are shown however often their reader was told the same. */
const ALWAYS_SHOWN = 'always-shown'

/** Property of a code of `card-topic`: days within which an info card of the family does not say the same to the same reader again. */
const REPEAT_DAYS = 'repeat-days'

/** The most days within which the knowledge would not have any info card say the same again. */
export const mostRepeatDays = (terminology: Terminology): number => terminology.largest(terminology.names.cardTopics, REPEAT_DAYS)

/** Property of a code of `card-topic`: a card of the family says the same though the days that it counts are more. */
const DAYS_ARE_NO_NEWS = 'days-are-no-news'

/**
 * Tells apart the cards that say what their reader knows: info cards alone, and none that its family exempts or that offers
 * to change the very order at hand. It is asked before the cards are made, so that a card that is shown leaves out nothing
 * that only one that stays away would say.
 * @param knownSince every card is shown without it.
 */
export function toldApart(actions: readonly CardAction[], knownSince: KnownSince | undefined): ToldApart {
  if (!knownSince) return { shown: actions, sayings: [], alreadyTold: [], heldBack: [], points: [] }
  const asked = actions.map(each => ({ ...each, ...askedOf(each, knownSince) }))
  const away = asked.flatMap(each => (each.since === undefined ? [] : [{ ...each, since: each.since }]))
  const shown = asked.filter(({ since }) => since === undefined)
  return {
    shown,
    sayings: shown.flatMap(({ saying }) => saying ?? []),
    alreadyTold: away.map(alreadyToldOf),
    heldBack: away,
    points: [...new Set(away.flatMap(({ action, context }) => decisionPointsWithin(action, context.names)))],
  }
}

/** What a card says, but for one that is always shown, and since when its reader knows it, where that spares it. */
function askedOf(each: CardAction, knownSince: KnownSince): { saying?: CardSaying; since?: string | undefined } {
  if (isAlwaysShown(each)) return {}
  const saying = sayingOf(each)
  return { saying, since: mayStayAway(each) ? knownSince(saying, repeatDaysOf(each)) : undefined }
}

function repeatDaysOf({ action, context }: CardAction): number {
  const { topic } = sourceOf(action, context)
  const days = context.terminology.property(topic?.system, topic?.code, REPEAT_DAYS)
  return typeof days === 'number' ? days : 0
}

const isAlwaysShown = ({ action, context }: CardAction): boolean => familySays(ALWAYS_SHOWN, action, context)

function familySays(property: string, action: RequestGroupAction, context: CardContext): boolean {
  const { topic } = sourceOf(action, context)
  return context.terminology.property(topic?.system, topic?.code, property) === true
}

const mayStayAway = ({ indicator, offers }: CardAction): boolean =>
  indicator === 'info' && !offers().suggestions.some(({ actions = [] }) => actions.some(({ type }) => type === 'update'))

/** What a card says by itself, without its link: what other cards of the answer say is no part of it. */
function sayingOf({ action, context, indicator, layout, offers }: CardAction): CardSaying {
  const [plan = ''] = context.plan.split('|')
  const offered = offers().suggestions.map(({ label, actions = [] }) => [label, ...actions.map(({ description }) => description)])
  const says = JSON.stringify([
    indicator,
    titleOf(action, context),
    detailOf(layout(), undefined, undefined, context, new Said()),
    sourceOf(action, context).label,
    offered,
  ])
  const { countedDays } = cardWords(context.language)
  return {
    card: JSON.stringify([plan, action.id ?? '']),
    says: familySays(DAYS_ARE_NO_NEWS, action, context) ? says.replace(countedDays, '') : says,
  }
}

function alreadyToldOf({ since, ...card }: CardAction & { since: string }): AlreadyTold {
  const computed = computedMembers(card.action, card.context.names)
  return { ...toldCard(card), since, ...(Object.keys(computed).length > 0 && { extension: computed }) }
}

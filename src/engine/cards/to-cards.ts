import type { AlreadyTold, Card, CardNote, CardSaying, HeldBack } from '../../cds-hooks/types.js'
import type { Undecided } from '../apply/apply-plan.js'
import type { CompiledPlan } from '../knowledge/compiled.js'
import type { PlanAnswer } from './plan-answer.js'
import type { Knowledge } from '../knowledge/compile-knowledge.js'
import { toldApart, type KnownSince } from './already-told.js'
import { actionsOfCards, cardsOf, type AppliedGroup } from './build-cards.js'
import { noteOf } from './card-note.js'
import { silentCards, type ToldSilence } from './held-back.js'
import { notReadCard } from './not-read-card.js'
import { orderCards } from './order-cards.js'
import type { KnowledgeNames } from '../model/names.js'
import { pageOf } from './page-of.js'
import { pointsOnPages } from './shown-on.js'
import { ownTopic, planSource } from './plan-source.js'
import { undecidedCard } from './undecided-card.js'

/** What cards need beyond the plans that were applied. */
export interface ToCardsContext {
  hookInstance: string
  language: string
  knowledge: Pick<Knowledge, 'plan' | 'terminology'>
  /** What data could not be read, in the reader's words. */
  notRead: readonly string[]
  /** Essential data that was read only in part, in the reader's words: where no card comes, the reader is told. */
  readInPart: readonly string[]
  /** Address under which readers reach the pages of recommendations; cards link to none without it. */
  publicUrl?: string | undefined
  /** What the reader was told before; every card is shown without it. */
  knownSince?: KnownSince | undefined
  /** What is silent since users answered it before, and what would apply if nothing were. */
  silencing?: { by: readonly ToldSilence[]; loud: readonly PlanAnswer[] } | undefined
}

/** Cards as a reader should meet them, and what of them is advice that may be overridden. */
export interface ToldCards {
  cards: readonly Card[]
  /** Decision points that apply and that no card lists, since only pages show them or their card stays away. */
  pointsOnPages: readonly string[]
  advice: readonly Card[]
  /** Cards that stay away since their reader was told the same before. */
  alreadyTold: readonly AlreadyTold[]
  /** What stays away since a user answered it before. */
  heldBack: readonly HeldBack[]
  /** What the cards of advice say; those of them that inform may stay away when they would say it again. */
  sayings: readonly CardSaying[]
  undecided: readonly Undecided[]
  /** What is kept on record of the cards of advice, shown or held back; worked out when it is asked for. */
  notes: () => CardNote[]
}

/** Says on record that a card was held back since its reader was told the same before. */
const ALREADY_TOLD = 'already-told'

/**
 * Turns the plans of one call into its cards: one a top-level action, in the author's order, the pressing ones first; one
 * that says what could not be decided; and one that tells of silence that comes of data read only in part.
 */
export function toCards(answers: readonly PlanAnswer[], context: ToCardsContext): ToldCards {
  const { hookInstance, language, knowledge, readInPart, silencing } = context
  const groups = groupsOf(answers, context)
  const actions = actionsOfCards(groups)
  // Essential data that was read only in part may change any of them: then nothing stays away, so that no silence rests on it.
  const { shown, sayings, alreadyTold, heldBack, points } = toldApart(actions, readInPart.length > 0 ? undefined : context.knownSince)
  const advice = cardsOf(shown)
  const undecided = answers.flatMap(each => each.undecided.map(action => ({ ...action, applied: each.plan.canonical })))
  const unclear = undecided.length === 0 ? [] : [undecidedCard(undecided, { hookInstance, language, knowledge })]
  const spoken = [...unclear, ...advice]
  const cards = spoken.length > 0 ? orderCards(spoken) : silence(answers[0]?.plan, context)
  const { names } = knowledge.terminology
  const unseen = [...points, ...answers.flatMap(({ requestGroup }) => pointsOnPages(requestGroup, names))]
  const silent = silencing ? silentCards(actionsOfCards(groupsOf(silencing.loud, context)), groups, silencing.by) : []
  const notes = () => [
    ...shown.map(each => noteOf(each)),
    ...heldBack.map(each => noteOf(each, ALREADY_TOLD)),
    ...silent.filter(({ isWhole }) => isWhole).map(({ card, told }) => noteOf(card, told.outcome)),
  ]
  return {
    cards,
    pointsOnPages: notListed(unseen, cards, names),
    advice,
    alreadyTold,
    heldBack: silent.map(({ told }) => told),
    sayings,
    undecided,
    notes,
  }
}

/** What applies of each plan, with what cards need beyond it. */
function groupsOf(
  answers: readonly PlanAnswer[],
  { hookInstance, language, knowledge: { terminology }, notRead, publicUrl }: ToCardsContext,
): AppliedGroup[] {
  return answers
    .filter(({ requestGroup }) => requestGroup.action)
    .map(({ plan, requestGroup: group }) => ({
      group,
      context: {
        names: terminology.names,
        terminology,
        hookInstance,
        language,
        plan: plan.canonical,
        planSource: planSource(plan, language, terminology),
        pageOf: action => pageOf(plan, action, { publicUrl, language, usual: terminology.language }),
        notRead,
      },
    }))
}

/** Those of some decision points that no card lists. */
function notListed(points: readonly string[], cards: readonly Card[], names: KnowledgeNames): string[] {
  const listed = new Set(cards.flatMap(({ extension }) => (extension?.[names.card.decisionPoints] ?? []) as string[]))
  return [...new Set(points)].filter(point => !listed.has(point))
}

/** No cards, unless essential data was read only in part: then the reader is told, since the rest may change the answer. */
function silence(
  plan: CompiledPlan | undefined,
  { hookInstance, language, knowledge: { terminology }, readInPart }: ToCardsContext,
): Card[] {
  if (readInPart.length === 0 || !plan) return []
  const source = { label: planSource(plan, language, terminology).label, topic: ownTopic('not-read', language, terminology) }
  return [notReadCard(readInPart, hookInstance, language, { canonical: plan.canonical, source }, terminology.names)]
}

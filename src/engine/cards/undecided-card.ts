import type { Card } from '../../cds-hooks/types.js'
import { extensionOf } from '../model/extensions.js'
import type { Knowledge } from '../knowledge/compile-knowledge.js'
import { BUDGET } from './budget.js'
import { cardWords } from './card-words.js'
import { namesWithin } from './names-within.js'
import { ownTopic, planSource } from './plan-source.js'
import { stableUuid } from './uuid.js'

/** An action whose evaluation failed. */
export interface UndecidedAction {
  /** The plan that holds the action. */
  plan: string
  /** The plan that was applied, which the former may stand in. */
  applied: string
  action: string
  code: string
  points: readonly string[]
  /** Plans that stand in the action. */
  plansWithin: readonly string[]
}

/** What the card needs beside the actions. */
export interface UndecidedContext {
  hookInstance: string
  language: string
  knowledge: Pick<Knowledge, 'plan' | 'terminology'>
}

/** Code of an action that was not decided because the time ran out. */
const LATE = 'CDS_DEADLINE_PASSED'

/**
 * The card that says what could not be decided and why, so that an error never looks like "no advice". It is a
 * warning where a plan is among them, or stands in one of them, of which the knowledge says that this is urgent.
 * @param undecided at least one action.
 */
export function undecidedCard(undecided: readonly UndecidedAction[], { hookInstance, language, knowledge }: UndecidedContext): Card {
  const words = cardWords(language)
  const isUrgent = ({ plan, applied, plansWithin }: UndecidedAction) =>
    [plan, applied, ...plansWithin].some(canonical => priorityOf(canonical, knowledge) === 'urgent')
  // The urgent ones first, so that a long list does not hide them.
  const ordered = [...undecided.filter(isUrgent), ...undecided.filter(each => !isUrgent(each))]
  const names = [...new Set(ordered.map(({ applied }) => nameOf(applied, language, knowledge)))]
  const room = BUDGET.summary - words.undecided('').length
  const isLate = ({ code }: UndecidedAction) => code === LATE
  const why = undecided.every(isLate) ? words.undecidedInTime : undecided.some(isLate) ? words.undecidedByEither : words.undecidedByFault
  const plans = [...new Set(undecided.map(({ applied }) => applied))]
  const points = [...new Set(undecided.flatMap(each => each.points))]
  return {
    uuid: stableUuid(hookInstance, ...plans, 'undecided'),
    summary: words.undecided(namesWithin(names, words, { room, most: MOST_NAMES, write: words.quoted })),
    detail: why,
    indicator: undecided.some(isUrgent) ? 'warning' : 'info',
    source: {
      label: nameOf(ordered[0]?.applied ?? '', language, knowledge),
      topic: ownTopic('undecided', language, knowledge.terminology),
    },
    extension: {
      ...(points.length > 0 && { [knowledge.terminology.names.card.undecidedPoints]: points }),
      [knowledge.terminology.names.card.knowledge]: plans[0],
    },
  }
}

const priorityOf = (canonical: string, { plan, terminology }: UndecidedContext['knowledge']): string | undefined =>
  extensionOf(plan(canonical)?.resource, terminology.names.extension.undecidedPriority)?.valueCode

function nameOf(canonical: string, language: string, { plan, terminology }: UndecidedContext['knowledge']): string {
  const found = plan(canonical)
  return found ? planSource(found, language, terminology).label : canonical
}

/** Most names that a reader takes in at a glance. */
const MOST_NAMES = 3

import type { Card } from '../../cds-hooks/types.js'
import { extensionOf } from '../model/extensions.js'
import type { Knowledge } from '../knowledge/compile-knowledge.js'
import { cardWords, type CardWords } from './card-words.js'
import { ownTopic, planSource } from './plan-source.js'
import { summaryOf } from './summary.js'
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
  const names = (actions: readonly UndecidedAction[]): string =>
    listed([...new Set(actions.map(({ applied }) => words.quoted(nameOf(applied, language, knowledge))))], words)
  const late = ordered.filter(({ code }) => code === LATE)
  const faulty = ordered.filter(({ code }) => code !== LATE)
  const plans = [...new Set(undecided.map(({ applied }) => applied))]
  const points = [...new Set(undecided.flatMap(each => each.points))]
  return {
    uuid: stableUuid(hookInstance, ...plans, 'undecided'),
    summary: summaryOf(words.undecided(names(ordered))).summary,
    detail: [
      ...(faulty.length > 0 ? [words.undecidedByFault(names(faulty))] : []),
      ...(late.length > 0 ? [words.undecidedInTime(names(late))] : []),
    ].join(' '),
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

function listed(names: readonly string[], { and, others }: CardWords): string {
  const shown = names.length > MOST_NAMES + 1 ? [...names.slice(0, MOST_NAMES), others(names.length - MOST_NAMES)] : names
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${and} ${shown.at(-1) ?? ''}`
}

import { dayNumberOf, dayOf } from '../expression/dates.js'
import type { Terminology } from '../terminology/terminology.js'

/** What a user answered to a card, as far as it may silence the recommendation that led it. */
export interface CardAnswer {
  /** The decision point that led the card. */
  point: string
  outcome: 'overridden' | 'accepted'
  /** Code of the reason that was given. */
  reason?: string
}

/**
 * Properties of a decision point: days for which its recommendation is silent after an answer, counted from the day of
 * the answer, by what the answer was or which reason was given; 0 where such an answer silences nothing.
 */
export const SILENT_DAYS = 'silent-days-'

/**
 * The first day on which a recommendation speaks again that a user answered on a day; undefined where the knowledge does
 * not let such an answer silence it. Outcome and reason may have days each, of which the fewer count; where the outcome has
 * none, nothing is silent.
 * @param day `YYYY-MM-DD`.
 */
export function speaksAgainOn({ point, outcome, reason }: CardAnswer, day: string, terminology: Terminology): string | undefined {
  const daysAfter = (what: string): number | undefined => {
    const days = terminology.property(terminology.names.decisionPoints, point, `${SILENT_DAYS}${what}`)
    return typeof days === 'number' ? days : undefined
  }
  const afterOutcome = daysAfter(outcome)
  if (afterOutcome === undefined) return undefined
  const days = Math.min(afterOutcome, (reason === undefined ? undefined : daysAfter(reason)) ?? afterOutcome)
  const number = dayNumberOf(day)
  return number === undefined || days <= 0 ? undefined : dayOf((number + days) * DAY, 'UTC')
}

const DAY = 86_400_000

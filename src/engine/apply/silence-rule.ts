import { dayNumberOf, dayOf } from '../expression/dates.js'
import { SILENT_DAYS } from '../model/names.js'
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

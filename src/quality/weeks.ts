import { dayNumberOf, dayOf } from '../engine/expression/dates.js'
import { instantOfLocal } from '../engine/expression/time-zone.js'
import type { Week } from '../record/port.js'

/**
 * Weeks of every period. One length for all, since two periods of which one holds a week more would tell by their difference
 * what happened in that week.
 */
export const WEEKS_OF_PERIOD = 12

/** Whole weeks, the oldest first, and as many before them. */
export interface Period {
  weeks: readonly Week[]
  before: readonly Week[]
}

/** What a reader asks for: days, `YYYY-MM-DD`. */
export interface AskedPeriod {
  from?: string
  to?: string
}

const DAY_MS = 86_400_000
/** The days of 1970 began with a Thursday. */
const DAYS_TO_FIRST_MONDAY = 4
const DAYS_OF_WEEK = 7

/** The week, Monday to Sunday, of a day that is a number of days after 1 January 1970. */
function weekOfDay(day: number, timeZone: string): Week {
  const begins = Math.floor((day - DAYS_TO_FIRST_MONDAY) / DAYS_OF_WEEK) * DAYS_OF_WEEK + DAYS_TO_FIRST_MONDAY
  return {
    begins: dayText(begins),
    from: instantOfLocal(begins * DAY_MS, timeZone),
    to: instantOfLocal((begins + DAYS_OF_WEEK) * DAY_MS, timeZone),
  }
}

const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

const dayNumber = (day: string): number => dayNumberOf(day) ?? 0

/** Weeks that end with the week of a day, the oldest first. */
const weeksUntil = (day: number, count: number, timeZone: string): Week[] =>
  Array.from({ length: count }, (_, index) => weekOfDay(day - (count - 1 - index) * DAYS_OF_WEEK, timeZone))

/** A day of the last week that is over. */
const lastWholeWeek = (now: Date, timeZone: string): number => dayNumber(dayOf(now.getTime(), timeZone)) - DAYS_OF_WEEK

/**
 * The period that a reader asks for: it ends with the week of `to`, or begins with that of `from`, and never ends after the
 * last week that is over, with which it ends where nothing is asked.
 */
export function periodAsked({ from, to }: AskedPeriod, now: Date, timeZone: string): Period {
  const last = lastWholeWeek(now, timeZone)
  const asked = to === undefined ? (from === undefined ? last : dayNumber(from) + (WEEKS_OF_PERIOD - 1) * DAYS_OF_WEEK) : dayNumber(to)
  const weeks = weeksUntil(Math.min(last, asked), 2 * WEEKS_OF_PERIOD, timeZone)
  return { weeks: weeks.slice(WEEKS_OF_PERIOD), before: weeks.slice(0, WEEKS_OF_PERIOD) }
}

/** Milliseconds after its end from which a week is counted: what was said in it is then with the store, and most of what was answered. */
const COUNTED_AFTER_MS = 3_600_000

/** Weeks that a report may be about, as far as they are over, the newest first. */
export function weeksToCount(now: Date, timeZone: string, days: number): Week[] {
  const count = Math.max(1, Math.ceil(days / DAYS_OF_WEEK))
  return weeksUntil(lastWholeWeek(now, timeZone), count, timeZone)
    .filter(({ to }) => to + COUNTED_AFTER_MS <= now.getTime())
    .toReversed()
}

/** The day before which a span of weeks ends: the last Sunday. */
export const lastDayOf = ({ begins }: Week): string => dayText(dayNumber(begins) + DAYS_OF_WEEK - 1)

/** Number of a week in its year: that of its Thursday, as ISO 8601 and Danish calendars count. */
export function weekNumber({ begins }: Pick<Week, 'begins'>): number {
  const thursday = dayNumber(begins) + 3
  const newYear = dayNumber(`${dayText(thursday).slice(0, 4)}-01-01`)
  return Math.floor((thursday - newYear) / DAYS_OF_WEEK) + 1
}

import type { KnownSince } from '../engine/cards/already-told.js'
import { dayNumberOf, dayOf } from '../engine/expression/dates.js'
import type { ShownOn } from '../record/port.js'

/**
 * The rule by which an info card stays away: its reader was shown the same on an earlier calendar day, at most `days` days
 * ago. On the day itself it is shown again, so that whoever opens the chart again meets what they met. While it stays
 * away nobody sees it, and so the days run from when it was last shown: it is back after `days` days, however often the
 * patient comes.
 * @param chosen days that the deployment chose; those of the knowledge unless it chose any.
 */
export const sparedBy =
  (shownOn: ShownOn, today: string, chosen?: number): KnownSince =>
  (saying, daysOfKnowledge) => {
    const days = chosen ?? daysOfKnowledge
    const day = shownOn(saying)
    const passed = day === undefined ? 0 : daysBetween(day, today)
    return passed >= 1 && passed <= days ? day : undefined
  }

/** The earliest day of a showing that may still spare a reader something today. */
export const firstDayThatMatters = (today: string, days: number): string => dayOf((numberOf(today) - days) * DAY, 'UTC')

const DAY = 86_400_000

const daysBetween = (from: string, to: string): number => numberOf(to) - numberOf(from)

const numberOf = (day: string): number => dayNumberOf(day) ?? Number.NaN

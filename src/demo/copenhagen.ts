import { dayOf } from '../engine/expression/dates.js'
import { instantOfLocal, offsetMinutes } from '../engine/expression/time-zone.js'

/** A date without a time zone means a day in Denmark, whatever zone the machine is in. */
const DENMARK = 'Europe/Copenhagen'

/** The calendar date (YYYY-MM-DD) in Denmark at an instant. */
export const copenhagenDate = (instant: Date): string => dayOf(instant.getTime(), DENMARK)

/** The instant, in milliseconds, at which Danish clocks show `wallClock` (itself milliseconds, read as if it were UTC). */
export const copenhagenInstant = (wallClock: number): number => instantOfLocal(wallClock, DENMARK)

/** A FHIR dateTime for a Danish calendar date and a time of day (HH:MM), with the offset that holds on that day. */
export function copenhagenDateTime(date: string, time: string): string {
  const minutes = offsetMinutes(copenhagenInstant(Date.parse(`${date}T${time}:00Z`)), DENMARK)
  return `${date}T${time}:00+${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

import { instantOfLocal, localTime } from './time-zone.js'

/** A date as it was written, understood. */
export interface ReadDate {
  /** Calendar day in the time zone asked for; `YYYY` or `YYYY-MM` where no more is known. */
  day: string
  /** Milliseconds since 1970; absent where no time is written. */
  instant?: number
}

/**
 * Date, and behind `T`, `t` or a space a time to the minute or finer, with `Z` or an offset or without. Groups: year,
 * month, day, hour, minute, second, fraction, offset.
 */
const WRITTEN = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,20}))?)? ?([Zz]|[+-]\d{2}:?[0-5]\d)?)?)?)?$/

/**
 * The one reader of dates: what day, and where a time is written what instant, a written date means to the calendar of
 * a time zone. A time without an offset is local there; the day of an instant is the zone's own, however it is
 * written. Undefined for anything that is no date: free text, days that do not exist, the beginning of something else.
 */
export function readDate(written: unknown, timeZone: string): ReadDate | undefined {
  if (typeof written !== 'string') return undefined
  if (isDay(written)) return { day: written }
  const parts = WRITTEN.exec(written.trim())
  if (!parts) return undefined
  const [, year = '', month, day, hour, minute, second = '0', fraction = '0', offset] = parts
  if (!isOnCalendar(Number(year), month, day)) return undefined
  if (month === undefined) return { day: year }
  if (day === undefined) return { day: `${year}-${month}` }
  if (hour === undefined || minute === undefined) return { day: `${year}-${month}-${day}` }
  if (!isTimeOfDay(Number(hour), Number(minute), Number(second))) return undefined
  const local =
    Date.parse(`${year}-${month}-${day}T00:00:00Z`) +
    ((Number(hour) * 60 + Number(minute)) * 60 + Number(second) + Number(`0.${fraction}`)) * 1000
  const minutes = offset === undefined ? undefined : minutesOf(offset)
  if (minutes !== undefined && Math.abs(minutes) > LARGEST_OFFSET) return undefined
  const instant = minutes === undefined ? instantOfLocal(local, timeZone) : local - minutes * 60_000
  return { day: dayOf(instant, timeZone), instant }
}

const LENGTH_OF_DAY = 10

/** Whether a text is a day of the calendar as nearly all are written, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (text.length !== LENGTH_OF_DAY) return false
  for (let index = 0; index < LENGTH_OF_DAY; index += 1) {
    const code = text.charCodeAt(index)
    if (index === 4 || index === 7 ? code !== HYPHEN : code < ZERO || code > NINE) return false
  }
  return isOnCalendar(Number(text.slice(0, 4)), text.slice(5, 7), text.slice(8))
}

const [HYPHEN, ZERO, NINE] = [45, 48, 57]

/** The calendar day of an instant (milliseconds since 1970) in a time zone, `YYYY-MM-DD`. */
export const dayOf = (instant: number, timeZone: string): string => new Date(localTime(instant, timeZone)).toISOString().slice(0, 10)

/** Number of a day, counted from 1970; undefined for a day that is not known exactly. */
export const dayNumberOf = (day: string): number | undefined =>
  day.length === 10 ? Date.parse(`${day}T00:00:00Z`) / 86_400_000 : undefined

/** Minutes; no clock on earth is further from UTC. */
const LARGEST_OFFSET = 14 * 60

function minutesOf(offset: string): number {
  if (offset === 'Z' || offset === 'z') return 0
  const digits = offset.replace(':', '')
  return (digits.startsWith('-') ? -1 : 1) * (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5)))
}

function isOnCalendar(year: number, month: string | undefined, day: string | undefined): boolean {
  if (year === 0) return false
  if (month === undefined) return true
  const ofYear = Number(month)
  if (ofYear < 1 || ofYear > 12) return false
  return day === undefined || (Number(day) >= 1 && Number(day) <= daysIn(year, ofYear))
}

const daysIn = (year: number, month: number): number =>
  month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** Midnight may be written as 24:00, and a leap second as 60; both are the instant after. */
const isTimeOfDay = (hour: number, minute: number, second: number): boolean =>
  (hour < 24 && minute < 60 && second <= 60) || (hour === 24 && minute === 0 && second === 0)

import { localTime, offsetMinutes } from './time-zone.js'

/** The instant that one request calls "now", and the calendar that decides which day it is. */
export interface Clock {
  /** ISO date-time with the offset of the clock's time zone, such as `2026-03-30T12:00:00.000+02:00`. */
  readonly now: string
  /** Calendar date in the clock's time zone, `YYYY-MM-DD`. */
  readonly today: string
  /** IANA name of the zone whose calendar decides which day an instant is. */
  readonly timeZone: string
}

/** Reads `instant` as date and time in the IANA zone `timeZone`. */
export function clockAt(instant: Date, timeZone: string): Clock {
  const local = new Date(localTime(instant.getTime(), timeZone)).toISOString().slice(0, -1)
  return { now: `${local}${offsetText(offsetMinutes(instant.getTime(), timeZone))}`, today: local.slice(0, 10), timeZone }
}

function offsetText(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

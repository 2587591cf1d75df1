/** The instant that one request calls "now", and the calendar that decides which day it is. */
export interface Clock {
  /** ISO date-time with the offset of the clock's time zone, such as `2026-03-30T12:00:00.000+02:00`. */
  readonly now: string
  /** Calendar date in the clock's time zone, `YYYY-MM-DD`. */
  readonly today: string
}

/** Reads `instant` as date and time in the IANA zone `timeZone`. */
export function clockAt(instant: Date, timeZone: string): Clock {
  const offset = offsetMinutes(instant, timeZone)
  const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1)
  return { now: `${local}${offsetText(offset)}`, today: local.slice(0, 10) }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** No zone has ever changed its offset within a quarter of an hour. */
const QUARTER = 900_000
let latest = { timeZone: '', quarter: NaN, offset: 0 }

function offsetMinutes(instant: Date, timeZone: string): number {
  const quarter = Math.floor(instant.getTime() / QUARTER)
  if (latest.timeZone !== timeZone || latest.quarter !== quarter) {
    latest = { timeZone, quarter, offset: readOffset(instant, timeZone) }
  }
  return latest.offset
}

function readOffset(instant: Date, timeZone: string): number {
  const formatter = formatters.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  formatters.set(timeZone, formatter)
  const name = formatter.formatToParts(instant).find(part => part.type === 'timeZoneName')?.value ?? 'GMT'
  const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function offsetText(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

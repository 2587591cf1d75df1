import { isObject } from '../plain-values/json.js'
import { copenhagenInstant } from './copenhagen.js'

/** A span of instants (milliseconds) or numbers; both ends belong to it, and an open end is infinite. */
export interface Interval {
  low: number
  high: number
}

export type Prefix = keyof typeof COMPARISONS

/** How a stored interval must lie against the interval of the search value, per search prefix (FHIR R4 search, 3.1.1.5.6). */
export const COMPARISONS = {
  eq: contains,
  ne: (stored: Interval, asked: Interval) => !contains(stored, asked),
  gt: (stored: Interval, asked: Interval) => stored.high > asked.high,
  lt: (stored: Interval, asked: Interval) => stored.low < asked.low,
  ge: (stored: Interval, asked: Interval) => stored.high > asked.high || contains(stored, asked),
  le: (stored: Interval, asked: Interval) => stored.low < asked.low || contains(stored, asked),
  sa: (stored: Interval, asked: Interval) => stored.low > asked.high,
  eb: (stored: Interval, asked: Interval) => stored.high < asked.low,
}

const DATE_TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/

/** Year, month, ... millisecond of a date that gives no more than its year. */
const WHOLE_YEAR = [0, 1, 1, 0, 0, 0, 0]

/** The span a FHIR date, dateTime or instant covers (a date its whole Danish day); undefined when it is not a date. */
export function dateInterval(text: string): Interval | undefined {
  const found = DATE_TIME.exec(text)
  if (!found) return undefined
  const given = found.slice(1, 8).filter(part => part !== undefined)
  const fields = WHOLE_YEAR.map((lowest, index) => (index === 6 ? milliseconds(found[7]) : Number(given[index] ?? lowest)))
  if (!isCalendarDate(fields)) return undefined
  const next = fields.map((field, index) => (index === given.length - 1 ? field + 1 : field))
  return { low: instant(fields, found[8]), high: instant(next, found[8]) - 1 }
}

/** The span of whatever a date parameter can point at: a date, Period or Timing; undefined when nothing is dated. */
export function datedInterval(value: unknown): Interval | undefined {
  if (typeof value === 'string') return dateInterval(value)
  if (isObject(value)) return 'start' in value || 'end' in value ? periodInterval(value) : timingInterval(value)
  return undefined
}

/** The span of whatever a number or quantity parameter can point at: a number, Quantity or Range. */
export function measuredInterval(value: unknown): Interval | undefined {
  if (typeof value === 'number') return { low: value, high: value }
  if (!isObject(value)) return undefined
  if ('low' in value || 'high' in value) return { low: amount(value.low, -Infinity), high: amount(value.high, Infinity) }
  return measuredInterval(value.value)
}

/** The span that a decimal written with `text`'s digits stands for: 5.4 is 5.35 to 5.45. Undefined when not a number. */
export function decimalInterval(text: string): Interval | undefined {
  const found = /^[+-]?\d+(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (!found) return undefined
  const half = 0.5 * 10 ** (Number(found[2] ?? 0) - (found[1]?.length ?? 0))
  return { low: Number(text) - half, high: Number(text) + half }
}

function contains(stored: Interval, asked: Interval): boolean {
  return asked.low <= stored.low && stored.high <= asked.high
}

function milliseconds(fraction: string | undefined): number {
  return Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
}

function isCalendarDate(fields: number[]): boolean {
  const [year, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields
  const date = new Date(wallClock(fields))
  const isRealDay = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isRealDay && hour < 24 && minute < 60 && second < 60
}

function instant(fields: number[], zone: string | undefined): number {
  const clock = wallClock(fields)
  if (zone === undefined) return copenhagenInstant(clock)
  return zone === 'Z' ? clock : clock - zoneOffset(zone)
}

function wallClock([year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0]: number[]): number {
  return Date.UTC(year, month - 1, day, hour, minute, second, ms)
}

function zoneOffset(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

function periodInterval({ start, end }: Record<string, unknown>): Interval | undefined {
  const first = typeof start === 'string' ? dateInterval(start) : { low: -Infinity }
  const last = typeof end === 'string' ? dateInterval(end) : { high: Infinity }
  return first && last && { low: first.low, high: last.high }
}

function timingInterval({ event, repeat }: Record<string, unknown>): Interval | undefined {
  if (isObject(repeat) && isObject(repeat.boundsPeriod)) return periodInterval(repeat.boundsPeriod)
  const events = (Array.isArray(event) ? event : []).flatMap(date => datedInterval(date) ?? [])
  if (events.length === 0) return undefined
  return { low: Math.min(...events.map(({ low }) => low)), high: Math.max(...events.map(({ high }) => high)) }
}

function amount(quantity: unknown, open: number): number {
  return isObject(quantity) && typeof quantity.value === 'number' ? quantity.value : open
}

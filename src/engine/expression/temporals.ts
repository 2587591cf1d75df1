import type { Quantity } from './quantities.js'

/** Types of dates and times, as the model calls them. */
export type TemporalKind = 'date' | 'dateTime' | 'instant' | 'time'

/** A date or time that an expression writes or reckons, no more exact than it is written. */
export class Temporal {
  /** @param twin what the interpreter made it of. */
  constructor(
    readonly kind: TemporalKind,
    readonly text: string,
    readonly twin?: object,
  ) {}

  toString(): string {
    return this.text
  }

  toJSON(): string {
    return this.text
  }
}

/** Marks what only the interpreter can tell. */
export const ASK = Symbol('ask the interpreter')

/** A calendar day, month or year without a time. */
const OF_CALENDAR = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/

/** An instant to the second or the millisecond; what is less exact, or has no offset, has no instant of its own. */
const OF_INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{3,})?(Z|[+-]\d{2}:\d{2})$/

/** Whether a date is a day, month or year without a time. */
export const isOfCalendar = ({ kind, text }: Temporal): boolean =>
  (kind === 'date' || kind === 'dateTime') && text.length <= 10 && OF_CALENDAR.test(text)

/** Milliseconds since 1970, parts of one included. */
function instantOf({ kind, text }: Temporal): number | undefined {
  const [, second, fraction = '', zone] = (kind === 'dateTime' || kind === 'instant' ? OF_INSTANT.exec(text) : null) ?? []
  return second === undefined ? undefined : Date.parse(`${second}${zone}`) + Number(`0${fraction}`) * 1000
}

/**
 * The order of two dates by its sign; null where one is too vague to tell.
 * @returns ASK for times without a date, and for instants that are not exact.
 */
export function compareTemporals(left: Temporal, right: Temporal): number | null | typeof ASK {
  if (isOfCalendar(left) && isOfCalendar(right)) return compareDays(left.text, right.text)
  const [one, other] = [instantOf(left), instantOf(right)]
  return one === undefined || other === undefined ? ASK : one - other
}

/** The order of two dates, as exactly as both are known. */
function compareDays(left: string, right: string): number | null {
  const known = Math.min(left.length, right.length)
  const [one, other] = [left.slice(0, known), right.slice(0, known)]
  if (one !== other) return one < other ? -1 : 1
  return left.length === right.length ? 0 : null
}

/** Units by which a date moves, in months or in days. */
const UNITS: Readonly<Record<string, { months?: number; days?: number }>> = {
  year: { months: 12 },
  years: { months: 12 },
  month: { months: 1 },
  months: { months: 1 },
  week: { days: 7 },
  weeks: { days: 7 },
  "'wk'": { days: 7 },
  day: { days: 1 },
  days: { days: 1 },
  "'d'": { days: 1 },
}

/** Days of what a date that is known to the year or month counts in. */
const DAYS_OF_YEAR = 365
const DAYS_OF_MONTH = 30

/** A date moved by a whole quantity of calendar time. @returns ASK for times, for other units and for parts of one. */
export function moved(date: Temporal, { value, unit }: Quantity, sign: 1 | -1): Temporal | typeof ASK {
  const by = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
  if (!by || !isOfCalendar(date) || !Number.isSafeInteger(value)) return ASK
  const text = movedText(date.text, sign * value, by)
  return text === undefined ? ASK : new Temporal(date.kind, text)
}

function movedText(text: string, count: number, { months, days = 0 }: { months?: number; days?: number }): string | undefined {
  if (text.length === 4) return ofYear(text, Math.trunc(months === undefined ? (count * days) / DAYS_OF_YEAR : (count * months) / 12))
  if (text.length === 7)
    return movedByMonths(`${text}-01`, Math.trunc(months === undefined ? (count * days) / DAYS_OF_MONTH : count * months))?.slice(0, 7)
  return months === undefined ? movedByDays(text, count * days) : movedByMonths(text, count * months)
}

const ofYear = (text: string, years: number): string | undefined => written(Number(text) + years, 1, 1)?.slice(0, 4)

function movedByDays(text: string, days: number): string | undefined {
  const moved = new Date(Date.parse(`${text}T00:00:00Z`) + days * 86_400_000)
  return written(moved.getUTCFullYear(), moved.getUTCMonth() + 1, moved.getUTCDate())
}

/** The same day of another month, or its last day where it has none such. */
function movedByMonths(text: string, months: number): string | undefined {
  const counted = Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1 + months
  const [year, month] = [Math.floor(counted / 12), (((counted % 12) + 12) % 12) + 1]
  return written(year, month, Math.min(Number(text.slice(8)), lastDayOf(year, month)))
}

const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()

/** A day as FHIR writes it; undefined for a year that has not four digits. */
function written(year: number, month: number, day: number): string | undefined {
  if (!(year >= 1 && year <= 9999)) return undefined
  const two = (value: number) => (value < 10 ? `0${value}` : String(value))
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** The first day that a calendar date can be; undefined for anything else. */
export const firstDay = ({ kind, text }: Temporal): Temporal | undefined =>
  kind === 'date' && OF_CALENDAR.test(text) ? new Temporal('date', `${text}${'-01-01'.slice(text.length - 4)}`) : undefined

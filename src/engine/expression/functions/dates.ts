import type { FhirResource } from 'fhir/r4.js'
import { dayNumberOf, readDate, type ReadDate } from '../dates.js'
import type { ScopeState } from '../scope.js'
import { countTurns } from '../steps.js'
import { instantOfLocal } from '../time-zone.js'
import { childNode, isNode, NOTHING, plain, type Collection, type Item, type ResourceNode } from '../values.js'
import { temporalOf } from '../operators.js'
import { firstDay, Temporal } from '../temporals.js'
import type { Native } from './native.js'
import { textOf, type OwnFunction } from './own-function.js'
import { TURNS_OF_A_RECORD } from './turns.js'

/** The calendar day of each item. */
export const calendarDate: OwnFunction = (input, _, state) => input.flatMap(item => dateOf(item, state))

/**
 * The calendar day of a date, dateTime, instant or Period start in the service's time zone; a partial date stays
 * partial, and what is no date has none.
 */
function dateOf(item: Item, { clock: { timeZone } }: ScopeState): Collection {
  if (!isNode(item)) {
    const day = readDate(String(item), timeZone)?.day
    return day === undefined ? NOTHING : [new Temporal('date', day)]
  }
  const value = typeof item.data === 'object' ? (item.data as { start?: unknown } | null)?.start : item.data
  return dayNode(item, readDate(value, timeZone))
}

const dayNode = (node: ResourceNode, date: ReadDate | undefined): Collection =>
  date === undefined ? NOTHING : [childNode(node, date.day, 'date', 'calendarDate')]

/** The calendar day that each record gives itself; nothing where it has none. */
export const recordDate: OwnFunction = (input, _, state) =>
  input.flatMap(record => (isNode(record) ? dayNode(record, ownDate(record.data as DatedRecord, state)) : NOTHING))

/** The first day that a date can be. */
export const lowBoundary: Native = (_, input, args) => {
  if (input.length === 0) return NOTHING
  const date = input.length === 1 && args.length === 0 ? temporalOf(input[0]) : undefined
  const first = date && firstDay(date)
  return first && [first]
}

/** Days in one unit of each precision that has a fixed length. */
const DAYS: Readonly<Record<string, number>> = { day: 1, days: 1, week: 7, weeks: 7 }

/**
 * Whole days or weeks from the first date to the second, counted by calendar day in the service's time zone; nothing
 * when either is not known to the day.
 */
export const difference: OwnFunction = (start, [end = NOTHING, precision], { clock: { timeZone } }) => {
  const unit = DAYS[textOf(precision)]
  if (unit === undefined) throw new TypeError("difference() knows 'day' and 'week'")
  const from = dayNumber(start, timeZone)
  const to = dayNumber(end, timeZone)
  // Adding nought turns the "-0" that truncation leaves into 0.
  return from === undefined || to === undefined ? NOTHING : [Math.trunc((to - from) / unit) + 0]
}

function dayNumber(collection: Collection, timeZone: string): number | undefined {
  if (collection.length > 1) throw new TypeError('expected one date')
  const date = collection.length === 0 ? undefined : readDate(String(plain(collection[0])), timeZone)
  return date && dayNumberOf(date.day)
}

/** Where a record says when it holds, in the order we look. */
const DATE_ELEMENTS = [
  'authored',
  'effectiveDateTime',
  'effectiveInstant',
  'effectivePeriod',
  'effectiveTiming',
  'authoredOn',
  'performedDateTime',
  'performedPeriod',
  'performedString',
  'onsetDateTime',
  'onsetPeriod',
  'started',
  'period',
  'occurrenceDateTime',
  'occurrencePeriod',
  'occurrenceTiming',
  'dateAsserted',
  'created',
  'issued',
  'recordedDate',
  'date',
]

/**
 * Keeps the records that are not dated before a day, by the calendar of the service's time zone. Without a day, and for
 * records without a date or with one too vague to tell, nothing is left out; but a form that nobody can date is old.
 */
export const since: OwnFunction = (records, [date = NOTHING], state) => {
  const day = String(plain(date[0]) ?? '').slice(0, 10)
  if (day === '') return records
  return records.filter(item => {
    const record = plain(item) as DatedRecord | null
    const own = ownDate(record, state)?.day
    return own === undefined ? !isForm(record) : own >= day.slice(0, own.length)
  })
}

/** Milliseconds by which the clock of whoever wrote a record may be ahead of ours. */
const CLOCK_TOLERANCE = 15 * 60_000

/** Keeps the records that are not dated later than today; clocks differ, so shortly after midnight counts as today. */
export const notInFuture: OwnFunction = (records, _, state) => {
  const { now, today } = state.clock
  const latest = Date.parse(now) + CLOCK_TOLERANCE
  return records.filter(item => {
    const own = ownDate(plain(item) as DatedRecord | null, state)
    return own === undefined || own.day <= today.slice(0, own.day.length) || (own.instant !== undefined && own.instant <= latest)
  })
}

export type DatedRecord = Record<string, unknown> & { meta?: { lastUpdated?: unknown } }

/** What a person fills in; it is at least as old as its last change. */
const isForm = (record: Record<string, unknown> | null): boolean => record?.resourceType === 'QuestionnaireResponse'

/** The date of a record, read once a call. */
export function ownDate(record: DatedRecord | null, state: ScopeState): ReadDate | undefined {
  const {
    ownDates,
    clock: { timeZone },
  } = state
  if (record === null) return undefined
  const known = ownDates.get(record)
  if (known !== undefined) return known ?? undefined
  countTurns(state, TURNS_OF_A_RECORD)
  const date = readOwnDate(record, timeZone)
  ownDates.set(record, date ?? null)
  return date
}

/** An instant, and the calendar day that it is. */
export interface Moment {
  /** Epoch ms. */
  instant: number
  /** `YYYY-MM-DD`. */
  day: string
}

/** Where else a record says when something of it changed. */
const FURTHER_DATES = ['abatementDateTime', 'abatementPeriod']

/** All that a record dates and that is not yet to come, its last change too. */
export function datesSoFar(record: FhirResource, state: ScopeState): ReadDate[] {
  const { now, today, timeZone } = state.clock
  countTurns(state, TURNS_OF_A_RECORD)
  const latest = Date.parse(now) + CLOCK_TOLERANCE
  const isSoFar = ({ day, instant }: ReadDate): boolean => (instant === undefined ? day <= today.slice(0, day.length) : instant <= latest)
  const written = record as unknown as DatedRecord
  const dates = [...DATE_ELEMENTS, ...FURTHER_DATES].flatMap(name => (written[name] === undefined ? [] : datesIn(written[name])))
  return [...dates, written.meta?.lastUpdated].flatMap(date => readDate(date, timeZone) ?? []).filter(isSoFar)
}

/** Whether a date is after a moment. Where only the day is known, the day itself is not; nor is the month, or the year. */
export const isAfter = ({ day: own, instant: at }: ReadDate, { instant, day }: Moment): boolean =>
  at === undefined ? own > day.slice(0, own.length) : at > instant

/** The first date that a record gives itself; of a period its start, else its end; of a form without one its last change. */
function readOwnDate(record: DatedRecord, timeZone: string): ReadDate | undefined {
  for (const name of DATE_ELEMENTS) {
    const value = record[name]
    const date =
      value === undefined ? undefined : readDate(typeof value === 'object' ? dateIn(value as DatedElement | null) : value, timeZone)
    if (date) return date
  }
  return isForm(record) ? readDate(record.meta?.lastUpdated, timeZone) : undefined
}

interface DatedElement {
  start?: unknown
  end?: unknown
  event?: unknown
}

const dateIn = (element: DatedElement | null): unknown =>
  element?.start ?? element?.end ?? (Array.isArray(element?.event) ? element.event[0] : undefined)

/** All dates of an element; of a period its start and its end. */
const datesIn = (element: unknown): unknown[] => {
  if (typeof element !== 'object' || element === null) return [element]
  const { start, end, event } = element as DatedElement
  return [start, end, ...(Array.isArray(event) ? (event as unknown[]) : [])]
}

/** The one record with the latest date of its own; of two with the same, the one updated last. */
export const newest: OwnFunction = (records, _, state) => newestFirst(records, state).slice(0, 1)

/** Records with the latest date first; `meta.lastUpdated` breaks ties. */
export function newestFirst(records: Collection, state: ScopeState): ResourceNode[] {
  const { timeZone } = state.clock
  const nodes = records.filter(isNode)
  if (nodes.length < 2) return nodes
  const dated = nodes.map(node => {
    const record = node.data as DatedRecord
    return {
      node,
      own: instantOf(ownDate(record, state), timeZone),
      updated: updatedAt(record, state),
    }
  })
  return dated.sort((one, other) => other.own - one.own || other.updated - one.updated).map(({ node }) => node)
}

/** When a record was updated last, in milliseconds; read once a call. */
function updatedAt(record: DatedRecord, { updated, clock: { timeZone } }: ScopeState): number {
  const before = updated.get(record)
  if (before !== undefined) return before
  const instant = instantOf(readDate(record.meta?.lastUpdated, timeZone), timeZone)
  updated.set(record, instant)
  return instant
}

/** When a date begins, in milliseconds; before all others where there is none. */
function instantOf(date: ReadDate | undefined, timeZone: string): number {
  if (date === undefined) return Number.MIN_SAFE_INTEGER
  return date.instant ?? instantOfLocal(Date.parse(date.day), timeZone)
}

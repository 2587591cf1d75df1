import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { RE2JS } from 're2js'
import { STATE, type Scope, type ScopeState } from './scope.js'
import { childNode, isNode, NO, NOTHING, plain, YES, type Collection, type Item, type ResourceNode } from './values.js'

/** Answers whether a coding belongs to a value set; systems may be written in any of their live forms. */
export type ValueSetTest = (coding: { system?: string; code?: string }) => boolean

/** Finds a value set by its canonical; undefined when the knowledge has none. */
export type ValueSetLookup = (canonical: string) => ValueSetTest | undefined

/** A function of our own: input collection and evaluated arguments in, collection out. */
type OwnFunction = (input: Collection, args: readonly Collection[], state: ScopeState) => Collection

interface InvocationContext {
  vars: Scope
}

interface Invocation {
  fn: (this: InvocationContext, input: Item[], ...args: Item[]) => Collection
  arity: Record<number, string[]>
  internalStructures: boolean
  /** Whether nothing in, as input or as an argument, is nothing out. */
  nullable?: boolean
}

/**
 * The functions that the engine offers beside standard FHIRPath, by name. Each also runs without the
 * FHIRPath interpreter where the compiler sees that it can (see compile.ts).
 */
export function ownFunctions(valueSets: ValueSetLookup): Readonly<Record<string, OwnFunction>> {
  return {
    codedIn: (input, [canonical]) => codedIn(input, testOf(canonical, valueSets)),
    memberOf: (input, [canonical]) => memberOf(input, testOf(canonical, valueSets)),
    answer: (input, [linkId], state) => answersOf(input, state).get(text(linkId)) ?? NOTHING,
    calendarDate: input => input.flatMap(calendarDate),
    difference: (input, [end, precision]) => difference(input, end ?? NOTHING, text(precision)),
    newest: input => newest(input),
    since: (input, [date]) => since(input, date ?? NOTHING),
    notInFuture: (input, _, state) => notInFuture(input, state),
    referringTo: (input, [records]) => referringTo(input, records ?? NOTHING),
  }
}

/** Number of arguments of each function of our own, and whether they are evaluated on the root. */
const OWN_ARITY: Readonly<Record<string, Record<number, string[]>>> = {
  codedIn: { 1: ['AnyAtRoot'] },
  memberOf: { 1: ['AnyAtRoot'] },
  answer: { 1: ['AnyAtRoot'] },
  calendarDate: { 0: [] },
  difference: { 2: ['AnyAtRoot', 'AnyAtRoot'] },
  newest: { 0: [] },
  since: { 1: ['AnyAtRoot'] },
  notInFuture: { 0: [] },
  referringTo: { 1: ['AnyAtRoot'] },
}

export const OWN_FUNCTION_NAMES: ReadonlySet<string> = new Set(Object.keys(OWN_ARITY))

/**
 * The table that replaces and extends the interpreter's functions: our own, the request's clock,
 * regular expressions that run in linear time, and nothing that reaches the network.
 */
export function invocationTable(valueSets: ValueSetLookup): Record<string, Invocation> {
  const table: Record<string, Invocation> = {
    today: withoutArguments(state => [once(state, 'toDate', state.clock.today)]),
    now: withoutArguments(state => [once(state, 'toDateTime', state.clock.now)]),
    timeOfDay: withoutArguments(state => [once(state, 'toTime', state.clock.now.slice(11, 23))]),
    matches: onStrings(1, (value, pattern = '') => RE2JS.compile(pattern, RE2JS.DOTALL).matcher(value).find()),
    matchesFull: onStrings(1, (value, pattern = '') => RE2JS.compile(pattern, RE2JS.DOTALL).matches(value)),
    replaceMatches: onStrings(2, (value, pattern = '', replacement = '') =>
      RE2JS.compile(pattern, RE2JS.DOTALL).matcher(value).replaceAll(replacement)),
  }
  for (const [name, own] of Object.entries(ownFunctions(valueSets))) {
    table[name] = {
      internalStructures: true,
      arity: OWN_ARITY[name] ?? {},
      fn(input, ...args) {
        return own(input, args.map(arg => (Array.isArray(arg) ? arg : [arg])), this.vars[STATE])
      },
    }
  }
  return table
}

/** One sentence when a text is not a regular expression that runs in linear time. */
export function patternFault(pattern: string): string[] {
  try {
    RE2JS.compile(pattern, RE2JS.DOTALL)
    return []
  } catch {
    return [`'${pattern}' is not a regular expression that is supported here`]
  }
}

const text = (collection: Collection | undefined): string => String(plain(collection?.[0]) ?? '')

function withoutArguments(value: (state: ScopeState) => Collection): Invocation {
  return {
    internalStructures: true,
    arity: { 0: [] },
    fn() {
      return value(this.vars[STATE])
    },
  }
}

/** A date or time of the engine, made once a call, since the engine has no constructor to call. */
function once(state: ScopeState, conversion: keyof typeof CONVERSIONS, written: string): Item {
  const key = `${conversion} ${written}`
  const known = state.known.get(key) ?? CONVERSIONS[conversion](written)
  state.known.set(key, known)
  return known[0]
}

type Conversion = (written: string) => Collection

const conversion = (name: string): Conversion => {
  const run = fhirpath.compile(`%written.${name}()`, r4, { resolveInternalTypes: false, async: false })
  return written => run({}, { written }) as Collection
}

/** What makes a date or time of the engine from text. */
const CONVERSIONS = { toDate: conversion('toDate'), toDateTime: conversion('toDateTime'), toTime: conversion('toTime') }

function onStrings(argumentCount: number, compute: (value: string, ...args: string[]) => unknown): Invocation {
  return {
    internalStructures: true,
    nullable: true,
    arity: { [argumentCount]: Array.from({ length: argumentCount }, () => 'String') },
    fn(input, ...args) {
      const value = plain(input[0])
      if (input.length > 1 || typeof value !== 'string') throw new TypeError('expected one string')
      return [compute(value, ...args.map(String))]
    },
  }
}

function testOf(canonical: Collection | undefined, valueSets: ValueSetLookup): ValueSetTest {
  const test = valueSets(text(canonical))
  if (!test) throw new TypeError(`value set ${text(canonical)} is not part of the knowledge`)
  return test
}

interface Coded {
  coding?: { system?: string; code?: string }[]
  system?: string
  code?: string
}

/** Where a record of each type carries the code that says what it is about (the "primary code path" of CQL). */
const PRIMARY_CODE: Readonly<Record<string, string>> = {
  MedicationRequest: 'medicationCodeableConcept',
  MedicationStatement: 'medicationCodeableConcept',
  MedicationAdministration: 'medicationCodeableConcept',
  MedicationDispense: 'medicationCodeableConcept',
  DeviceRequest: 'codeCodeableConcept',
  Encounter: 'reasonCode',
  CarePlan: 'category',
  ImagingStudy: 'procedureCode',
}

/** Keeps the items whose code, or that themselves as a code, belong to the value set. */
function codedIn(input: Collection, test: ValueSetTest): Collection {
  return input.filter(item => conceptsOf(plain(item)).some(concept => concept && hasMember(concept, test)))
}

function conceptsOf(value: unknown): readonly (Coded | string)[] {
  if (typeof value === 'string') return [value]
  const { resourceType } = (value ?? {}) as { resourceType?: string }
  const concept = resourceType
    ? ((value as Record<string, Coded | Coded[]>)[PRIMARY_CODE[resourceType] ?? 'code'] ?? codeOfContainedMedication(value as Medicated))
    : (value as Coded)
  return Array.isArray(concept) ? concept : concept ? [concept] : []
}

/** A record whose medicine may stand in it as a resource of its own. */
interface Medicated {
  medicationReference?: { reference?: unknown }
  contained?: unknown
}

function codeOfContainedMedication({ medicationReference, contained }: Medicated): Coded | undefined {
  const reference = medicationReference?.reference
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
  return list<{ id?: unknown; code?: Coded }>(contained).find(({ id }) => id === reference.slice(1))?.code
}

function hasMember(concept: Coded | string, test: ValueSetTest): boolean {
  if (typeof concept === 'string') return test({ code: concept })
  if (Array.isArray(concept.coding)) return concept.coding.some(coding => coding && test(coding))
  return concept.code !== undefined && test(concept)
}

function memberOf(input: Collection, test: ValueSetTest): Collection {
  if (input.length === 0) return NOTHING
  return codedIn(input, test).length === input.length ? YES : NO
}

interface ResponseItem {
  linkId?: string
  answer?: ({ item?: ResponseItem[] } & Record<string, unknown>)[]
  item?: ResponseItem[]
}

interface Response {
  item?: ResponseItem[]
}

/**
 * Answers by linkId over several QuestionnaireResponses: for each linkId those of the response with the newest
 * `authored` (then `meta.lastUpdated`) that answers it; an item left out later cancels nothing.
 */
function answersOf(responses: Collection, state: ScopeState): ReadonlyMap<string, Collection> {
  // The interpreter hands over a new list each time, of the same responses.
  const known = state.answers.get(responses[0])
  if (known?.responses.length === responses.length && known.responses.every((response, index) => response === responses[index])) return known.byLinkId
  const newestFirst = responses.filter(isNode).sort(byAge)
  const answers = new Map<string, Item[]>()
  for (const response of newestFirst) {
    for (const [linkId, values] of answersIn(response)) if (!answers.has(linkId)) answers.set(linkId, values)
  }
  state.answers.set(responses[0], { responses, byLinkId: answers })
  return answers
}

/** The one record with the latest date of its own; of two with the same, the one updated last. */
function newest(records: Collection): Collection {
  return records.filter(isNode).sort(byAge).slice(0, 1)
}

/** Puts the record with the latest date first; `meta.lastUpdated` breaks ties. */
function byAge(one: ResourceNode, other: ResourceNode): number {
  const [a, b] = [one.data as DatedRecord, other.data as DatedRecord]
  return milliseconds(ownDate(b)) - milliseconds(ownDate(a)) || milliseconds(b.meta?.lastUpdated) - milliseconds(a.meta?.lastUpdated)
}

const milliseconds = (date: string | undefined): number => Date.parse(date ?? '') || 0

/** Walks the items without recursion, so that a hostile depth cannot exhaust the stack. */
function answersIn(response: ResourceNode): Map<string, Item[]> {
  const found = new Map<string, Item[]>()
  const open = list<ResponseItem>((response.data as Response).item).reverse()
  for (let item = open.pop(); item; item = open.pop()) {
    const answers = list<NonNullable<ResponseItem['answer']>[number]>(item.answer)
    const values = answers.flatMap(answer => valueNode(response, answer))
    if (values.length > 0 && item.linkId !== undefined) {
      const before = found.get(item.linkId)
      if (before) for (const value of values) before.push(value)
      else found.set(item.linkId, values)
    }
    const inside = [...list<ResponseItem>(item.item), ...answers.flatMap(answer => list<ResponseItem>(answer.item))]
    for (const next of inside.reverse()) open.push(next)
  }
  return found
}

const list = <T>(value: unknown): T[] => (Array.isArray(value) ? value.filter(entry => entry && typeof entry === 'object') : [])

function valueNode(response: ResourceNode, answer: Record<string, unknown>): ResourceNode[] {
  const key = Object.keys(answer).find(name => name.startsWith('value'))
  if (key === undefined || answer[key] === null) return []
  const suffix = key.slice('value'.length)
  const type = PRIMITIVES.has(suffix) ? suffix.charAt(0).toLowerCase() + suffix.slice(1) : suffix
  return [childNode(response, answer[key], type, 'value')]
}

const PRIMITIVES = new Set(['Boolean', 'Decimal', 'Integer', 'Date', 'DateTime', 'Time', 'String', 'Uri'])

/**
 * The calendar date of a date, dateTime, instant or Period start as it is written, without moving it to another
 * time zone; a partial date stays partial.
 */
function calendarDate(item: Item): Collection {
  if (!isNode(item)) {
    const date = CALENDAR_DATE.exec(String(item))?.[0]
    return date === undefined ? NOTHING : CONVERSIONS.toDate(date)
  }
  const value = typeof item.data === 'object' ? (item.data as { start?: unknown } | null)?.start : item.data
  const written = typeof value === 'string' ? CALENDAR_DATE.exec(value)?.[0] : undefined
  return written === undefined ? NOTHING : [childNode(item, written, 'date', 'calendarDate')]
}

const CALENDAR_DATE = /^\d{4}(-\d{2}(-\d{2})?)?/

/** Days in one unit of each precision that has a fixed length. */
const DAYS: Readonly<Record<string, number>> = { day: 1, days: 1, week: 7, weeks: 7 }

/**
 * Whole days or weeks from the first date to the second, counted by calendar date; nothing when either is not
 * known to the day.
 */
function difference(start: Collection, end: Collection, precision: string): Collection {
  const unit = DAYS[precision]
  if (unit === undefined) throw new TypeError("difference() knows 'day' and 'week'")
  const from = dayNumber(start)
  const to = dayNumber(end)
  // Adding nought turns the "-0" that truncation leaves into 0.
  return from === undefined || to === undefined ? NOTHING : [Math.trunc((to - from) / unit) + 0]
}

function dayNumber(collection: Collection): number | undefined {
  if (collection.length > 1) throw new TypeError('expected one date')
  const written = /^\d{4}-\d{2}-\d{2}/.exec(String(plain(collection[0]) ?? ''))?.[0]
  return written === undefined ? undefined : Date.parse(`${written}T00:00:00Z`) / 86_400_000
}

/** Where a record says when it holds, in the order we look. */
const DATE_ELEMENTS = ['authored', 'effectiveDateTime', 'effectiveInstant', 'effectivePeriod', 'authoredOn', 'performedDateTime', 'performedPeriod', 'started', 'period', 'issued', 'recordedDate', 'date']

/**
 * Keeps the records that are not dated before a day, by calendar date as written. Without a day, and for records
 * without a date or with one too vague to tell, nothing is left out.
 */
function since(records: Collection, date: Collection): Collection {
  const day = String(plain(date[0]) ?? '').slice(0, 10)
  if (day === '') return records
  return records.filter(record => {
    const own = ownDate(plain(record) as Record<string, unknown> | null)
    return own === undefined || own.slice(0, 10) >= day.slice(0, own.length)
  })
}

/** Keeps the records that are not dated after now; a date without a time counts by calendar date. */
function notInFuture(records: Collection, { clock }: ScopeState): Collection {
  const now = Date.parse(clock.now)
  return records.filter(record => {
    const own = ownDate(plain(record) as Record<string, unknown> | null)
    if (own === undefined) return true
    return own.includes('T') ? !(Date.parse(own) > now) : own <= clock.today.slice(0, own.length)
  })
}

type DatedRecord = Record<string, unknown> & { meta?: { lastUpdated?: string } }

/** The first date that a record gives itself, as written; the start of a period, where it has one. */
function ownDate(record: Record<string, unknown> | null): string | undefined {
  for (const name of DATE_ELEMENTS) {
    const value = record?.[name]
    const written = typeof value === 'object' ? (value as { start?: unknown } | null)?.start : value
    if (typeof written === 'string') return written
  }
  return undefined
}

/** How deep into a record references are looked for; R4 keeps those of the records we read within this. */
const REFERENCE_DEPTH = 4

/** Keeps the records that refer to any of the given records, wherever in them the reference stands. */
function referringTo(input: Collection, records: Collection): Collection {
  if (records.length === 0) return NOTHING
  const targets = new Set(records.map(record => {
    const { resourceType, id } = (plain(record) ?? {}) as { resourceType?: string; id?: string }
    return `${resourceType}/${id}`
  }))
  return input.filter(record => mentions(plain(record), targets, REFERENCE_DEPTH))
}

function mentions(value: unknown, targets: ReadonlySet<string>, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false
  if (Array.isArray(value)) return value.some(entry => mentions(entry, targets, depth))
  const { reference } = value as { reference?: unknown }
  if (typeof reference === 'string' && targets.has(tail(reference))) return true
  return Object.values(value).some(child => mentions(child, targets, depth - 1))
}

const tail = (reference: string): string => reference.replace(/\/_history\/[^/]*$/, '').split('/').slice(-2).join('/')

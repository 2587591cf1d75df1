import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { RE2JS } from 're2js'
import { dayNumberOf, readDate, type ReadDate } from './dates.js'
import { isAboveRange } from './measures.js'
import type { NamedConcept } from './names.js'
import { instantOfLocal } from './time-zone.js'
import { STATE, type Scope, type ScopeState } from './scope.js'
import { countTurns } from './steps.js'
import { childNode, isNode, isValue, NO, NOTHING, plain, truthCollection, YES, type Collection, type Item, type ResourceNode } from './values.js'

/** Answers whether a coding belongs to a value set; systems may be written in any of their live forms. */
export interface ValueSetTest {
  /** @param coding a coding, or the plain code of an element that has no system */
  (coding: SentCoding | string): boolean
  /** Whether a concept without a code of the set's systems is one of it by its name, where the set has names. */
  named?: (concept: NamedConcept) => boolean
}

/** A coding as a client may send it: nothing about it is certain. */
export interface SentCoding {
  system?: unknown
  code?: unknown
}

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
    codedIn: (input, [canonical], state) => codedIn(input, testOf(canonical, valueSets), state),
    memberOf: (input, [canonical], state) => memberOf(input, testOf(canonical, valueSets), state),
    answer: (input, [linkId, preferred], state) =>
      (preferred === undefined ? answersOf(input, state).get(text(linkId)) ?? NOTHING : answerOfDay(input, text(linkId), preferred, state)),
    answering: (input, [linkId, value], state) => answering(input, text(linkId), value, state),
    ofQuestionnaire: (input, [canonical]) => input.filter(response => isResponseTo(plain(response), text(canonical))),
    calendarDate: (input, _, state) => input.flatMap(item => calendarDate(item, state)),
    recordDate: (input, _, state) => input.flatMap(record => recordDate(record, state)),
    difference: (input, [end, precision], state) => difference(input, end ?? NOTHING, text(precision), state),
    newest: (input, _, state) => newest(input, state),
    since: (input, [date], state) => since(input, date ?? NOTHING, state),
    notInFuture: (input, _, state) => notInFuture(input, state),
    aboveRange: input => input.flatMap(observation => truthCollection(isAboveRange(plain(observation)))),
    referringTo: (input, [records], state) => referringTo(input, records ?? NOTHING, state),
  }
}

/** Number of arguments of each function of our own, and whether they are evaluated on the root. */
const OWN_ARITY: Readonly<Record<string, Record<number, string[]>>> = {
  codedIn: { 1: ['AnyAtRoot'] },
  memberOf: { 1: ['AnyAtRoot'] },
  answer: { 1: ['AnyAtRoot'], 2: ['AnyAtRoot', 'AnyAtRoot'] },
  answering: { 1: ['AnyAtRoot'], 2: ['AnyAtRoot', 'AnyAtRoot'] },
  ofQuestionnaire: { 1: ['AnyAtRoot'] },
  calendarDate: { 0: [] },
  recordDate: { 0: [] },
  difference: { 2: ['AnyAtRoot', 'AnyAtRoot'] },
  newest: { 0: [] },
  since: { 1: ['AnyAtRoot'] },
  notInFuture: { 0: [] },
  aboveRange: { 0: [] },
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
    matches: onStrings([1, 2], (value, pattern = '', flags = '') => regularExpression(pattern, flags).matcher(value).find()),
    matchesFull: onStrings([1, 2], (value, pattern = '', flags = '') => regularExpression(pattern, flags).matches(value)),
    replaceMatches: onStrings([2], (value, pattern = '', replacement = '') => regularExpression(pattern).matcher(value).replaceAll(replacement)),
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

/** What FHIRPath's flags of a regular expression mean here; a dot stands for the end of a line in any case. */
const FLAGS: Readonly<Record<string, number>> = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE }

/** @throws Error when the pattern or a flag is not supported. */
export function regularExpression(pattern: string, flags = ''): RE2JS {
  const known = [...flags].map(flag => FLAGS[flag])
  if (known.includes(undefined)) throw new TypeError('expected the flags i and m')
  return RE2JS.compile(pattern, known.reduce<number>((all, flag = 0) => all | flag, RE2JS.DOTALL))
}

/** One sentence when a text is not a regular expression that runs in linear time, or its flags are not known. */
export function patternFault(pattern: string, flags = ''): string[] {
  if (/[^im]/.test(flags)) return [`'${flags}' are not flags of a regular expression; there are i and m`]
  try {
    regularExpression(pattern, flags)
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
export function once(state: ScopeState, conversion: keyof typeof CONVERSIONS, written: string): Item {
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

function onStrings(argumentCounts: readonly number[], compute: (value: string, ...args: string[]) => unknown): Invocation {
  return {
    internalStructures: true,
    nullable: true,
    arity: Object.fromEntries(argumentCounts.map(count => [count, Array.from({ length: count }, () => 'String')])),
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
  coding?: { system?: string; code?: string; display?: unknown }[]
  text?: unknown
  system?: string
  code?: string
  display?: unknown
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
function codedIn(input: Collection, test: ValueSetTest, state: ScopeState): Collection {
  return input.filter(item => isCodedIn(plain(item), test, state))
}

/** How many turns of a loop it takes to hold a text against a pattern. */
export const turnsOfPattern = ({ length }: string): number => 1 + (length >> 5)

/** How many codings are to be looked at; of what is no concept one. */
const codingsIn = (concept: Coded | string): number => (typeof concept === 'object' && Array.isArray(concept?.coding) ? concept.coding.length : 1)

/**
 * Whether a record's code, or its name where the value set has names, belongs to the value set; as `codedIn` asks it.
 * @throws DeadlinePassed when the time of the evaluation is up.
 */
export const isCodedIn = (record: unknown, test: ValueSetTest, state: ScopeState): boolean => conceptsOf(record).some(concept => {
  countTurns(state, codingsIn(concept))
  return concept && hasMember(concept, test, state)
})

function conceptsOf(value: unknown): readonly (Coded | string)[] {
  if (typeof value === 'string') return [value]
  const { resourceType } = (value ?? {}) as { resourceType?: string }
  const concept = resourceType
    ? ((value as Record<string, Coded | Coded[]>)[PRIMARY_CODE[resourceType] ?? 'code'] ?? nameOfMedicine(value as Medicated))
    : (value as Coded)
  return Array.isArray(concept) ? concept : concept ? [concept] : []
}

interface Medicated {
  medicationReference?: { display?: unknown }
}

/** A medicine that cannot be resolved is known at most by the name under which the record refers to it. */
const nameOfMedicine = ({ medicationReference }: Medicated): Coded | undefined =>
  (medicationReference?.display === undefined ? undefined : { text: medicationReference.display })

function hasMember(concept: Coded | string, test: ValueSetTest, state: ScopeState): boolean {
  if (typeof concept === 'string') return test(concept)
  const codings = Array.isArray(concept.coding) ? concept.coding.filter(Boolean) : concept.code === undefined ? [] : [concept]
  return codings.some(coding => test(coding)) || isNamedIn(concept, codings, test, state)
}

function isNamedIn(concept: Coded, codings: readonly NonNullable<Coded['coding']>[number][], { named }: ValueSetTest, state: ScopeState): boolean {
  if (named === undefined) return false
  const isMeant = (name: unknown): boolean => {
    if (typeof name !== 'string') return false
    countTurns(state, turnsOfPattern(name))
    return named({ name, codings })
  }
  return isMeant(concept.text) || codings.some(({ display }) => isMeant(display))
}

function memberOf(input: Collection, test: ValueSetTest, state: ScopeState): Collection {
  if (input.length === 0) return NOTHING
  return codedIn(input, test, state).length === input.length ? YES : NO
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
  const answers = new Map<string, Collection>()
  for (const response of newestFirst(responses, state)) {
    const answered = answersIn(response, state)
    countTurns(state, 1 + (answered.size >> 2))
    for (const [linkId, values] of answered) if (!answers.has(linkId)) answers.set(linkId, values)
  }
  state.answers.set(responses[0], { responses, byLinkId: answers })
  return answers
}

/** Keeps the responses that answer an item, or that answer it with a value. */
function answering(responses: Collection, linkId: string, value: Collection | undefined, state: ScopeState): Collection {
  return responses.filter(response => {
    const answers = isNode(response) ? answersIn(response, state).get(linkId) : undefined
    return answers !== undefined && (value === undefined || holds(answers, value))
  })
}

/** The answer of the newest calendar day on which an item was answered; given otherwise that day too, the preferred value wins. */
function answerOfDay(responses: Collection, linkId: string, preferred: Collection, state: ScopeState): Collection {
  const [newestResponse, ...others] = newestFirst(answering(responses, linkId, undefined, state), state)
  if (!newestResponse) return NOTHING
  const dayOf = (response: ResourceNode) => ownDate(response.data as DatedRecord, state)?.day
  const day = dayOf(newestResponse)
  const ofDay = [newestResponse, ...others.filter(response => dayOf(response) === day)].map(response => answersIn(response, state).get(linkId) ?? NOTHING)
  return ofDay.find(answers => holds(answers, preferred)) ?? ofDay[0] ?? NOTHING
}

const holds = (answers: Collection, [value]: Collection): boolean => answers.some(answer => plain(answer) === plain(value))

/** The one record with the latest date of its own; of two with the same, the one updated last. */
const newest = (records: Collection, state: ScopeState): Collection => newestFirst(records, state).slice(0, 1)

/** Records with the latest date first; `meta.lastUpdated` breaks ties. */
function newestFirst(records: Collection, state: ScopeState): ResourceNode[] {
  const { timeZone } = state.clock
  const nodes = records.filter(isNode)
  if (nodes.length < 2) return nodes
  const dated = nodes.map(node => {
    const record = node.data as DatedRecord
    return { node, own: instantOf(ownDate(record, state), timeZone), updated: instantOf(readDate(record.meta?.lastUpdated, timeZone), timeZone) }
  })
  return dated.sort((one, other) => other.own - one.own || other.updated - one.updated).map(({ node }) => node)
}

/** When a date begins, in milliseconds; before all others where there is none. */
function instantOf(date: ReadDate | undefined, timeZone: string): number {
  if (date === undefined) return Number.MIN_SAFE_INTEGER
  return date.instant ?? instantOfLocal(Date.parse(date.day), timeZone)
}

/** The answers of one response by linkId, each value once. */
function answersIn(response: ResourceNode, state: ScopeState): ReadonlyMap<string, Collection> {
  const { answersOfResponse } = state
  const known = answersOfResponse.get(response.data as object)
  if (known) return known
  countTurns(state, TURNS_OF_A_RECORD + list((response.data as Response).item).length)
  const found = new Map([...valuesIn(response)].map(([linkId, values]) => [linkId, withoutRepetition(values)] as const))
  answersOfResponse.set(response.data as object, found)
  return found
}

function withoutRepetition(values: readonly ResourceNode[]): Collection {
  if (values.length < 2) return values
  return [...new Map(values.map(value => [JSON.stringify(value.data), value] as const)).values()]
}

/** Walks the items without recursion, so that a hostile depth cannot exhaust the stack. */
function valuesIn(response: ResourceNode): Map<string, ResourceNode[]> {
  const found = new Map<string, ResourceNode[]>()
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

/** Whether a response answers the questionnaire with a canonical, of whatever version. */
function isResponseTo(response: unknown, canonical: string): boolean {
  const { questionnaire } = (response ?? {}) as { questionnaire?: unknown }
  return typeof questionnaire === 'string' && (questionnaire === canonical || questionnaire.startsWith(`${canonical}|`))
}

const list = <T>(value: unknown): T[] => (Array.isArray(value) ? value.filter(entry => entry && typeof entry === 'object') : [])

function valueNode(response: ResourceNode, answer: Record<string, unknown>): ResourceNode[] {
  for (const [name, type] of ANSWER_VALUES) {
    const value = answer[name]
    if (isValue(type, value)) return [childNode(response, value, type, 'value')]
  }
  return []
}

/** The elements in which an answer may carry its value, with their types. */
const ANSWER_VALUES: readonly (readonly [name: string, type: string])[] = [
  ...['boolean', 'decimal', 'integer', 'date', 'dateTime', 'time', 'string', 'uri'].map(type => [`value${type.charAt(0).toUpperCase()}${type.slice(1)}`, type] as const),
  ...['Attachment', 'Coding', 'Quantity', 'Reference'].map(type => [`value${type}`, type] as const),
]

/**
 * The calendar day of a date, dateTime, instant or Period start in the service's time zone; a partial date stays
 * partial, and what is no date has none.
 */
function calendarDate(item: Item, { clock: { timeZone } }: ScopeState): Collection {
  if (!isNode(item)) {
    const day = readDate(String(item), timeZone)?.day
    return day === undefined ? NOTHING : CONVERSIONS.toDate(day)
  }
  const value = typeof item.data === 'object' ? (item.data as { start?: unknown } | null)?.start : item.data
  return dayNode(item, readDate(value, timeZone))
}

const dayNode = (node: ResourceNode, date: ReadDate | undefined): Collection => (date === undefined ? NOTHING : [childNode(node, date.day, 'date', 'calendarDate')])

/** The calendar day that a record gives itself; nothing where it has none. */
const recordDate = (record: Item, state: ScopeState): Collection =>
  (isNode(record) ? dayNode(record, ownDate(record.data as DatedRecord, state)) : NOTHING)

/** Days in one unit of each precision that has a fixed length. */
const DAYS: Readonly<Record<string, number>> = { day: 1, days: 1, week: 7, weeks: 7 }

/**
 * Whole days or weeks from the first date to the second, counted by calendar day in the service's time zone; nothing
 * when either is not known to the day.
 */
function difference(start: Collection, end: Collection, precision: string, { clock: { timeZone } }: ScopeState): Collection {
  const unit = DAYS[precision]
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
  'authored', 'effectiveDateTime', 'effectiveInstant', 'effectivePeriod', 'effectiveTiming', 'authoredOn', 'performedDateTime', 'performedPeriod', 'performedString',
  'onsetDateTime', 'onsetPeriod', 'started', 'period', 'occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming', 'dateAsserted', 'created', 'issued', 'recordedDate', 'date',
]

/**
 * Keeps the records that are not dated before a day, by the calendar of the service's time zone. Without a day, and for
 * records without a date or with one too vague to tell, nothing is left out; but a form that nobody can date is old.
 */
function since(records: Collection, date: Collection, state: ScopeState): Collection {
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
function notInFuture(records: Collection, state: ScopeState): Collection {
  const { now, today } = state.clock
  const latest = Date.parse(now) + CLOCK_TOLERANCE
  return records.filter(item => {
    const own = ownDate(plain(item) as DatedRecord | null, state)
    return own === undefined || own.day <= today.slice(0, own.day.length) || (own.instant !== undefined && own.instant <= latest)
  })
}

type DatedRecord = Record<string, unknown> & { meta?: { lastUpdated?: unknown } }

/** What a person fills in; it is at least as old as its last change. */
const isForm = (record: Record<string, unknown> | null): boolean => record?.resourceType === 'QuestionnaireResponse'

/** The date of a record, read once a call. */
function ownDate(record: DatedRecord | null, state: ScopeState): ReadDate | undefined {
  const { ownDates, clock: { timeZone } } = state
  if (record === null) return undefined
  const known = ownDates.get(record)
  if (known !== undefined) return known ?? undefined
  countTurns(state, TURNS_OF_A_RECORD)
  const date = readOwnDate(record, timeZone)
  ownDates.set(record, date ?? null)
  return date
}

/** The first date that a record gives itself; of a period its start, else its end; of a form without one its last change. */
function readOwnDate(record: DatedRecord, timeZone: string): ReadDate | undefined {
  for (const name of DATE_ELEMENTS) {
    const value = record[name]
    const date = value === undefined ? undefined : readDate(typeof value === 'object' ? dateIn(value as DatedElement | null) : value, timeZone)
    if (date) return date
  }
  return isForm(record) ? readDate(record.meta?.lastUpdated, timeZone) : undefined
}

interface DatedElement {
  start?: unknown
  end?: unknown
  event?: unknown
}

const dateIn = (element: DatedElement | null): unknown => element?.start ?? element?.end ?? (Array.isArray(element?.event) ? element.event[0] : undefined)

/** How deep into a record references are looked for; R4 keeps those of the records we read within this. */
const REFERENCE_DEPTH = 4

/** Keeps the records that refer to any of the given records, wherever in them the reference stands. */
function referringTo(input: Collection, records: Collection, state: ScopeState): Collection {
  if (records.length === 0) return NOTHING
  const targets = new Set(records.map(record => {
    const { resourceType, id } = (plain(record) ?? {}) as { resourceType?: string; id?: string }
    return `${resourceType}/${id}`
  }))
  return input.filter(record => {
    countTurns(state, TURNS_OF_A_RECORD)
    return mentions(plain(record), targets, REFERENCE_DEPTH)
  })
}

/** How many turns of a loop it takes to look through a record. */
const TURNS_OF_A_RECORD = 4

/** References of records and orders have one form, `Type/id`, whatever form they came in (see patient-data/references). */
function mentions(value: unknown, targets: ReadonlySet<string>, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false
  if (Array.isArray(value)) return value.some(entry => mentions(entry, targets, depth))
  const { reference } = value as { reference?: unknown }
  if (typeof reference === 'string' && targets.has(reference)) return true
  return Object.values(value).some(child => mentions(child, targets, depth - 1))
}

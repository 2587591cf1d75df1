import type { FhirResource } from 'fhir/r4.js'
import type { Chart } from './chart.js'
import type { Random } from './random.js'

/** Values that records bear under each name of an element, so that one can stand where another stood. */
export type Seen = ReadonlyMap<string, readonly unknown[]>

/** Most values of one name that are remembered. */
const MOST_SEEN = 200

/** Collects what charts say under each name. */
export function valuesSeen(charts: readonly Chart[]): Seen {
  const seen = new Map<string, Map<string, unknown>>()
  const note = (name: string, value: unknown): void => {
    const known = seen.get(name) ?? new Map<string, unknown>()
    seen.set(name, known)
    if (known.size < MOST_SEEN) known.set(JSON.stringify(value), value)
    if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) note(Array.isArray(value) ? name : key, each)
  }
  for (const { records } of charts) for (const record of records) for (const [key, value] of Object.entries(record)) note(key, value)
  return new Map([...seen].map(([name, values]) => [name, [...values.values()]]))
}

/** Dates and times, whole, partial, odd and none at all. */
const DATES: readonly unknown[] = [
  '2026',
  '2025-12',
  '2026-03-30',
  '2026-03-29',
  '2026-02-28',
  '2024-02-29',
  '2026-03-29T02:30:00+01:00',
  '2026-03-30T00:00:00+02:00',
  '2026-03-29T23:59:59.999+02:00',
  '2026-03-30T12:00:00Z',
  '2026-03-30T12:00:00.123456Z',
  '2026-03-30T12:00',
  '2026-03-30T12',
  '2026-03-30T12:00:00',
  '1899-12-31',
  '0001-01-01',
  '9999-12-31',
  '2026-02-29',
  '2026-02-31',
  '2026-13-01',
  '2026-00-10',
  '2026-1-1',
  '20260330',
  '30-03-2026',
  '2026-03-30T24:00:00Z',
  '2026-03-30T12:60:00Z',
  '2026-03-30T12:00:00+14:00',
  '2026-03-30T12:00:00-12:00',
  '2026-03-30T12:00:00+99:99',
  ' 2026-03-30',
  '2026-03-30 ',
  '',
  'yesterday',
  '12:00:00',
  20260330,
  2026,
]

const NUMBERS: readonly unknown[] = [
  0,
  -0,
  1,
  -1,
  2,
  3,
  0.1,
  0.30000000000000004,
  1.5,
  37.5,
  1e308,
  1e-9,
  12345678901,
  2 ** 53,
  '3',
  '3.0',
  '1e3',
]

/** What no element of the kind can be; a date that calls itself a resource is left out: it is nothing, and the interpreter takes it for that resource. */
const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  7,
  '',
  ' ',
  'x',
  'Å—😀',
  '\u0000',
  [],
  {},
  [null],
  [[]],
  [{}],
  { value: 'x', unit: 7 },
  { coding: null },
  { coding: [null] },
  { coding: {} },
  { coding: [{ code: 7 }] },
  { reference: 7 },
  { start: 'x', end: {} },
  { toString: 1 },
  { length: -1 },
  { parentResNode: 1 },
  { asStr: 'x', unit: 'y', compare: 1 },
  ['x', 'y'],
  [true, false],
  [1, 'x', null],
]

const UNITS: readonly unknown[] = [
  { value: 5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
  { value: 0.005, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' },
  { value: 38.5, unit: '°C', system: 'http://unitsofmeasure.org', code: 'Cel' },
  { value: 101.3, unit: '[degF]', system: 'http://unitsofmeasure.org', code: '[degF]' },
  { value: 3, unit: 'uger', system: 'http://unitsofmeasure.org', code: 'wk' },
  { value: 3, unit: 'weeks', code: 'wk' },
  { value: 84, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
  { value: 2, unit: 'år', system: 'http://unitsofmeasure.org', code: 'a' },
  { value: 1.5, system: 'http://unitsofmeasure.org', code: '1' },
  { value: 4 },
  { unit: 'mg' },
  { value: 12, comparator: '<', unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' },
  { value: 5, unit: 'x', system: 'http://unitsofmeasure.org', code: 'nonsense' },
  { value: '5', unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
]

const STATUSES: readonly unknown[] = [
  'active',
  'completed',
  'entered-in-error',
  'draft',
  'final',
  'preliminary',
  'amended',
  'revoked',
  'on-hold',
  'unknown',
  'in-progress',
  'finished',
  'planned',
  'cancelled',
  'stopped',
  'resolved',
  'refuted',
  'Active',
  'aktiv',
  '',
]

const EXTENSION: readonly unknown[] = [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }]

/** Suffixes that the elements of several types bear. */
const CHOICES = [
  'Boolean',
  'String',
  'Integer',
  'Decimal',
  'Date',
  'DateTime',
  'Coding',
  'CodeableConcept',
  'Quantity',
  'Period',
  'Age',
  'Range',
  'Reference',
]
const CHOICE = new RegExp(`^(.+?)(?:${CHOICES.join('|')})$`)

type Members = Record<string, unknown>

/** A place in a record: the object or list, and the name of the member in it that matters. */
interface Place {
  within: Members | unknown[]
  key: string
  /** Name of the element, also where the place is one of a list. */
  name: string
}

/** What can be done to a place. */
type Change = (place: Place, random: Random, seen: Seen) => void

const valueAt = ({ within, key }: Place): unknown => (within as Members)[key]

/** Every chart is JSON: no member of it has a prototype's name. */
function put({ within, key }: Place, value: unknown): void {
  ;(within as Members)[key] = structuredClone(value)
}

function remove({ within, key }: Place): void {
  if (Array.isArray(within)) within.splice(Number(key), 1)
  else delete within[key]
}

const another =
  (values: readonly unknown[]): Change =>
  (place, random) =>
    put(place, random.of(values))

const CHANGES: readonly Change[] = [
  remove,
  remove,
  // What stood in its place elsewhere: codes of other languages, other linkIds, statuses, references, answers.
  (place, random, seen) => put(place, random.of(seen.get(place.name) ?? ODD)),
  (place, random, seen) => put(place, random.of(seen.get(place.name) ?? ODD)),
  (place, random, seen) => put(place, random.of(seen.get(place.name) ?? ODD)),
  another(ODD),
  another(DATES),
  place => put(place, null),
  // A list for one value, and one value for a list.
  (place, random) =>
    put(
      place,
      Array.isArray(valueAt(place))
        ? ((valueAt(place) as unknown[])[0] ?? null)
        : random.happens(0.5)
          ? [valueAt(place)]
          : [valueAt(place), valueAt(place)],
    ),
  // Twice in its list.
  ({ within, key }) => {
    if (Array.isArray(within)) within.push(structuredClone(within[Number(key)]))
  },
  // An element that only carries an extension, and one that carries it too.
  (place, random) => {
    const { within, key } = place
    if (Array.isArray(within) || key.startsWith('_')) return
    within[`_${key}`] = { ...(random.happens(0.5) && { id: 'x' }), extension: structuredClone(EXTENSION) }
    if (random.happens(0.6)) delete within[key]
  },
  // Another type of a choice.
  (place, random) => {
    const { within, key } = place
    const [, stem] = CHOICE.exec(key) ?? []
    if (Array.isArray(within) || stem === undefined) return
    const value = within[key]
    if (random.happens(0.8)) delete within[key]
    within[`${stem}${random.of(CHOICES)}`] = structuredClone(value)
  },
  // As its name has it.
  (place, random) => put(place, byNature(place, random)),
  (place, random) => put(place, byNature(place, random)),
  (place, random) => put(place, byNature(place, random)),
  // A list in another order.
  (place, random) => {
    const value = valueAt(place)
    if (Array.isArray(value)) value.sort(() => random.share() - 0.5)
  },
]

/** A value such as the element has, but another one. */
function byNature(place: Place, random: Random): unknown {
  const value = valueAt(place)
  if (/status$/i.test(place.name)) return random.of(STATUSES)
  if (/quantity|age$|dose/i.test(place.name)) return random.of(UNITS)
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return random.happens(0.5) ? value + random.of([-1, 1, 0.5, 100]) : random.of(NUMBERS)
  if (typeof value === 'string' && /^\d{4}(-|$)/.test(value))
    return random.happens(0.4) ? value.slice(0, random.of([4, 7, 10, 16])) : movedDate(value, random)
  if (typeof value === 'string') return random.of([value.toUpperCase(), `${value} `, value.slice(1), '', `${value}x`])
  return random.of(ODD)
}

function movedDate(value: string, random: Random): unknown {
  const moment = Date.parse(value)
  if (Number.isNaN(moment)) return random.of(DATES)
  const days = random.of([-400, -90, -85, -84, -42, -30, -14, -7, -1, 1, 2, 30, 400])
  const moved = new Date(moment + days * 86_400_000)
  return Number.isNaN(moved.getTime()) ? random.of(DATES) : `${moved.toISOString().slice(0, 10)}${value.slice(10)}`
}

/** A place anywhere in a record, deep ones as likely as shallow ones. */
function placeIn(record: FhirResource, random: Random): Place | undefined {
  const places: Place[] = []
  const collect = (within: Members | unknown[], name: string): void => {
    for (const [key, value] of Object.entries(within)) {
      const named = Array.isArray(within) ? name : key
      if (key !== 'resourceType') places.push({ within, key, name: named })
      if (typeof value === 'object' && value !== null) collect(value as Members | unknown[], named)
    }
  }
  collect(record as unknown as Members, '')
  return places.length === 0 ? undefined : random.of(places)
}

/** A chart made of one, of parts of another, and of what never should be; the same for the same numbers. */
export function mutatedChart(bases: readonly Chart[], seen: Seen, random: Random): Chart {
  const base = random.of(bases)
  const records = structuredClone([...base.records])
  if (random.happens(0.3)) records.push(...structuredClone(random.of(bases).records.filter(() => random.happens(0.3))))
  const drafts = structuredClone([...base.drafts])
  for (let left = random.below(random.of([2, 6, 30])); left > 0; left -= 1) changeRecords(records, seen, random)
  for (let left = random.below(3); left > 0 && drafts.length > 0; left -= 1) changeRecord(random.of(drafts), seen, random)
  if (random.happens(0.05)) makeHuge(records, random)
  return {
    ...base,
    now: random.happens(0.2) ? anotherMoment(base.now, random) : base.now,
    timeZone: random.happens(0.1) ? random.of(['UTC', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata']) : base.timeZone,
    records,
    drafts,
    chosen: drafts.filter((_, index) => base.chosen.length > index),
    settings: random.happens(0.1) ? {} : base.settings,
  }
}

function changeRecords(records: FhirResource[], seen: Seen, random: Random): void {
  if (records.length === 0) return
  const at = random.below(records.length)
  const record = records[at] as FhirResource
  const what = random.share()
  if (what < 0.06) records.splice(at, 1)
  else if (what < 0.09) records.push(structuredClone(record))
  else if (what < 0.12) records.push({ ...structuredClone(record), id: `${JSON.stringify(record.id)}-2` })
  else if (what < 0.14) records.reverse()
  else changeRecord(record, seen, random)
}

function changeRecord(record: FhirResource, seen: Seen, random: Random): void {
  const place = placeIn(record, random)
  if (place) random.of(CHANGES)(place, random, seen)
}

/** One record many times, or one list within it. */
function makeHuge(records: FhirResource[], random: Random): void {
  if (records.length === 0) return
  const record = random.of(records)
  const times = random.of([50, 100, 300])
  const place = placeIn(record, random)
  const value = place && valueAt(place)
  if (place && Array.isArray(value) && value.length > 0)
    put(
      place,
      Array.from({ length: times }, (_, index) => value[index % value.length] as unknown),
    )
  else records.push(...Array.from({ length: times }, (_, index) => ({ ...structuredClone(record), id: `many-${index}` })))
}

function anotherMoment(now: string, random: Random): string {
  const days = random.of([-30, -1, 1, 7, 28, 366])
  return new Date(Date.parse(now) + days * 86_400_000 + random.of([0, 1, 43_200_000])).toISOString()
}

import type { Scope } from './scope.js'
import { Quantity } from './quantities.js'
import type { Operation } from './steps.js'
import { ASK, compareTemporals, moved, Temporal, type TemporalKind } from './temporals.js'
import { isNode, nodeOf, NOTHING, numberOf, plain, truth, type Collection, type Item } from './values.js'

/** What an operator makes of two collections; undefined where only the interpreter can tell. */
type Shortcut = (left: Collection, right: Collection) => Collection | undefined

/** Types whose text is compared by what it means and not by its letters. */
const MEANT: Readonly<Record<string, TemporalKind>> = {
  date: 'date',
  dateTime: 'dateTime',
  instant: 'instant',
  time: 'time',
  'System.Date': 'date',
  'System.DateTime': 'dateTime',
  'System.Time': 'time',
}

const meaningOf = (type: string | null): TemporalKind | undefined => (type !== null && Object.hasOwn(MEANT, type) ? MEANT[type] : undefined)

/** The plain value of an item; undefined for whatever has a meaning beyond its letters: decimals, dates, quantities, elements. */
export function plainValue(item: Item): boolean | number | string | undefined {
  if (isNode(item) && meaningOf(item.type) !== undefined) return undefined
  const value = plain(item)
  if (typeof value === 'boolean' || typeof value === 'string') return value
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

/** The value of an item as operators reckon with it: a date as a date, a number as a number; undefined for elements with parts. */
function reckonedValue(item: Item): boolean | number | string | Temporal | Quantity | undefined {
  const kind = isNode(item) ? meaningOf(item.type) : undefined
  const value = plain(item)
  if (typeof value === 'string') return kind === undefined ? value : new Temporal(kind, value)
  if (typeof value === 'boolean' || value instanceof Temporal || value instanceof Quantity) return value
  return numberOf(value)
}

/** The date or time that an item is; undefined for anything else. */
export function temporalOf(item: Item): Temporal | undefined {
  const value = reckonedValue(item)
  return value instanceof Temporal ? value : undefined
}

/** An operator on one value a side; nothing on a side makes nothing. */
const onSingles =
  (compute: (left: Item, right: Item) => Collection | undefined): Shortcut =>
  (left, right) => {
    if (left.length === 0 || right.length === 0) return NOTHING
    return left.length === 1 && right.length === 1 ? compute(left[0], right[0]) : undefined
  }

/** The least step that the specification asks decimals to be told apart by. */
const LEAST_STEP = 1e-8

const inSteps = (value: number): number => (Number.isSafeInteger(value) ? value : Math.round(value / LEAST_STEP) * LEAST_STEP)

/** Whether two items are equal; null where that cannot be told of them, undefined where only the interpreter can tell. */
function equality(left: Item, right: Item): boolean | null | undefined {
  // Equal elements have equal ids and extensions, which stand beside primitive values.
  if (isNode(left) && isNode(right) && (left.shadow !== null || right.shadow !== null)) return undefined
  const [one, other] = [reckonedValue(left), reckonedValue(right)]
  if (one === undefined || other === undefined || one instanceof Quantity || other instanceof Quantity) return undefined
  if (one instanceof Temporal || other instanceof Temporal)
    return one instanceof Temporal && other instanceof Temporal ? sameMoment(one, other) : undefined
  if (typeof one === 'number' && typeof other === 'number') return inSteps(one) === inSteps(other)
  return typeof one === typeof other ? one === other : undefined
}

function sameMoment(left: Temporal, right: Temporal): boolean | null | undefined {
  const order = compareTemporals(left, right)
  return order === ASK ? undefined : order === null ? null : order === 0
}

/** What an operator tells of two collections; null where it cannot be known, undefined where only the interpreter can tell. */
type Comparison = (left: Collection, right: Collection) => boolean | null | undefined

/** A comparison of one value a side; of nothing nothing is known. */
const ofSingles =
  (compare: (left: Item, right: Item) => boolean | null | undefined): Comparison =>
  (left, right) => {
    if (left.length === 0 || right.length === 0) return null
    return left.length === 1 && right.length === 1 ? compare(left[0], right[0]) : undefined
  }

const unequality = (left: Item, right: Item): boolean | null | undefined => {
  const answer = equality(left, right)
  return typeof answer === 'boolean' ? !answer : answer
}

/** By comparison, since numbers that JSON writes larger than any have no difference. */
const orderIn = <Value extends number | string>(one: Value, other: Value): number => (one < other ? -1 : one > other ? 1 : 0)

/** The order of two items by its sign; null where that cannot be told of them, undefined where only the interpreter can tell. */
function orderOf(left: Item, right: Item): number | null | undefined {
  const [one, other] = [reckonedValue(left), reckonedValue(right)]
  if (typeof one === 'number' && typeof other === 'number') return orderIn(inSteps(one), inSteps(other))
  if (typeof one === 'string' && typeof other === 'string') return orderIn(one, other)
  if (!(one instanceof Temporal && other instanceof Temporal)) return undefined
  const order = compareTemporals(one, other)
  return order === ASK ? undefined : order
}

/** An order by the sign of what the left is compared with the right: below nought, nought or above. */
const ordered = (holds: (order: number) => boolean): Comparison =>
  ofSingles((left, right) => {
    const order = orderOf(left, right)
    return typeof order === 'number' ? holds(order) : order
  })

/** Arithmetic of numbers; what is larger than any is nothing. */
const reckoned = (compute: (left: number, right: number) => number): Shortcut =>
  onSingles((left, right) => {
    const [one, other] = [numberOf(left), numberOf(right)]
    if (one === undefined || other === undefined) return undefined
    const result = compute(one, other)
    return Number.isFinite(result) ? [result] : NOTHING
  })

const joined: Shortcut = onSingles((left, right) => {
  const [one, other] = [plainValue(left), plainValue(right)]
  return typeof one === 'string' && typeof other === 'string' ? [one + other] : undefined
})

/** A date and a written quantity of time. */
const shifted = (sign: 1 | -1): Shortcut =>
  onSingles((left, right) => {
    const date = right instanceof Quantity ? temporalOf(left) : undefined
    const result = date ? moved(date, wholeTime(right) as Quantity, sign) : ASK
    return result === ASK ? undefined : [result]
  })

/** Units of time, as expressions and as UCUM write them, of which a date is moved by whole ones only. */
const WHOLE_UNITS = /^(?:(?:year|month|week|day|hour|minute)s?|'?(?:a|mo|wk|d|h|min)'?)$/

/** A quantity of time without a fraction that moves no date: the interpreter passes over it too, but writes both to the console. */
function wholeTime(item: Item): Item {
  const { value, unit } = item instanceof Quantity ? item : quantityIn(item)
  if (value === undefined || Number.isInteger(value) || !WHOLE_UNITS.test(unit)) return item
  if (!isNode(item)) return new Quantity(Math.trunc(value), unit)
  return nodeOf({ ...(item.data as object), value: Math.trunc(value) }, item.shadow, item.path, item.type, item.parent, item.property)
}

function quantityIn(item: Item): { value?: number; unit: string } {
  const { value, code } = (isNode(item) ? (item.data ?? {}) : {}) as { value?: unknown; code?: unknown }
  const number = numberOf(value)
  return number !== undefined && typeof code === 'string' ? { value: number, unit: code } : { unit: '' }
}

const sum = reckoned((left, right) => left + right)
const later = shifted(1)
const remainder = reckoned((left, right) => left - right)
const earlier = shifted(-1)

/** Texts in a row, where nothing counts as an empty text. */
const concatenated: Shortcut = (left, right) => {
  const [one, other] = [textOf(left), textOf(right)]
  return one === undefined || other === undefined ? undefined : [one + other]
}

function textOf(items: Collection): string | undefined {
  if (items.length === 0) return ''
  const value = items.length === 1 ? plain(items[0]) : undefined
  return typeof value === 'string' ? value : undefined
}

/** Whether a list holds a text. */
const contains: Comparison = (list, sought) => {
  if (sought.length === 0) return null
  if (list.length === 0) return false
  const text = sought.length === 1 ? plainValue(sought[0]) : undefined
  if (typeof text !== 'string' || hasShadow(sought[0])) return undefined
  let found = false
  for (const item of list) {
    const value = plainValue(item)
    if (typeof value !== 'string') return undefined
    if (value === text) found = true
  }
  return found
}

const hasShadow = (item: Item): boolean => isNode(item) && item.shadow !== null

/** Comparisons as the interpreter answers them (held by tests), by their signs: of numbers, texts, truth values and dates. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': ofSingles(equality),
  '!=': ofSingles(unequality),
  '<': ordered(order => order < 0),
  '<=': ordered(order => order <= 0),
  '>': ordered(order => order > 0),
  '>=': ordered(order => order >= 0),
  contains,
  in: (sought, list) => contains(list, sought),
}

/** What else is computed of two values as the interpreter does; what an operator can stand between beyond that is left to it. */
const SHORTCUTS: Readonly<Record<string, Shortcut>> = {
  '+': (left, right) => joined(left, right) ?? sum(left, right) ?? later(left, right),
  '-': (left, right) => remainder(left, right) ?? earlier(left, right),
  '*': reckoned((left, right) => left * right),
  '&': concatenated,
}

/** Signs of the operators that yield a value, comparisons and logic aside. */
export const OPERATORS: ReadonlySet<string> = new Set([...Object.keys(SHORTCUTS), '~', '!~', '/', 'mod', 'div', '|'])

/** Whether an operator between two values runs without the interpreter where that is plain. */
export const hasShortcut = (sign: string): boolean => Object.hasOwn(SHORTCUTS, sign)

/** Signs of the comparisons. */
export const COMPARING: ReadonlySet<string> = new Set(Object.keys(COMPARISONS))

type Prepare = (source: string) => Operation

/** An operator between two values: natively where that is plain, by the interpreter's own operator elsewhere. */
export function binaryOperator(sign: string, operation: Prepare): (scope: Scope, left: Collection, right: Collection) => Collection {
  const shortcut = SHORTCUTS[sign]
  const byInterpreter = operation(`%input ${sign} %argument0`)
  const asked = sign === '+' || sign === '-' ? wholeTimes : (_: Collection, right: Collection) => right
  return (scope, left, right) => shortcut?.(left, right) ?? byInterpreter(scope, left, asked(left, right))
}

const wholeTimes = (left: Collection, right: Collection): Collection =>
  left.length === 1 && temporalOf(left[0]) ? right.map(wholeTime) : right

/** A comparison of two values, in the same way; undefined is not known. */
export function comparison(sign: string, operation: Prepare): (scope: Scope, left: Collection, right: Collection) => boolean | undefined {
  const compare = COMPARISONS[sign] ?? (() => undefined)
  const byInterpreter = operation(`%input ${sign} %argument0`)
  return (scope, left, right) => {
    const answer = compare(left, right)
    return answer === undefined ? truth(byInterpreter(scope, left, right)) : (answer ?? undefined)
  }
}

/** Whether a list is one text that is written out in the expression; undefined where `comparison` must tell. */
export function isText(items: Collection, text: string): boolean | undefined {
  if (items.length !== 1) return undefined
  const [item] = items
  if (!isNode(item)) return typeof item === 'string' ? item === text : undefined
  return typeof item.data === 'string' && meaningOf(item.type) === undefined ? item.data === text : undefined
}

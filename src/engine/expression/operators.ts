import fhirpath from 'fhirpath'
import type { Scope } from './scope.js'
import type { Operation } from './steps.js'
import { isNode, NOTHING, plain, truthCollection, type Collection, type Item } from './values.js'

/** What an operator makes of two collections; undefined where only the interpreter can tell. */
type Shortcut = (left: Collection, right: Collection) => Collection | undefined

type Plain = boolean | number | string

/** A date, time, decimal or quantity of the engine. */
interface EngineValue {
  compare: (other: unknown) => number | null
  equals: (other: unknown) => boolean | undefined
  plus: (other: unknown) => Item
  minus: (other: unknown) => Item
  mul: (other: unknown) => Item
}

/** Whether a value was made by the engine; JSON may have members of any name. */
const isOfEngine = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== Object.prototype

const isEngineValue = (value: unknown): value is EngineValue => isOfEngine(value) && 'asStr' in value && 'compare' in value

/** The value of an item as the engine reckons with it: dates, times, decimals and quantities are objects of its own. */
export const converted = (item: Item): unknown =>
  (fhirpath.util as unknown as { valDataConverted: (item: Item) => unknown }).valDataConverted(item)

/** Types whose text is compared by what it means and not by its letters. */
const MEANT: ReadonlySet<string | null> = new Set(['date', 'dateTime', 'instant', 'time', 'System.Date', 'System.DateTime', 'System.Time'])

/** The plain value of an item; undefined for whatever has a meaning beyond its letters: decimals, dates, quantities, elements. */
export function plainValue(item: Item): Plain | undefined {
  if (isNode(item) && MEANT.has(item.fhirNodeDataType)) return undefined
  const value = plain(item)
  if (typeof value === 'boolean' || typeof value === 'string') return value
  const number = isDecimal(value) && value.decimalPlaces === 0 ? value.value : value
  return Number.isSafeInteger(number) ? (number as number) : undefined
}

/** A number of the engine, which every number of a resource or an expression is. */
const isDecimal = (value: unknown): value is { value: number; decimalPlaces: number } => isOfEngine(value) && 'decimalPlaces' in value

/** An operator on one value a side; nothing on a side makes nothing. */
const onSingles =
  (compute: (left: Item, right: Item) => Collection | undefined): Shortcut =>
  (left, right) => {
    if (left.length === 0 || right.length === 0) return NOTHING
    return left.length === 1 && right.length === 1 ? compute(left[0], right[0]) : undefined
  }

/** Whether two items are equal; null where that cannot be told of them, undefined where only the interpreter can tell. */
function equality(left: Item, right: Item): boolean | null | undefined {
  // Equal elements have equal ids and extensions, which stand beside primitive values.
  if (isNode(left) && isNode(right) && (left._data !== null || right._data !== null)) return undefined
  const [one, other] = [plainValue(left), plainValue(right)]
  if (one !== undefined && other !== undefined) return typeof one === typeof other ? one === other : undefined
  if (isNode(left) && isNode(right) && typeof left.data === 'object') return undefined
  const [first, second] = [converted(left), converted(right)]
  return isEngineValue(first) && isEngineValue(second) ? (first.equals(second) ?? null) : undefined
}

const equal = (isWanted: boolean): Shortcut =>
  onSingles((left, right) => {
    const answer = equality(left, right)
    return answer === undefined ? undefined : answer === null ? NOTHING : truthCollection(answer === isWanted)
  })

/** An order by the sign of what the left is compared with the right: below nought, nought or above. */
const ordered = (holds: (order: number) => boolean): Shortcut =>
  onSingles((left, right) => {
    const [whole, otherWhole] = [plainValue(left), plainValue(right)]
    if (typeof whole === 'number' && typeof otherWhole === 'number') return truthCollection(holds(whole - otherWhole))
    const [one, other] = [converted(left), converted(right)]
    if (typeof one === 'string' && typeof other === 'string') return truthCollection(holds(one < other ? -1 : one > other ? 1 : 0))
    if (!isEngineValue(one) || !(isEngineValue(other) || typeof other === 'number')) return undefined
    const order = one.compare(other)
    return order === null ? NOTHING : truthCollection(holds(order))
  })

const collected = (value: Item): Collection => (value === undefined || value === null ? NOTHING : [value])

/** Arithmetic of the engine's own numbers, dates and quantities. */
const reckoned = (compute: (left: EngineValue, right: unknown) => Item): Shortcut =>
  onSingles((left, right) => {
    const [one, other] = [converted(left), converted(right)]
    return isEngineValue(one) && (isEngineValue(other) || typeof other === 'number') ? collected(compute(one, other)) : undefined
  })

const joined: Shortcut = onSingles((left, right) => {
  const [one, other] = [plainValue(left), plainValue(right)]
  return typeof one === 'string' && typeof other === 'string' ? [one + other] : undefined
})

const sum = reckoned((left, right) => left.plus(right))

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
const contains: Shortcut = (list, sought) => {
  if (sought.length === 0) return NOTHING
  if (list.length === 0) return truthCollection(false)
  const text = sought.length === 1 ? plainValue(sought[0]) : undefined
  if (typeof text !== 'string' || hasShadow(sought[0])) return undefined
  const values = list.map(plainValue)
  return values.every(value => typeof value === 'string') ? truthCollection(values.includes(text)) : undefined
}

const hasShadow = (item: Item): boolean => isNode(item) && item._data !== null

/**
 * Operators as the interpreter answers them (held by tests), by their signs: on whole numbers, texts, truth values,
 * and on the engine's own dates and decimals. What else an operator can stand between is left to the interpreter.
 */
const SHORTCUTS: Readonly<Record<string, Shortcut>> = {
  '=': equal(true),
  '!=': equal(false),
  '<': ordered(order => order < 0),
  '<=': ordered(order => order <= 0),
  '>': ordered(order => order > 0),
  '>=': ordered(order => order >= 0),
  '+': (left, right) => joined(left, right) ?? sum(left, right),
  '-': reckoned((left, right) => left.minus(right)),
  '*': reckoned((left, right) => left.mul(right)),
  '&': concatenated,
  contains,
  in: (sought, list) => contains(list, sought),
}

/** Signs of the operators between two values, logic aside. */
export const OPERATORS: ReadonlySet<string> = new Set([...Object.keys(SHORTCUTS), '~', '!~', '/', 'mod', 'div', '|'])

/** An operator between two values: natively where that is plain, by the interpreter's own operator elsewhere. */
export function binaryOperator(
  sign: string,
  operation: (source: string) => Operation,
): (scope: Scope, left: Collection, right: Collection) => Collection {
  const shortcut = SHORTCUTS[sign]
  const byInterpreter = operation(`%input ${sign} %argument0`)
  return (scope, left, right) => shortcut?.(left, right) ?? byInterpreter(scope, left, right)
}

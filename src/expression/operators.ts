import { isNode, NOTHING, plain, truthCollection, type Collection, type Item } from './values.js'

/** What an operator makes of two collections; undefined where only the interpreter can tell. */
export type PlainOperator = (left: Collection, right: Collection) => Collection | undefined

type Plain = boolean | number | string

/** Types whose text is compared by what it means and not by its letters. */
const DATES: ReadonlySet<string | null> = new Set(['date', 'dateTime', 'instant', 'time', 'System.Date', 'System.DateTime', 'System.Time'])

/** The plain value of an item; undefined for whatever has a meaning beyond its letters: decimals, dates, quantities, elements. */
function plainValue(item: Item): Plain | undefined {
  if (isNode(item) && DATES.has(item.fhirNodeDataType)) return undefined
  const value = plain(item)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  return typeof value === 'boolean' || typeof value === 'string' ? value : undefined
}

/** An operator on one value a side, of one kind; nothing on a side makes nothing. */
const onValues = (kinds: readonly string[], compute: (left: Plain, right: Plain) => Collection): PlainOperator => (left, right) => {
  if (left.length > 1 || right.length > 1) return undefined
  if (left.length === 0 || right.length === 0) return NOTHING
  const [one, other] = [plainValue(left[0]), plainValue(right[0])]
  if (one === undefined || other === undefined || typeof one !== typeof other || !kinds.includes(typeof one)) return undefined
  return compute(one, other)
}

const NUMBERS = ['number']
const VALUES = ['number', 'boolean', 'string']

/** Whether a list of texts holds a text. */
const contains: PlainOperator = (list, sought) => {
  const text = sought.length === 1 ? plainValue(sought[0]) : undefined
  if (typeof text !== 'string' || list.length === 0) return undefined
  const values = list.map(plainValue)
  return values.every(value => typeof value === 'string') ? truthCollection(values.includes(text)) : undefined
}

/**
 * Operators on whole numbers, texts and truth values, as the interpreter answers them (held by tests): by their signs.
 * Everything else an operator can stand between is left to the interpreter.
 */
export const PLAIN_OPERATORS: Readonly<Record<string, PlainOperator>> = {
  '=': onValues(VALUES, (one, other) => truthCollection(one === other)),
  '!=': onValues(VALUES, (one, other) => truthCollection(one !== other)),
  '<': onValues(NUMBERS, (one, other) => truthCollection(one < other)),
  '<=': onValues(NUMBERS, (one, other) => truthCollection(one <= other)),
  '>': onValues(NUMBERS, (one, other) => truthCollection(one > other)),
  '>=': onValues(NUMBERS, (one, other) => truthCollection(one >= other)),
  '+': onValues(NUMBERS, (one, other) => [Number(one) + Number(other)]),
  '-': onValues(NUMBERS, (one, other) => [Number(one) - Number(other)]),
  contains,
}

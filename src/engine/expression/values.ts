import type { FhirResource } from 'fhir/r4.js'
import { isDay, readDate } from './dates.js'
import { Quantity } from './quantities.js'
import { Temporal } from './temporals.js'

/** One item of a FHIRPath collection: a node, a date or quantity of an expression, or a plain value. */
export type Item = unknown
export type Collection = readonly Item[]

/** A step that was taken from a node before, so that it is taken once a call. */
interface Taken {
  readonly name: string
  readonly found: readonly ResourceNode[]
  readonly before: Taken | undefined
}

/** A piece of a resource with its type and the way back to what it stands in. Numbers are numbers, dates are texts. */
export class ResourceNode {
  private taken: Taken | undefined = undefined

  /**
   * @param data its JSON.
   * @param shadow id and extensions of a primitive, which stand beside it in JSON; null where there are none.
   * @param path where the model describes it; null where it does not.
   * @param type its FHIR type as the model calls it; null where it has none.
   * @param parent what it stands in; null for a resource, or for what belongs to none.
   * @param property name of the element that it is in its parent.
   */
  constructor(
    readonly data: unknown,
    readonly shadow: unknown,
    readonly path: string | null,
    readonly type: string | null,
    readonly parent: ResourceNode | null,
    readonly property: string | null,
  ) {}

  /** Its elements of one name, looked up once. */
  children(name: string, find: (node: ResourceNode) => readonly ResourceNode[]): readonly ResourceNode[] {
    for (let step = this.taken; step; step = step.before) if (step.name === name) return step.found
    const found = find(this)
    this.taken = { name, found, before: this.taken }
    return found
  }
}

/** A node; what calls itself a resource is one, wherever it stands. */
export function nodeOf(
  data: unknown,
  shadow: unknown,
  path: string | null,
  type: string | null,
  parent: ResourceNode | null,
  property: string | null = null,
): ResourceNode {
  const resourceType = typeof data === 'object' && data !== null ? (data as { resourceType?: unknown }).resourceType : undefined
  if (typeof resourceType === 'string' && resourceType !== '')
    return new ResourceNode(data, shadow ?? null, resourceType, resourceType, parent, property)
  return new ResourceNode(data, shadow ?? null, path, type, parent, property)
}

/** A node that has nothing above it: a resource, or something that belongs to none, such as the hook's context. */
export const bareNode = (item: Item): ResourceNode => nodeOf(item, null, null, null, null)

export const YES: Collection = Object.freeze([true])
export const NO: Collection = Object.freeze([false])
export const NOTHING: Collection = Object.freeze([])

/** A truth value as a collection; nothing where it is not known. */
export const truthCollection = (value: boolean | undefined): Collection => (value === undefined ? NOTHING : value ? YES : NO)

/** Tells a node from any other value. */
export const isNode = (item: Item): item is ResourceNode => item instanceof ResourceNode

/** The plain value of an item: the JSON beneath a node, else the item itself. */
export const plain = (item: Item): unknown => (item instanceof ResourceNode ? item.data : item)

/** A child node, so that the value keeps its FHIR type and the way back to the resource it came from. */
export const childNode = (parent: ResourceNode, data: unknown, type: string, property: string): ResourceNode =>
  nodeOf(data, null, type, type, parent, property)

/** Types whose text is a date. */
export const DATE_TYPES: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant'])

/** A date as the engine can reckon with it, none that `readDate` cannot read; group 1 is a day that not every month has. */
const DATE_OF_ENGINE =
  /^(?!0000)\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1\d|2[0-8]|(29|3[01]))(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,20})?)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?)?)?)?$/

/**
 * Whether there is a value of a type. An element that only carries an extension, and a date that is none, are nothing:
 * they would count as there, and comparing such a date fails.
 */
export function isValue(type: string | null, data: unknown): boolean {
  if (data === null || data === undefined) return false
  return type === null || !DATE_TYPES.has(type) || (typeof data === 'string' && isDate(data))
}

function isDate(text: string): boolean {
  if (isDay(text)) return true
  const found = DATE_OF_ENGINE.exec(text)
  return found !== null && (found[1] === undefined || readDate(text, 'UTC') !== undefined)
}

/** Whether a name is one of those that values have without bearing such an element: `constructor`, `length`. */
export const isOfEveryValue = (name: string): boolean => name in String.prototype || name in Array.prototype || name in Number.prototype

/** Whether a value has what a name says only as every value of its kind does. */
export const isInherited = (data: unknown, name: string): boolean =>
  isOfEveryValue(name) && !(typeof data === 'object' && data !== null && Object.hasOwn(data, name))

/** The resource that a node belongs to; undefined for values that belong to none, or to one that nobody can name. */
export function resourceOf(node: ResourceNode): FhirResource | undefined {
  let top = node
  while (top.parent) top = top.parent
  const resource = (top.data ?? {}) as Partial<FhirResource>
  return resource.resourceType && resource.id ? (resource as FhirResource) : undefined
}

/** `Type/id` of the resource that a node belongs to; undefined for values that belong to none. */
export function resourceReference(node: ResourceNode): string | undefined {
  const resource = resourceOf(node)
  return resource && `${resource.resourceType}/${resource.id}`
}

/**
 * The one truth value of a collection; undefined when it is empty.
 * @throws TypeError when it holds anything but one boolean, since that is a mistake in the knowledge.
 */
export function truth(collection: Collection): boolean | undefined {
  if (collection === YES) return true
  if (collection === NO) return false
  if (collection.length === 0) return undefined
  const value = plain(collection[0])
  if (collection.length > 1 || typeof value !== 'boolean') throw new TypeError('expected true, false or nothing')
  return value
}

/** An item as JSON: dates and quantities of expressions become what FHIR writes. */
export function toJson(item: Item): unknown {
  const value = plain(item)
  if (value instanceof Temporal) return value.text
  if (value instanceof Quantity) return quantityJson(value)
  return isDecimal(value) ? value.value : value
}

/** FHIR type of an item: that of its element, or the one its value has by nature; undefined where neither tells. */
export function typeOf(item: Item): string | undefined {
  if (isNode(item)) return item.type?.replace('System.', '')
  if (typeof item === 'boolean' || typeof item === 'string') return typeof item
  if (item instanceof Quantity) return 'Quantity'
  if (item instanceof Temporal) return item.text.includes('T') ? 'dateTime' : item.text.includes(':') ? 'time' : 'date'
  const number = numberOf(item)
  return number === undefined ? undefined : Number.isInteger(number) ? 'integer' : 'decimal'
}

/** A decimal of the interpreter that was written with more digits than its number has. */
interface WrittenDecimal {
  value: number
  decimalPlaces: number
}

const isDecimal = (value: unknown): value is WrittenDecimal =>
  typeof value === 'object' && value !== null && 'decimalPlaces' in value && Object.getPrototypeOf(value) !== Object.prototype

/** The number that an item is; undefined where it is none. */
export function numberOf(item: Item): number | undefined {
  const value = plain(item)
  return typeof value === 'number' ? value : isDecimal(value) ? value.value : undefined
}

/** System of UCUM units, and the value of `%ucum`. */
export const UCUM = 'http://unitsofmeasure.org'

const CALENDAR_CODES: Readonly<Record<string, string>> = {
  year: 'a',
  month: 'mo',
  week: 'wk',
  day: 'd',
  hour: 'h',
  minute: 'min',
  second: 's',
  millisecond: 'ms',
}

function quantityJson({ value, unit }: Quantity): unknown {
  const word = unit.replace(/^'|'$/g, '')
  return { value, unit: word, system: UCUM, code: CALENDAR_CODES[word.replace(/s$/, '')] ?? word }
}

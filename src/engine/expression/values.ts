import type { FhirResource } from 'fhir/r4.js'
import fhirpath from 'fhirpath'
import { readDate } from './dates.js'

/** One item of a FHIRPath collection: a node of the engine, a date or quantity of the engine, or a plain value. */
export type Item = unknown
export type Collection = readonly Item[]

/** The engine's own node: a piece of a resource with its type and the way back to its parent. */
export interface ResourceNode {
  readonly ctx: object
  readonly data: unknown
  readonly _data: unknown
  readonly path: string | null
  readonly fhirNodeDataType: string | null
  readonly parentResNode: ResourceNode | null
}

/** Makes nodes; the engine does not export its node class, so it is reached through a node. */
export type NodeMaker = (
  ctx: object,
  data: unknown,
  parent: ResourceNode | null,
  path: string | null,
  underscore: unknown,
  type: string | null,
  property?: string,
  index?: number | null,
) => ResourceNode

export const YES: Collection = Object.freeze([true])
export const NO: Collection = Object.freeze([false])
export const NOTHING: Collection = Object.freeze([])

/** A truth value as a collection; nothing where it is not known. */
export const truthCollection = (value: boolean | undefined): Collection => (value === undefined ? NOTHING : value ? YES : NO)

/** Tells a node of the engine from any other value. */
export function isNode(item: Item): item is ResourceNode {
  return typeof item === 'object' && item !== null && 'parentResNode' in item
}

/** The plain value of an item: the JSON beneath a node, else the item itself. */
export function plain(item: Item): unknown {
  return fhirpath.util.valData(item)
}

/**
 * A child node, so that the value keeps its FHIR type and the way back to the resource it came from.
 * The engine does not export its node class, so it is reached through the parent.
 */
export function childNode(parent: ResourceNode, data: unknown, type: string, property: string): ResourceNode {
  const { makeResNode } = parent.constructor as unknown as { makeResNode: NodeMaker }
  return makeResNode(parent.ctx, data, parent, type, null, type, property, null)
}

/** Types whose text is a date. */
export const DATE_TYPES: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant'])

/** A date as the engine can reckon with it; group 1 is a day that not every month has. */
const DATE_OF_ENGINE =
  /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1\d|2[0-8]|(29|3[01]))(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?$/

/**
 * Whether there is a value of a type. An element that only carries an extension, and a date that is none, are nothing:
 * they would count as there, and comparing such a date fails.
 */
export function isValue(type: string | null, data: unknown): boolean {
  if (data === null || data === undefined) return false
  return type === null || !DATE_TYPES.has(type) || (typeof data === 'string' && isDate(data))
}

function isDate(text: string): boolean {
  const found = DATE_OF_ENGINE.exec(text)
  return found !== null && (found[1] === undefined || readDate(text, 'UTC') !== undefined)
}

const holdsValue = ({ data, path, fhirNodeDataType }: ResourceNode): boolean => isValue(fhirNodeDataType ?? path, data)

type ChildNodes = (...args: readonly unknown[]) => ResourceNode[]

const { makeChildResNodes: allChildNodes } = fhirpath.util as unknown as { makeChildResNodes: ChildNodes }

// Every step of a path that the interpreter runs goes through this function of the engine, which has no option for it;
// compiled steps ask isValue themselves.
Object.assign(fhirpath.util, {
  makeChildResNodes: (context: unknown, parent: unknown, property: unknown, model: unknown) => {
    const nodes = allChildNodes(context, parent, property, model)
    return nodes.every(holdsValue) ? nodes : nodes.filter(holdsValue)
  },
})

/** The resource that a node belongs to; undefined for values that belong to none, or to one that nobody can name. */
export function resourceOf(node: ResourceNode): FhirResource | undefined {
  let top = node
  while (top.parentResNode) top = top.parentResNode
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
  if (collection.length === 0) return undefined
  const value = plain(collection[0])
  if (collection.length > 1 || typeof value !== 'boolean') throw new TypeError('expected true, false or nothing')
  return value
}

/** An item as JSON: dates and quantities of the engine become what FHIR writes. */
export function toJson(item: Item): unknown {
  const value = plain(item)
  return isEngineQuantity(value) ? quantityJson(value) : (fhirpath.resolveInternalTypes([value]) as unknown[])[0]
}

/** FHIR type of an item: that of its element, or the one its value has by nature; undefined where neither tells. */
export function typeOf(item: Item): string | undefined {
  if (isNode(item)) return item.fhirNodeDataType?.replace('System.', '')
  const value = plain(item)
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value
  if (isEngineQuantity(value)) return 'Quantity'
  const written = toJson(value)
  if (typeof written === 'number') return Number.isInteger(written) ? 'integer' : 'decimal'
  if (typeof written !== 'string') return undefined
  return written.includes('T') ? 'dateTime' : written.includes(':') ? 'time' : 'date'
}

/** A quantity of the engine: its unit is a UCUM code in quotes, or a calendar word. */
interface EngineQuantity {
  value: unknown
  unit: string
}

function isEngineQuantity(value: unknown): value is EngineQuantity {
  return typeof value === 'object' && value !== null && 'asStr' in value && 'unit' in value
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

function quantityJson({ value, unit }: EngineQuantity): unknown {
  const word = unit.replace(/^'|'$/g, '')
  return { value: Number(value), unit: word, system: UCUM, code: CALENDAR_CODES[word.replace(/s$/, '')] ?? word }
}

import r4 from 'fhirpath/fhir-context/r4'
import type { ItemTypes } from './items.js'

const PATH_TYPES = r4.path2Type as Readonly<Record<string, string>>
const CHOICES = r4.choiceTypePaths as Readonly<Record<string, readonly string[]>>
const PARENTS = r4.type2Parent as Readonly<Record<string, string>>
const ELSEWHERE = r4.pathsDefinedElsewhere as Readonly<Record<string, string>>

const TYPES = (r4 as unknown as { availableTypes: ReadonlySet<string> }).availableTypes

/** Whether an item of one type can be of the other; elements without a type of their own go by their path. */
export function areRelated(one: string, other: string): boolean {
  return isKindOf(one, other) || isKindOf(other, one)
}

function isKindOf(type: string, ancestor: string): boolean {
  for (let owner: string | undefined = type.includes('.') ? 'BackboneElement' : type; owner; owner = PARENTS[owner]) {
    if (owner.toLowerCase() === ancestor.toLowerCase()) return true
  }
  return false
}

/** Whether a type of R4 is another or one of its kinds; undefined where one of the names is no type of R4. */
export function isOfType(type: string, other: string): boolean | undefined {
  if (!TYPES.has(type) || !TYPES.has(other)) return undefined
  for (let owner: string | undefined = type; owner; owner = PARENTS[owner]) if (owner === other) return true
  return false
}

const SYSTEM_TYPES: ReadonlySet<string> = new Set(['Boolean', 'String', 'Integer', 'Decimal', 'Date', 'DateTime', 'Time', 'Quantity'])

/** Whether a name is a FHIR type, or a type of the expressions themselves. */
export const isType = (name: string): boolean => TYPES.has(name) || SYSTEM_TYPES.has(name)

/**
 * Whether the model describes what stands at a path (a type name, or that of an element). Any element of a client's
 * JSON can call itself a resource of any type, so that other paths are without number.
 */
export const isModelled = (path: string): boolean => TYPES.has(path) || Object.hasOwn(PATH_TYPES, path)

/** Types of the element `name` of a type or path; undefined when there is no such element. */
export function childTypes(type: string, name: string): ItemTypes | undefined {
  if (ABSTRACT.has(type)) return isElementOfAnyResource(name) ? 'any' : undefined
  for (let owner: string | undefined = type; owner; owner = PARENTS[owner]) {
    const path: string = ELSEWHERE[`${owner}.${name}`] ?? `${owner}.${name}`
    const choices = CHOICES[path]
    if (choices) return new Set(choices.map(asTypeName))
    const found = PATH_TYPES[path]
    if (found !== undefined) return new Set([['BackboneElement', 'Element'].includes(found) ? path : found.replace('System.', '')])
  }
  return ofPrimitive(type, name)
}

/** Types that stand for any resource, whose elements only the resource itself tells. */
const ABSTRACT = new Set(['Resource', 'DomainResource'])

const isElementOfAnyResource = (name: string): boolean => RESOURCE_TYPES.some(type => childTypes(type, name) !== undefined)

/** The path at which the model describes the element `name` of a type or path. */
export const elementPathOf = (type: string, name: string): string => ELSEWHERE[`${type}.${name}`] ?? `${type}.${name}`

/** Elements that every primitive has; the model lists none for primitives. */
function ofPrimitive(type: string, name: string): ItemTypes | undefined {
  if (/^[a-z]/.test(type) || type === 'String') return name === 'extension' ? new Set(['Extension']) : name === 'value' ? 'any' : undefined
  return undefined
}

/** The model writes primitive choices with a capital (`DateTime`), types proper with a small letter. */
function asTypeName(choice: string): string {
  const small = choice.charAt(0).toLowerCase() + choice.slice(1)
  return small in PARENTS || SMALL_TYPES.has(small) ? small : choice
}

const SMALL_TYPES = new Set([
  'boolean',
  'integer',
  'decimal',
  'date',
  'dateTime',
  'time',
  'string',
  'uri',
  'code',
  'instant',
  'canonical',
  'url',
  'id',
  'positiveInt',
  'unsignedInt',
  'markdown',
  'oid',
  'uuid',
  'base64Binary',
])

/** Names of all R4 resource types that a patient's record may hold. */
export const RESOURCE_TYPES: readonly string[] = Object.entries(PARENTS)
  .filter(([, parent]) => parent === 'DomainResource')
  .map(([type]) => type)
  .sort()

const REPEATING = r4.path2Repeating as Readonly<Record<string, boolean>>

/** An element of a resource type or data type, for whoever builds resources. */
export interface ElementModel {
  /** Type, or the element's own path where the type has no name of its own. */
  type: string
  repeats: boolean
  /** Types that a choice element (`value[x]`) may have; empty for any other element. */
  choices: readonly string[]
}

/** Looks up the element `name` of `type` (a type name or an element path) in the R4 model. */
export function elementModel(type: string, name: string): ElementModel | undefined {
  for (let owner: string | undefined = type; owner; owner = PARENTS[owner]) {
    const path: string = ELSEWHERE[`${owner}.${name}`] ?? `${owner}.${name}`
    const choices = CHOICES[path]
    if (choices) return { type: path, repeats: false, choices }
    const found = PATH_TYPES[path]
    if (found === undefined) continue
    const named = !['BackboneElement', 'Element'].includes(found)
    return { type: named ? found.replace('System.', '') : path, repeats: REPEATING[path] ?? false, choices: [] }
  }
  return undefined
}

/** Whether R4 has an element of this name in any type, a choice element under its full name among them; whatever the name, it costs one look-up. */
export const isElementName = (name: string): boolean => name.length <= LONGEST_NAME && ELEMENT_NAMES.has(name.toLowerCase())

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

const ELEMENT_NAMES: ReadonlySet<string> = new Set(
  [
    ...[PATH_TYPES, ELSEWHERE, CHOICES].flatMap(table => Object.keys(table).map(lastOf)),
    ...Object.entries(CHOICES).flatMap(([path, choices]) => choices.map(choice => `${lastOf(path)}${choice}`)),
  ].map(name => name.toLowerCase()),
)

const LONGEST_NAME = Math.max(...[...ELEMENT_NAMES].map(({ length }) => length))

/** Types of order that an order hook may bring. */
export const ORDER_TYPES = ['MedicationRequest', 'ServiceRequest', 'DeviceRequest'] as const

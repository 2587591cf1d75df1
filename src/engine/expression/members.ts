import r4 from 'fhirpath/fhir-context/r4'
import { isModelled } from '../model/r4-model.js'
import { Temporal } from './temporals.js'
import {
  bareNode,
  isInherited,
  isNode,
  isOfEveryValue,
  isValue,
  nodeOf,
  NOTHING,
  numberOf,
  type Collection,
  type ResourceNode,
} from './values.js'

const PATH_TYPES = r4.path2Type as Readonly<Record<string, string>>
const CHOICES = r4.choiceTypePaths as Readonly<Record<string, readonly string[]>>
const ELSEWHERE = r4.pathsDefinedElsewhere as Readonly<Record<string, string>>
const TYPED_PATHS = (r4 as unknown as { path2TypeWithoutElements: Readonly<Record<string, string>> }).path2TypeWithoutElements

/** A member of a JSON object that an element can stand in. */
interface Field {
  name: string
  /** Where JSON keeps the id and the extensions of a primitive. */
  shadow: string
  path: string | null
  type: string | null
}

/** Steps from items to their element of one name, through the R4 model. */
export function memberAccess(name: string): (items: Collection) => Collection {
  const fieldsOf = new Map<string | null, readonly Field[]>()
  let lastPath: string | null | undefined
  let lastFields: readonly Field[] = []
  const fieldsFor = (path: string | null): readonly Field[] => {
    if (path === lastPath) return lastFields
    const fields = fieldsOf.get(path) ?? fieldsAt(path, name)
    if (path !== null && !isModelled(path)) return fields
    fieldsOf.set(path, fields)
    lastPath = path
    lastFields = fields
    return fields
  }
  const find = (parent: ResourceNode): readonly ResourceNode[] =>
    // `Condition.code` within a Condition means its own code.
    (parent.data as { resourceType?: unknown } | null | undefined)?.resourceType === name
      ? [parent]
      : children(parent, fieldsFor(parent.path), name)
  const ofOwn = (parent: ResourceNode): readonly ResourceNode[] => (isInherited(parent.data, name) ? NO_NODES : find(parent))
  const look = isOfEveryValue(name) ? ofOwn : find
  const step = (item: unknown): readonly ResourceNode[] =>
    isNode(item) ? item.children(name, look) : hasElements(item) ? bareNode(item).children(name, look) : NO_NODES
  return items => {
    if (items.length === 1) return step(items[0])
    const found: ResourceNode[] = []
    for (const item of items) for (const child of step(item)) found.push(child)
    return found
  }
}

/** Numbers and dates have no elements, whatever is kept in them. */
const hasElements = (value: unknown): boolean => !(value instanceof Temporal) && numberOf(value) === undefined

function fieldsAt(path: string | null, name: string): readonly Field[] {
  if (path === null) return [field(name, null)]
  const full = ELSEWHERE[`${path}.${name}`] ?? `${path}.${name}`
  const choices = CHOICES[full]
  return choices ? choices.map(type => field(`${name}${type}`, `${full}${type}`)) : [field(name, name === 'extension' ? 'Extension' : full)]
}

const field = (name: string, path: string | null): Field => ({
  name,
  shadow: `_${name}`,
  path: path === null ? null : (TYPED_PATHS[path] ?? path),
  type: path === null ? null : (PATH_TYPES[path] ?? null),
})

function children(parent: ResourceNode, fields: readonly Field[], property: string): readonly ResourceNode[] {
  const data = parent.data as Record<string, unknown> | null | undefined
  for (const each of fields) {
    const value = data?.[each.name]
    const shadow = data?.[each.shadow]
    if (value !== undefined || shadow !== undefined) return nodesOf(parent, each, property, value, shadow)
  }
  const beside = (parent.shadow as Record<string, unknown> | null | undefined)?.[property]
  const [first] = fields
  return first && beside !== undefined && fields.length === 1 ? nodesOf(parent, first, property, beside, undefined) : NO_NODES
}

const NO_NODES = NOTHING as readonly ResourceNode[]

function nodesOf(parent: ResourceNode, { path, type }: Field, property: string, value: unknown, shadow: unknown): readonly ResourceNode[] {
  if (!Array.isArray(value)) return isValue(type ?? path, value) ? [nodeOf(value, shadow, path, type, parent, property)] : NO_NODES
  const besides: readonly unknown[] = Array.isArray(shadow) ? shadow : []
  const found: ResourceNode[] = []
  value.forEach((one: unknown, index) => {
    if (isValue(type ?? path, one)) found.push(nodeOf(one, besides[index], path, type, parent, property))
  })
  return found
}

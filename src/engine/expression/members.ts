import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { isModelled } from '../model/r4-model.js'
import { isNode, isValue, type Collection, type Item, type NodeMaker, type ResourceNode } from './values.js'

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
  const childrenOf = (parent: ResourceNode): ResourceNode[] => {
    const known = fieldsOf.get(parent.path) ?? fieldsAt(parent.path, name)
    if (parent.path === null || isModelled(parent.path)) fieldsOf.set(parent.path, known)
    return children(parent, known, name)
  }
  return items => {
    const found: Item[] = []
    for (const item of items) {
      const parent = isNode(item) ? item : bareNode(item)
      // `Condition.code` within a Condition means its own code.
      if ((parent.data as { resourceType?: unknown } | null | undefined)?.resourceType === name) found.push(parent)
      else for (const child of childrenOf(parent)) found.push(child)
    }
    return found
  }
}

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

function children(parent: ResourceNode, fields: readonly Field[], property: string): ResourceNode[] {
  const data = parent.data as Record<string, unknown> | null | undefined
  for (const each of fields) {
    const value = data?.[each.name]
    const shadow = data?.[each.shadow]
    if (value !== undefined || shadow !== undefined) return nodesOf(parent, each, property, value, shadow)
  }
  const beside = (parent._data as Record<string, unknown> | null | undefined)?.[property]
  const [first] = fields
  return first && beside !== undefined && fields.length === 1 ? nodesOf(parent, first, property, beside, undefined) : []
}

function nodesOf(parent: ResourceNode, { path, type }: Field, property: string, value: unknown, shadow: unknown): ResourceNode[] {
  const make = (one: unknown, beside: unknown, index?: number): ResourceNode[] =>
    isValue(type ?? path, one) ? [makeNode(parent, one, path, beside, type, property, index)] : []
  if (!Array.isArray(value)) return make(value, shadow)
  const besides: readonly unknown[] = Array.isArray(shadow) ? shadow : []
  return value.flatMap((one: unknown, index) => make(one, besides[index], index))
}

function makeNode(
  parent: ResourceNode,
  data: unknown,
  path: string | null,
  shadow: unknown,
  type: string | null,
  property: string,
  index: number | undefined,
): ResourceNode {
  const { makeResNode } = parent.constructor as unknown as { makeResNode: NodeMaker }
  return makeResNode(parent.ctx, data, parent, path, shadow, type, property, index)
}

const [sample] = fhirpath.compile('%sample', r4, { resolveInternalTypes: false, async: false })(
  {},
  { sample: { resourceType: 'Basic' } },
) as [ResourceNode]

/** A node that has nothing above it: a resource, or something that belongs to none, such as the hook's context. */
export function bareNode(item: Item): ResourceNode {
  const { makeResNode } = sample.constructor as unknown as { makeResNode: NodeMaker }
  return makeResNode(sample.ctx, item, null, null, null, null)
}

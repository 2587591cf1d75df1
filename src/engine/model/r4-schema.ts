import { lazily } from './memoised.js'
import r4Schema from './r4-schema.json' with { type: 'json' }

/** A node of r4-schema.json, as far as it is read here. */
export interface SchemaNode {
  $ref?: string
  type?: string | readonly string[]
  items?: SchemaNode
  enum?: unknown[]
  properties?: Readonly<Record<string, SchemaNode>>
}

const DEFINITIONS = r4Schema.definitions as unknown as Readonly<Record<string, SchemaNode>>

/** A type by its name; undefined for one that the schema does not cover. */
export const schemaOf = (type: string): SchemaNode | undefined => (Object.hasOwn(DEFINITIONS, type) ? DEFINITIONS[type] : undefined)

/** What a node refers to; the node itself where it refers to nothing. */
export const referredTo = (node: SchemaNode): SchemaNode =>
  node.$ref === undefined ? node : (schemaOf(node.$ref.slice('#/definitions/'.length)) ?? node)

/** What JSON holds at an element: a plain value, an object of elements, a list of one of these, or a resource of any type. */
export interface Shape {
  is: 'string' | 'boolean' | 'number' | 'integer' | 'elements' | 'list' | 'resource'
  /** Whether null may stand in place of an object, as in the list beside a list of plain values. */
  orNull: boolean
  /** The elements of an object by name; none for what is none. */
  members: () => ReadonlyMap<string, Shape>
  /** What each part of a list is; the shape itself for what is no list. */
  items: () => Shape
}

/** The shape of a resource type; undefined for one that the schema does not cover. */
export function shapeOf(type: string): Shape | undefined {
  const schema = schemaOf(type)
  return schema && shapeOfNode(schema)
}

const SHAPES = new Map<SchemaNode, Shape>()

/** Each node's shape is made once, and what lies below it when it is first asked for: types hold each other without end. */
function shapeOfNode(written: SchemaNode): Shape {
  const node = referredTo(written)
  const before = SHAPES.get(node)
  if (before) return before
  const { properties = {}, items } = node
  const shape: Shape = {
    is: kindOf(node),
    orNull: node.type?.includes('null') ?? false,
    members: lazily(() => new Map(Object.entries(properties).map(([name, member]) => [name, shapeOfNode(member)]))),
    items: lazily(() => (items ? shapeOfNode(items) : shape)),
  }
  SHAPES.set(node, shape)
  return shape
}

function kindOf(node: SchemaNode): Shape['is'] {
  if (node === DEFINITIONS['ResourceList']) return 'resource'
  if (node.items) return 'list'
  if (node.properties) return 'elements'
  // What has no type is one of some codes.
  return (node.type ?? 'string') as Shape['is']
}

import { elementNamedBy } from '../engine/model/element-path.js'
import { isElementName } from '../engine/model/r4-model.js'

/** How the value of an element is written in JSON. */
export type Kind = 'boolean' | 'number' | 'text' | 'code' | 'date' | 'resource' | 'complex'

export interface Shape {
  kind: Kind
  /** FHIR type, or the element's own path where the type has no name of its own. */
  type: string
  repeats: boolean
}

const KINDS: Readonly<Record<string, Kind>> = {
  boolean: 'boolean',
  ...Object.fromEntries(['integer', 'positiveInt', 'unsignedInt', 'decimal'].map(type => [type, 'number'] as const)),
  ...Object.fromEntries(['date', 'dateTime', 'instant'].map(type => [type, 'date'] as const)),
  ...Object.fromEntries(['code', 'uri', 'url', 'canonical', 'id', 'oid', 'uuid'].map(type => [type, 'code'] as const)),
  ...Object.fromEntries(['string', 'markdown', 'base64Binary', 'xhtml', 'time'].map(type => [type, 'text'] as const)),
}

/** The shapes of a type's elements by their names in JSON; null for a name that R4 does not know. */
export type Shapes = Map<string, Shape | null>

/** Shapes by type; they follow from the R4 model alone. */
const known = new Map<string, Shapes>()

/** Most types that are remembered, and the longest: what a client invents must not pile up. */
const MOST_REMEMBERED = 1_000
const LONGEST_TYPE = 200

/** The shapes of a type's elements as far as they were asked for, to be asked with `shapeOf`. */
export function shapesOf(type: string): Shapes {
  const before = known.get(type)
  if (before) return before
  const shapes: Shapes = new Map()
  if (known.size < MOST_REMEMBERED && type.length <= LONGEST_TYPE) known.set(type, shapes)
  return shapes
}

/** The shape of an element of a type, by its name in JSON; null for one that R4 does not know. */
export function shapeOf(shapes: Shapes, type: string, name: string): Shape | null {
  const before = shapes.get(name)
  if (before !== undefined) return before
  // Looked at first, since the model tries every way of cutting what it does not know in two, and answers with an error.
  if (!isElementName(name) || type.length > LONGEST_TYPE) return null
  const shape = look(type, name) ?? null
  shapes.set(name, shape)
  return shape
}

function look(type: string, name: string): Shape | undefined {
  if (name === 'contained') return { kind: 'resource', type: 'Resource', repeats: true }
  try {
    const { type: found, repeats } = elementNamedBy(type, { name }, undefined)
    const plain = `${found.charAt(0).toLowerCase()}${found.slice(1)}`
    const kind = KINDS[found] ?? KINDS[plain] ?? 'complex'
    return { kind, type: kind === 'complex' ? found : plain, repeats }
  } catch {
    return undefined
  }
}

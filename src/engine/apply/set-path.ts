import { parsePath, elementNamedBy, type PathStep } from '../model/element-path.js'

type Json = Record<string, unknown>

/**
 * Sets an element of a resource under construction, making the objects on the way. A repeating element takes all
 * values; any other takes the first. An empty list of values changes nothing, and what was there is copied before
 * it is changed, since it may belong to the knowledge.
 * @param types FHIR type name of each value, used where the path leaves the type of a choice element open.
 * @throws RangeError when the path names an element that the resource does not have.
 */
export function setPath(
  resource: Json,
  resourceType: string,
  path: string,
  values: readonly unknown[],
  types: readonly (string | undefined)[],
): void {
  if (values.length === 0) return
  const steps = parsePath(path) ?? []
  const last = steps.at(-1)
  if (!last) throw new RangeError(`${path} is not a path`)
  let target = resource
  let type = resourceType
  for (const step of steps.slice(0, -1)) {
    const element = elementNamedBy(type, step, undefined)
    target = element.repeats ? elementAt(target, element.key, step) : objectAt(target, element.key)
    type = element.type
  }
  const { key, repeats } = elementNamedBy(type, last, types[0])
  if (!repeats) target[key] = values[0]
  else if (last.index === undefined) target[key] = [...values]
  else place(elementsOf(target, key), last.index, values[0])
}

/** The one element of a repeating element that a step names, as a copy that may be written to. */
function elementAt(target: Json, key: string, { extensionUrl, index = 0 }: PathStep): Json {
  const elements = elementsOf(target, key)
  const found = extensionUrl === undefined ? -1 : elements.findIndex(element => (element as Json).url === extensionUrl)
  const at = extensionUrl === undefined ? index : found === -1 ? elements.length : found
  const element = { ...(extensionUrl !== undefined && { url: extensionUrl }), ...(elements[at] as Json | undefined) }
  place(elements, at, element)
  return element
}

function place(elements: unknown[], index: number, value: unknown): void {
  if (index > elements.length) throw new RangeError(`there is no element ${index - 1} before ${index}`)
  elements[index] = value
}

/** A copy of the object at a key. */
function objectAt(target: Json, key: string): Json {
  const object = { ...(target[key] as Json | undefined) }
  target[key] = object
  return object
}

/** A copy of the list at a key. */
function elementsOf(target: Json, key: string): unknown[] {
  const elements = [...((target[key] as unknown[] | undefined) ?? [])]
  target[key] = elements
  return elements
}

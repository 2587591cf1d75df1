import { isObject, type JsonObject } from '../plain-values/json.js'
import r4Schema from '../engine/model/r4-schema.json' with { type: 'json' }

interface Definition {
  properties?: Readonly<Record<string, { $ref?: string; items?: { $ref?: string } }>>
}

const DEFINITIONS = r4Schema.definitions as unknown as Readonly<Record<string, Definition>>

/** A resource with its elements in the order in which R4 has them, and the url of an extension first; what R4 does not know stands last. */
export function inR4Order(resource: JsonObject): JsonObject {
  return ordered(resource, typeof resource['resourceType'] === 'string' ? resource['resourceType'] : '')
}

function ordered(thing: JsonObject, type: string): JsonObject {
  const properties = DEFINITIONS[type]?.properties ?? {}
  const first = type === 'Extension' ? ['url'] : []
  const names = new Set([...first, ...Object.keys(properties), ...Object.keys(thing)])
  const members: Record<string, unknown> = {}
  for (const name of names) {
    if (!Object.hasOwn(thing, name)) continue
    const { $ref, items } = properties[name] ?? {}
    members[name] = orderedValue(thing[name], ($ref ?? items?.$ref ?? '').replace('#/definitions/', ''))
  }
  return members
}

function orderedValue(value: unknown, type: string): unknown {
  if (Array.isArray(value)) return value.map(item => orderedValue(item, type))
  if (!isObject(value)) return value
  return typeof value['resourceType'] === 'string' ? inR4Order(value) : ordered(value, type)
}

/** Whether R4 has an element in a type; of types that it does not know here, none. */
export const hasElement = (type: string, element: string): boolean => Object.hasOwn(DEFINITIONS[type]?.properties ?? {}, element)

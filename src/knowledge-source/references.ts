import { isObject, type JsonObject } from '../plain-values/json.js'
import type { Context } from './context.js'
import { WordFault, textOf, type Written } from './written.js'

/** A canonical as it is written: what is the knowledge's own and of the type that is meant, by its id. */
export function canonicalToSource(canonical: unknown, type: string, { names: { base } }: Context): string | undefined {
  const prefix = `${base}/${type}/`
  if (typeof canonical !== 'string') return undefined
  return canonical.startsWith(prefix) ? canonical.slice(prefix.length) : canonical
}

/** The canonical that was written: an id is one of the knowledge's own. */
export function canonicalToFhir(written: Written, type: string, { names: { base } }: Context): string {
  const text = textOf(written)
  return /^(urn:|#)|:\/\//.test(text) ? text : `${base}/${type}/${text}`
}

/** A code system as it is written: by its short name, or its id where it is the knowledge's own. */
export function systemToSource(system: unknown, context: Context): string | undefined {
  if (typeof system !== 'string') return undefined
  const [short] = [...context.shared.systems].find(([, url]) => url === system) ?? []
  return short ?? canonicalToSource(system, 'CodeSystem', context)
}

/** The code system that was written. */
export function systemToFhir(written: Written, context: Context): string {
  const name = textOf(written)
  return context.shared.systems.get(name) ?? canonicalToFhir(name, 'CodeSystem', context)
}

/** A Coding without words of its own as `system code`. */
export function codingToSource(coding: unknown, context: Context): string | undefined {
  if (!isObject(coding) || typeof coding['code'] !== 'string' || /\s/.test(coding['code'])) return undefined
  const system = systemToSource(coding['system'], context)
  return system === undefined ? undefined : `${system} ${coding['code']}`
}

/** The Coding that was written as `system code`. */
export function codingToFhir(written: Written, context: Context): JsonObject {
  const [system = '', code, ...more] = textOf(written).split(' ')
  if (code === undefined || code === '' || more.length > 0) throw new WordFault('Write the code system, a blank and the code.')
  return { system: systemToFhir(system, context), code }
}

/** The one coding of a CodeableConcept that holds nothing else. */
export function onlyCoding(concept: unknown): JsonObject | undefined {
  if (!isObject(concept) || !Array.isArray(concept['coding']) || concept['coding'].length !== 1) return undefined
  return concept['coding'][0] as JsonObject
}

import { isObject, type JsonObject } from '../plain-values/json.js'
import type { Context } from './context.js'
import { canonicalToFhir, canonicalToSource, codingToFhir, codingToSource, onlyCoding } from './references.js'
import { share, type Split } from './split.js'
import type { Word } from './thing.js'
import { listOf, numberOf, textOf, truthOf, WordFault, type Written } from './written.js'

/** How one value of FHIR is written, and read. */
export interface Value {
  toSource: (value: unknown, context: Context) => Written | undefined
  toFhir: (written: Written, context: Context) => unknown
}

/** A word for one element. */
export const word = (name: string, element: string, value: Value): Word => ({
  name,
  parts: [element],
  toSource: (parts, context) => value.toSource(parts[element], context),
  toFhir: (written, context) => ({ [element]: value.toFhir(written, context) }),
})

/** A text without translations. */
export const plain: Value = { toSource: value => (typeof value === 'string' ? value : undefined), toFhir: textOf }

/** True or false. */
export const truth: Value = { toSource: value => (typeof value === 'boolean' ? value : undefined), toFhir: truthOf }

/** A number. */
export const number: Value = { toSource: value => (typeof value === 'number' ? value : undefined), toFhir: numberOf }

/** A canonical of one type. */
export const canonical = (type: string): Value => ({
  toSource: (value, context) => canonicalToSource(value, type, context),
  toFhir: (written, context) => canonicalToFhir(written, type, context),
})

/** A coding, as system and code. */
export const coding: Value = { toSource: codingToSource, toFhir: codingToFhir }

/** A CodeableConcept that is one code of a system that goes without saying. */
export const codeOf = (systemOf: (context: Context) => string): Value => ({
  toSource: (value, context) => {
    const { system, code } = onlyCoding(value) ?? {}
    return system === systemOf(context) && typeof code === 'string' ? code : undefined
  },
  toFhir: (written, context) => ({ coding: [{ system: systemOf(context), code: textOf(written) }] }),
})

/** A list of values; one alone is written without a list. */
export const several = (value: Value): Value => ({
  toSource: (list, context) => {
    const said = (list as unknown[]).map(each => value.toSource(each, context))
    const whole = said.filter(each => each !== undefined)
    return whole.length < said.length ? undefined : whole.length === 1 ? whole[0] : whole
  },
  toFhir: (written, context) => listOf(written).map(each => value.toFhir(each, context)),
})

/** A word for artifacts of one type that are libraries, each by its id. @param part the element, or the share of it, that holds them. */
export function artifactsWord(name: string, part: string, type: string): Word {
  const libraries = several(canonical('Library'))
  return {
    name,
    parts: [part],
    toSource: (parts, context) =>
      libraries.toSource(
        (parts[part] as JsonObject[]).map(({ resource }) => resource),
        context,
      ),
    toFhir: (written, context) => ({
      [part]: (libraries.toFhir(written, context) as string[]).map(resource => ({ type, resource })),
    }),
  }
}

/** Extensions by url, each url a share of its own, in this order. */
export const extensionsByUrl = (urls: readonly string[]): Split => ({
  element: 'extension',
  shares: urls,
  shareOf: ({ url }) => (typeof url === 'string' ? url : undefined),
})

/** Name of the share of the extensions with a url. */
export const extension = (url: string): string => share('extension', url)

/** A word for an extension that stands once, with one value. */
export const extensionWord = (name: string, url: string, valueName: string, value: Value): Word => ({
  name,
  parts: [extension(url)],
  toSource: (parts, context) => value.toSource(only(parts[extension(url)])?.[valueName], context),
  toFhir: (written, context) => ({ [extension(url)]: [{ url, [valueName]: value.toFhir(written, context) }] }),
})

/** A word for an extension that may stand several times, each with one value. */
export const extensionsWord = (name: string, url: string, valueName: string, value: Value): Word => ({
  name,
  parts: [extension(url)],
  toSource: (parts, context) =>
    several(value).toSource(
      (parts[extension(url)] as JsonObject[]).map(each => each[valueName]),
      context,
    ),
  toFhir: (written, context) => ({
    [extension(url)]: listOf(written).map(each => ({ url, [valueName]: value.toFhir(each, context) })),
  }),
})

/** The only item of a list. */
export function only(list: unknown): JsonObject | undefined {
  return Array.isArray(list) && list.length === 1 && isObject(list[0]) ? list[0] : undefined
}

/** A word that only says true, and is left out otherwise. */
export const mark = (name: string, part: string, meant: unknown): Word => ({
  name,
  parts: [part],
  toSource: () => true,
  toFhir: written => {
    if (!truthOf(written)) throw new WordFault(`Leave ${name} out where it is not so.`)
    return { [part]: meant }
  },
})

import { isObject, type JsonObject } from '../plain-values/json.js'
import type { Context } from './context.js'
import { isLanguage, textMembers, textsToFhir, textsToSource } from './texts.js'
import { WordFault, isMap, mapOf, textOf, type Written } from './written.js'

/** The language of expressions. */
const FHIRPATH = 'text/fhirpath'

/** The word for the expression beside its description. */
const IS = 'is'

/** An Expression as an author writes it: alone where it has no description, else `{ da, en, is }`; its name stands elsewhere. */
export function expressionToSource(json: unknown, context: Context): Written | undefined {
  if (!isObject(json) || json['language'] !== FHIRPATH || typeof json['expression'] !== 'string') return undefined
  const texts = textsToSource({ value: json['description'], beside: json['_description'] }, context)
  if (!texts) return undefined
  return texts.size === 0 ? json['expression'] : texts.set(IS, json['expression'])
}

/**
 * The Expression that was written.
 * @throws WordFault where it has no expression, or a word that is none.
 */
export function expressionToFhir(written: Written, context: Context, name?: string): JsonObject {
  const named = name === undefined ? {} : { name }
  if (!isMap(written)) return { ...named, language: FHIRPATH, expression: textOf(written) }
  const expression = written.get(IS)
  if (expression === undefined) throw new WordFault('The expression is missing: write it behind the word is.')
  const texts = new Map([...written].filter(([word]) => word !== IS))
  context.marks.push([`${context.element}.expression`, [...context.at, IS]])
  return {
    ...named,
    ...textMembers('description', textsToFhir(texts, 'string', context)),
    language: FHIRPATH,
    expression: textOf(expression),
  }
}

/** A condition as it is written: `description: expression` where it is described in the usual language alone. */
export function conditionToSource(json: unknown, context: Context): Written | undefined {
  const written = expressionToSource(json, context)
  if (!isMap(written) || written.size !== 2 || context.language !== context.languages[0]) return written
  const text = written.get(context.language)
  return typeof text === 'string' && isKey(text) && !isReserved(text, context) ? new Map([[text, written.get(IS) ?? '']]) : written
}

/** The expression of a condition that was written. */
export function conditionToFhir(written: Written, context: Context): JsonObject {
  const [entry, ...more] = isMap(written) ? [...written] : []
  if (!entry || more.length > 0 || isReserved(entry[0], context)) return expressionToFhir(written, context)
  context.marks.push([`${context.element}.expression`, [...context.at, entry[0]]])
  return { description: entry[0], language: FHIRPATH, expression: textOf(entry[1]) }
}

/** Whether a text can stand before a colon: YAML takes a line of a thousand characters there. */
const isKey = (text: string): boolean => text !== '' && text.length < 900 && !/[\n\r]/.test(text)

const isReserved = (word: string, context: Context): boolean => word === IS || word === 'fhir' || isLanguage(word, context)

/** What is set on a draft: values by the path of their element. */
export const dynamicValue = {
  nameOf: (json: unknown) => (isObject(json) && typeof json['path'] === 'string' ? json['path'] : undefined),
  toSource: (json: unknown, context: Context) => (isObject(json) ? expressionToSource(json['expression'], context) : undefined),
  toFhir: (path: string, written: Written, context: Context) => ({ path, expression: expressionToFhir(written, context) }),
}

/** Expressions by name, such as the members of an extension. */
export function namedExpressionsToSource(list: readonly unknown[], context: Context): Map<string, Written> | undefined {
  const written = new Map<string, Written>()
  for (const json of list) {
    const said =
      isObject(json) && typeof json['name'] === 'string' && !written.has(json['name']) ? expressionToSource(json, context) : undefined
    if (said === undefined) return undefined
    written.set((json as { name: string }).name, said)
  }
  return written
}

/** The expressions that were written by name. */
export const namedExpressionsToFhir = (written: Written, context: Context): JsonObject[] =>
  [...mapOf(written)].map(([name, each]) => expressionToFhir(each, { ...context, at: [...context.at, name] }, name))

import type { CodeableConcept, Coding, Element } from 'fhir/r4.js'
import { inLanguage, localized, type LocalizedText } from '../model/localized.js'
import { memoised } from '../model/memoised.js'
import { isNode, nodeOf, plain, type Item, type ResourceNode } from './values.js'

/** What readers call codes and questions. */
export interface WordLookup {
  /** What a code is called, by language; undefined where no code system of ours has it. */
  display: (system: string | undefined, code: string | undefined) => LocalizedText | undefined
  /** The code of a system that a name means; undefined where none is called so. */
  codeCalled: (system: string, name: string) => string | undefined
  /** The short name of an item of a Questionnaire of ours, by language. */
  label: (item: object) => LocalizedText | undefined
}

/** Knows no code and no question. */
export const NO_WORDS: WordLookup = { display: () => undefined, codeCalled: () => undefined, label: () => undefined }

/** Path of a question in the Questionnaire that asks it. */
export const QUESTION = 'Questionnaire.item'

const CODING = 'Coding'

/** A code of a system, as an element that belongs to no record. */
export const codingOf = (system: string, code: string): ResourceNode => nodeOf({ system, code }, null, CODING, CODING, null)

/** A question of a Questionnaire, as an element that belongs to no record. */
export const questionOf = (item: object): ResourceNode => nodeOf(item, null, QUESTION, 'BackboneElement', null)

/** How each element is called that is known by a name rather than by a value. */
const NAMES: Readonly<Record<string, (element: object, words: WordLookup) => LocalizedText | undefined>> = {
  Coding: (element, words) => nameOfCoding(element, words),
  CodeableConcept: (element, words) => nameOfConcept(element, words),
  [QUESTION]: (element, words) => words.label(element),
}

const nameIn = (item: Item) => (isNode(item) ? (NAMES[item.path ?? ''] ?? NAMES[item.type ?? '']) : undefined)

/** Whether an item is a code or a question, which readers know by its name. */
export const hasName = (item: Item): boolean => nameIn(item) !== undefined

/**
 * What a reader calls a code or a question; undefined for any other item.
 * @throws TypeError where a code has neither name nor text.
 */
export function nameOf(item: Item, language: string, words: WordLookup): string | undefined {
  const naming = nameIn(item)
  if (!naming) return undefined
  const name = inLanguage(naming(plain(item) as object, words) ?? new Map(), language)
  if (name === undefined) throw new TypeError('expected a code that has a name')
  return name
}

type Named = Coding & { _display?: Element }

function nameOfCoding({ system, code, display, _display }: Named, words: WordLookup): LocalizedText | undefined {
  return words.display(system, code) ?? written(display, _display) ?? written(code)
}

function nameOfConcept({ coding = [], text, _text }: CodeableConcept, words: WordLookup): LocalizedText | undefined {
  const known = coding.map(({ system, code }) => words.display(system, code)).find(name => name !== undefined)
  return known ?? written(text, _text) ?? coding.map(each => nameOfCoding(each, words)).find(name => name !== undefined)
}

/** What a record itself calls something: its language is not known, its translations are. */
const written = (text: unknown, beside?: Element): LocalizedText | undefined =>
  typeof text === 'string' && text !== '' ? localized(text, beside, '') : undefined

const lastOf = memoised((language: string) => new Intl.ListFormat(language, { type: 'conjunction' }))

/** Several names as one list in words: "a, b og c". */
export const listInWords = (names: readonly string[], language: string): string =>
  names.length < 2 ? names.join('') : lastOf(language).format([names.slice(0, -1).join(', '), names.at(-1) ?? ''])

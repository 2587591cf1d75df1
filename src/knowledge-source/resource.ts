import type { JsonObject } from '../plain-values/json.js'
import type { Context } from './context.js'
import { hasElement } from './r4-order.js'
import type { Parts } from './split.js'
import { textWord } from './texts.js'
import type { Word } from './thing.js'
import { plain, truth, word } from './words.js'

/** The words that every resource of the knowledge may have. */
export const RESOURCE_WORDS: readonly Word[] = [
  word('version', 'version', plain),
  textWord('title', 'title'),
  textWord('about', 'description', 'markdown'),
  textWord('copyright', 'copyright', 'markdown'),
  word('name', 'name', plain),
  word('url', 'url', plain),
  word('language', 'language', plain),
  word('status', 'status', plain),
  word('experimental', 'experimental', truth),
  word('date', 'date', plain),
  word('publisher', 'publisher', plain),
]

/** What a resource holds unless it says otherwise: name and url of its id, the usual language, and what all share. */
export function impliedOf(type: string, id: string, section: string, { names, languages, shared }: Context): Parts {
  const implied = {
    name: id
      .split(/[^A-Za-z0-9]+/)
      .map(part => part.charAt(0).toUpperCase() + part.slice(1))
      .join(''),
    url: `${names.base}/${type}/${id}`,
    language: languages[0],
    ...shared.elements.get('every'),
    ...shared.elements.get(section),
  }
  return Object.fromEntries(Object.entries(implied).filter(([element]) => hasElement(type, element)))
}

/** A CodeableConcept of one code. */
export const concept = (system: string, code: string): JsonObject => ({ coding: [{ system, code }] })

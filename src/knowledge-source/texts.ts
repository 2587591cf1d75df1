import { isObject, type JsonObject } from '../plain-values/json.js'
import { EXTENSION } from '../engine/model/extensions.js'
import type { Context } from './context.js'
import type { Word } from './thing.js'
import { WordFault, isMap, textOf, type Written, type WrittenMap } from './written.js'

/** The data type of a text, which its translations have too. */
export type TextType = 'string' | 'markdown'

/** A text of FHIR: the value, and the element beside it that holds the translations. */
export interface Text {
  value: unknown
  beside: unknown
}

/** The texts by language that an author writes; undefined where more stands beside the text than translations. */
export function textsToSource({ value, beside }: Text, context: Pick<Context, 'language'>): Map<string, Written> | undefined {
  const texts = new Map<string, Written>()
  if (typeof value === 'string') texts.set(context.language, value)
  else if (value !== undefined) return undefined
  if (beside === undefined) return texts
  if (!isObject(beside) || !Array.isArray(beside['extension'])) return undefined
  for (const translation of beside['extension'] as unknown[]) {
    const [language, text] = translationOf(translation)
    if (language === undefined || text === undefined || texts.has(language)) return undefined
    texts.set(language, text)
  }
  return texts
}

function translationOf(extension: unknown): [language?: string, text?: string] {
  if (!isObject(extension) || !Array.isArray(extension['extension'])) return []
  const [lang, content] = extension['extension'] as JsonObject[]
  const text = content?.['valueString'] ?? content?.['valueMarkdown']
  return typeof lang?.['valueCode'] === 'string' && typeof text === 'string' ? [lang['valueCode'], text] : []
}

/** The text that texts by language make. */
export function textsToFhir(texts: WrittenMap, type: TextType, context: Pick<Context, 'language' | 'languages'>): Text {
  const value = texts.get(context.language)
  const others = [...texts].filter(([language]) => language !== context.language)
  const wrong = [...texts.keys()].find(language => !isLanguage(language, context))
  if (wrong !== undefined)
    throw new WordFault(`${wrong} is no language of this knowledge; they are ${context.languages.join(', ')}.`, [wrong])
  return {
    value: value === undefined ? undefined : textOf(value),
    beside: others.length === 0 ? undefined : { extension: others.map(([language, text]) => translation(language, textOf(text), type)) },
  }
}

/** Whether a word is a language: one of the knowledge, or the resource's own. */
export const isLanguage = (word: string, { language, languages }: Pick<Context, 'language' | 'languages'>): boolean =>
  word === language || languages.includes(word)

const translation = (language: string, text: string, type: TextType): JsonObject => ({
  url: EXTENSION.translation,
  extension: [
    { url: 'lang', valueCode: language },
    type === 'string' ? { url: 'content', valueString: text } : { url: 'content', valueMarkdown: text },
  ],
})

/** Texts as they are written: in the usual language alone as a text, else by language. */
export const shortened = (texts: Map<string, Written>, { language, languages }: Context): Written => {
  const alone = texts.size === 1 && language === languages[0] ? texts.get(language) : undefined
  return alone ?? texts
}

/** Texts by language of what is written: a text alone is in the usual language. */
export const lengthened = (written: Written, { language }: Context): WrittenMap =>
  isMap(written) ? written : new Map([[language, textOf(written)]])

/** The members of a text of FHIR that are there. */
export const textMembers = (name: string, { value, beside }: Text): JsonObject => ({
  ...(value !== undefined && { [name]: value }),
  ...(beside !== undefined && { [`_${name}`]: beside }),
})

/** A word for a text and its translations. */
export function textWord(name: string, element: string, type: TextType = 'string'): Word {
  return {
    name,
    parts: [element, `_${element}`],
    toSource: (parts, context) => {
      const texts = textsToSource({ value: parts[element], beside: parts[`_${element}`] }, context)
      return texts && shortened(texts, context)
    },
    toFhir: (written, context) => textMembers(element, textsToFhir(lengthened(written, context), type, context)),
  }
}

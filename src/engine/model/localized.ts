import type { Element } from 'fhir/r4.js'
import { EXTENSION, extensionsOf } from './extensions.js'

/** A text in the languages it is written in, by language code. */
export type LocalizedText = ReadonlyMap<string, string>

/**
 * A text with its translations: the value itself in the resource's language, others from the FHIR translation
 * extension on the element beside it.
 */
export function localized(value: string | undefined, sibling: Element | undefined, language: string): LocalizedText {
  const texts = new Map<string, string>()
  if (value !== undefined) texts.set(language, value)
  for (const { extension } of extensionsOf(sibling, EXTENSION.translation)) {
    const code = extension?.find(part => part.url === 'lang')?.valueCode
    const content = extension?.find(part => part.url === 'content')
    const text = content?.valueString ?? content?.valueMarkdown
    if (code !== undefined && text !== undefined) texts.set(code, text)
  }
  return texts
}

/** The languages in which a text is missing that is there in another. */
export const lackingLanguages = (texts: LocalizedText, languages: readonly string[]): string[] =>
  texts.size === 0 ? [] : languages.filter(language => !texts.has(language))

/** The text in a language, else in the language it was written in first. */
export function inLanguage(texts: LocalizedText, language: string): string | undefined {
  return texts.get(language) ?? texts.values().next().value
}

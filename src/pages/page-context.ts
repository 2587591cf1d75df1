import type { KnowledgeNames } from '../engine/model/names.js'
import { inLanguage, type LocalizedText } from '../engine/model/localized.js'
import type { Terminology } from '../engine/terminology/terminology.js'
import { inLanguageOf } from './page-urls.js'
import { pageWords, type PageWords } from './words.js'

/** What a page is told in and by. */
export interface PageContext {
  language: string
  /** Languages of the knowledge, the usual one first. */
  languages: readonly [string, ...string[]]
  words: PageWords
  terminology: Terminology
  names: KnowledgeNames
  /** A text in the language of the page. */
  say: (texts: LocalizedText | undefined) => string | undefined
  /** Address of another page in the same language. */
  link: (path: string) => string
}

/** The context of a page in a language. */
export function pageContext(language: string, languages: PageContext['languages'], terminology: Terminology): PageContext {
  return {
    language,
    languages,
    words: pageWords(language),
    terminology,
    names: terminology.names,
    say: texts => texts && inLanguage(texts, language),
    link: path => inLanguageOf(path, language, languages[0]),
  }
}

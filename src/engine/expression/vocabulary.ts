import type { Items } from '../model/items.js'

/** What the knowledge and its surroundings declare, so that a name or a code that cannot occur is found before any call. */
export interface Vocabulary {
  /** Members of declared objects such as `%settings`, by the name of their type. */
  members: ReadonlyMap<string, ReadonlyMap<string, Items>>
  /** Codes that an element can hold, by its path; undefined where it can hold any. */
  boundCodes: (path: string) => ReadonlySet<string> | undefined
  /** Whether the knowledge has the Questionnaire. */
  hasForm: (url: string) => boolean
  /**
   * The answers to an item of the given Questionnaires, or of any where none are given; undefined where none of them
   * has the item.
   */
  answers: (linkId: string, forms?: ReadonlySet<string>) => Items | undefined
  /** The languages in which a question has no name. */
  missingNames: (linkId: string) => readonly string[]
  /** Codes of a CodeSystem, each with the languages in which it has no name; undefined where there is no such system. */
  codesOfSystem: (url: string) => ReadonlyMap<string, readonly string[]> | undefined
  /** Whether readers are answered in a language. */
  isSpoken: (language: string) => boolean
  /** The linkIds of some Questionnaires; undefined where one of them is not known. */
  linkIds: (forms: ReadonlySet<string>) => ReadonlySet<string> | undefined
}

/** Declares nothing, so that nothing is refused for it. */
export const OPEN_VOCABULARY: Vocabulary = {
  members: new Map(),
  boundCodes: () => undefined,
  hasForm: () => true,
  answers: () => ({ types: 'any' }),
  linkIds: () => undefined,
  missingNames: () => [],
  codesOfSystem: () => undefined,
  isSpoken: () => true,
}

import type { QuestionnaireItem } from 'fhir/r4.js'
import type { ScopeState } from '../scope.js'
import { plain, type Collection } from '../values.js'
import { NO_WORDS, type WordLookup } from '../words.js'
import type { ValueSetLookup } from './value-set-test.js'

/** What functions of our own look up in the knowledge. */
export interface Lookups {
  valueSets: ValueSetLookup
  /** A question by its linkId; undefined where no Questionnaire has it. */
  question: (linkId: string) => QuestionnaireItem | undefined
  words: WordLookup
}

/** What there is to look up beside value sets where there are no forms and no words. */
export const NO_FORMS: Omit<Lookups, 'valueSets'> = { question: () => undefined, words: NO_WORDS }

/** A function of our own: input collection, evaluated arguments, and what the call and the knowledge hold, in; collection out. */
export type OwnFunction = (input: Collection, args: readonly Collection[], state: ScopeState, lookups: Lookups) => Collection

/** The text that an argument is; empty where it is none. */
export const textOf = (collection: Collection | undefined): string => String(plain(collection?.[0]) ?? '')

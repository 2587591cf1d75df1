import type { KnowledgeNames } from '../engine/model/names.js'
import type { JsonObject } from '../plain-values/json.js'
import type { SharedWords } from './shared.js'
import type { SourcePath } from './written.js'

/** An element of FHIR, and where in the source it was written. */
export type Mark = readonly [element: string, at: SourcePath]

/** What is wrong with what was written, and where. */
export interface Finding {
  at: SourcePath
  message: string
}

/** What reading and writing one thing needs to know of its surroundings. */
export interface Context {
  names: Pick<KnowledgeNames, 'base' | 'decisionPoints' | 'cardTopics' | 'extension'>
  /** The languages of the knowledge, the usual one first. */
  languages: readonly [string, ...string[]]
  /** The language of the resource: its texts are in it, the others are translations. */
  language: string
  shared: SharedWords
  /** The words that a code system of the knowledge has for a code: `display` and its translations as a Coding holds them. */
  wordsOf: (system: string, code: string) => JsonObject | undefined
  /** FHIR path of the thing. */
  element: string
  /** Where the thing stands in its file. */
  at: SourcePath
  marks: Mark[]
  findings: Finding[]
}

/** The context of a part of the thing. */
export const within = (context: Context, element: string, ...at: SourcePath): Context => ({
  ...context,
  element: `${context.element}.${element}`,
  at: [...context.at, ...at],
})

/** A context in which nothing is noted: to try whether something reads back as it was. */
export const onTrial = (context: Context): Context => ({ ...context, marks: [], findings: [] })

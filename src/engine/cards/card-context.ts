import type { Coding } from '../../cds-hooks/types.js'
import type { KnowledgeNames } from '../model/names.js'
import type { Terminology } from '../terminology/terminology.js'

/** What a card needs beyond its RequestGroup. */
export interface CardContext {
  names: KnowledgeNames
  terminology: Pick<Terminology, 'designation' | 'property'>
  hookInstance: string
  language: string
  /** Canonical|version of the plan. */
  plan: string
  /** Title, url and topic of the plan, for cards whose action names no source. */
  planSource: { label: string; url?: string; topic?: Coding }
  /** Address of the page that tells all of an action, by its id; undefined where there is none. */
  pageOf: (action: string) => string | undefined
  /** What data could not be read, in the reader's words. */
  notRead: readonly string[]
}

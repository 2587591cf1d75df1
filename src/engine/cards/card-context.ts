import type { Coding } from '../../cds-hooks/types.js'
import type { KnowledgeNames } from '../model/names.js'

/** What a card needs beyond its RequestGroup. */
export interface CardContext {
  names: KnowledgeNames
  hookInstance: string
  language: string
  /** Canonical|version of the plan. */
  plan: string
  /** Title, url and topic of the plan, for cards whose action names no source. */
  planSource: { label: string; url?: string; topic?: Coding }
  /** What data could not be read, in the reader's words. */
  notRead: readonly string[]
}

import { createMemoryFeedbackRecord } from './feedback-record.js'
import { createMemoryRecord } from './memory-record.js'
import { createOverrideMemory } from './override-memory.js'
import type { WatchedRecord } from './port.js'
import { createShownMemory } from './shown-memory.js'

/** What a deployment gives its record. */
export interface RecordOptions {
  /** Bytes of memory for cards that were overridden. */
  overrideMemory: number
  /** Bytes of memory for reports on cards. */
  feedbackMemory: number
  /** Bytes of memory for cards that were shown. */
  shownMemory: number
  /** Extension of a card that names its decision points. */
  decisionPoints: string
}

/** The record of a deployment: the one place that says where what is kept of calls is kept. */
export const openRecord = ({ overrideMemory, feedbackMemory, shownMemory, decisionPoints }: RecordOptions): WatchedRecord =>
  createMemoryRecord(
    createOverrideMemory(overrideMemory, decisionPoints),
    createMemoryFeedbackRecord(feedbackMemory),
    createShownMemory(shownMemory),
  )

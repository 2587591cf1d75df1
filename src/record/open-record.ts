import { createMemoryFeedbackRecord } from './feedback-record.js'
import { createMemoryRecord } from './memory-record.js'
import { createOverrideMemory } from './override-memory.js'
import type { WatchedRecord } from './port.js'
import { createRecordKeys } from './record-keys.js'
import { createShownMemory } from './shown-memory.js'
import { siteKeyBeside } from './site-key.js'
import type { StorePlace } from './store/open-store.js'
import type { Retention } from './tidying.js'

export type { StorePlace } from './store/open-store.js'

/** Where what is kept of calls is kept, and under which secret of the site. */
export type KeptIn = 'memory' | { readonly place: StorePlace; readonly siteKey: string } | KeptWithKey

/** A file whose secret lies in a file beside it, made when it is first wanted. */
interface KeptWithKey {
  readonly place: { readonly file: string }
  readonly siteKey?: undefined
}

/** What a deployment gives its record. */
export interface RecordOptions {
  keptIn: KeptIn
  /** Bytes of memory for cards that were overridden, where all is kept in memory. */
  overrideMemory: number
  /** Bytes of memory for reports on cards, where all is kept in memory. */
  feedbackMemory: number
  /** Bytes of memory for cards that were shown, where all is kept in memory. */
  shownMemory: number
  /** How long rows of a store are kept. */
  retention: Retention
  /** Extension of a card that names its decision points. */
  decisionPoints: string
  now: () => Date
  /** Is told when a store goes down, why, and when it is up again. */
  onChange: (fault: string | undefined) => void
}

/**
 * The record of a deployment: the one place that says where what is kept of calls is kept.
 * @returns what may be down yet: a store is waited for until it was opened, or could not be.
 * @throws Error when the secret beside a file can be neither read nor made.
 */
export async function openRecord(options: RecordOptions): Promise<WatchedRecord> {
  const { keptIn, overrideMemory, feedbackMemory, shownMemory, decisionPoints, now } = options
  if (keptIn === 'memory')
    return createMemoryRecord(
      createOverrideMemory(overrideMemory, decisionPoints),
      createMemoryFeedbackRecord(feedbackMemory),
      createShownMemory(shownMemory),
    )
  const keys = createRecordKeys(keptIn.siteKey ?? siteKeyBeside(keptIn.place.file))
  const [{ startStoreThread }, { createStoredRecord }] = await Promise.all([import('./store-thread.js'), import('./stored-record.js')])
  const thread = startStoreThread({ place: keptIn.place, onChange: options.onChange })
  await thread.triedToOpen
  return createStoredRecord({ ...options, thread, keys, now: () => now().getTime() })
}

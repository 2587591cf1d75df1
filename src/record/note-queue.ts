import type { Notes } from './store/rows.js'
import { bytesOfRows, EVERY_MS, MOST_BYTES, MOST_ROWS, MOST_TOGETHER } from './waiting-rows.js'

/** Notes on their way to the store, off the path of any call. */
export interface NoteQueue {
  /** Takes notes; settles when they are with the store, or lost. */
  add: (notes: Notes) => Promise<void>
  /** Sends what waits now, so that what is asked next is asked after it. It waits for nothing. */
  flush: () => Promise<void>
  /** Bytes that wait. */
  bytes: () => number
}

interface Waiting {
  notes: Notes
  rows: number
  bytes: number
}

/**
 * @param send hands notes to the store, and settles when they are there.
 * @param lost is told of each set of notes that did not get there.
 */
export function createNoteQueue(send: (notes: Notes) => Promise<void>, lost: () => void): NoteQueue {
  let waiting: Waiting[] = []
  /** With those that are on their way. */
  let [rows, bytes] = [0, 0]
  let timer: ReturnType<typeof setTimeout> | undefined

  const release = (some: readonly Waiting[]): void => {
    for (const each of some) {
      rows -= each.rows
      bytes -= each.bytes
    }
  }

  const dropOldest = (): void => {
    while (waiting.length > 0 && (rows > MOST_ROWS || bytes > MOST_BYTES)) {
      release(waiting.splice(0, 1))
      lost()
    }
  }

  const sendAll = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const sent = waiting
    waiting = []
    void send({ cards: sent.flatMap(({ notes }) => notes.cards), told: sent.flatMap(({ notes }) => notes.told) })
      .catch(() => sent.forEach(lost))
      .finally(() => release(sent))
  }

  return {
    async add(notes) {
      const added = { notes, rows: notes.cards.length + notes.told.length, bytes: bytesOfRows([...notes.cards, ...notes.told]) }
      waiting.push(added)
      rows += added.rows
      bytes += added.bytes
      dropOldest()
      if (rows >= MOST_TOGETHER) sendAll()
      else timer ??= setTimeout(sendAll, EVERY_MS).unref()
    },
    async flush() {
      sendAll()
    },
    bytes: () => bytes,
  }
}

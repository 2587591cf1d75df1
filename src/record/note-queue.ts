import type { ForgottenFor } from './port.js'
import type { Notes } from './store/rows.js'

/** Notes on their way to the store, off the path of any call. */
export interface NoteQueue {
  /** Takes notes; settles when they are with the store, or lost. */
  add: (notes: Notes) => Promise<void>
  /** Sends what waits now, so that what is asked next is asked after it. It waits for nothing. */
  flush: () => Promise<void>
  /** Bytes that wait. */
  bytes: () => number
  onForgotten: (listener: (why: ForgottenFor) => void) => void
}

/** Milliseconds for which notes wait for others, and how many at most. */
const EVERY_MS = 50
const MOST_TOGETHER = 200

/** Most notes and bytes that wait; beyond that the oldest are lost. */
const MOST_ROWS = 10_000
const MOST_BYTES = 16_000_000

/** Bytes of a row in memory beyond its text, from what a heap was seen to grow by. */
const ROW_OVERHEAD = 400

interface Waiting {
  notes: Notes
  rows: number
  bytes: number
}

/** @param send hands notes to the store, and settles with how many of the cards came for two patients. */
export function createNoteQueue(send: (notes: Notes) => Promise<number>): NoteQueue {
  let forgotten: (why: ForgottenFor) => void = () => undefined
  let waiting: Waiting[] = []
  /** With those that are on their way. */
  let [rows, bytes] = [0, 0]
  let timer: ReturnType<typeof setTimeout> | undefined
  const onTheirWay = new Set<Promise<void>>()

  const release = (some: readonly Waiting[]): void => {
    for (const each of some) {
      rows -= each.rows
      bytes -= each.bytes
    }
  }

  const dropOldest = (): void => {
    while (waiting.length > 0 && (rows > MOST_ROWS || bytes > MOST_BYTES)) {
      const [oldest] = waiting.splice(0, 1)
      if (oldest) release([oldest])
      forgotten('store')
    }
  }

  const sendAll = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const sent = waiting
    waiting = []
    const sending = send({ cards: sent.flatMap(({ notes }) => notes.cards), told: sent.flatMap(({ notes }) => notes.told) })
      .then(
        mixedUp => {
          for (let count = 0; count < mixedUp; count += 1) forgotten('two-patients')
        },
        () => sent.forEach(() => forgotten('store')),
      )
      .finally(() => {
        release(sent)
        onTheirWay.delete(sending)
      })
    onTheirWay.add(sending)
  }

  return {
    async add(notes) {
      const added = { notes, rows: notes.cards.length + notes.told.length, bytes: bytesOf(notes) }
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
    onForgotten: listener => {
      forgotten = listener
    },
  }
}

const bytesOf = ({ cards, told }: Notes): number =>
  [...cards, ...told].reduce((sum, row) => sum + ROW_OVERHEAD + 2 * Object.values(row).join('').length, 0)

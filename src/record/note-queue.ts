/** Notes on their way to the store, off the path of any call: lists of rows, by the table that they are for. */
export interface NoteQueue<Notes> {
  /** Takes notes; settles when they are with the store, or lost. */
  add: (notes: Notes) => Promise<void>
  /** Sends what waits now, so that what is asked next is asked after it. It waits for nothing. */
  flush: () => Promise<void>
  /** Bytes that wait. */
  bytes: () => number
}

/** Milliseconds for which notes wait for others, and how many at most. */
const EVERY_MS = 50
const MOST_TOGETHER = 200

/** Most notes and bytes that wait; beyond that the oldest are lost. */
const MOST_ROWS = 10_000
const MOST_BYTES = 16_000_000

/** Bytes of a row in memory beyond its text, from what a heap was seen to grow by. */
const ROW_OVERHEAD = 400

/** Rows that can be copied, by the table that they are for. */
type Rows<Notes> = { readonly [Table in keyof Notes]: readonly object[] }

interface Waiting<Notes> {
  notes: Notes
  rows: number
  bytes: number
}

/**
 * @param send hands notes to the store, and settles when they are there.
 * @param lost is told of each set of notes that did not get there.
 */
export function createNoteQueue<Notes extends Rows<Notes>>(send: (notes: Notes) => Promise<void>, lost: () => void): NoteQueue<Notes> {
  let waiting: Waiting<Notes>[] = []
  /** With those that are on their way. */
  let [rows, bytes] = [0, 0]
  let timer: ReturnType<typeof setTimeout> | undefined

  const release = (some: readonly Waiting<Notes>[]): void => {
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
    void send(together(sent.map(({ notes }) => notes)))
      .catch(() => sent.forEach(lost))
      .finally(() => release(sent))
  }

  return {
    async add(notes) {
      const added = { notes, rows: allRows(notes).length, bytes: bytesOf(notes) }
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

/** The rows of several notes in one, in their order. */
function together<Notes extends Rows<Notes>>(all: readonly Notes[]): Notes {
  const tables = Object.keys(all[0] ?? {}) as (keyof Notes)[]
  return Object.fromEntries(tables.map(table => [table, all.flatMap(notes => notes[table])])) as unknown as Notes
}

const allRows = <Notes extends Rows<Notes>>(notes: Notes): object[] => Object.values<readonly object[]>(notes).flat()

const bytesOf = <Notes extends Rows<Notes>>(notes: Notes): number =>
  allRows(notes).reduce<number>((sum, row) => sum + ROW_OVERHEAD + 2 * Object.values(row).join('').length, 0)

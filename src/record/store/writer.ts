import type { Transaction } from 'kysely'
import type { Database, Tables } from './database.js'

/** Writes one after the other, and together whatever waits. */
export interface Writer {
  /**
   * Does some work in a transaction, with that of others which waits, and settles when it is committed.
   * @param isForGood whether it must outlive the machine.
   */
  write: <T>(work: (transaction: Transaction<Tables>) => Promise<T>, isForGood: boolean) => Promise<T>
  /** Settles when all that was asked for before is done, or has failed. */
  settled: () => Promise<void>
}

interface Waiting {
  work: (transaction: Transaction<Tables>) => Promise<void>
  isForGood: boolean
  done: () => void
  failed: (error: unknown) => void
}

/** Most writes that are committed together. */
const MOST_TOGETHER = 64

/** One commit for all that waits: a disk takes as long for many as for one. */
export function createWriter(inTransaction: Database['inTransaction']): Writer {
  const waiting: Waiting[] = []
  let isRunning = false
  let last: Promise<unknown> = Promise.resolve()

  const commit = async (group: readonly Waiting[]): Promise<void> => {
    try {
      await inTransaction(
        group.some(({ isForGood }) => isForGood),
        async transaction => {
          for (const { work } of group) await work(transaction)
        },
      )
      for (const { done } of group) done()
    } catch (error) {
      // What is wrong with one must not lose the others.
      if (group.length > 1) for (const each of group) await commit([each])
      else group[0]?.failed(error)
    }
  }

  const run = async (): Promise<void> => {
    // Whoever asked in the same moment is heard first.
    await new Promise(resolve => setImmediate(resolve))
    while (waiting.length > 0) await commit(waiting.splice(0, MOST_TOGETHER))
    isRunning = false
  }

  return {
    write(work, isForGood) {
      const written = new Promise<Awaited<ReturnType<typeof work>>>((resolve, reject) => {
        let result: Awaited<ReturnType<typeof work>>
        waiting.push({
          work: async transaction => {
            result = await work(transaction)
          },
          isForGood,
          done: () => resolve(result),
          failed: reject,
        })
        if (isRunning) return
        isRunning = true
        void run()
      })
      last = written.catch(() => undefined)
      return written
    },
    settled: async () => void (await last),
  }
}

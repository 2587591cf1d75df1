import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { storeProgram } from './store-program.js'
import type { StorePlace } from './store/open-store.js'
import type { Store } from './store/rows.js'

/** Something that is asked of the store. */
interface Question {
  readonly id: number
  readonly method: keyof Store
  readonly given: readonly unknown[]
}

/** What the thread of the store is asked: what came up together, in its order, or to end as it is. */
export type Asked = 'end' | readonly Question[]

/** What it tells. */
export type Told =
  | { readonly opened: true }
  | { readonly opened: false; readonly why: string }
  | { readonly id: number; readonly answered: unknown }
  | { readonly id: number; readonly failed: string }

/** A store in a thread of its own. */
export interface StoreThread {
  /** Asks the store, for as many milliseconds. @throws StoreFailure when it fails, is known to be down, or says nothing in time. */
  ask: <M extends keyof Store>(method: M, patienceMs: number, ...given: Parameters<Store[M]>) => Promise<Awaited<ReturnType<Store[M]>>>
  /** Undefined while it answers; else why not, as the database calls it. */
  fault: () => string | undefined
  /** How often the thread ended by itself and was started again. */
  restarts: () => number
  /** Ends the thread as a fault would, whatever waits to be written. */
  kill: () => Promise<void>
  /** Settles when the store was opened, or could not be, for the first time. */
  triedToOpen: Promise<void>
  /** Writes what waits, and ends the thread; settles after so many milliseconds at the latest. */
  close: (patienceMs: number) => Promise<void>
}

/** Why a store did not answer. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure'
  constructor(readonly why: string) {
    super(`The store does not answer: ${why}.`)
  }
}

export interface StoreThreadOptions {
  place: StorePlace
  /** The program of the thread. */
  program?: URL
  /** Is told whenever the store goes down, with a reason, and when it is up again. */
  onChange?: (fault: string | undefined) => void
}

/** Milliseconds between two looks at a store that is down. */
const LOOK_AGAIN_MS = 1_000

/** Milliseconds before a thread that ended is started again: at once the first time, then longer and longer. */
const RESTART_MS = [0, 200, 1_000, 5_000]

/** Most questions that wait at one time. */
const MOST_WAITING = 10_000

/** Methods that are asked also while the store is down: reports are worth a try. */
const ALWAYS: readonly (keyof Store)[] = ['keepReports', 'look', 'close']

const LATE = 'STORE_LATE'

/** How often in a row the store may say nothing in time before it counts as down: one slow moment of a disk is no fault. */
const LATE_IN_A_ROW = 2

/** What a database calls a fault of the values that it was given (SQLSTATE classes 22 and 23): it says nothing about the database. */
const OF_VALUES = /^(2[23]\w{3}|SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)\w*)$/

/** Id of a thread that is no more, as Node calls it. */
const ENDED = -1

interface Waiting {
  answered: (answer: unknown) => void
  failed: (why: string) => void
}

/** Starts the thread of a store. It is started again whenever it ends by itself. */
export function startStoreThread({ place, program = storeProgram(), onChange = () => undefined }: StoreThreadOptions): StoreThread {
  const waiting = new Map<number, Waiting>()
  let nextId = 1
  let fault: string | undefined = 'STORE_NOT_OPEN'
  let restarts = 0
  let lateInARow = 0
  let isClosing = false
  let hasTried = false
  let opened: () => void = () => undefined
  const triedToOpen = new Promise<void>(resolve => {
    opened = resolve
  })
  let worker = startWorker()
  let asking: Question[] = []

  /** Asks what came up together at once: a thread that is woken twice costs a call more than what it is told. */
  function askTogether(question: Question): void {
    if (asking.push(question) === 1) process.nextTick(sendQuestions)
  }

  function sendQuestions(): void {
    const together = asking
    asking = []
    worker.postMessage(together satisfies Asked)
  }

  /**
   * The thread is only ever asked to end, never stopped from outside: a database's native code that is stopped amid its work ends the
   * process. Whoever waits no longer leaves it to the end of the process, since nothing stays up for its sake.
   */
  async function end(): Promise<void> {
    if (worker.threadId === ENDED) return
    // It is waited for, while nothing else may be.
    worker.ref()
    const ended = once(worker, 'exit')
    worker.postMessage('end' satisfies Asked)
    await ended
  }

  function tried(): void {
    hasTried = true
    opened()
  }

  function setFault(now: string | undefined): void {
    if (now === fault) return
    const before = fault
    fault = now
    // A reason that changes is no news; what is first opened is none either.
    if (hasTried && (before === undefined) !== (now === undefined) && !isClosing) onChange(now)
  }

  function startWorker(): Worker {
    const started = new Worker(program, { workerData: place, stdout: false, stderr: false })
    started.on('message', (told: Told) => {
      if ('opened' in told) started.unref()
      hear(told)
    })
    started.on('error', () => undefined)
    started.on('exit', () => {
      setFault('STORE_THREAD_ENDED')
      for (const each of waiting.values()) each.failed('STORE_THREAD_ENDED')
      tried()
      if (isClosing) return
      setTimeout(
        () => {
          if (!isClosing) worker = startWorker()
        },
        RESTART_MS[Math.min(restarts, RESTART_MS.length - 1)],
      ).unref()
      restarts += 1
    })
    return started
  }

  function hear(told: Told): void {
    if ('opened' in told) {
      setFault(told.opened ? undefined : told.why)
      tried()
    } else if ('failed' in told) waiting.get(told.id)?.failed(told.failed)
    else waiting.get(told.id)?.answered(told.answered)
  }

  const ask: StoreThread['ask'] = (method, patienceMs, ...given) =>
    new Promise((resolve, reject) => {
      if (waiting.size >= MOST_WAITING || (fault !== undefined && !ALWAYS.includes(method))) {
        reject(new StoreFailure(fault ?? 'STORE_BUSY'))
        return
      }
      const id = nextId
      nextId += 1
      const over = (): void => {
        waiting.delete(id)
        clearTimeout(timer)
      }
      const failed = (why: string): void => {
        over()
        if (!OF_VALUES.test(why)) setFault(why)
        reject(new StoreFailure(why))
      }
      const late = (): void => {
        over()
        lateInARow += 1
        if (lateInARow >= LATE_IN_A_ROW) setFault(LATE)
        reject(new StoreFailure(LATE))
      }
      const timer = setTimeout(late, patienceMs)
      waiting.set(id, {
        answered: answer => {
          over()
          lateInARow = 0
          if (method !== 'close') setFault(undefined)
          resolve(answer as Awaited<ReturnType<Store[typeof method]>>)
        },
        failed,
      })
      askTogether({ id, method, given })
    })

  const looking = setInterval(() => {
    if (fault !== undefined) ask('look', LOOK_AGAIN_MS, Date.now()).catch(() => undefined)
  }, LOOK_AGAIN_MS).unref()

  return {
    ask,
    fault: () => fault,
    restarts: () => restarts,
    triedToOpen,
    kill: end,
    async close(patienceMs) {
      if (isClosing) return
      isClosing = true
      clearInterval(looking)
      if (worker.threadId === ENDED) return
      const patience = new AbortController()
      const closed = ask('close', patienceMs)
        .catch(() => undefined)
        .then(end)
      await Promise.race([closed, pause(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined)])
      patience.abort()
    },
  }
}

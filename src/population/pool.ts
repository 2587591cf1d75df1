import { Worker } from 'node:worker_threads'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import type { RunPlan, Task } from './plan.js'
import { startWork, type Work } from './worker.js'

/** Does tasks in any order. */
export interface Pool {
  /** Does all of some tasks. @param onDone is told of each, with the patients that were evaluated. */
  doAll: (tasks: readonly Task[], onDone: (task: Task, patients: number) => void) => Promise<void>
  close: () => Promise<void>
}

/**
 * Where the program of the threads lies. As source it has to be told anew how TypeScript is read: what tsx does for the main
 * thread it does for no other.
 */
function threadProgram(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('../population/worker-thread.js', import.meta.url)
  const [reader, program] = [import.meta.resolve('tsx/esm/api'), new URL('worker-thread.ts', import.meta.url).href]
  const start = `import { register } from ${JSON.stringify(reader)}; register(); await import(${JSON.stringify(program)})`
  return new URL(`data:text/javascript,${encodeURIComponent(start)}`)
}

/**
 * Opens a pool of threads.
 * @param workers how many; none does all in this thread.
 * @param lanes how many folders lines are sorted to, those of earlier runs among them.
 * @param loaded the knowledge, which other threads load by themselves.
 */
export function openPool(plan: RunPlan, workers: number, lanes: number, loaded: LoadedKnowledge): Pool {
  if (workers === 0) return inThisThread(startWork(plan, 0, lanes, () => loaded))
  const program = threadProgram()
  const threads = Array.from({ length: workers }, (_, lane) => new Worker(program, { workerData: { plan, lane, lanes } }))
  return {
    doAll: async (tasks, onDone) => {
      const waiting = [...tasks].reverse()
      await Promise.all(threads.map(thread => workOff(thread, waiting, onDone)))
    },
    close: async () => {
      await Promise.all(threads.map(thread => thread.terminate()))
    },
  }
}

/** Has a thread take tasks until there are none. */
function workOff(thread: Worker, waiting: Task[], onDone: (task: Task, patients: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: Task | undefined
    const settle = (): void => void thread.off('message', onMessage).off('error', onError).off('exit', onExit)
    const next = (): void => {
      current = waiting.pop()
      if (current) return thread.postMessage(current)
      settle()
      resolve()
    }
    const onMessage = (patients: number): void => {
      if (current) onDone(current, patients)
      next()
    }
    const onError = (error: unknown): void => {
      settle()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    const onExit = (): void =>
      onError(new Error('A thread of the run ended. Give it more memory, or fewer workers; the same command goes on.'))
    thread.on('message', onMessage).on('error', onError).on('exit', onExit)
    next()
  })
}

const inThisThread = (work: Work): Pool => ({
  doAll: async (tasks, onDone) => {
    for (const task of tasks) onDone(task, work(task))
  },
  close: async () => undefined,
})

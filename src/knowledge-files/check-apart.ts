import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { KnowledgeCheck } from './check-knowledge.js'

/** Where the program of the thread lies: in the built service, and where its source runs as it is. */
const PROGRAM = join(import.meta.dirname, '..', 'knowledge-files', 'check-thread')

/** Milliseconds after which a check is given up. */
const CHECKED_WITHIN_MS = 300_000

/**
 * Checks the knowledge of a folder in a thread of its own, which then ends.
 * @throws Error when the thread fails, or is not done within five minutes.
 */
export function checkApart(folder: string | undefined): Promise<KnowledgeCheck> {
  const program = [`${PROGRAM}.js`, `${PROGRAM}.ts`].find(path => existsSync(path)) ?? PROGRAM
  const worker = new Worker(program, { workerData: folder, stdout: false, stderr: false })
  worker.unref()
  const checked = new Promise<KnowledgeCheck>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('The check of the knowledge was given up.')), CHECKED_WITHIN_MS).unref()
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => {
      clearTimeout(late)
      reject(new Error('The thread that checks knowledge ended.'))
    })
  })
  return checked.finally(() => void worker.terminate())
}

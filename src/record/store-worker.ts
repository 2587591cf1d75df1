// The thread that owns the database, so that nobody who answers a call waits for a disk.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { openStore, type StorePlace } from './store/open-store.js'
import type { Store } from './store/rows.js'
import type { Asked, Told } from './store-thread.js'

/** Milliseconds after which a store that could not be opened is tried again. */
const AGAIN_MS = 1_000

/** Opens the store, again and again where it has to be, and answers whatever the port asks of it. */
function serve(port: MessagePort, place: StorePlace): void {
  const tell = (told: Told): void => port.postMessage(told)
  const open = async (): Promise<Store | undefined> => {
    try {
      const store = await openStore(place)
      tell({ opened: true })
      return store
    } catch (error) {
      tell({ opened: false, why: codeOf(error) })
      setTimeout(() => {
        opening = open()
      }, AGAIN_MS)
      return undefined
    }
  }
  let opening = open()
  const answer = async (method: keyof Store, given: readonly unknown[]): Promise<unknown> => {
    const store = await opening
    if (!store) throw Object.assign(new Error('The store is not open.'), { code: 'STORE_NOT_OPEN' })
    return (store[method] as (...given: readonly unknown[]) => Promise<unknown>)(...given)
  }
  port.on('message', (asked: Asked) => {
    if (asked === 'end') process.exit(1)
    for (const { id, method, given } of asked)
      answer(method, given).then(
        answered => tell({ id, answered }),
        (error: unknown) => tell({ id, failed: codeOf(error) }),
      )
  })
}

/** What a database calls a fault. Its message is told to nobody: it may quote what was to be kept. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : 'STORE_FAILED'
}

if (!parentPort) throw new Error('This is a thread of the service and no program.')
serve(parentPort, workerData as StorePlace)

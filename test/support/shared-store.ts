import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WatchedRecord } from '../../src/record/port.js'
import { createRecordKeys } from '../../src/record/record-keys.js'
import { StoreFailure, type StoreThread } from '../../src/record/store-thread.js'
import { createStoredRecord } from '../../src/record/stored-record.js'
import { openStore } from '../../src/record/store/open-store.js'
import type { Store } from '../../src/record/store/rows.js'
import { TEST_NOW } from './service.js'

/** A store in a file, without a thread of its own, that several services of one test share as replicas would. */
export interface SharedStore {
  /** The record of one more of them. */
  newRecord: () => WatchedRecord
  /** Has the store answer nothing until it is mended. */
  breakDown: () => void
  mend: () => void
  /** What it was asked, by the names of its methods. */
  asked: string[]
  remove: () => Promise<void>
}

/** Opens a new, empty store. */
export async function openSharedStore(): Promise<SharedStore> {
  const home = mkdtempSync(join(tmpdir(), 'columna-shared-'))
  const store = await openStore({ file: join(home, 'columna.db') })
  const asked: string[] = []
  let fault: string | undefined
  const thread: StoreThread = {
    ask: async (method, _patienceMs, ...given) => {
      if (fault !== undefined) throw new StoreFailure(fault)
      asked.push(method)
      return (store[method] as (...given: unknown[]) => ReturnType<Store[typeof method]>)(...given) as never
    },
    fault: () => fault,
    restarts: () => 0,
    kill: async () => undefined,
    triedToOpen: Promise.resolve(),
    close: async () => undefined,
  }
  const records: WatchedRecord[] = []
  return {
    newRecord() {
      const record = createStoredRecord({
        thread,
        keys: createRecordKeys('a secret of the site for tests only, long enough'),
        retention: { days: 183, commentDays: 30 },
        decisionPoints: 'org.columna.decision-points',
        now: () => TEST_NOW.getTime(),
      })
      records.push(record)
      return record
    },
    breakDown: () => void (fault = 'SQLITE_IOERR'),
    mend: () => void (fault = undefined),
    asked,
    async remove() {
      for (const record of records) await record.close()
      await store.close()
      rmSync(home, { recursive: true })
    },
  }
}

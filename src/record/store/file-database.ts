import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import LibsqlDatabase from 'libsql'
import { Kysely, SqliteDialect, type SqliteDatabase } from 'kysely'
import type { Database, Tables } from './database.js'
import { migrate } from './migrate.js'

/** Milliseconds for which another process that writes is waited for. */
const PATIENCE_MS = 500
/** Milliseconds for which another process that brings the schema up to date is waited for. */
const SCHEMA_PATIENCE_MS = 10_000

/**
 * Opens a database in a file of this machine, which is made where it is not there. It blocks the thread in which it is used.
 * @throws Error when the file cannot be opened or written.
 */
export async function openFileDatabase(path: string): Promise<Database> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // What stands beside the file is made with its rights.
  closeSync(openSync(path, 'a', 0o600))
  const file = new LibsqlDatabase(path, { timeout: PATIENCE_MS })
  file.exec('pragma journal_mode = wal')
  file.exec('pragma secure_delete = on')
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file as unknown as SqliteDatabase }) })
  await aloneAmongProcesses(`${path}.lock`, () => migrate(db))
  return {
    db,
    // With a write-ahead log, `normal` leaves the disk alone until the next commit that is for good.
    async inTransaction(isForGood, work) {
      file.exec(`pragma synchronous = ${isForGood ? 'full' : 'normal'}`)
      await db.transaction().execute(work)
    },
    // Deleted rows are overwritten, but for what the write-ahead log still holds.
    wipe: async () => void file.exec('pragma wal_checkpoint(truncate)'),
    close: () => db.destroy(),
  }
}

/** Does work while no other process does any under the same lock, which ends with the process that holds it. */
async function aloneAmongProcesses(lock: string, work: () => Promise<void>): Promise<void> {
  const held = new LibsqlDatabase(lock, { timeout: SCHEMA_PATIENCE_MS })
  try {
    held.exec('begin exclusive')
    await work()
    held.exec('rollback')
  } finally {
    held.close()
  }
}

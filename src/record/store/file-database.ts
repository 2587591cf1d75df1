import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import LibsqlDatabase from 'libsql'
import { CompiledQuery, Kysely, SqliteDialect, SqliteDriver, type DatabaseConnection, type Driver, type SqliteDatabase } from 'kysely'
import type { Database, Tables } from './database.js'
import { migrate } from './migrate.js'
import { MIGRATIONS } from './migrations/index.js'

/** Milliseconds for which another process that writes is waited for. */
const PATIENCE_MS = 500
/** Milliseconds for which another process that brings the schema up to date is waited for. */
const SCHEMA_PATIENCE_MS = 10_000

/** The schema of this version, as a whole number of 32 bits that tells its steps apart. */
const THIS_SCHEMA = createHash('sha256').update(Object.keys(MIGRATIONS).join()).digest().readInt32BE()

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
  const db = new Kysely<Tables>({ dialect: new WritingDialect(file as unknown as SqliteDatabase) })
  if (schemaOf(file) !== THIS_SCHEMA)
    await aloneAmongProcesses(`${path}.lock`, async () => {
      await migrate(db)
      file.exec(`pragma user_version = ${THIS_SCHEMA}`)
    })
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

/**
 * Every transaction takes the right to write when it begins. Else one that reads first is refused at once, and waits for
 * nobody, where another process has written between.
 */
class WritingDialect extends SqliteDialect {
  constructor(private readonly database: SqliteDatabase) {
    super({ database })
  }

  override createDriver(): Driver {
    return new WritingDriver({ database: this.database })
  }
}

class WritingDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}

/** What the file says of its schema, so that one which is up to date need not be gone through. */
const schemaOf = (file: LibsqlDatabase.Database): number =>
  (file.prepare('pragma user_version').get() as { user_version: number }).user_version

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

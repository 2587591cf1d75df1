import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Database, Tables } from './database.js'
import { migrate } from './migrate.js'
import { answerInOneStatement } from './recall.js'

/** Milliseconds after which a connection, or a statement, is given up. */
const PATIENCE_MS = 900

/** Connections of one process: one writes at a time, the others read. */
const MOST_CONNECTIONS = 4

/** Type of bigint. All of ours are epoch times, which a number holds. */
const BIGINT = 20

/**
 * Opens a database of a PostgreSQL server.
 * @throws Error when the server cannot be reached, or refuses.
 */
export async function openPostgresDatabase(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: PATIENCE_MS,
    statement_timeout: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    // A call has no time to wait for a connection to be opened.
    idleTimeoutMillis: 0,
    keepAlive: true,
    application_name: 'columna',
    types: { getTypeParser: (type, format): unknown => (type === BIGINT ? Number : pg.types.getTypeParser(type, format)) },
  })
  // A connection that breaks while nobody uses it is replaced when it is next wanted.
  pool.on('error', () => undefined)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(db)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    db,
    inTransaction: (isForGood, work) =>
      db.transaction().execute(async transaction => {
        if (!isForGood) await sql`set local synchronous_commit = off`.execute(transaction)
        await work(transaction)
      }),
    answerAtOnce: queries => answerInOneStatement(db, queries),
    // The server does it in its own time (autovacuum).
    wipe: async () => undefined,
    close: () => db.destroy(),
  }
}

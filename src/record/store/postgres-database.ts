import { Kysely, PostgresDialect, sql, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { Database, Tables } from './database.js'
import { migrate } from './migrate.js'
import { answerIn, statementsFor } from './recall.js'
import type { StoreAnswer } from './rows.js'

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
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: withoutSilent(pool) }) })
  try {
    await migrate(db, await schemaOf(db))
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
    answeringAtOnce(queriesOf) {
      const statementFor = statementsFor(db, queriesOf)
      return async question => {
        const { name, text, valuesFor } = statementFor(question)
        const { rows } = await pool.query<StoreAnswer>({ name, text, values: valuesFor(question) })
        return answerIn(rows)
      }
    },
    // The server does it in its own time (autovacuum).
    wipe: async () => undefined,
    close: () => db.destroy(),
  }
}

/** The schema in which tables are made: the first of the connection's search path that is there; undefined where none is. */
async function schemaOf(db: Kysely<Tables>): Promise<string | undefined> {
  const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db)
  return rows[0]?.name ?? undefined
}

/**
 * A pool that lets go of a connection for good when its server did not answer: where a server, or the way to it, went
 * without a word, the system would hold on to what was open for a quarter of an hour, while new connections reach what took its place.
 */
const withoutSilent = (pool: pg.Pool): PostgresPool => ({
  connect: async () => unlessSilent(await pool.connect()),
  end: () => pool.end(),
})

function unlessSilent(client: pg.PoolClient): PostgresPoolClient {
  let silence: Error | undefined
  const query = async (text: string, parameters: readonly unknown[]) => {
    // What would be sent now stands behind what was never answered.
    if (silence) throw silence
    try {
      return await client.query(text, [...parameters])
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) silence = error as Error
      throw error
    }
  }
  return { query, release: () => client.release(silence) } as unknown as PostgresPoolClient
}

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** A PostgreSQL server of this test run alone. */
export interface Postgres {
  /** Address of a new, empty database. */
  newDatabase: () => string
  stop: () => void
  /** Starts it again where it was stopped. */
  start: () => void
  /** All that its server has on disk. */
  files: () => Buffer[]
  /** Stops it for good and removes what it kept. */
  remove: () => void
}

/** What is in the files of a folder, and of those below. */
export const filesBelow = (folder: string): Buffer[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)))

const VERSIONS = '/usr/lib/postgresql'

/** Starts a server (whose disk is not waited for: processes are killed here, and no machine) from Debian's packages, on a socket that only this machine can reach; never as root, which it refuses. */
export function startPostgres(): Postgres {
  const version = readdirSync(VERSIONS).sort().at(-1)
  if (version === undefined) throw new Error(`There is no PostgreSQL in ${VERSIONS}. Install the package postgresql.`)
  const bin = join(VERSIONS, version, 'bin')
  const home = mkdtempSync(join(tmpdir(), 'columna-postgres-'))
  chmodSync(home, 0o777)
  const data = join(home, 'data')
  const run = (command: string): void => {
    const [program, ...words] = userInfo().uid === 0 ? ['su', 'postgres', '-s', '/bin/sh', '-c', command] : ['sh', '-c', command]
    execFileSync(program ?? '', words, { cwd: home, stdio: 'ignore' })
  }
  const start = () => run(`${bin}/pg_ctl -D ${data} -w -l ${home}/log -o "-k ${home} -c listen_addresses='' -c fsync=off" start`)
  const stop = () => run(`${bin}/pg_ctl -D ${data} -w -m immediate stop`)
  run(`${bin}/initdb -D ${data} -A trust -U columna --no-sync`)
  start()
  let count = 0
  return {
    newDatabase() {
      count += 1
      run(`${bin}/createdb -h ${home} -U columna test${count}`)
      return `postgres://columna@/test${count}?host=${encodeURIComponent(home)}`
    },
    start,
    stop,
    files() {
      run(`${bin}/psql -h ${home} -U columna -c checkpoint postgres`)
      return filesBelow(data)
    },
    remove() {
      stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

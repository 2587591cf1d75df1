// Feedback that was answered with 200 is never lost: the service, or its database, killed amid feedback; a disk without room.
// KILLS=100 npm run test:store kills the service a hundred times. Needs the built service.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import Database from 'libsql'
import pg from 'pg'
import { startPostgres, type Postgres } from './postgres.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SERVICE = 'influensa'
const KILLS = Number(process.env.KILLS ?? 20)
/** Milliseconds for all kills; most of them are spent with starting. */
const PATIENCE_MS = 60_000 + 30_000 * KILLS
/** How many clients send feedback at one time, and how many reports each request holds. */
const SENDERS = 4
const REPORTS = 5

let postgres: Postgres
let home: string
const running: Service[] = []

beforeAll(() => {
  postgres = startPostgres()
  home = mkdtempSync(join(tmpdir(), 'columna-killed-'))
})

afterEach(() => running.splice(0).forEach(({ child }) => child.kill('SIGKILL')))

afterAll(() => {
  postgres.remove()
  rmSync(home, { recursive: true, force: true })
})

interface Service {
  child: ChildProcess
  url: string
}

/** The built service, with a small guideline. @param mostBlocks kilobytes that a file may hold. */
async function startService(store: string | undefined, mostBlocks?: number, cwd = ROOT): Promise<Service> {
  const command = `${mostBlocks === undefined ? '' : `ulimit -f ${mostBlocks}; `}exec "$0" "$@"`
  const child = spawn('bash', ['-c', command, process.execPath, '--disable-warning=ExperimentalWarning', join(ROOT, 'dist/main.js')], {
    cwd,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOST: '127.0.0.1',
      CDS_DEMO: 'off',
      LOG_LEVEL: 'silent',
      CDS_KNOWLEDGE: join(ROOT, 'test/other-guideline'),
      ...(store !== undefined && { CDS_STORE: store, CDS_PATIENT_KEY: 'a secret of the site for tests only, long enough' }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
  const address = () => /(http:\/\/\S+)\/cds-services/.exec(told)?.[1]
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told += text))
  while (address() === undefined) {
    if (child.exitCode !== null) throw new Error(told)
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  }
  const service = { child, url: (address() ?? '').replace('localhost', '127.0.0.1') }
  running.push(service)
  return service
}

async function kill({ child }: Service): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Sends reports on cards of these uuids. @returns the status, undefined where there was no answer. */
async function report({ url }: Service, cards: readonly string[], userComment?: string): Promise<number | undefined> {
  const feedback = cards.map(card => ({
    card,
    outcome: 'overridden',
    outcomeTimestamp: '2026-03-30T10:05:00Z',
    ...(userComment !== undefined && { overrideReason: { userComment } }),
  }))
  const sent = fetch(`${url}/cds-services/${SERVICE}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ feedback }),
  })
  return sent.then(
    async answer => {
      await answer.arrayBuffer()
      return answer.status
    },
    () => undefined,
  )
}

const newCards = () => Array.from({ length: REPORTS }, () => randomUUID())

/** Sends until there is no answer. */
async function reportUntilKilled(service: Service, acknowledged: string[], statuses: Set<number | undefined>): Promise<void> {
  for (let status: number | undefined = 200; status !== undefined;) {
    const cards = newCards()
    status = await report(service, cards)
    statuses.add(status)
    if (status === 200) acknowledged.push(...cards)
  }
}

/** Starts, kills amid feedback, and starts again. @returns what was acknowledged, and what else was answered. */
async function killAmidFeedback(store: string, kills: number): Promise<{ acknowledged: string[]; statuses: Set<number | undefined> }> {
  const acknowledged: string[] = []
  const statuses = new Set<number | undefined>()
  for (let count = 0; count < kills; count += 1) {
    const service = await startService(store)
    const sending = Array.from({ length: SENDERS }, () => reportUntilKilled(service, acknowledged, statuses))
    const before = acknowledged.length
    // However busy the machine: some were kept, and the kill comes at another moment each time.
    while (acknowledged.length === before) await pause(5)
    await pause(count * 7)
    await kill(service)
    await Promise.all(sending)
  }
  return { acknowledged, statuses }
}

const lost = (acknowledged: readonly string[], kept: readonly string[]): string[] => {
  const there = new Set(kept)
  return acknowledged.filter(card => !there.has(card))
}

function keptInFile(file: string): string[] {
  const db = new Database(file)
  const rows = db.prepare('select card from feedback').all() as { card: string }[]
  db.close()
  return rows.map(({ card }) => card)
}

async function keptInPostgres(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ card: string }>('select card from feedback')
  await client.end()
  return rows.map(({ card }) => card)
}

describe('no report that was answered with 200 is lost', () => {
  test(
    'when the service is killed, with its file',
    async () => {
      const file = join(home, 'killed', 'columna.db')
      const { acknowledged, statuses } = await killAmidFeedback(`file:${file}`, KILLS)
      expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS * REPORTS)
      expect(lost(acknowledged, keptInFile(file))).toEqual([])
      expect([...statuses].filter(status => status !== undefined && status !== 200 && status !== 503)).toEqual([])
    },
    PATIENCE_MS,
  )

  test(
    'when the service is killed, with its database server',
    async () => {
      const url = postgres.newDatabase()
      const { acknowledged } = await killAmidFeedback(url, Math.ceil(KILLS / 4))
      expect(lost(acknowledged, await keptInPostgres(url))).toEqual([])
    },
    PATIENCE_MS,
  )

  test('when the database server is killed and comes back; meanwhile it is answered with 503', async () => {
    const url = postgres.newDatabase()
    const service = await startService(url)
    const acknowledged: string[] = []
    const statuses = new Set<number | undefined>()
    const sending = reportUntilKilled(service, acknowledged, statuses)
    while (acknowledged.length === 0) await pause(5)
    postgres.stop()
    while (!statuses.has(503)) await pause(5)
    postgres.start()
    const before = acknowledged.length
    while (acknowledged.length === before) await pause(5)
    await kill(service)
    await sending
    expect(lost(acknowledged, await keptInPostgres(url))).toEqual([])
    expect([...statuses].filter(status => status !== undefined).sort()).toEqual([200, 503])
  })
})

test('without any setting it is kept in data/ of the folder, for whoever starts there next', async () => {
  const folder = mkdtempSync(join(home, 'usual-'))
  const acknowledged: string[] = []
  for (let start = 0; start < 2; start += 1) {
    const service = await startService(undefined, undefined, folder)
    const cards = newCards()
    expect(await report(service, cards)).toBe(200)
    acknowledged.push(...cards)
    await kill(service)
  }
  expect(lost(acknowledged, keptInFile(join(folder, 'data', 'columna.db')))).toEqual([])
  expect(readdirSync(join(folder, 'data'))).toContain('columna.db.key')
})

test('a disk without room: 503 with a stable code, health says so, cards go on, and nothing that was kept is lost', async () => {
  const file = join(home, 'full', 'columna.db')
  const service = await startService(`file:${file}`, 1_000)
  const acknowledged: string[] = []
  for (let status: number | undefined = 200; status === 200;) {
    const cards = newCards()
    status = await report(service, cards, 'x'.repeat(1_000))
    if (status === 200) acknowledged.push(...cards)
    else expect(status).toBe(503)
  }
  expect(acknowledged.length).toBeGreaterThan(0)
  // Where there is no room for much there may be some for little, which is kept then.
  const reportLittle = async (): Promise<Response> => {
    const card = randomUUID()
    const answer = await fetch(`${service.url}/cds-services/${SERVICE}/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ feedback: [{ card, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }] }),
    })
    if (answer.status === 200) acknowledged.push(card)
    return answer.status === 200 ? reportLittle() : answer
  }
  const refused = await reportLittle()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)])
  expect(await refused.text()).toContain('CDS_FEEDBACK_NOT_KEPT')
  const health = await fetch(`${service.url}/health/ready`)
  expect([health.status, ((await health.json()) as { store?: string }).store]).toEqual([200, 'down'])
  expect(await (await fetch(`${service.url}/metrics`)).text()).toContain('\ncds_store_up 0\n')
  const call = await fetch(`${service.url}/cds-services`)
  expect(call.status).toBe(200)
  await kill(service)
  expect(lost(acknowledged, keptInFile(file))).toEqual([])
})

// How long the practice report takes with a million cards in the record, in a file and in PostgreSQL: npm run bench:quality [-- cards]
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { callRows } from '../../src/record/call-rows.js'
import { createRecordKeys } from '../../src/record/record-keys.js'
import { startStoreThread, type StoreThread } from '../../src/record/store-thread.js'
import { createStoredRecord } from '../../src/record/stored-record.js'
import type { StorePlace } from '../../src/record/store/open-store.js'
import { periodAsked, weeksToCount } from '../../src/quality/weeks.js'
import type { WatchedRecord } from '../../src/record/port.js'
import { startTestService } from '../support/service.js'
import { startPostgres } from '../store/postgres.js'

const PROGRAM = pathToFileURL(fileURLToPath(new URL('../../dist/record/store-worker.js', import.meta.url)))
const NOW = new Date('2026-03-30T10:00:00Z')
const ZONE = 'Europe/Copenhagen'
const CARDS = Number(process.argv[2] ?? 1_000_000)
const [CARDS_OF_CALL, CALLS_AT_ONCE, PRACTICES] = [3, 2_000, 100] as const
const KEYS = createRecordKeys('a secret of the site for a benchmark only')
const POINTS = Array.from({ length: 30 }, (_, index) => `P-${index}`)
const uuidOf = (index: number): string => `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
const clientOf = (index: number): string => JSON.stringify([`practice-${index}`, ''])

/** Fills a store with calls of 24 weeks, evenly, and a report on every third card. The same each time. */
async function fill(thread: StoreThread): Promise<void> {
  const { weeks, before } = periodAsked({}, NOW, ZONE)
  const [from, to] = [before[0]?.from ?? 0, weeks.at(-1)?.to ?? 0]
  const calls = Math.ceil(CARDS / CARDS_OF_CALL)
  for (let first = 0; first < calls; first += CALLS_AT_ONCE) {
    const rows = Array.from({ length: Math.min(CALLS_AT_ONCE, calls - first) }, (_, index) =>
      rowsOf(first + index, from + ((first + index) * (to - from)) / calls),
    )
    await thread.ask('keepCalls', 60_000, { calls: rows.flatMap(each => each.calls), cards: rows.flatMap(each => each.cards) })
    const reported = rows.flatMap(({ cards }) => cards.filter((_, index) => index === 0))
    await thread.ask('keepReports', 60_000, {
      comments: [],
      feedback: reported.map(({ uuid, client, service, at }, index) => ({
        identity: uuid,
        client,
        service,
        card: uuid,
        outcome: index % 3 === 0 ? 'overridden' : 'accepted',
        happened: at,
        reason_system: null,
        reason_code: index % 2 === 0 ? 'not-relevant' : 'already-done',
        has_comment: 0,
        suggestions: '[]',
        received: at,
        place: index,
      })),
    })
  }
}

const rowsOf = (call: number, at: number) =>
  callRows(
    {
      operation: 'call',
      requestId: String(call),
      at: Math.floor(at),
      ms: 20 + (call % 90),
      status: 200,
      sender: clientOf(call % PRACTICES),
      client: 'https://ehr.example.org/fhir',
      service: `service-${call % 5}`,
      hook: 'patient-view',
      hookInstance: uuidOf(call),
      patient: String(call % 5_000),
      notRead: [],
      cards: CARDS_OF_CALL,
      undecided: call % 4 === 0 ? 1 : 0,
      cardNotes: Array.from({ length: CARDS_OF_CALL }, (_, index) => ({
        uuid: uuidOf(call * CARDS_OF_CALL + index),
        plan: 'plan|1',
        action: 'action',
        points: [POINTS[(call + index * 7) % POINTS.length] ?? ''],
        indicator: 'info' as const,
        suggestions: [],
      })),
    },
    KEYS,
  )

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1_000
}

/** The longest that a token waited while something went on, in milliseconds. */
async function longestWait(record: WatchedRecord, work: () => Promise<unknown>): Promise<{ took: number; wait: number }> {
  let [isOver, wait] = [false, 0]
  const asking = (async () => {
    while (!isOver) {
      const token = { client: 'one', jti: randomBytes(8).toString('hex'), expires: NOW.getTime() / 1_000 + 60, came: NOW.getTime() / 1_000 }
      wait = Math.max(wait, 1_000 * (await seconds(() => record.recall({ token }).catch(() => (wait = Infinity)))))
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  })()
  const took = await seconds(work)
  isOver = true
  await asking
  return { took, wait }
}

async function measure(name: string, place: StorePlace): Promise<void> {
  const thread = startStoreThread({ place, program: PROGRAM })
  await thread.triedToOpen
  const record = createStoredRecord({
    thread,
    keys: KEYS,
    retention: { days: 183, commentDays: 30 },
    decisionPoints: '',
    now: () => NOW.getTime(),
  })
  const filled = await seconds(() => fill(thread))
  const counting = await longestWait(record, async () => record.weekly?.count(weeksToCount(NOW, ZONE, 183)))
  if (!record.weekly) throw new Error('The store keeps no weeks.')
  const service = await startTestService({ record, quality: { weekly: record.weekly, isInvented: false }, now: () => NOW })
  const visits: number[] = []
  const visiting = await longestWait(record, async () => {
    for (let visit = 0; visit < 20; visit += 1)
      visits.push(
        await seconds(async () => {
          const answer = await fetch(`${service.url}/quality?practice=${encodeURIComponent(clientOf(visit))}`, {
            headers: { accept: 'text/html' },
          })
          const text = await answer.text()
          if (answer.status !== 200 || !text.includes(`service-${visit % 5}`)) throw new Error(`${answer.status}: ${text.slice(0, 200)}`)
        }),
      )
  })
  const [first = 0, ...others] = visits.map(visit => Math.round(visit * 1_000))
  process.stdout.write(
    `${name}: ${CARDS} cards of ${PRACTICES} practices (filled in ${filled.toFixed(0)} s); counted in ${counting.took.toFixed(1)} s, a token waited at most ${counting.wait.toFixed(0)} ms; ` +
      `the page first in ${first} ms, then ${Math.min(...others)} to ${Math.max(...others)} ms, a token waited at most ${visiting.wait.toFixed(0)} ms\n`,
  )
  await service.close()
  await record.close()
}

const home = mkdtempSync(join(tmpdir(), 'columna-quality-'))
const postgres = startPostgres()
try {
  await measure('file', { file: join(home, 'columna.db') })
  await measure('PostgreSQL', { postgres: postgres.newDatabase() })
} finally {
  postgres.remove()
  rmSync(home, { recursive: true, force: true })
}
process.exit(0)

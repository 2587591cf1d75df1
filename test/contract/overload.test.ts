// What happens when more comes than can be answered in time.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import supertest from 'supertest'
import { behindCalls } from '../../src/calls/behind-calls.js'
import { createApp } from '../../src/server/app.js'
import { watchLateness } from '../../src/server/back-pressure.js'
import { createHttpServer } from '../../src/server/http-server.js'
import { createTurns } from '../../src/server/turns.js'
import { hold } from '../support/hold.js'
import { prefetchedCall } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { openConnection, rawRequest, type RawConnection } from '../support/raw-connection.js'
import { startTestService, TEST_NOW, testEnvironment } from '../support/service.js'

const CALL = '/cds-services/start-back-risk'
const body = JSON.stringify(prefetchedCall('start-back-high', 'start-back-risk'))

let service: Listening

beforeAll(async () => {
  const turns = createTurns()
  service = await startTestService({ turns, lateness: watchLateness(turns, 450), deadlineMs: 30_000 })
})

afterAll(() => service.close())

const open = () => openConnection(service.url)
const statusOf = (text: string): string => text.slice(9, 12)

describe('a process that is late', () => {
  test('turns calls away before their bodies have come, and says when to come again', async () => {
    const stylesheet = /\/assets\/[^"]+\.css/.exec((await supertest(service.url).get('/guidelines').expect(200)).text)?.[0] ?? ''
    const paths = ['/health/live', '/health/ready', '/metrics', '/cds-services', stylesheet, '/page-settings']
    const [calling, reading, ...watching] = await Promise.all([open(), open(), ...paths.map(open)])
    // Let in before, since the loop lets in one connection a turn.
    for (const connection of [calling, reading, ...watching]) {
      connection.write(rawRequest('GET', '/health/live'))
      await connection.until(/"live"/)
    }
    calling.write(rawRequest('POST', CALL, { length: 1_000_000 }))
    reading.write(rawRequest('GET', '/fhir/metadata'))
    watching.forEach((connection, index) => connection.write(rawRequest('GET', paths[index] ?? '')))
    hold(400)
    const text = (await calling.until(/CDS_BUSY/)).split('"live"}')[1] ?? ''
    expect(statusOf(text)).toBe('503')
    expect(text).toMatch(/^retry-after: 1\r$/im)
    expect(text).toMatch(/^access-control-allow-origin: /im)
    expect(text).toContain('"resourceType":"OperationOutcome"')
    await reading.until(/CDS_BUSY/)
    // Whoever watches the process must not think it dead, nor whoever discovers what it offers that it offers nothing;
    // and a page whose script or style is missing is not asked for again.
    for (const connection of watching) await connection.until(/200 OK[\s\S]*200 OK/)
    for (const connection of [calling, reading, ...watching]) connection.destroy()
  })

  test('takes calls again as soon as it is not late any more, and counts those it turned away', async () => {
    await new Promise(resolve => setTimeout(resolve, 100))
    await supertest(service.url).post(CALL).set('content-type', 'application/json').send(body).expect(200)
    const { text } = await supertest(service.url).get('/metrics').expect(200)
    expect(text).toMatch(/^cds_errors_total\{code="CDS_BUSY"\} \d+$/m)
  })
})

test('calls that come together do not hold up whoever comes after them, on a connection of his own or not', async () => {
  const turns = createTurns()
  // However fast the machine, a round has time for few calls; and somebody comes while the first of them is answered.
  let comeAfterThem = (): void => undefined
  const now = () => {
    comeAfterThem()
    comeAfterThem = () => undefined
    hold(5)
    return TEST_NOW
  }
  const server = createHttpServer(
    createApp(testEnvironment({ turns, now, deadlineMs: 30_000 })),
    { keepAliveMs: 65_000, mostConnections: 1_000 },
    turns,
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const callers = await Promise.all(Array.from({ length: 30 }, () => openConnection(url)))
  const watching = await openConnection(url)
  const answered: string[] = []
  comeAfterThem = () => watching.write(rawRequest('GET', '/health/live'))
  for (const caller of callers) caller.write(rawRequest('POST', CALL, { body }))
  const all = callers.map(async caller => {
    await caller.until(/"cards"/)
    answered.push('call')
  })
  await watching.until(/"live"/)
  answered.push('health')
  await Promise.all(all)
  for (const connection of [...callers, watching]) connection.destroy()
  server.close()
  // In one turn all calls would be answered first.
  expect(answered.indexOf('health')).toBeLessThan(15)
})

test.each(['$explain', '$questions'])(
  'of many who ask for %s one waits for a turn to evaluate, behind the calls that wait',
  async operation => {
    const turns = createTurns()
    let [waiting, mostWaiting] = [0, 0]
    const take = async (arrivedAt?: number) => {
      // Their bodies are parsed in turn with those of calls, as of their arrival.
      if (arrivedAt !== undefined) return turns.take(arrivedAt)
      waiting += 1
      mostWaiting = Math.max(mostWaiting, waiting)
      await turns.take()
      waiting -= 1
    }
    const own = await startTestService({ turns: { ...turns, take } })
    await Promise.all(Array.from({ length: 6 }, () => supertest(own.url).post(`${CALL}/${operation}`).type('json').send(body).expect(200)))
    await own.close()
    expect(mostWaiting).toBe(1)
  },
)

test('who asks for an explanation while many wait for theirs is turned away, and is heard when they have gone', async () => {
  const held = deferred()
  const turns = createTurns()
  let waiting = 0
  const take = async (arrivedAt?: number) => {
    waiting += 1
    await held.settled
    await turns.take(arrivedAt)
  }
  const own = await startTestService({ turns: { ...turns, take }, explainDeadlineMs: 60_000 })
  const asking = await Promise.all(Array.from({ length: 45 }, () => openConnection(own.url)))
  for (const connection of asking) connection.write(rawRequest('POST', `${CALL}/$explain`, { body }))
  await Promise.race(asking.map(connection => connection.until(/CDS_BUSY/)))
  // The others do not stand in the line of the calls.
  expect(waiting).toBe(4)
  for (const connection of asking) connection.destroy()
  held.settle()
  await supertest(own.url).post(`${CALL}/$explain`).type('json').send(body).expect(200)
  await own.close()
})

test('side work that came first is done behind a call that waits for its turn', async () => {
  const turns = createTurns()
  const done: string[] = []
  const side = Array.from({ length: 6 }, () => behindCalls(turns, () => done.push('side work')))
  await turns.take()
  done.push('call')
  await Promise.all(side)
  expect(done.indexOf('call')).toBeLessThan(2)
})

test('who calls again at once is turned away a few times a second, so that the process has time for others', async () => {
  const late = await startTestService({ lateness: { isLate: () => true, isWaitLong: () => true } })
  const caller = await openConnection(late.url)
  let turnedAway = 0
  for (const end = performance.now() + 350; performance.now() < end; turnedAway += 1) {
    caller.write(rawRequest('POST', CALL, { body }))
    await caller.until(new RegExp(`(CDS_BUSY[^]*?HTTP/1.1 503[^]*?){${turnedAway}}CDS_BUSY`))
  }
  expect(turnedAway).toBeGreaterThan(0)
  expect(turnedAway).toBeLessThan(5)
  caller.destroy()
  await late.close()
})

test.each([
  { deadlineMs: 450, expectedWait: 150, isLong: false },
  { deadlineMs: 300, expectedWait: 150, isLong: true },
  { deadlineMs: 2_000, expectedWait: 600, isLong: false },
])('who would wait $expectedWait ms of $deadlineMs for his turn: turned away $isLong', ({ deadlineMs, expectedWait, isLong }) => {
  const lateness = watchLateness({ ...createTurns(), expectedWait: () => expectedWait }, deadlineMs)
  expect(lateness.isWaitLong()).toBe(isLong)
  expect(lateness.isLate()).toBe(isLong)
})

describe('who comes to his turn', () => {
  /** Would be refused by 400 if anybody read it. */
  const UNREADABLE = '{"unreadable"'

  /** What is answered to a request that waits for its turn until something has happened, and which refusals are counted then. */
  async function answerAfter(path: string, sent: string, happens: (caller: RawConnection) => Promise<void>) {
    const turn = deferred()
    const asked = deferred()
    const turns = { ...createTurns(), take: () => (asked.settle(), turn.settled) }
    const late = await startTestService({ turns, deadlineMs: 50, explainDeadlineMs: 50 })
    const caller = await openConnection(late.url)
    caller.write(rawRequest('POST', path, { body: sent, headers: { connection: 'close' } }))
    await asked.settled
    await happens(caller)
    turn.settle()
    const text = await caller.closed
    const { text: figures } = await supertest(late.url).get('/metrics')
    await late.close()
    return { text, refusals: [...figures.matchAll(/^cds_errors_total\{code="(\w+)"\} 1$/gm)].map(([, code]) => code) }
  }

  const tooLong = () => new Promise<void>(resolve => setTimeout(resolve, 60))

  test.each([
    CALL,
    `${CALL}/$explain`,
    `${CALL}/$questions`,
    '/fhir/PlanDefinition/follow-up-lines/$apply',
    '/fhir/ActivityDefinition/follow-up-contact/$apply',
  ])('too late at %s is refused and told when to come again, and nothing of the body is read', async path => {
    const { text, refusals } = await answerAfter(path, UNREADABLE, tooLong)
    expect(statusOf(text)).toBe('503')
    expect(text).toMatch(/^retry-after: 1\r$/im)
    expect(text).toContain('"resourceType":"OperationOutcome"')
    expect(refusals).toEqual(['CDS_CALL_TOO_LATE'])
  })

  test('too late with feedback is heard all the same', async () => {
    const outcome = { card: '0e2a1b4c-6f1d-4c64-9d0e-3f4f0f1a2b3c', outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }
    const { text } = await answerAfter(`${CALL}/feedback`, JSON.stringify({ feedback: [outcome] }), tooLong)
    expect(statusOf(text)).toBe('200')
  })

  test('when the caller has gone has nothing read or evaluated', async () => {
    const { refusals } = await answerAfter(CALL, UNREADABLE, async caller => {
      caller.destroy()
      await caller.closed
      // The service hears of it when its loop comes round.
      await new Promise(resolve => setTimeout(resolve, 20))
    })
    expect(refusals).toEqual([])
  })
})

function deferred(): { settled: Promise<void>; settle: () => void } {
  let settle = (): void => undefined
  const settled = new Promise<void>(resolve => (settle = resolve))
  return { settled, settle: () => settle() }
}

// What happens when more comes than can be answered in time.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import supertest from 'supertest'
import { createApp } from '../../src/server/app.js'
import { watchLateness } from '../../src/server/back-pressure.js'
import { createHttpServer } from '../../src/server/http-server.js'
import { createTurns } from '../../src/server/turns.js'
import { hold } from '../support/hold.js'
import { prefetchedCall } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { openConnection, rawRequest } from '../support/raw-connection.js'
import { startTestService, testEnvironment } from '../support/service.js'

const CALL = '/cds-services/start-back-risk'
const body = JSON.stringify(prefetchedCall('start-back-high', 'start-back-risk'))

let service: Listening

beforeAll(async () => {
  const turns = createTurns()
  service = await startTestService({ turns, lateness: watchLateness(turns), deadlineMs: 30_000 })
})

afterAll(() => service.close())

const open = () => openConnection(service.url)
const statusOf = (text: string): string => text.slice(9, 12)

describe('a process that is late', () => {
  test('turns calls away before their bodies have come, and says when to come again', async () => {
    const [calling, discovering, ...watching] = await Promise.all([open(), open(), open(), open(), open()])
    // Let in before, since the loop lets in one connection a turn.
    for (const connection of [calling, discovering, ...watching]) {
      connection.write(rawRequest('GET', '/health/live'))
      await connection.until(/"live"/)
    }
    calling.write(rawRequest('POST', CALL, { length: 1_000_000 }))
    discovering.write(rawRequest('GET', '/cds-services'))
    const paths = ['/health/live', '/health/ready', '/metrics']
    watching.forEach((connection, index) => connection.write(rawRequest('GET', paths[index] ?? '')))
    hold(400)
    const text = (await calling.until(/CDS_BUSY/)).split('"live"}')[1] ?? ''
    expect(statusOf(text)).toBe('503')
    expect(text).toMatch(/^retry-after: 1\r$/im)
    expect(text).toMatch(/^access-control-allow-origin: /im)
    expect(text).toContain('"resourceType":"OperationOutcome"')
    await discovering.until(/CDS_BUSY/)
    // Whoever watches the process must not think it dead.
    for (const connection of watching) await connection.until(/200 OK[\s\S]*200 OK/)
    for (const connection of [calling, discovering, ...watching]) connection.destroy()
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
  const server = createHttpServer(
    createApp(testEnvironment({ turns, deadlineMs: 30_000 })),
    { keepAliveMs: 65_000, mostConnections: 1_000 },
    turns,
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const callers = await Promise.all(Array.from({ length: 30 }, () => openConnection(url)))
  const watching = await openConnection(url)
  const answered: string[] = []
  for (const caller of callers) caller.write(rawRequest('POST', CALL, { body }))
  watching.write(rawRequest('GET', '/health/live'))
  const all = callers.map(async caller => {
    await caller.until(/"cards"/)
    answered.push('call')
  })
  await watching.until(/"live"/)
  answered.push('health')
  await Promise.all(all)
  // In one turn all calls would be answered first.
  expect(answered.indexOf('health')).toBeLessThan(15)
  for (const connection of [...callers, watching]) connection.destroy()
  server.close()
})

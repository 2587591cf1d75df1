// Nobody holds the server by being slow or by being many.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { createApp } from '../../src/server/app.js'
import { createHttpServer, type ServerLimits } from '../../src/server/http-server.js'
import { createTurns } from '../../src/server/turns.js'
import { openConnection, rawRequest, type RawConnection } from '../support/raw-connection.js'
import { testEnvironment } from '../support/service.js'

const CALL = '/cds-services/start-back-risk'

let servers: Server[] = []
let connections: RawConnection[] = []

afterEach(async () => {
  connections.forEach(connection => connection.destroy())
  await Promise.all(
    servers.map(async server => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }),
  )
  servers = []
  connections = []
})

async function start(limits: Partial<ServerLimits> = {}): Promise<string> {
  const server = createHttpServer(createApp(testEnvironment()), { keepAliveMs: 65_000, mostConnections: 1_000, ...limits }, createTurns())
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function open(url: string): Promise<RawConnection> {
  const connection = await openConnection(url)
  connections.push(connection)
  return connection
}

test('who sends nothing, half the headers or half a body is let go within seconds, and told so', async () => {
  const url = await start()
  const [silent, half, slow] = await Promise.all([open(url), open(url), open(url)])
  half.write('POST /cds-services/start-back-risk HTTP/1.1\r\nhost: t')
  slow.write(rawRequest('POST', CALL, { body: '{"hook":', length: 1_000 }))
  const drip = setInterval(() => slow.write(' '), 500)
  const began = performance.now()
  const took = async (connection: RawConnection) => {
    await connection.closed
    return performance.now() - began
  }
  const [ofSilent, ofHalf, ofSlow] = await Promise.all([took(silent), took(half), took(slow)])
  clearInterval(drip)
  // Node's own limits are 60 s for headers and 300 s for a body, looked at each 30 s.
  expect(ofSilent).toBeLessThan(20_000)
  expect(ofHalf).toBeLessThan(20_000)
  expect(ofSlow).toBeLessThan(25_000)
  expect([half.text(), slow.text()].map(text => text.split('\r\n')[0])).toEqual([
    'HTTP/1.1 408 Request Timeout',
    'HTTP/1.1 408 Request Timeout',
  ])
})

test('a connection stays open for as long as is set, which proxies rely on', async () => {
  const [long, short] = await Promise.all([open(await start({ keepAliveMs: 30_000 })), open(await start({ keepAliveMs: 1_000 }))])
  for (const connection of [long, short]) connection.write(rawRequest('GET', '/health/live'))
  await long.until(/\{"status":"live"\}/)
  expect(long.text().toLowerCase()).toContain('keep-alive: timeout=30')
  await short.closed
  // Longer than Node's own 5 s.
  await new Promise(resolve => setTimeout(resolve, 7_000))
  long.write(rawRequest('GET', '/health/live'))
  await long.until(/\{"status":"live"\}[\s\S]*\{"status":"live"\}/)
})

describe('of more connections than are borne', () => {
  const isAlive = async (connection: RawConnection) => {
    connection.write(rawRequest('GET', '/health/live'))
    await connection.until(/"live"\}$/)
  }

  test('that which was idle for longest gives way, whether or not it ever asked: health is answered whoever holds connections', async () => {
    const url = await start({ mostConnections: 3 })
    const [first, second, third] = [await open(url), await open(url), await open(url)]
    await isAlive(first)
    const working = second
    working.write(rawRequest('POST', CALL, { body: '{', length: 1_000 }))
    await isAlive(first)
    const fourth = await open(url)
    expect(await third.closed).toBe('')
    await isAlive(fourth)
    const fifth = await open(url)
    await first.closed
    for (const connection of [fourth, fifth]) await isAlive(connection)
    working.write(' '.repeat(999))
    await working.until(/CDS_BODY_NOT_JSON/)
  })

  test('the newcomer is closed at once where all others are at work', async () => {
    const url = await start({ mostConnections: 3 })
    const borne = await Promise.all([open(url), open(url), open(url)])
    for (const connection of borne) connection.write(rawRequest('POST', CALL, { body: '{', length: 1_000 }))
    await new Promise(resolve => setTimeout(resolve, 200))
    const fourth = await open(url)
    expect(await fourth.closed).toBe('')
    for (const connection of borne) connection.write(' '.repeat(999))
    for (const connection of borne) await connection.until(/CDS_BODY_NOT_JSON/)
  })
})

describe('unfinished bodies fill at most 64 MB of memory', () => {
  const size = 3_900_000

  test('the one that would exceed it is 503 and its connection closed; when they are gone there is room again', async () => {
    const url = await start()
    const many = await Promise.all(Array.from({ length: 20 }, () => open(url)))
    for (const connection of many) connection.write(rawRequest('POST', CALL, { body: `{"x":"${'x'.repeat(size)}`, length: size + 1_000 }))
    const refused: string[] = []
    for (const { closed } of many) void closed.then(text => refused.push(text))
    while (refused.length < 4) await new Promise(resolve => setTimeout(resolve, 20))
    const [text = ''] = refused
    expect(text).toMatch(/^HTTP\/1.1 503 /)
    expect(text).toContain('CDS_BUSY')
    expect(text).toMatch(/^retry-after: 1\r$/im)
    expect(text).toMatch(/^connection: close\r$/im)
    // 16 of 3.9 MB are 62.4 MB.
    const waiting = many.filter(connection => connection.text() === '')
    expect(waiting.length).toBeLessThanOrEqual(16)
    expect(waiting.length).toBeGreaterThan(10)
    waiting.forEach(connection => connection.destroy())
    await new Promise(resolve => setTimeout(resolve, 200))
    const next = await open(url)
    next.write(rawRequest('POST', CALL, { body: '{}' }))
    await next.until(/^HTTP\/1.1 400 /)
  })

  test('packed bodies are counted as what they are unpacked', async () => {
    const url = await start()
    const packed = gzipSync(Buffer.alloc(size, ' '))
    expect(packed.length).toBeLessThan(10_000)
    const many = await Promise.all(Array.from({ length: 20 }, () => open(url)))
    for (const connection of many) {
      connection.write(rawRequest('POST', CALL, { length: packed.length + 1, headers: { 'content-encoding': 'gzip' } }))
      connection.write(packed.subarray(0, -8))
    }
    const text = await Promise.race(many.map(connection => connection.closed))
    expect(text).toMatch(/^HTTP\/1.1 503 [\s\S]*CDS_BUSY/)
  })
})

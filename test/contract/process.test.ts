// The beginning and the end of the process.
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGracefulEnd } from '../../src/server/graceful-end.js'
import { createReadiness } from '../../src/server/readiness.js'
import { hookCall, prefetchedCall } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { openConnection, rawRequest, type RawConnection } from '../support/raw-connection.js'
import { startServiceProcess, type ServiceProcess } from '../support/service-process.js'

const CALL = '/cds-services/start-back-risk'
const body = JSON.stringify(prefetchedCall('start-back-high', 'start-back-risk'))

let started: ServiceProcess[] = []
let hanging: Listening

beforeAll(async () => {
  hanging = await listen(() => undefined)
})

afterAll(() => hanging.close())

async function start(...options: Parameters<typeof startServiceProcess>): Promise<ServiceProcess> {
  const service = await startServiceProcess(...options)
  started.push(service)
  return service
}

afterEach(() => {
  started.forEach(service => service.signal('SIGKILL'))
  started = []
})

/** A call of which a part has come and that is not turned away, which a loaded machine may do. */
async function begun(url: string, whole: string, sent = whole): Promise<RawConnection> {
  const connection = await openConnection(url)
  connection.write(rawRequest('POST', CALL, { body: sent, length: Buffer.byteLength(whole) }))
  await new Promise(resolve => setTimeout(resolve, 300))
  if (connection.text() === '') return connection
  connection.destroy()
  return begun(url, whole, sent)
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', signal => {
  test('ends a busy process: it is not ready, lets go of its clients, answers what it has taken, and is gone within seconds', async () => {
    const service = await start({ environment: { CDS_DEADLINE_MS: '20000', CDS_FHIR_SERVERS: hanging.url } })
    const url = await service.up()
    const [kept, idle] = await Promise.all([openConnection(url), openConnection(url)])
    kept.write(rawRequest('POST', CALL, { body }))
    await kept.until(/"cards"/)
    // On their way when the signal comes.
    const toBeRead = JSON.stringify(hookCall('p1', 'start-back-risk', { fhirServer: hanging.url }))
    const [late, half, reading] = await Promise.all([
      begun(url, body, body.slice(0, 100)),
      begun(url, body, body.slice(0, 100)),
      begun(url, toBeRead),
    ])
    idle.write(rawRequest('GET', '/health/live'))
    await idle.until(/"live"/)
    service.signal(signal)
    const began = performance.now()
    const notReady = async () => {
      const asking = await openConnection(url)
      asking.write(rawRequest('GET', '/health/ready'))
      return asking.until(/ready"|CDS_NOT_READY/)
    }
    let readiness = await notReady()
    while (!readiness.includes('CDS_NOT_READY')) readiness = await notReady()
    expect(readiness).toMatch(/^HTTP\/1.1 503 /)
    // A client that goes on using its connection is answered and let go of.
    kept.write(rawRequest('POST', CALL, { body }))
    expect((await kept.closed).split('HTTP/1.1 200 OK')[2]).toMatch(/^connection: close\r$/im)
    late.write(body.slice(100))
    const ofLate = await late.closed
    expect(ofLate).toMatch(/^HTTP\/1.1 200 OK/)
    expect(ofLate).toMatch(/^connection: close\r$/im)
    await idle.closed
    // Who cannot be waited for is told.
    for (const text of await Promise.all([half.closed, reading.closed])) {
      expect(text).toMatch(/^HTTP\/1.1 503 [\s\S]*CDS_NOT_READY[\s\S]*The service is stopping/)
      expect(text).toMatch(/^connection: close\r$/im)
    }
    expect(await service.ended).toEqual({ code: 0, signal: null })
    expect(performance.now() - began).toBeLessThan(15_000)
    expect(service.errors()).toBe('')
  })

  test('during the start ends the start: nothing is listened to', async () => {
    const asSoonAsItIsHeard = `process.on('newListener', name => { if (name === '${signal}') setImmediate(() => process.kill(process.pid, '${signal}')) })`
    const service = await start({ knowledge: 'small', before: asSoonAsItIsHeard })
    expect(await service.ended).toEqual({ code: 0, signal: null })
    expect(service.output()).toBe('')
  })

  test('while packages are loaded ends the start', async () => {
    // Node loads modules beside the program, where the first package that is looked for is heard of.
    const hooks = `let isSent = false
      export function resolve(name, context, next) {
        if (name === 'express' && !isSent) { isSent = true; process.kill(process.pid, '${signal}') }
        return next(name, context)
      }`
    const atFirstPackage = `import { register } from 'node:module'; register('data:text/javascript;base64,${Buffer.from(hooks).toString('base64')}')`
    const service = await start({ knowledge: 'small', before: atFirstPackage })
    expect(await service.ended).toEqual({ code: 0, signal: null })
    expect(service.output()).toBe('')
  })
})

test('what requests under way need of another server of the process goes on until they are answered', async () => {
  const ending = createGracefulEnd(createReadiness())
  const needed = createServer((_request, response) => response.end('data'))
  const answerLate = async (response: ServerResponse) => {
    // Longer than new connections are taken.
    await new Promise(resolve => setTimeout(resolve, 1_500))
    response.end(await (await fetch(urlOf(needed))).text())
  }
  const asking = createServer((_request, response) => void answerLate(response))
  const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const server of [asking, needed]) {
    ending.include(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
  }
  const answer = fetch(urlOf(asking))
  await once(asking, 'request')
  const ended = ending.end()
  expect(await (await answer).text()).toBe('data')
  await ended
  expect(needed.listening).toBe(false)
})

test('SIGHUP loads anew and ends nothing, not even a start; an idle process ends at once', async () => {
  const asSoonAsItIsHeard = `process.on('newListener', name => { if (name === 'SIGHUP') setImmediate(() => process.kill(process.pid, 'SIGHUP')) })`
  const service = await start({ knowledge: 'small', environment: { LOG_LEVEL: 'info' }, before: asSoonAsItIsHeard })
  const url = await service.up()
  while (!service.output().includes('"outcome":"unchanged"')) await new Promise(resolve => setTimeout(resolve, 50))
  expect((await fetch(`${url}/health/live`)).status).toBe(200)
  service.signal('SIGTERM')
  const began = performance.now()
  expect(await service.ended).toEqual({ code: 0, signal: null })
  expect(performance.now() - began).toBeLessThan(4_500)
})

test('a wording for patients that cannot be read ends the start, which says so', async () => {
  const service = await start({ environment: { CDS_START_BACK_WORDING: '/nowhere/wording.json' } })
  expect(await service.ended).toEqual({ code: 1, signal: null })
  expect(service.errors() + service.output()).toMatch(/CDS_START_BACK_WORDING\) \/nowhere\/wording\.json is wrong[\s\S]*It cannot be read/)
})

describe('a fault that nobody caught ends the process with the place of the fault, and without its words', () => {
  test.each([
    ['uncaughtException', "throw new Error('Anna Jensen 010180-1234\\n    at Anna (cpr:1:1)')"],
    ['unhandledRejection', "Promise.reject(new Error('Anna Jensen 010180-1234\\n    at Anna (cpr:1:1)'))"],
    ['unhandledRejection', "Promise.reject('Anna Jensen 010180-1234')"],
  ])('%s: %s', async (kind, fault) => {
    const service = await start({
      knowledge: 'small',
      before: `process.on('newListener', name => { if (name === 'unhandledRejection') setTimeout(function faulty() { ${fault} }, 0) })`,
    })
    expect(await service.ended).toEqual({ code: 1, signal: null })
    expect(service.errors()).toContain(`Columna ends: ${kind}.`)
    if (fault.includes('new Error')) expect(service.errors()).toMatch(/^\s+at .*faulty/m)
    expect(service.errors() + service.output()).not.toMatch(/Anna|010180/)
  })
})

import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import type { ServiceRegistry } from '../../src/knowledge-files/services.js'
import { captureLog } from '../support/captured-log.js'
import { patientView, prefetchedCall } from '../support/hook-requests.js'
import { knowledgeOf, plan, planOf, topAction, when } from '../support/knowledge-builder.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'
import { hangs, startStubFhirServer } from '../support/stub-fhir-server.js'

const ID = 'start-back-risk'
const CALL = `/cds-services/${ID}`
const UUID = '0B6F5E0A-4f83-4c52-8d51-0f6f0f5d6c11'
const ANY_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const captured = captureLog()
const opened: Listening[] = []
let service: Listening

beforeAll(async () => {
  service = await startTestService({ log: captured.log })
})

afterAll(() => Promise.all([service, ...opened].map(({ close }) => close())))

/** The lines that were written while something was done, once the last of them is there. */
async function linesOf(act: () => Promise<unknown>, expected = 1): Promise<Record<string, unknown>[]> {
  const before = captured.lines().length
  await act()
  for (let waited = 0; captured.lines().length < before + expected && waited < 5_000; waited += 10)
    await new Promise(resolve => setTimeout(resolve, 10))
  return captured.lines().slice(before)
}

const post = (path: string, body: object) => supertest(service.url).post(path).send(body)

describe('a call', () => {
  test('is one line of the log: who asked which service, how it ended, and how long it took', async () => {
    const lines = await linesOf(() => post(CALL, prefetchedCall('start-back-high', ID)).set('x-request-id', UUID).expect(200))
    expect(lines).toEqual([
      expect.objectContaining({
        level: 30,
        requestId: UUID,
        method: 'POST',
        route: '/cds-services/:id',
        service: ID,
        status: 200,
        ms: expect.any(Number),
        cards: 1,
        undecided: 0,
        msg: 'answered',
      }),
    ])
  })

  test('that is refused is one line too, with the code of the refusal', async () => {
    const lines = await linesOf(() => post(CALL, {}).expect(400))
    expect(lines).toEqual([expect.objectContaining({ level: 30, service: ID, status: 400, code: 'CDS_REQUEST_INVALID' })])
    expect(lines[0]).not.toHaveProperty('stack')
    expect(lines[0]).not.toHaveProperty('cards')
  })

  test('of no service of ours names none', async () => {
    const [line] = await linesOf(() => post('/cds-services/made-up', {}).expect(404))
    expect(line).toMatchObject({ route: '/cds-services/:id', status: 404, code: 'CDS_SERVICE_UNKNOWN' })
    expect(line).not.toHaveProperty('service')
  })

  test('with many actions that could not be decided is one line of an error, which counts them and names a few', async () => {
    const failing = Array.from({ length: 40 }, (_, index) => topAction(`a${index}`, { condition: [when('(1 | 2).single()')] }))
    const knowledge = knowledgeOf(plan(failing))
    const services: ServiceRegistry = new Map([
      ['failing', { id: 'failing', hook: 'patient-view', title: 'x', description: 'x', plans: [planOf(knowledge)], requirements: [] }],
    ])
    const own = await startTestService({ log: captured.log, services, knowledge })
    opened.push(own)
    const lines = await linesOf(() => supertest(own.url).post('/cds-services/failing').send(patientView('p1')).expect(200))
    const at = (index: number) => `https://columna.example.org/fhir/PlanDefinition/plan|2026.1.0 a${index} CDS_EXPRESSION_FAILED`
    expect(lines).toEqual([
      expect.objectContaining({ level: 50, service: 'failing', cards: 1, undecided: 40, firstUndecided: [at(0), at(1), at(2)] }),
    ])
  })
})

describe('the id of a request', () => {
  test.each([
    ['a uuid is kept', UUID, UUID],
    ['another word is not', 'Hemmelighansen', ANY_UUID],
    ['nor a uuid with more', `${UUID} x`, ANY_UUID],
    ['nor a list of them', `${UUID}, ${UUID}`, ANY_UUID],
    ['nor nothing', '', ANY_UUID],
  ])('%s', async (_, sent, kept) => {
    let answered: unknown
    const [line] = await linesOf(async () => {
      answered = (await post(CALL, prefetchedCall('no-back-problem', ID)).set('x-request-id', sent).expect(200)).headers['x-request-id']
    })
    expect(answered).toMatch(kept)
    expect(line?.requestId).toBe(answered)
    expect(captured.text()).not.toContain('Hemmelighansen')
  })

  test('is on every answer, and each has its own', async () => {
    const ids = new Set<unknown>()
    for (const path of ['/', '/cds-services', '/not-there', CALL, '/health/live', '/metrics'])
      ids.add((await supertest(service.url).get(path)).headers['x-request-id'])
    expect(ids.size).toBe(6)
    for (const id of ids) expect(id).toMatch(ANY_UUID)
  })
})

describe('a call whose client goes away', () => {
  const abortedAt = async (route: string) =>
    new RegExp(`^cds_requests_aborted_total\\{route="${route}"\\} (\\d+)$`, 'm').exec(
      (await supertest(service.url).get('/metrics')).text,
    )?.[1]

  test('while data is read is logged and counted, without a status that nobody saw', async () => {
    const fhir = await startStubFhirServer({ '/': hangs })
    opened.push(fhir)
    const body = JSON.stringify(patientView('start-back-high', { fhirServer: fhir.url }))
    const lines = await linesOf(async () => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
      socket.write(
        `POST ${CALL} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
      while (fhir.requests.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
      socket.destroy()
    })
    expect(lines).toEqual([
      expect.objectContaining({ level: 40, service: ID, route: '/cds-services/:id', ms: expect.any(Number), msg: 'aborted by the client' }),
    ])
    expect(lines[0]).not.toHaveProperty('status')
    expect(await abortedAt('/cds-services/:id')).toBe('1')
  })

  test('in the middle of its body, too', async () => {
    const lines = await linesOf(async () => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
      socket.write(`POST ${CALL} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"hook":`)
      await once(socket, 'connect')
      await new Promise(resolve => setTimeout(resolve, 100))
      socket.destroy()
    })
    expect(lines).toEqual([expect.objectContaining({ msg: 'aborted by the client' })])
    expect(lines[0]).not.toHaveProperty('status')
    expect(await abortedAt('/cds-services/:id')).toBe('2')
  })
})

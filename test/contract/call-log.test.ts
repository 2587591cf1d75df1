import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import type { ServiceRegistry } from '../../src/knowledge-files/services.js'
import type { NotedCall } from '../../src/record/port.js'
import { captureLog } from '../support/captured-log.js'
import { HOOK_INSTANCE, patientView, prefetchedCall, USER } from '../support/hook-requests.js'
import { knowledgeOf, plan, planOf, topAction, when } from '../support/knowledge-builder.js'
import type { Listening } from '../support/listen.js'
import { startTestService, TEST_NOW, testRecord, type TestServiceOptions } from '../support/service.js'
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

describe('what is kept for auditors', () => {
  /** A record that outlives the process as far as the service can tell, and what it was told. */
  async function startAudited(options: TestServiceOptions = {}): Promise<{ own: Listening; told: NotedCall[] }> {
    const told: NotedCall[] = []
    const asked = async (call: NotedCall): Promise<void> => void told.push(call)
    const own = await startTestService({ log: captured.log, record: { ...testRecord(), asked }, ...options })
    opened.push(own)
    return { own, told }
  }
  const untilTold = async (told: readonly NotedCall[], count: number): Promise<readonly NotedCall[]> => {
    for (let waited = 0; told.length < count && waited < 5_000; waited += 10) await new Promise(resolve => setTimeout(resolve, 10))
    return told
  }
  const fhirServer = 'http://127.0.0.1:1/fhir'
  const who = { client: fhirServer, patient: 'start-back-high', user: USER, hookInstance: HOOK_INSTANCE, hook: 'patient-view' }

  test('of a call: who asked whom about whom, what spoke, and that it came to a card', async () => {
    const { own, told } = await startAudited()
    const call = prefetchedCall('start-back-high', ID, { fhirServer })
    const { body } = await supertest(own.url).post(CALL).set('x-request-id', UUID).send(call).expect(200)
    await untilTold(told, 1)
    expect(told).toEqual([
      {
        ...who,
        operation: 'call',
        requestId: UUID,
        at: TEST_NOW.getTime(),
        ms: expect.any(Number),
        status: 200,
        service: ID,
        notRead: [],
        cards: 1,
        undecided: 0,
        cardNotes: [
          {
            uuid: body.cards[0].uuid,
            plan: body.cards[0].extension['org.columna.knowledge'],
            action: expect.stringMatching(/./),
            points: body.cards[0].extension['org.columna.decision-points'],
            topic: body.cards[0].source.topic.code,
            indicator: body.cards[0].indicator,
            suggestions: (body.cards[0].suggestions ?? []).map(({ uuid }: { uuid: string }) => ({ uuid, does: [expect.any(String)] })),
          },
        ],
      },
    ])
  })

  test('of a card that is held back why it was', async () => {
    const { own, told } = await startAudited()
    const sign = '/cds-services/low-back-pain-order-sign'
    const call = prefetchedCall('recent-pain', 'low-back-pain-order-sign', { fhirServer })
    const { body } = await supertest(own.url).post(sign).send(call).expect(200)
    const [{ uuid }] = body.cards as [{ uuid: string }]
    const feedback = [{ card: uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-30T09:05:00Z' }]
    await supertest(own.url).post(`${sign}/feedback`).send({ feedback }).expect(200)
    await supertest(own.url).post(sign).send(call).expect(200)
    const [first, , second] = await untilTold(told, 3)
    const noteIn = (noted: NotedCall | undefined) => noted?.cardNotes.find(note => note.uuid === uuid)
    expect([noteIn(first)?.heldBack, noteIn(second)?.heldBack]).toEqual([undefined, 'overridden'])
    expect(noteIn(second)?.points).toEqual(noteIn(first)?.points)
    expect(second?.cards).toBe(body.cards.length - 1)
  })

  test('of $explain, feedback and $apply; of refusals with their code, as far as they were understood', async () => {
    const { own, told } = await startAudited()
    const send = (path: string, body: object, status: number) => supertest(own.url).post(path).send(body).expect(status)
    const call = prefetchedCall('start-back-high', ID, { fhirServer })
    await send(`${CALL}/$explain`, call, 200)
    await send(`${CALL}/$explain?view=summary`, call, 200)
    await send(CALL, { ...call, fhirServer: undefined, prefetch: {} }, 412)
    await send(CALL, { ...call, hookInstance: 'Hemmelighansen' }, 400)
    await send(`${CALL}/feedback`, { feedback: [{ card: UUID, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }] }, 200)
    await send(`${CALL}/feedback`, { feedback: [] }, 400)
    await send('/cds-services/made-up', call, 404)
    const subject = { name: 'subject', valueString: 'Patient/p1' }
    const practitioner = { name: 'practitioner', valueString: USER }
    const data = { name: 'data', resource: { resourceType: 'Bundle', type: 'collection' } }
    const plan = '/fhir/PlanDefinition/start-back/$apply'
    await send(plan, { resourceType: 'Parameters', parameter: [subject, practitioner, data] }, 200)
    await send(plan, { resourceType: 'Parameters', parameter: [] }, 400)
    const ofListed = { ...subject, valueString: `${fhirServer}/Patient/p1` }
    const ofOthers = { ...subject, valueString: 'https://Hemmelighansen:secret@ehr.example.org/fhir/Patient/p1' }
    await send(plan, { resourceType: 'Parameters', parameter: [ofListed, data] }, 200)
    await send(plan, { resourceType: 'Parameters', parameter: [ofOthers, data] }, 200)
    await untilTold(told, 11)
    expect(
      told.map(({ operation, status, code, service: asked, patient, user }) => [operation, status, code, asked, patient, user]),
    ).toEqual([
      ['explain', 200, undefined, ID, who.patient, USER],
      ['explain', 200, undefined, ID, who.patient, USER],
      ['call', 412, 'CDS_DATA_MISSING', ID, who.patient, USER],
      ['call', 400, 'CDS_REQUEST_INVALID', ID, undefined, undefined],
      ['feedback', 200, undefined, ID, undefined, undefined],
      ['feedback', 400, 'CDS_FEEDBACK_INVALID', ID, undefined, undefined],
      ['call', 404, 'CDS_SERVICE_UNKNOWN', undefined, undefined, undefined],
      ['apply', 200, undefined, undefined, 'p1', USER],
      ['apply', 400, 'CDS_PARAMETERS_INVALID', undefined, undefined, undefined],
      ['apply', 200, undefined, undefined, 'p1', undefined],
      ['apply', 200, undefined, undefined, 'p1', undefined],
    ])
    expect(told.slice(-2).map(({ client }) => client)).toEqual([fhirServer, undefined])
    expect(told.map(({ cards }) => cards)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      1,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(JSON.stringify(told)).not.toContain('Hemmelighansen')
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

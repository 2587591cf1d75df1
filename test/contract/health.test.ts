import supertest from 'supertest'
import { prefetchedCall, searchset, USER } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { createReadiness } from '../../src/server/readiness.js'
import { startTestService, type TestServiceOptions } from '../support/service.js'

const CALL = '/cds-services/start-back-risk'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

const get = (path: string) => supertest(service.url).get(path)

test('the process says that it lives, and what it is ready to serve', async () => {
  expect((await get('/health/live').expect(200)).body).toEqual({ status: 'live' })
  expect((await get('/health/ready').expect(200)).body).toMatchObject({ status: 'ready', services: 5, plans: expect.any(Number) as number })
})

describe('calls should not be sent', () => {
  async function readinessOf(options: TestServiceOptions): Promise<{ status: number; body: unknown }> {
    const other = await startTestService(options)
    const { status, body } = await supertest(other.url).get('/health/ready')
    await supertest(other.url).get('/health/live').expect(200)
    await other.close()
    return { status, body: body as unknown }
  }

  const refusal = (reason: RegExp) => ({
    status: 503,
    body: {
      resourceType: 'OperationOutcome',
      issue: [
        { code: 'transient', details: { coding: [{ code: 'CDS_NOT_READY' }] }, diagnostics: expect.stringMatching(reason) as string },
      ],
    },
  })

  test('to a process that publishes no service', async () => {
    expect(await readinessOf({ services: new Map() })).toMatchObject(refusal(/no service is published/))
  })

  test('to one that is stopping', async () => {
    const readiness = createReadiness()
    readiness.stop()
    expect(await readinessOf({ readiness })).toMatchObject(refusal(/the process is stopping/))
  })
})

test('the front page leads to discovery', async () => {
  expect((await get('/').expect(200)).body).toMatchObject({
    discovery: '/cds-services',
    services: [
      '/cds-services/low-back-pain-encounter-start',
      '/cds-services/low-back-pain-order-select',
      '/cds-services/low-back-pain-order-sign',
      '/cds-services/low-back-pain-patient-view',
      '/cds-services/start-back-risk',
    ],
  })
})

describe('figures', () => {
  test('count answers by route and status, cards by service and indicator, and errors by code', async () => {
    await supertest(service.url).post(CALL).send(prefetchedCall('start-back-high', 'start-back-risk')).expect(200)
    await supertest(service.url).post(CALL).send({}).expect(400)
    await supertest(service.url).post(CALL).set('content-type', 'application/json').send('{').expect(400)
    await get('/not-there').expect(404)
    const { text, headers } = await get('/metrics').expect(200)
    expect(headers['content-type']).toMatch(/^text\/plain/)
    expect(text).toContain('cds_request_duration_seconds_count{route="/cds-services/:id",status="200"} 1')
    expect(text).toContain('cds_request_duration_seconds_count{route="/cds-services/:id",status="400"} 2')
    expect(text).toContain('cds_cards_total{service="start-back-risk",indicator="warning",topic="start-back-risk"} 1')
    expect(text).toContain('cds_errors_total{code="CDS_BODY_NOT_JSON"} 1')
    expect(text).toContain('cds_errors_total{code="CDS_PATH_UNKNOWN"} 1')
  })

  test('count codings that nearly belong, by the system of ours that they are near to, and never by what was sent', async () => {
    const coded = (...coding: object[]) =>
      searchset([{ resourceType: 'Condition', id: 'c1', subject: { reference: 'Patient/start-back-high' }, code: { coding } }])
    const call = prefetchedCall('start-back-high', 'start-back-risk')
    // Each is told once while it is remembered: no other test of the process sends these.
    const conditions = coded(
      { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'M54.56' },
      { system: 'http://snomed.info/sct2', code: '278860009' },
      { system: 'https://made-up.example/x', code: 'M54.5' },
    )
    for (let time = 0; time < 2; time += 1)
      await supertest(service.url)
        .post(CALL)
        .send({ ...call, prefetch: { ...call.prefetch, conditions } })
        .expect(200)
    const counted = (await get('/metrics')).text
      .split('\n')
      .filter(line => line.startsWith('cds_code_near_misses_total{'))
      .sort()
    expect(counted).toEqual([
      'cds_code_near_misses_total{system="Icd10",kind="system"} 1',
      'cds_code_near_misses_total{system="SnomedCt",kind="system"} 1',
    ])
  })

  test('count orders that were not recognised as a family of cards, never by what was sent', async () => {
    const medicationCodeableConcept = { text: 'Smertecocktail' }
    const draft = {
      resourceType: 'MedicationRequest',
      id: 'd',
      status: 'draft',
      intent: 'order',
      subject: { reference: 'Patient/recent-pain' },
      medicationCodeableConcept,
    }
    const context = { userId: USER, patientId: 'recent-pain', draftOrders: searchset([draft]) }
    await supertest(service.url)
      .post('/cds-services/low-back-pain-order-sign')
      .send(prefetchedCall('recent-pain', 'low-back-pain-order-sign', { context }))
      .expect(200)
    const { text } = await get('/metrics')
    expect(text).toContain('cds_cards_total{service="low-back-pain-order-sign",indicator="info",topic="unread-orders"} 1')
    expect(text).not.toContain('Smertecocktail')
  })

  test('hold no address that a client made up', async () => {
    await get('/made-up-by-a-client').expect(404)
    await supertest(service.url).post('/cds-services/made-up-by-a-client').send({}).expect(404)
    expect((await get('/metrics')).text).not.toContain('made-up')
  })
})

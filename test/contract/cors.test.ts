import supertest, { type Test } from 'supertest'
import { prefetchedCall } from '../support/hook-requests.js'
import { createDemoApp } from '../../src/demo/demo-app.js'
import { listen, type Listening } from '../support/listen.js'
import { startTestService, TEST_NOW } from '../support/service.js'

const CALL = '/cds-services/start-back-risk'
const ORIGIN = 'https://client.example.org'

let service: Listening

beforeAll(async () => {
  service = await startTestService({ bodyLimit: 50_000 })
})

afterAll(() => service.close())

const request = () => supertest(service.url)

describe('before a call', () => {
  test.each([
    '/cds-services',
    CALL,
    `${CALL}/feedback`,
    `${CALL}/$explain`,
    `${CALL}/$questions`,
    '/fhir/metadata',
    '/fhir/PlanDefinition',
    '/fhir/PlanDefinition/start-back/$apply',
    '/cds-services/not-there',
    '/not-there',
  ])('a preflight is answered without authentication at %s', async path => {
    const response = await request()
      .options(path)
      .set('origin', ORIGIN)
      .set('access-control-request-method', 'POST')
      .set('access-control-request-headers', 'authorization,content-type')
    expect(response.status).toBe(204)
    expect(response.headers['access-control-allow-origin']).toBe('*')
    expect(String(response.headers['access-control-allow-methods']).split(',')).toEqual(expect.arrayContaining(['GET', 'POST']))
    const allowed = String(response.headers['access-control-allow-headers']).toLowerCase().split(',')
    // With authorization a star would not do: it must be allowed by name.
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type']))
    // Clients that follow their calls send these of their own accord.
    expect(allowed).toEqual(expect.arrayContaining(['traceparent', 'tracestate', 'x-request-id', 'x-requested-with']))
  })

  describe('a public page asks whether it may call a service on the machine of its user', () => {
    const ask = (url: string) =>
      supertest(url)
        .options('/')
        .set('origin', ORIGIN)
        .set('access-control-request-method', 'POST')
        .set('access-control-request-private-network', 'true')
    const answerOf = (response: { headers: Record<string, unknown> }) => response.headers['access-control-allow-private-network']

    test('and the demonstration and its FHIR server allow it', async () => {
      const demonstration = await startTestService({ isDemonstration: true })
      const fhir = await listen(createDemoApp(() => TEST_NOW))
      const answers = [answerOf(await ask(demonstration.url).expect(204)), answerOf(await ask(`${fhir.url}/fhir`).expect(204))]
      const unasked = await supertest(demonstration.url).get('/cds-services')
      await Promise.all([demonstration.close(), fhir.close()])
      expect(answers).toEqual(['true', 'true'])
      expect(answerOf(unasked)).toBeUndefined()
    })

    test('and any other service does not say so', async () => {
      expect(answerOf(await ask(service.url).expect(204))).toBeUndefined()
    })
  })
})

describe('after a call', () => {
  const large = JSON.stringify({ filler: 'x'.repeat(60_000) })
  const answers: [string, number, () => Test][] = [
    ['the front page', 200, () => request().get('/')],
    ['discovery', 200, () => request().get('/cds-services')],
    ['a call', 200, () => request().post(CALL).send(prefetchedCall('start-back-high', 'start-back-risk'))],
    [
      'feedback',
      200,
      () =>
        request()
          .post(`${CALL}/feedback`)
          .send({
            feedback: [{ card: '784ea9a5-3272-5193-a71e-6f4edf2944e1', outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }],
          }),
    ],
    ['the capability statement', 200, () => request().get('/fhir/metadata')],
    ['knowledge', 200, () => request().get('/fhir/PlanDefinition/start-back')],
    ['health', 200, () => request().get('/health/ready')],
    ['malformed JSON', 400, () => request().post(CALL).set('content-type', 'application/json').send('{')],
    ['a call of another hook', 400, () => request().post(CALL).send({ hook: 'order-sign' })],
    ['malformed feedback', 400, () => request().post(`${CALL}/feedback`).send({})],
    ['an unknown service', 404, () => request().post('/cds-services/not-there').send({})],
    ['an unknown path', 404, () => request().get('/not-there')],
    ['another method', 405, () => request().get(CALL)],
    [
      'missing data',
      412,
      () =>
        request()
          .post(CALL)
          .send({ ...prefetchedCall('start-back-high', 'start-back-risk'), prefetch: {} }),
    ],
    ['a large body', 413, () => request().post(CALL).set('content-type', 'application/json').send(large)],
    ['another content type', 415, () => request().post(CALL).set('content-type', 'text/plain').send('a')],
  ]

  test.each(answers)('a page of another origin may read the answer: %s, %d', async (_, status, send) => {
    const response = await send().set('origin', ORIGIN).set('authorization', 'Bearer of-a-client')
    expect(response.status).toBe(status)
    expect(response.headers['access-control-allow-origin']).toBe('*')
    expect(response.headers).not.toHaveProperty('access-control-allow-credentials')
    expect(String(response.headers['access-control-expose-headers']).toLowerCase().split(',')).toEqual(
      expect.arrayContaining(['x-request-id', 'etag', 'content-language', 'retry-after']),
    )
  })
})

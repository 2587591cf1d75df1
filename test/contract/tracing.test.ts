// Where the time of a call goes, told as OpenTelemetry does: what the spans are, what they never hold, and what a FHIR server is sent of them.
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import supertest from 'supertest'
import { createHttpFhirReader } from '../../src/patient-data/http-fhir-reader.js'
import { tracedRequest } from '../../src/patient-data/traced-request.js'
import { openTelemetry } from '../../src/tracing/open-telemetry.js'
import { startTracing } from '../../src/tracing/start-tracing.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'
import { hookCall } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'
import { startStubFhirServer, type StubFhirServer } from '../support/stub-fhir-server.js'

const CALL = '/cds-services/start-back-risk'
const PERSON = 'start-back-high'
const TOKEN = 'a-made-up-access-token'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CLIENT_SPAN = '00f067aa0ba902b7'
const TRACEPARENT = `00-${TRACE}-${CLIENT_SPAN}-01`

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
/** Headers of what reached the FHIR server. */
const sent: IncomingHttpHeaders[] = []
let fhir: StubFhirServer
let service: Listening
let untraced: Listening

beforeAll(async () => {
  const note = { '/': (request: { headers: IncomingHttpHeaders }, _: unknown, next: () => void) => (sent.push(request.headers), next()) }
  fhir = await startStubFhirServer(note)
  const tracing = openTelemetry(provider.getTracer('test'))
  const limits = { isAllowed: fhirServerList(['http://127.0.0.1:*']), responseLimit: 8_000_000, pageLimit: 10 }
  service = await startTestService({ tracing, reader: createHttpFhirReader({ ...limits, traced: tracedRequest(tracing) }) })
  untraced = await startTestService()
})

beforeEach(() => {
  exporter.reset()
  sent.length = 0
})

afterAll(async () => {
  await Promise.all([service, untraced, fhir].map(each => each.close()))
  await provider.shutdown()
})

const callOf = (person: string) =>
  hookCall(person, 'start-back-risk', {
    fhirServer: fhir.url,
    fhirAuthorization: { access_token: TOKEN, token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read', subject: 'columna' },
  })

const post = (at: Listening, body: object, headers: Record<string, string> = {}) => supertest(at.url).post(CALL).set(headers).send(body)

const named = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter(span => span.name === name)
const idOf = (span?: ReadableSpan) => span?.spanContext().spanId

/** All that a span tells. */
const told = ({ name, attributes, status, events, links }: ReadableSpan): string =>
  JSON.stringify({ name, attributes, status, events, links })

describe('a call', () => {
  beforeEach(async () => {
    await post(service, callOf(PERSON), { traceparent: TRACEPARENT, tracestate: 'who=Anna', baggage: 'who=Anna' }).expect(200)
  })

  test('is a span of its own below that of its client, with a part each for gathering, the store, the FHIR server and evaluating', () => {
    const [root] = named(`POST /cds-services/:id`)
    expect([root?.spanContext().traceId, root?.parentSpanContext?.spanId]).toEqual([TRACE, CLIENT_SPAN])
    expect(root?.attributes).toMatchObject({
      'http.route': '/cds-services/:id',
      'http.response.status_code': 200,
      'columna.service': 'start-back-risk',
      'columna.cards': 1,
      'columna.undecided': 0,
    })
    const parentsOf = (name: string) => named(name).map(span => span.parentSpanContext?.spanId)
    expect([parentsOf('gather'), parentsOf('evaluate')]).toEqual([[idOf(root)], [idOf(root)]])
    const [gather] = named('gather')
    expect(parentsOf('store')).toEqual([idOf(gather)])
    const asked = exporter.getFinishedSpans().filter(({ name }) => name.startsWith('GET '))
    expect(asked.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['GET Patient/{id}', 'GET Condition', 'GET QuestionnaireResponse']),
    )
    expect(new Set(asked.map(span => span.parentSpanContext?.spanId))).toEqual(new Set([idOf(gather)]))
    expect(asked.length).toBe(sent.length)
  })

  test('begins when its headers had come, and its parts lie within it', () => {
    const [root] = named('POST /cds-services/:id')
    const at = ([seconds, nanoseconds]: readonly [number, number]) => seconds * 1e3 + nanoseconds / 1e6
    for (const span of exporter.getFinishedSpans()) {
      expect(at(span.startTime)).toBeGreaterThanOrEqual(at(root!.startTime))
      expect(at(span.endTime)).toBeLessThanOrEqual(at(root!.endTime) + 1)
    }
  })

  test('tells the FHIR server to which span its request belongs, and passes on nothing else that the client sent', () => {
    const spans = new Set(exporter.getFinishedSpans().map(idOf))
    expect(sent.length).toBeGreaterThan(3)
    for (const { traceparent = '', tracestate, baggage } of sent) {
      const [, trace, span] = /^00-(\w{32})-(\w{16})-01$/.exec(String(traceparent)) ?? []
      expect([trace, spans.has(span), tracestate, baggage]).toEqual([TRACE, true, undefined, undefined])
    }
  })

  test('tells nothing of patient, user, token or of what a client wrote', () => {
    const all = exporter.getFinishedSpans().map(told).join('\n')
    expect(all).toContain('GET Condition')
    expect(all).not.toMatch(new RegExp([PERSON, TOKEN, 'COREPRACTITIONER1', 'Anna', new URL(fhir.url).host, '\\?', '8c5a2b1e'].join('|')))
  })
})

test('what is refused is told by its code alone', async () => {
  await post(service, callOf('nobody-of-this-name'), { traceparent: 'made up' }).expect(412)
  const [root] = named('POST /cds-services/:id')
  expect(root?.parentSpanContext).toBeUndefined()
  expect([root?.status.message, root?.attributes['http.response.status_code']]).toEqual(['CDS_DATA_MISSING', 412])
  expect(exporter.getFinishedSpans().map(told).join('\n')).not.toMatch(/nobody-of-this-name|made up/)
})

test('feedback is a span, with its store', async () => {
  await supertest(service.url).post(`${CALL}/feedback`).send({ feedback: [] })
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toContain('POST /cds-services/:id/feedback')
})

test('where nothing is traced, nothing is told, and nothing is sent along', async () => {
  await post(untraced, callOf(PERSON), { traceparent: TRACEPARENT }).expect(200)
  expect(exporter.getFinishedSpans()).toEqual([])
  expect(sent.map(({ traceparent }) => traceparent)).toEqual(sent.map(() => undefined))
})

describe('a collector', () => {
  test('is sent the spans below its address when the process ends', async () => {
    const arrived: [string | undefined, string][] = []
    const collector = await listen((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      void once(request, 'end').then(() => {
        arrived.push([request.url, body])
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      })
    })
    const { tracing, end } = await startTracing(`${collector.url}/otlp/`)
    await tracing.answer('POST /', { arrivedAt: performance.now(), traceparent: undefined }, async () => undefined)
    await end()
    await collector.close()
    expect(arrived.map(([path]) => path)).toEqual(['/otlp/v1/traces'])
    expect(arrived[0]?.[1]).toMatch(/"service\.name","value":\{"stringValue":"columna"\}/)
  })

  test('that does not answer holds nobody up', async () => {
    const { tracing, end } = await startTracing('http://127.0.0.1:1')
    await tracing.answer('POST /', { arrivedAt: performance.now(), traceparent: undefined }, async () => undefined)
    await end()
  })

  test('needs packages that are named where they are not installed', async () => {
    const missing = () => Promise.reject(Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' }))
    await expect(startTracing('http://127.0.0.1:1', missing)).rejects.toMatchObject({
      code: 'CDS_SETTING_INVALID',
      message: expect.stringMatching(/^OTEL_EXPORTER_OTLP_ENDPOINT: .*@opentelemetry\/sdk-trace-node/) as unknown,
    })
  })
})

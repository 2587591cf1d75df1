// What becomes of a call when its FHIR server misbehaves, fault by fault: the right status and code, in time, and a
// service that goes on answering.
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Request, Response } from 'express'
import supertest from 'supertest'
import { createHttpFhirReader } from '../../src/patient-data/http-fhir-reader.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'
import { faultsOfResponse } from '../support/check-response.js'
import { outcome, patientView, prefetchedCall, searchset, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService, TEST_READING } from '../support/service.js'
import {
  answersJson,
  answersStatus,
  hangs,
  startStubFhirServer,
  type StubAnswer,
  type StubFhirServer,
} from '../support/stub-fhir-server.js'

const ID = 'start-back-risk'
const PERSON = 'start-back-high'
const ESSENTIAL = ['patient', 'conditions', 'consultationResponses', 'startBackResponses']
/** Long enough for a FHIR server that answers, on a busy machine. */
const PATIENT_MS = 5_000
/** Short, for those that never do. */
const HURRIED_MS = 700
/** What a busy machine may add before an answer counts as one that never comes. */
const MARGIN_MS = 3_000
const RESPONSE_LIMIT = 300_000

const reader = () =>
  createHttpFhirReader({ isAllowed: fhirServerList(['http://127.0.0.1:*']), responseLimit: RESPONSE_LIMIT, pageLimit: 10 })

let patient: Listening
let hurried: Listening
let fhir: StubFhirServer | undefined
let answeredBefore: unknown

const prefetched = async ({ url }: Listening): Promise<unknown> =>
  (await supertest(url).post(`/cds-services/${ID}`).send(prefetchedCall(PERSON, ID)).expect(200)).body as unknown

beforeAll(async () => {
  patient = await startTestService({ deadlineMs: PATIENT_MS, reader: reader() })
  hurried = await startTestService({ deadlineMs: HURRIED_MS, reader: reader() })
  answeredBefore = await prefetched(patient)
})

afterEach(async () => {
  await fhir?.close()
  expect(await prefetched(patient)).toEqual(answeredBefore)
})

afterAll(() => Promise.all([patient.close(), hurried.close()]))

interface Answer {
  status: number
  body: { cards: Json[]; extension?: Json } & { issue?: { details: { coding: { code: string }[] }; diagnostics: string }[] }
  milliseconds: number
}

async function call({ url }: Listening, answers: Readonly<Record<string, StubAnswer>>): Promise<Answer> {
  fhir = await startStubFhirServer(answers)
  const began = performance.now()
  const { status, body } = await supertest(url)
    .post(`/cds-services/${ID}`)
    .send(patientView(PERSON, { fhirServer: fhir.url }))
  return { status, body: body as Answer['body'], milliseconds: performance.now() - began }
}

function expectMissing({ status, body }: Answer, reason: RegExp, keys = ESSENTIAL): void {
  const diagnostics = (body.issue ?? []).map(issue => issue.diagnostics)
  expect({ status, codes: [...new Set(body.issue?.map(({ details }) => details.coding[0]?.code))] }).toEqual({
    status: 412,
    codes: ['CDS_DATA_MISSING'],
  })
  for (const key of keys) expect(diagnostics).toContainEqual(expect.stringMatching(new RegExp(`Prefetch key ${key}: .*${reason.source}`)))
}

type Writer = (request: Request, response: Response) => void

/** A head, then whatever `write` does. */
const begins =
  (write: Writer, status = 200): StubAnswer =>
  (request, response) => {
    response.writeHead(status, { 'content-type': 'application/fhir+json' })
    response.flushHeaders()
    write(request, response)
  }

const repeats =
  (bytes: string, everyMs: number): Writer =>
  (_request, response) => {
    const timer = setInterval(() => response.write(bytes), everyMs)
    response.on('close', () => clearInterval(timer))
  }

const sends =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): StubAnswer =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/fhir+json', ...headers }).end(body)

const deep = (levels: number) => '{"resourceType":"Bundle","type":"searchset","entry":' + '['.repeat(levels) + ']'.repeat(levels) + '}'

describe('a FHIR server that does not come to an end: 412 that says so, within the deadline', () => {
  test.each<[string, StubAnswer]>([
    ['it answers after two seconds', (_request, response) => void setTimeout(() => response.json(searchset([])), 2_000).unref()],
    ['it never answers', hangs],
    ['it sends a head and falls silent', begins(() => undefined)],
    ['it sends one byte a second', begins(repeats(' ', 1_000))],
    ['it sends byte after byte', begins(repeats(' ', 20))],
    ['it streams without end', begins(repeats(' '.repeat(100), 20))],
  ])('%s', async (_, answer) => {
    const answered = await call(hurried, { '/': answer })
    expectMissing(answered, /did not answer in time/)
    expect(answered.milliseconds).toBeLessThan(HURRIED_MS + MARGIN_MS)
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(fhir?.underWay()).toBe(0)
  })

  test('it says 500, one byte a second', async () => {
    const answered = await call(hurried, { '/': begins(repeats(' ', 1_000), 500) })
    expectMissing(answered, /answered 500/)
    expect(answered.milliseconds).toBeLessThan(HURRIED_MS + MARGIN_MS)
  })
})

describe('a FHIR server that refuses: 412 that says so', () => {
  test.each([500, 502, 503, 401, 403, 204])('by status %i', async status => {
    expectMissing(await call(patient, { '/': answersStatus(status) }), new RegExp(`answered ${status}`), [
      'patient',
      'conditions',
      'startBackResponses',
    ])
  })

  test('by 429', async () => {
    expectMissing(await call(patient, { '/': answersStatus(429) }), /answered 429/)
  })

  test.each([301, 302, 307, 308])('by redirect %i, which is not followed', async status => {
    const elsewhere = await startStubFhirServer()
    const answered = await call(patient, {
      '/': (request, response) => response.redirect(status, `${elsewhere.url}${request.originalUrl}`),
    })
    await elsewhere.close()
    expectMissing(answered, new RegExp(`answered ${status}`))
    expect(elsewhere.requests).toEqual([])
  })

  test('by an OperationOutcome with status 200', async () => {
    expectMissing(await call(patient, { '/': answersJson(outcome('error')) }), /answered 200 with an OperationOutcome/)
  })
})

describe('a FHIR server that breaks off: 412 that says it could not be reached', () => {
  test.each<[string, StubAnswer]>([
    ['after half a body', begins((_request, response) => void response.write('{"resourceType":', () => response.socket?.destroy()))],
    [
      'within a body of announced length',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': '1000' })
        response.write('{"resourceType":', () => response.socket?.end())
      },
    ],
    ['by a reset', (_request, response) => void response.socket?.resetAndDestroy()],
    ['before it says anything', (_request, response) => void response.socket?.destroy()],
  ])('%s', async (_, answer) => {
    expectMissing(await call(patient, { '/': answer }), /could not be reached/)
  })

  test('and one where nobody listens', async () => {
    // A port that was free a moment ago may be given to another test.
    const nobody = 'http://127.0.0.1:1'
    const { status, body } = await supertest(patient.url)
      .post(`/cds-services/${ID}`)
      .send(patientView(PERSON, { fhirServer: nobody }))
    expectMissing({ status, body: body as Answer['body'], milliseconds: 0 }, /could not be reached/)
  })
})

describe('a FHIR server that sends what is no FHIR JSON: 412 that says so', () => {
  test.each<[string, StubAnswer]>([
    ['HTML', sends('<!doctype html><title>Log in</title>', { 'content-type': 'text/html' })],
    ['XML', sends('<Bundle xmlns="http://hl7.org/fhir"/>', { 'content-type': 'application/fhir+xml' })],
    ['half a JSON', sends('{"resourceType":"Bundle","entry":[')],
    ['nothing', sends('')],
    ['null', sends('null')],
    ['a number', sends('7')],
    ['a list', sends('[]')],
    ['gzip that does not say so', sends(gzipSync(JSON.stringify(searchset([]))))],
    ['what says gzip and is none', sends('{"resourceType":"Bundle"}', { 'content-encoding': 'gzip' })],
  ])('%s', async (_, answer) => {
    expectMissing(await call(patient, { '/': answer }), /did not answer with FHIR JSON/)
  })
})

describe('a FHIR server that sends too much: 412 that says so', () => {
  const filler = ' '.repeat(RESPONSE_LIMIT + 1)
  test.each<[string, StubAnswer]>([
    ['in one body', sends(`{"resourceType":"Bundle","type":"searchset"${filler}}`)],
    [
      'in a body that unpacks to it',
      sends(gzipSync(`{"resourceType":"Bundle","type":"searchset"${filler}}`), { 'content-encoding': 'gzip' }),
    ],
    ['without end', begins(repeats(' '.repeat(20_000), 1))],
  ])('%s', async (_, answer) => {
    expectMissing(await call(patient, { '/': answer }), /too large/)
  })

  test('in depth: 100,000 levels of JSON', async () => {
    expectMissing(await call(patient, { '/': sends(deep(100_000)) }), /nests too deep/)
  })

  test('page after page without end', async () => {
    const answered = await call(patient, {
      '/': (request, response) => {
        const page = Number(request.query._page ?? 1)
        response.json(
          searchset([], {
            total: undefined,
            link: [{ relation: 'next', url: `http://${request.headers.host}${request.path}?_page=${page + 1}` }],
          }),
        )
      },
    })
    expectMissing(answered, /not all pages/, ['conditions', 'startBackResponses'])
  })
})

describe('a FHIR server that is merely odd is answered for', () => {
  const withPatience = async (answers: Readonly<Record<string, StubAnswer>>) => {
    const { status, body } = await call(patient, answers)
    expect(status).toBe(200)
    expect(faultsOfResponse(body, { patientId: PERSON })).toEqual([])
    return body
  }

  test('it takes 100 ms', async () => {
    expect(await withPatience({ '/': (_request, _response, next) => void setTimeout(next, 100) })).toEqual(answeredBefore)
  })

  test('it takes 350 ms', async () => {
    expect(await withPatience({ '/': (_request, _response, next) => void setTimeout(next, 350) })).toEqual(answeredBefore)
  })

  test('it calls its JSON text/html', async () => {
    const asHtml: StubAnswer = (_request, response, next) => {
      const writeHead = response.setHeader.bind(response)
      response.setHeader = (name: string, value: number | string | readonly string[]) =>
        writeHead(name, name.toLowerCase() === 'content-type' ? 'text/html' : value)
      next()
    }
    expect(await withPatience({ '/': asHtml })).toEqual(answeredBefore)
  })

  test('only an optional key hangs: it is waited for a moment after the essential ones, and named as not read', async () => {
    const brisk = await startTestService({ deadlineMs: PATIENT_MS, reader: reader(), reading: { ...TEST_READING, optionalWaitMs: 100 } })
    const { status, body, milliseconds } = await call(brisk, { '/Encounter': hangs })
    await brisk.close()
    expect(status).toBe(200)
    expect(body.extension).toEqual({
      'org.columna.not-read': [{ key: 'encounters', label: 'kontakter', reason: 'the FHIR server did not answer in time' }],
    })
    expect(milliseconds).toBeLessThan(0.8 * PATIENT_MS)
  })
})

test('a FHIR server that sends another patient: 412, since the client can mend nothing', async () => {
  const { status, body } = await call(patient, { '/Patient': answersJson({ resourceType: 'Patient', id: 'somebody-else' }) })
  expect({ status, code: body.issue?.[0]?.details.coding[0]?.code }).toEqual({ status: 412, code: 'CDS_READ_DATA_OF_ANOTHER_PATIENT' })
})

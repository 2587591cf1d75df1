// What one call may ask of a FHIR server, what it asks no more, and what it says of that.
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { createHttpFhirReader } from '../../src/patient-data/http-fhir-reader.js'
import type { ReadingLimits } from '../../src/patient-data/reading-budget.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'
import { faultsOfResponse } from '../support/check-response.js'
import { hookCall, outcome, prefetchedCall, searchset, type Json, type ServiceId } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { openConnection, rawRequest } from '../support/raw-connection.js'
import { startTestService, TEST_READING, type TestServiceOptions } from '../support/service.js'
import {
  answersJson,
  answersStatus,
  hangs,
  startStubFhirServer,
  type StubAnswer,
  type StubFhirServer,
} from '../support/stub-fhir-server.js'

const ID = 'start-back-risk' satisfies ServiceId
const VIEW = 'low-back-pain-patient-view' satisfies ServiceId
const PERSON = 'start-back-high'
const GRANT = { access_token: 'a-made-up-access-token', token_type: 'Bearer', expires_in: 300, scope: '', subject: 'columna' }
/** Until a host that failed is tried again, and a little more. */
const LEFT_ALONE_MS = 2_100

const opened: Listening[] = []
let service: Listening
beforeAll(async () => {
  service = await startTestService()
})
afterEach(() => Promise.all(opened.splice(0).map(({ close }) => close())))
afterAll(() => service.close())

async function keep<T extends Listening>(starting: Promise<T>): Promise<T> {
  const started = await starting
  opened.push(started)
  return started
}

const stub = (answers: Readonly<Record<string, StubAnswer>> = {}, options = {}): Promise<StubFhirServer> =>
  keep(startStubFhirServer(answers, options))
const serviceThat = (options: TestServiceOptions): Promise<Listening> => keep(startTestService(options))
const limitedTo = (limits: Partial<ReadingLimits>, options: TestServiceOptions = {}) =>
  serviceThat({ reading: { ...TEST_READING, ...limits }, ...options })

interface Answer {
  status: number
  text: string
  cards: Json[]
  /** Reasons by key. */
  notRead: Readonly<Record<string, string>>
}

async function call(
  fhirServer: string,
  { on = service, id = ID as ServiceId, members = {} as Json, person = PERSON } = {},
): Promise<Answer> {
  const { status, text, body } = await supertest(on.url)
    .post(`/cds-services/${id}`)
    .send(hookCall(person, id, { fhirServer, ...members }))
  if (status === 200) expect(faultsOfResponse(body, { patientId: person })).toEqual([])
  const { cards = [], extension } = body as { cards?: Json[]; extension?: Json }
  const listed = (extension?.['org.columna.not-read'] ?? []) as { key: string; reason: string }[]
  return { status, text, cards, notRead: Object.fromEntries(listed.map(({ key, reason }) => [key, reason])) }
}

/** A search without end, of pages that hold nothing. */
const endless: StubAnswer = (request, response) => {
  const page = Number(request.query._page ?? 1)
  response.json(
    searchset([], {
      total: undefined,
      link: [{ relation: 'next', url: `http://${request.headers.host}${request.baseUrl}${request.path}?_page=${page + 1}` }],
    }),
  )
}

const pathsOf = ({ requests }: StubFhirServer, type: string) => requests.map(({ path }) => path).filter(path => path.startsWith(`/${type}`))

describe('one call', () => {
  test('asks 40 times at most, whatever the links of a server say', async () => {
    const fhir = await stub({ '/Condition': endless, '/Encounter': endless, '/Observation': endless, '/Procedure': endless })
    const wide = await serviceThat({
      reader: createHttpFhirReader({ isAllowed: fhirServerList(['http://127.0.0.1:*']), responseLimit: 8_000_000, pageLimit: 500 }),
    })
    const { status, text } = await call(fhir.url, { on: wide })
    expect(fhir.requests).toHaveLength(40)
    expect({
      status,
      said: text.includes('conditions: not all pages of the result could be read: the call has read as much as one call may'),
    }).toEqual({ status: 412, said: true })
  })

  test('leaves a part of that to essential data, however much optional data there is', async () => {
    const fhir = await stub({ '/Encounter': endless, '/Observation': endless, '/Procedure': endless })
    const wide = await serviceThat({
      reader: createHttpFhirReader({ isAllowed: fhirServerList(['http://127.0.0.1:*']), responseLimit: 8_000_000, pageLimit: 500 }),
    })
    const { status, notRead } = await call(fhir.url, { on: wide })
    expect(status).toBe(200)
    expect(fhir.requests.length).toBeLessThanOrEqual(34)
    expect(notRead.encounters).toContain('the call has read as much as one call may')
  })

  test('takes no more records than any chart has: without too many of what is essential there is no answer, and what is optional is named', async () => {
    const many = (resourceType: string, count: number): StubAnswer =>
      answersJson(
        searchset(
          Array.from({ length: count }, (_, index) => ({ resourceType, id: String(index), subject: { reference: `Patient/${PERSON}` } })),
        ),
      )
    const essential = await call((await stub({ '/Condition': many('Condition', 20_001) })).url)
    expect(essential.status).toBe(412)
    expect(essential.text).toMatch(/CDS_DATA_MISSING[^]*Prefetch key conditions: the call has read as much as one call may/)
    const { status, cards, notRead } = await call((await stub({ '/Observation': many('Observation', 20_001) })).url)
    expect({ status, cards: cards.length, notRead: notRead.observations }).toEqual({
      status: 200,
      cards: 1,
      notRead: 'the call has read as much as one call may',
    })
  })

  test('reads so many bytes in all and no more', async () => {
    const large: StubAnswer = (_request, response) =>
      void response.json({ ...searchset([]), meta: { tag: [{ display: 'x'.repeat(60_000) }] } })
    const fhir = await stub({ '/Encounter': large, '/Observation': large, '/Procedure': large })
    const { status, notRead } = await call(fhir.url, { on: await limitedTo({ bytes: 100_000 }) })
    expect(status).toBe(200)
    expect(new Set(Object.values(notRead))).toEqual(new Set(['the call has read as much as one call may']))
    expect(Object.keys(notRead).length).toBeGreaterThanOrEqual(2)
  })

  test('asks ten things at one time', async () => {
    const fhir = await stub({}, { delayMs: 60 })
    const { status, notRead } = await call(fhir.url, { id: VIEW })
    expect({ status, notRead }).toEqual({ status: 200, notRead: {} })
    expect(fhir.requests.length).toBeGreaterThan(10)
    expect(fhir.mostAtOnce()).toBe(10)
  })

  test('asks essential things first', async () => {
    const fhir = await stub({}, { delayMs: 20 })
    await call(fhir.url, { id: VIEW, on: await limitedTo({ atOnce: 3 }) })
    const first = fhir.requests.slice(0, 3).map(({ path }) => path)
    expect(first.map(path => path.split(/[/?]/)[1]).toSorted()).toEqual(['Condition', 'Patient', 'QuestionnaireResponse'])
    expect(first.find(path => path.startsWith('/Questionnaire'))).toContain('low-back-consultation')
  })
})

describe('optional data', () => {
  /** Far below the deadline of a test service, far above the 100 ms. */
  const SOON_MS = 3_000

  test.each([
    ['read', {}],
    ['given', { isGiven: true }],
  ])('that does not come is not waited for when all essential data was %s', async (_, { isGiven = false }: { isGiven?: boolean }) => {
    const fhir = await stub({ '/Encounter': hangs })
    const { encounters: _encounters, ...prefetch } = prefetchedCall(PERSON, ID).prefetch
    const on = await limitedTo({ optionalWaitMs: 100 }, { deadlineMs: 30_000 })
    const began = performance.now()
    const { status, notRead, cards } = await call(fhir.url, { on, members: isGiven ? { prefetch } : {} })
    expect(performance.now() - began).toBeLessThan(SOON_MS)
    expect(status).toBe(200)
    expect(notRead.encounters).toBe('the FHIR server did not answer in time')
    for (const { detail } of cards) expect(detail).toMatch(/Kunne ikke læses og er ikke medregnet: \S/)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(fhir.underWay()).toBe(0)
  })

  test('that is slower than that does not count against the server', async () => {
    const fhir = await stub({ '/Encounter': hangs, '/Observation': hangs, '/Procedure': hangs })
    const on = await limitedTo({ optionalWaitMs: 0 }, { deadlineMs: 30_000 })
    for (let calls = 0; calls < 4; calls += 1) expect((await call(fhir.url, { on })).status).toBe(200)
  })
})

describe('a server that fails', () => {
  const LEFT_ALONE = 'the FHIR server failed several times in a row and is left alone for two seconds'

  test.each<[string, StubAnswer]>([
    ['by status', answersStatus(503)],
    ['by breaking off', request => void request.socket.destroy()],
    ['by never answering', hangs],
  ])('is not asked by the calls after, until two seconds have gone by: %s', async (_, answer) => {
    let isWell = false
    const fhir = await stub({ '/': (request, response, next) => (isWell ? next() : answer(request, response, next)) })
    const on = await serviceThat({ deadlineMs: 2_500 })
    expect((await call(fhir.url, { on })).status).toBe(412)
    const asked = fhir.requests.length
    isWell = true
    const refused = await call(fhir.url, { on })
    expect(refused.status).toBe(412)
    for (const key of ['patient', 'conditions', 'startBackResponses', 'consultationResponses'])
      expect(refused.text).toContain(`Prefetch key ${key}: ${LEFT_ALONE}`)
    expect(fhir.requests).toHaveLength(asked)
    expect(
      (
        await supertest(on.url)
          .post(`/cds-services/${ID}`)
          .send(prefetchedCall(PERSON, ID, { fhirServer: fhir.url }))
      ).status,
    ).toBe(200)
    await new Promise(resolve => setTimeout(resolve, LEFT_ALONE_MS))
    const { status, notRead } = await call(fhir.url, { on })
    expect({ status, notRead }).toEqual({ status: 200, notRead: {} })
  })

  test('is another than one that was given no time: a slow body has the server left alone by nobody', async () => {
    const fhir = await stub({}, { delayMs: 300 })
    const on = await serviceThat({ deadlineMs: 2_500 })
    const body = JSON.stringify(hookCall(PERSON, ID, { fhirServer: fhir.url }))
    const slow = await openConnection(on.url)
    slow.write(rawRequest('POST', `/cds-services/${ID}`, { body: body.slice(0, 50), length: Buffer.byteLength(body) }))
    await new Promise(resolve => setTimeout(resolve, 1_950))
    slow.write(body.slice(50))
    await slow.until(/did not answer in time/)
    slow.destroy()
    const { status, notRead } = await call(fhir.url, { on })
    expect({ status, notRead }).toEqual({ status: 200, notRead: {} })
  })

  test.each([400, 401, 403, 404, 429, 501])('is another than one that refuses: %i', async status => {
    const fhir = await stub({ '/': answersStatus(status) })
    await call(fhir.url)
    const asked = fhir.requests.length
    const { text } = await call(fhir.url)
    expect(text).not.toContain(LEFT_ALONE)
    expect(fhir.requests).toHaveLength(2 * asked)
  })
})

describe('a server that is asked too much', () => {
  /** Refuses the first request, or the first few, then answers. */
  const refuses = (times: number, retryAfter: () => string | undefined): StubAnswer => {
    let refused = 0
    return (_request, response, next) => {
      if (refused === times) return next()
      refused += 1
      const value = retryAfter()
      if (value !== undefined) response.set('retry-after', value)
      response.status(429).json(outcome('error'))
    }
  }

  test.each<[string, () => string]>([
    ['in no time', () => '0'],
    ['in a second', () => '1'],
    ['at an instant that is past', () => 'Wed, 21 Oct 2015 07:28:00 GMT'],
    ['at an instant to come', () => new Date(Date.now() + 1_500).toUTCString()],
  ])('and says when it can be again is asked once more: %s', async (_, retryAfter) => {
    const fhir = await stub({ '/Condition': refuses(1, retryAfter) })
    const { status, notRead } = await call(fhir.url)
    expect({ status, notRead }).toEqual({ status: 200, notRead: {} })
    expect(pathsOf(fhir, 'Condition')).toHaveLength(2)
  })

  test.each<[string, number, () => string | undefined, number]>([
    ['says nothing of it', 1, () => undefined, 1],
    ['says it in no words we know', 1, () => 'soon', 1],
    ['says it will be after the deadline', 1, () => '60', 1],
    ['refuses again', 2, () => '0', 2],
  ])('is believed when it %s', async (_, times, retryAfter, requests) => {
    const fhir = await stub({ '/Condition': refuses(times, retryAfter) })
    const { status, text } = await call(fhir.url)
    expect(status).toBe(412)
    expect(text).toContain('Prefetch key conditions: the FHIR server answered 429')
    expect(pathsOf(fhir, 'Condition')).toHaveLength(requests)
  })
})

describe('a grant', () => {
  const granted = (members: Json): Json => ({ fhirAuthorization: { ...GRANT, ...members } })
  const OUT = 'the scope of the access token does not cover it'

  test.each([0, -1, '0', '-300'])('whose token had expired when it came is not used: expires_in %j', async expires_in => {
    const fhir = await stub()
    const { status, text } = await call(fhir.url, { members: granted({ expires_in }) })
    expect(status).toBe(412)
    expect(text).toContain('Prefetch key conditions: the access token had expired when it came, and was not used')
    const { encounters: _, ...prefetch } = prefetchedCall(PERSON, ID).prefetch
    const given = await call(fhir.url, { members: { prefetch, ...granted({ expires_in }) } })
    expect(given.status).toBe(200)
    expect(given.notRead).toEqual({ encounters: 'the access token had expired when it came, and was not used' })
    expect(fhir.requests).toEqual([])
  })

  test.each([
    'patient/Patient.read patient/Condition.read patient/QuestionnaireResponse.read',
    'patient/Patient.r patient/Condition.s patient/QuestionnaireResponse.cruds launch/patient openid',
    'user/Patient.* system/Condition.rs user/QuestionnaireResponse.rs',
  ])('of some types has those asked for, and others named: %s', async scope => {
    const fhir = await stub()
    const { status, notRead } = await call(fhir.url, { members: granted({ scope }) })
    expect(status).toBe(200)
    expect(new Set(fhir.requests.map(({ path }) => path.split(/[/?]/)[1]))).toEqual(
      new Set(['Patient', 'Condition', 'QuestionnaireResponse']),
    )
    expect(new Set(Object.values(notRead))).toEqual(new Set([OUT]))
    expect(Object.keys(notRead)).toContain('encounters')
  })

  test('that does not cover essential data is 412 that says so, without a request', async () => {
    const fhir = await stub()
    const { status, text } = await call(fhir.url, { members: granted({ scope: 'user/*.write' }) })
    expect(status).toBe(412)
    expect(text).toContain(`Prefetch key conditions: ${OUT}`)
    expect(fhir.requests).toEqual([])
  })

  test('without forms has the rest answered, with the note', async () => {
    const fhir = await stub()
    const types = [
      'Patient',
      'Condition',
      'Observation',
      'Procedure',
      'Encounter',
      'EpisodeOfCare',
      'ServiceRequest',
      'DiagnosticReport',
      'ImagingStudy',
      'CarePlan',
      'PractitionerRole',
      'MedicationRequest',
      'MedicationStatement',
      'AllergyIntolerance',
    ]
    const { status, notRead } = await call(fhir.url, {
      id: VIEW,
      members: granted({ scope: types.map(type => `patient/${type}.rs`).join(' ') }),
      person: 'recent-pain',
    })
    expect(status).toBe(200)
    expect(notRead).toEqual({ consultationResponses: OUT, startBackResponses: OUT })
  })

  test('that a query narrows is used, and what it brought is not taken for all', async () => {
    const fhir = await stub()
    const { status, notRead } = await call(fhir.url, {
      members: granted({ scope: 'patient/Condition.rs?category=problem-list-item patient/*.cruds?x=y patient/Patient.r' }),
    })
    expect(status).toBe(200)
    expect(notRead.conditions).toBe('not all pages of the result could be read: the scope of the access token covers only a part of it')
    expect(notRead.patient).toBeUndefined()
  })

  test.each(['', 'launch openid fhirUser', 'something-of-their-own'])('that names no resources limits nothing: %j', async scope => {
    const fhir = await stub()
    const { status, notRead } = await call(fhir.url, { members: granted({ scope }) })
    expect({ status, notRead }).toEqual({ status: 200, notRead: {} })
  })

  test('is not taken to another tenant of the same host by the link to a page', async () => {
    const link = (request: { headers: { host?: string } }) => `http://${request.headers.host}/two/Encounter?_page=2`
    const fhir = await stub(
      { '/one/Encounter': (request, response) => void response.json(searchset([], { link: [{ relation: 'next', url: link(request) }] })) },
      { base: '/one' },
    )
    const { status, notRead } = await call(`${fhir.url}/one`, { members: granted({}) })
    expect(status).toBe(200)
    expect(notRead).toEqual({ encounters: 'not all pages of the result could be read: the link to the next page leads elsewhere' })
    expect(pathsOf(fhir, 'two')).toEqual([])
  })
})

describe('an answer that nests too deep', () => {
  const nested =
    (depth: number): StubAnswer =>
    (_request, response) => {
      const text = `{"resourceType":"Bundle","type":"searchset","extension":${'['.repeat(depth)}${']'.repeat(depth)}}`
      response.type('application/fhir+json').send(text)
    }

  test.each([101, 100_000, 1_000_000])('is not parsed: %i deep', async depth => {
    const { status, text } = await call((await stub({ '/Condition': nested(depth) })).url)
    expect(status).toBe(412)
    expect(text).toContain('Prefetch key conditions: the answer of the FHIR server nests too deep')
  })

  test('is named where it is not essential', async () => {
    const { status, notRead } = await call((await stub({ '/Encounter': nested(100_000) })).url)
    expect({ status, notRead }).toEqual({ status: 200, notRead: { encounters: 'the answer of the FHIR server nests too deep' } })
  })

  test('in UTF-16 is none the shallower', async () => {
    const deep = Buffer.from(`{"resourceType":"Bundle","x":${'['.repeat(500)}${']'.repeat(500)}}`, 'utf16le')
    const { notRead } = await call(
      (
        await stub({
          '/Encounter': (_request, response) => void response.set('content-type', 'application/fhir+json; charset=utf-16le').end(deep),
        })
      ).url,
    )
    expect(notRead.encounters).toBe('the answer of the FHIR server nests too deep')
  })
})

test.each<[string, (text: Buffer) => Buffer, string]>([
  ['once', gzipSync, 'gzip'],
  ['twice', text => gzipSync(gzipSync(text)), 'gzip, gzip'],
])('an answer that unpacks to far more than may be read ends at the limit: packed %s', async (_, pack, encoding) => {
  const packed = pack(Buffer.alloc(100_000_000, ' '))
  const fhir = await stub({
    '/Encounter': (_request, response) =>
      void response.set({ 'content-type': 'application/fhir+json', 'content-encoding': encoding }).end(packed),
  })
  const before = process.memoryUsage().rss
  const { status, notRead } = await call(fhir.url)
  expect({ status, notRead }).toEqual({ status: 200, notRead: { encounters: 'the answer of the FHIR server was too large' } })
  expect(process.memoryUsage().rss - before).toBeLessThan(80_000_000)
})

test('every failure has a reason of its own', async () => {
  const answers: readonly StubAnswer[] = [
    answersStatus(400),
    answersStatus(401),
    answersStatus(403),
    answersStatus(500),
    answersJson(outcome('error')),
    answersJson(null),
    request => void request.socket.destroy(),
    (_request, response) => void response.status(404).json(outcome('error')),
    (_request, response) => void response.json(searchset([], { total: 1 })),
  ]
  const reasons = await Promise.all(
    answers.map(async answer => (await call((await stub({ '/Encounter': answer })).url)).notRead.encounters),
  )
  expect(reasons.every(reason => reason !== undefined)).toBe(true)
  expect(new Set(reasons).size).toBe(answers.length)
})

import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import supertest from 'supertest'
import { faultsOfResponse } from '../support/check-response.js'
import { patientView, prefetchedCall, searchset, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { hold } from '../support/hold.js'
import { startTestService, type TestServiceOptions, testRecord } from '../support/service.js'
import { hangs, startStubFhirServer, type StubAnswer, type StubFhirServer } from '../support/stub-fhir-server.js'

const ID = 'start-back-risk'
const PERSON = 'start-back-high'
const DEADLINE_MS = 1_500
/** What a busy machine may add; without a deadline the answers below would never come. */
const MARGIN_MS = 400

let service: Listening
let fhir: StubFhirServer | undefined

beforeAll(async () => {
  service = await startTestService({ deadlineMs: DEADLINE_MS })
  // First calls, so that what follows measures waiting and not the start.
  await supertest(service.url).post(`/cds-services/${ID}`).send(prefetchedCall(PERSON, ID))
  await callWith({})
  await fhir?.close()
})

afterEach(() => fhir?.close())
afterAll(() => service.close())

interface Answer {
  status: number
  body: { cards: Json[]; extension?: Json }
  text: string
  milliseconds: number
}

async function callWith(answers: Readonly<Record<string, StubAnswer>>): Promise<Answer> {
  fhir = await startStubFhirServer(answers)
  const began = performance.now()
  const { status, body, text } = await supertest(service.url)
    .post(`/cds-services/${ID}`)
    .send(patientView(PERSON, { fhirServer: fhir.url }))
  return { status, body: body as Answer['body'], text, milliseconds: performance.now() - began }
}

/** A head and half a body, and then nothing. */
const hangsHalfWay: StubAnswer = (_request, response) => {
  response.setHeader('content-type', 'application/fhir+json')
  response.write('{"resourceType":')
}

/** A first page whose second never comes. */
const hangsOnPageTwo: StubAnswer = (request, response) => {
  if (request.query._page === '2') return
  const { host } = request.headers
  response.json(
    searchset([{ resourceType: 'Encounter', id: 'e1', status: 'finished', class: {}, subject: { reference: `Patient/${PERSON}` } }], {
      link: [{ relation: 'next', url: `http://${host}/Encounter?_page=2` }],
    }),
  )
}

/** One byte now and then, so that nothing seems to stand still. */
const drips: StubAnswer = (_request, response) => {
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}

const hanging: [string, StubAnswer][] = [
  ['no answer', hangs],
  ['half an answer', hangsHalfWay],
  ['an answer byte by byte', drips],
]

test.each(hanging)(
  'optional data that does not come in time is named in the answer and on the card, within the deadline: %s',
  async (_, answer) => {
    const { status, body, milliseconds } = await callWith({ '/Encounter': answer })
    expect(status).toBe(200)
    expect(milliseconds).toBeLessThan(DEADLINE_MS + MARGIN_MS)
    expect(body.extension).toEqual({
      'org.columna.not-read': [{ key: 'encounters', label: 'kontakter', reason: 'the FHIR server did not answer in time' }],
    })
    expect(body.cards.length).toBeGreaterThan(0)
    for (const { detail } of body.cards) expect(detail).toMatch(/Kunne ikke læses og er ikke medregnet: \S/)
    expect(faultsOfResponse(body, { patientId: PERSON })).toEqual([])
  },
)

test.each(hanging)('essential data that does not come in time is 412 that names it, within the deadline: %s', async (_, answer) => {
  const { status, text, milliseconds } = await callWith({ '/Condition': answer })
  expect(status).toBe(412)
  expect(text).toContain('Prefetch key conditions: the FHIR server did not answer in time')
  expect(milliseconds).toBeLessThan(DEADLINE_MS + MARGIN_MS)
})

test('a page that does not come in time leaves the pages before it, and the answer says that not all was read', async () => {
  const { status, body, milliseconds } = await callWith({ '/Encounter': hangsOnPageTwo })
  expect(status).toBe(200)
  expect(milliseconds).toBeLessThan(DEADLINE_MS + MARGIN_MS)
  expect(body.extension).toEqual({
    'org.columna.not-read': [
      {
        key: 'encounters',
        label: 'kontakter',
        reason: 'not all pages of the result could be read: the FHIR server did not answer in time',
      },
    ],
  })
})

test('when nothing comes in time every essential key is named', async () => {
  const { status, text, milliseconds } = await callWith({ '/': hangs })
  expect(status).toBe(412)
  for (const key of ['patient', 'conditions', 'startBackResponses', 'consultationResponses'])
    expect(text).toContain(`Prefetch key ${key}: the FHIR server did not answer in time`)
  expect(milliseconds).toBeLessThan(DEADLINE_MS + MARGIN_MS)
})

test('reading that ran out of time lets go of its connections', async () => {
  await callWith({ '/Encounter': hangs })
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(fhir?.underWay()).toBe(0)
})

describe('evaluation has only what reading left of the deadline, and what it could not decide is named', () => {
  async function undecidedBy(options: TestServiceOptions, body: Json): Promise<string[]> {
    const impatient = await startTestService(options)
    const answer = await supertest(impatient.url).post(`/cds-services/${ID}`).send(body)
    await impatient.close()
    expect(answer.status).toBe(200)
    expect(faultsOfResponse(answer.body)).toEqual([])
    return ((answer.body as Answer['body']).extension?.['org.columna.undecided'] as { code: string }[]).map(({ code }) => code)
  }

  test('whatever comes of it', async () => {
    // Looked at when the evaluation begins.
    const override = {
      service: ID,
      outcome: 'overridden' as const,
      point: 'x',
      get at() {
        return (hold(1_100), '2026-03-30T10:00:00Z')
      },
    }
    const record = { ...testRecord(), recall: async () => ({ isTokenNew: true, overrides: [override], shownOn: () => undefined }) }
    const codes = await undecidedBy(
      { deadlineMs: 1_000, letIn: async () => ({ nameIn: () => 'known' }), record },
      prefetchedCall(PERSON, ID),
    )
    expect(new Set(codes)).toEqual(new Set(['CDS_DEADLINE_PASSED']))
  })
})

describe('a call whose time has run out before its evaluation begins is 503, and no card of what was not decided', () => {
  async function refusalOf(options: TestServiceOptions, body: Json): Promise<void> {
    const late = await startTestService({ ...options, explainDeadlineMs: options.deadlineMs ?? 0 })
    const { status, text, headers } = await supertest(late.url).post(`/cds-services/${ID}`).send(body)
    const explained = await supertest(late.url).post(`/cds-services/${ID}/$explain`).send(body)
    await late.close()
    expect({ status, code: /CDS_[A-Z_]+/.exec(text)?.[0], again: headers['retry-after'] }).toEqual({
      status: 503,
      code: 'CDS_CALL_TOO_LATE',
      again: '1',
    })
    expect(explained.status).toBe(503)
  }

  test('but an explanation has a time of its own', async () => {
    const late = await startTestService({ deadlineMs: 0, explainDeadlineMs: 20_000 })
    const statusOf = async (path: string) =>
      (await supertest(late.url).post(`/cds-services/${ID}${path}`).send(prefetchedCall(PERSON, ID))).status
    const statuses = [
      await statusOf(''),
      await statusOf('/$explain'),
      await statusOf('/$questions'),
      await statusOf('/$explain?view=summary'),
    ]
    await late.close()
    expect(statuses).toEqual([503, 200, 200, 503])
  })

  test('when there is no time at all', () => refusalOf({ deadlineMs: 0 }, prefetchedCall(PERSON, ID)))

  test('when reading used up all of it', async () => {
    const slow = async () => {
      await new Promise(resolve => setTimeout(resolve, 60))
      return { kind: 'nothing' as const }
    }
    const {
      prefetch: { encounters: _, ...prefetch },
      ...request
    } = prefetchedCall(PERSON, ID)
    await refusalOf({ deadlineMs: 50, reader: { read: slow, readOn: slow } }, { ...request, fhirServer: 'http://127.0.0.1:1', prefetch })
  })

  /** Sends a call whose body is complete only after something that happens once its headers have come. */
  async function statusAfter(happens: () => Promise<void>): Promise<number | undefined> {
    let tell = (): void => undefined
    const arrived = new Promise<void>(resolve => (tell = resolve))
    const late = await startTestService({ deadlineMs: 1_000, onRequest: () => tell() })
    const body = JSON.stringify(prefetchedCall(PERSON, ID))
    const request = httpRequest(`${late.url}/cds-services/${ID}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    })
    request.write(body.slice(0, 100))
    await arrived
    await happens()
    request.end(body.slice(100))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.resume()
    await late.close()
    return response.statusCode
  }

  test('when the body took all of it to come', async () => {
    expect(await statusAfter(() => new Promise(resolve => setTimeout(resolve, 1_100)))).toBe(503)
  })

  test('when other work held the loop', async () => {
    expect(await statusAfter(async () => hold(1_100))).toBe(503)
  })
})

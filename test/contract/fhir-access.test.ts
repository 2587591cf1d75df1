import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { createHttpFhirReader } from '../../src/patient-data/http-fhir-reader.js'
import { clientCheck } from '../../src/trust/calling-client.js'
import type { Lookup } from '../../src/trust/checked-connections.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'
import type { ServerEntry } from '../../src/trust/listed-servers.js'
import { faultsOfResponse } from '../support/check-response.js'
import { hookCall, outcome, PEOPLE, prefetchedCall, searchset, SERVICES, type Json, type ServiceId } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService, TEST_READING } from '../support/service.js'
import { answersJson, answersStatus, startStubFhirServer, type StubAnswer, type StubFhirServer } from '../support/stub-fhir-server.js'

const ID = 'start-back-risk' satisfies ServiceId
const PERSON = 'start-back-high'
const TOKEN = 'a-made-up-access-token'
const RESPONSE_LIMIT = 100_000
const PAGE_LIMIT = 3
/** For tests that go through everybody, on a busy machine. */
const LONG_MS = 30_000

let service: Listening
const opened: Listening[] = []

beforeAll(async () => {
  const isAllowed = fhirServerList(['http://127.0.0.1:*'])
  service = await startTestService({ reader: createHttpFhirReader({ isAllowed, responseLimit: RESPONSE_LIMIT, pageLimit: PAGE_LIMIT }) })
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})

afterAll(() => service.close())

async function stub(answers: Readonly<Record<string, StubAnswer>> = {}): Promise<StubFhirServer> {
  const server = await startStubFhirServer(answers)
  opened.push(server)
  return server
}

interface Answer {
  status: number
  body: { cards: Json[]; extension?: Json }
  text: string
}

async function call(members: Json, person = PERSON, id: ServiceId = ID): Promise<Answer> {
  const { status, body, text } = await supertest(service.url)
    .post(`/cds-services/${id}`)
    .send(hookCall(person, id, members))
  if (status === 200) expect(faultsOfResponse(body, { patientId: person })).toEqual([])
  return { status, body: body as Answer['body'], text }
}

const grant = { access_token: TOKEN, token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read', subject: 'columna' }
const notRead = ({ body }: Answer) => body.extension?.['org.columna.not-read']
const withoutEncounters = (reason: string) => [{ key: 'encounters', label: 'kontakter', reason }]

describe('the same cards', () => {
  // Everybody meets one service here and each service everybody of its turn: what is read hangs on the person, and what is asked for on the service.
  const turnOf = (id: ServiceId) => PEOPLE.filter((_, index) => index % SERVICES.length === SERVICES.indexOf(id))

  test.each(SERVICES)(
    'come from prefetched data and from data that was read: %s',
    async id => {
      const fhir = await stub()
      for (const person of turnOf(id)) {
        const prefetched = await supertest(service.url).post(`/cds-services/${id}`).send(prefetchedCall(person, id))
        expect((await call({ fhirServer: fhir.url }, person, id)).body).toEqual(prefetched.body)
      }
    },
    LONG_MS,
  )

  test('come whether or not the base url ends with a slash', async () => {
    const fhir = await stub()
    const { body } = await call({ fhirServer: fhir.url })
    expect((await call({ fhirServer: `${fhir.url}/` })).body).toEqual(body)
    expect(fhir.requests.every(({ path }) => !path.startsWith('//'))).toBe(true)
  })
})

test('calls in parallel read each their own patient', async () => {
  const fhir = await startStubFhirServer({}, { delayMs: 20 })
  opened.push(fhir)
  const crowd = ['start-back-high', 'no-back-problem', 'recent-pain', 'start-back-low', 'start-back-high', 'red-flag-cauda-equina']
  const together = await Promise.all(crowd.map(person => call({ fhirServer: fhir.url }, person)))
  const alone = await Promise.all(crowd.map(person => supertest(service.url).post(`/cds-services/${ID}`).send(prefetchedCall(person, ID))))
  expect(together.map(({ body }) => body)).toEqual(alone.map(({ body }) => body as unknown))
})

describe('what is asked of the server', () => {
  test('is exactly what discovery declares, by GET and with the patient filled in', async () => {
    const fhir = await stub()
    await call({ fhirServer: fhir.url })
    const { body } = await supertest(service.url).get('/cds-services')
    const { services } = body as { services: { id: string; prefetch: Record<string, string> }[] }
    const templates = services.flatMap(({ id, prefetch }) => (id === ID ? Object.values(prefetch) : []))
    const declared = templates.map(template => `/${template.replace('{{context.patientId}}', PERSON)}`)
    expect(fhir.requests.map(({ path }) => path).toSorted()).toEqual(declared.toSorted())
    expect(new Set(fhir.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  test('runs in parallel', async () => {
    const fhir = await startStubFhirServer({}, { delayMs: 60 })
    opened.push(fhir)
    expect((await call({ fhirServer: fhir.url })).status).toBe(200)
    expect(fhir.mostAtOnce()).toBe(10)
  })

  test.each([
    ['A.b-c', 'A.b-c'],
    ['å&_count=1', '%C3%A5%26_count%3D1'],
    ['a%2Fb', 'a%252Fb'],
    ['a;b=c', 'a%3Bb%3Dc'],
  ])('has values of the context escaped: %s', async (patientId, escaped) => {
    const fhir = await stub()
    await call({ fhirServer: fhir.url }, patientId)
    expect(fhir.requests.map(({ path }) => path)).toContain(`/Patient/${escaped}`)
    expect(fhir.requests.map(({ path }) => path)).toContain(`/Condition?patient=${escaped}&_count=200`)
  })
})

describe('the requesters of orders', () => {
  const SIGN = 'low-back-pain-order-sign' satisfies ServiceId
  const orderedBy = (reference: string) => {
    const { context } = hookCall('recent-pain', SIGN)
    const { entry } = context.draftOrders as { entry: { resource: Json }[] }
    return {
      context: {
        ...context,
        draftOrders: {
          resourceType: 'Bundle',
          entry: entry.map(({ resource }) => ({ resource: { ...resource, requester: { reference } } })),
        },
      },
    }
  }
  const rolesAskedFor = ({ requests }: StubFhirServer) => requests.map(({ path }) => path).filter(path => path.includes('of-the-order'))

  test('are asked for their roles', async () => {
    const fhir = await stub()
    await call({ fhirServer: fhir.url, ...orderedBy('Practitioner/of-the-order') }, 'recent-pain', SIGN)
    expect(rolesAskedFor(fhir)).toEqual(['/PractitionerRole?practitioner=of-the-order&_count=200'])
  })

  test.each(['of-the-order,another', 'of-the-order|x', 'of-the-order\ud800', ''])('are not asked for by what is no id: %j', async id => {
    const fhir = await stub()
    const { status } = await call({ fhirServer: fhir.url, ...orderedBy(`Practitioner/${id}`) }, 'recent-pain', SIGN)
    expect(status).toBe(200)
    expect(rolesAskedFor(fhir)).toEqual([])
    expect(fhir.requests.map(({ path }) => path)).not.toContain('/PractitionerRole?practitioner=')
  })
})

test('a selection that is no reference is no failure of the service', async () => {
  const { context, prefetch } = prefetchedCall('recent-pain', 'low-back-pain-order-sign')
  const { status } = await call(
    { context: { ...context, selections: [{ toString: 1, valueOf: 1 }] }, prefetch },
    'recent-pain',
    'low-back-pain-order-sign',
  )
  expect(status).toBe(200)
})

describe('the access token', () => {
  test('goes with every request to the server of the client', async () => {
    const fhir = await stub()
    const { status } = await call({ fhirServer: fhir.url, fhirAuthorization: grant })
    expect(status).toBe(200)
    expect(fhir.requests).toHaveLength(10)
    expect(new Set(fhir.requests.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]))
  })

  test('is not kept for the next call', async () => {
    const fhir = await stub()
    await call({ fhirServer: fhir.url, fhirAuthorization: grant })
    fhir.requests.length = 0
    await call({ fhirServer: fhir.url })
    expect(new Set(fhir.requests.map(({ authorization }) => authorization))).toEqual(new Set([undefined]))
  })

  test.each([301, 302, 303, 307, 308])('does not follow a redirect, nor does the service: %d', async status => {
    const elsewhere = await stub()
    const redirects: StubAnswer = (request, response) => response.redirect(status, `${elsewhere.url}${request.originalUrl}`)
    const fhir = await stub({ '/Encounter': redirects })
    const answer = await call({ fhirServer: fhir.url, fhirAuthorization: grant })
    expect(elsewhere.requests).toEqual([])
    expect(notRead(answer)).toEqual(withoutEncounters(`the FHIR server answered ${status}`))
  })

  test('does not follow a redirect on the same server either', async () => {
    const fhir = await stub({ '/Encounter': (_request, response) => response.redirect('/elsewhere') })
    await call({ fhirServer: fhir.url, fhirAuthorization: grant })
    expect(fhir.requests.map(({ path }) => path)).not.toContain('/elsewhere')
  })

  test.each(['port', 'name', 'user', 'scheme'])(
    'does not follow a next link to another origin, but asks its own: another %s',
    async difference => {
      const elsewhere = await stub()
      const link = (host: string) =>
        ({
          port: elsewhere.url,
          name: host.replace('127.0.0.1', 'localhost'),
          user: host.replace('127.0.0.1', 'user@127.0.0.1'),
          scheme: host.replace('http:', 'https:'),
        })[difference]
      const fhir = await stub({
        '/Encounter': (request, response) =>
          void response.json(searchset([], { link: [{ relation: 'next', url: `${link(`http://${request.get('host')}`)}/stolen` }] })),
      })
      const answer = await call({ fhirServer: fhir.url, fhirAuthorization: grant })
      expect(elsewhere.requests).toEqual([])
      expect(fhir.requests.filter(({ path }) => path === '/stolen').map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`])
      expect(notRead(answer)).toEqual(withoutEncounters('not all pages of the result could be read: the FHIR server answered 404'))
    },
  )
})

describe('paging', () => {
  /** A search whose every condition stands on a page of its own. */
  const paged =
    (pages: number): StubAnswer =>
    (request, response) => {
      const number = Number(request.query._page ?? 1)
      const id = number === pages ? `${PERSON}-back` : `other-${number}`
      const code = number === pages ? { coding: [{ system: 'urn:oid:1.2.208.176.2.31', code: 'L03' }] } : { text: 'Noget andet' }
      const clinicalStatus = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] }
      const condition = {
        resourceType: 'Condition',
        id,
        clinicalStatus,
        code,
        subject: { reference: `Patient/${PERSON}` },
        onsetDateTime: '2026-02-28',
      }
      const next = { relation: 'next', url: `http://${request.get('host')}/Condition?_page=${number + 1}` }
      response.json(searchset([condition], { total: pages, ...(number < pages && { link: [next] }) }))
    }

  test('is followed to the last page, with the token', async () => {
    const fhir = await stub({ '/Condition': paged(3) })
    const answer = await call({ fhirServer: fhir.url, fhirAuthorization: grant })
    const pages = fhir.requests.filter(({ path }) => path.startsWith('/Condition'))
    expect(pages.map(({ path, authorization }) => [path, authorization])).toEqual(
      [`/Condition?patient=${PERSON}&_count=200`, '/Condition?_page=2', '/Condition?_page=3'].map(path => [path, `Bearer ${TOKEN}`]),
    )
    expect(answer.body.extension).toBeUndefined()
    expect(answer.body.cards).toHaveLength(1)
  })

  test('ends at the limit, and the answer says that not all was read', async () => {
    const fhir = await stub({ '/Condition': paged(5) })
    const answer = await call({ fhirServer: fhir.url })
    expect(fhir.requests.filter(({ path }) => path.startsWith('/Condition'))).toHaveLength(PAGE_LIMIT)
    expect(notRead(answer)).toEqual([
      {
        key: 'conditions',
        label: 'diagnoser',
        reason: 'not all pages of the result could be read: there are more pages than one search may have',
      },
    ])
  })

  test('that fails half-way keeps the pages it got and says that not all was read', async () => {
    const fails: StubAnswer = (request, response, next) =>
      request.query._page === '2' ? response.status(500).end() : paged(3)(request, response, next)
    const answer = await call({ fhirServer: (await stub({ '/Condition': fails })).url })
    expect(answer.status).toBe(200)
    expect(notRead(answer)).toEqual([
      { key: 'conditions', label: 'diagnoser', reason: 'not all pages of the result could be read: the FHIR server answered 500' },
    ])
  })
})

describe('a server whose pages hold twenty of 219 conditions', () => {
  const back = {
    resourceType: 'Condition',
    id: 'back',
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
    code: { coding: [{ system: 'urn:oid:1.2.208.176.2.31', code: 'L03' }] },
    subject: { reference: `Patient/${PERSON}` },
    onsetDateTime: '2026-02-28',
  }
  const conditions = [
    ...Array.from({ length: 218 }, (_, index) => ({
      resourceType: 'Condition',
      id: `other-${index}`,
      code: { text: 'Noget andet' },
      subject: { reference: `Patient/${PERSON}` },
    })),
    back,
  ]

  interface Paging {
    linkOf: (base: string, offset: number) => string
    offsetOf: (query: Json) => number
    withTotal?: boolean
  }
  const paging =
    ({ linkOf, offsetOf, withTotal = true }: Paging): StubAnswer =>
    (request, response) => {
      const offset = offsetOf(request.query as Json)
      const members = {
        link: offset + 20 < conditions.length ? [{ relation: 'next', url: linkOf(`http://${request.get('host')}`, offset + 20) }] : [],
      }
      const { total: _, ...bundle } = searchset(conditions.slice(offset, offset + 20))
      response.json({ ...bundle, ...(withTotal && { total: conditions.length }), ...members })
    }
  const number = (name: string) => (query: Json) => Number(query[name] ?? 0)
  const ways: [string, Paging][] = [
    ['by offset', { linkOf: (base, offset) => `${base}/Condition?patient=${PERSON}&_offset=${offset}`, offsetOf: number('_offset') }],
    [
      'as HAPI does',
      {
        linkOf: (base, offset) => `${base}/Condition?_getpages=8c5a2b1e&_getpagesoffset=${offset}&_count=20&_bundletype=searchset`,
        offsetOf: number('_getpagesoffset'),
      },
    ],
    [
      'by the number of the page',
      { linkOf: (_, offset) => `Condition?page=${offset / 20 + 1}`, offsetOf: ({ page = 1 }) => (Number(page) - 1) * 20 },
    ],
    [
      'by the number of the page from nought',
      { linkOf: (_, offset) => `/Condition?_page=${offset / 20}`, offsetOf: ({ _page = 0 }) => Number(_page) * 20 },
    ],
    [
      'by tokens that tell nothing',
      {
        linkOf: (base, offset) => `${base}/Condition?ct=${Buffer.from(`at ${offset}`).toString('base64url')}`,
        offsetOf: ({ ct }) => (ct === undefined ? 0 : Number(Buffer.from(String(ct), 'base64url').toString().slice(3))),
      },
    ],
    ['without a total', { linkOf: (base, offset) => `${base}/Condition?_offset=${offset}`, offsetOf: number('_offset'), withTotal: false }],
    [
      'on a server that names itself by another host',
      { linkOf: (_, offset) => `https://internal.example:8443/Condition?_offset=${offset}`, offsetOf: number('_offset') },
    ],
  ]

  let patient: Listening
  beforeAll(async () => {
    patient = await startTestService()
  })
  afterAll(() => patient.close())

  const read = async (fhir: StubFhirServer, url = patient.url) => {
    const { status, body } = await supertest(url)
      .post(`/cds-services/${ID}`)
      .send(hookCall(PERSON, ID, { fhirServer: fhir.url }))
    expect(status).toBe(200)
    return body as Answer['body']
  }

  test.each(ways)('is read to its end, each page once: %s', async (_, way) => {
    const wide = await startTestService({
      reader: createHttpFhirReader({ isAllowed: fhirServerList(['http://127.0.0.1:*']), responseLimit: RESPONSE_LIMIT, pageLimit: 50 }),
    })
    const fhir = await stub({ '/Condition': paging(way) })
    const body = await read(fhir, wide.url)
    await wide.close()
    expect(body.extension).toBeUndefined()
    expect(body.cards).toHaveLength(1)
    const pages = fhir.requests.map(({ path }) => path).filter(path => path.startsWith('/Condition'))
    expect(pages).toHaveLength(11)
    expect(new Set(pages).size).toBe(11)
  })

  test.each(ways.slice(0, 4))('is read in less time than its pages take one after the other: %s', async (_, way) => {
    const hurried = await startTestService({
      deadlineMs: 1_200,
      reader: createHttpFhirReader({ isAllowed: fhirServerList(['http://127.0.0.1:*']), responseLimit: RESPONSE_LIMIT, pageLimit: 50 }),
    })
    const slowly: StubAnswer = (request, response, next) => void setTimeout(() => paging(way)(request, response, next), 100)
    const body = await read(await stub({ '/Condition': slowly }), hurried.url)
    await hurried.close()
    expect(body.extension).toBeUndefined()
    expect(body.cards).toHaveLength(1)
  })

  test('is believed by its links and not by its numbers', async () => {
    const misleading: StubAnswer = (request, response) => {
      const offset = Number(request.query._offset ?? 0)
      const link = offset === 0 ? '/Condition?_offset=1' : undefined
      response.json(
        searchset(offset === 0 ? [conditions[0]] : [back], { total: 2, ...(link && { link: [{ relation: 'next', url: link }] }) }),
      )
    }
    const fhir = await stub({ '/Condition': misleading })
    expect((await read(fhir)).extension).toBeUndefined()
    expect(fhir.requests.filter(({ path }) => path.startsWith('/Condition'))).toHaveLength(2)
  })

  test('that holds back some of its total is named', async () => {
    const fhir = await stub({ '/Condition': answersJson(searchset([back], { total: 2 })) })
    expect((await read(fhir)).extension).toEqual({
      'org.columna.not-read': [{ key: 'conditions', label: 'diagnoser', reason: 'not all pages of the result could be read' }],
    })
  })
})

describe('a server that knows less than others', () => {
  const withoutResultParameters: StubAnswer = (request, response, next) =>
    /_sort|_count/.test(request.originalUrl) ? void response.status(400).json(outcome('error')) : next()
  const lacks =
    (status: number): StubAnswer =>
    (_request, response) =>
      void response.status(status).json({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-supported' }] })
  const others = SERVICES.filter(id => id !== ID)

  test.each(SERVICES)('no _sort and no _count: the search is run without them: %s', async id => {
    const fhir = await stub({ '/': withoutResultParameters })
    const answer = await call({ fhirServer: fhir.url }, 'recent-pain', id)
    const plain = await call({ fhirServer: (await stub()).url }, 'recent-pain', id)
    expect(answer.body).toEqual(plain.body)
  })

  test.each(others.flatMap(id => [404, 403].map(status => [id, status] as const)))(
    'no forms at all: what coded diagnoses say is said, with the note: %s, %d',
    async (id, status) => {
      const fhir = await stub({ '/QuestionnaireResponse': lacks(status) })
      const answer = await call({ fhirServer: fhir.url }, 'recent-pain', id)
      expect(answer.status).toBe(200)
      expect((notRead(answer) as { key: string }[]).map(({ key }) => key).toSorted()).toEqual([
        'consultationResponses',
        'startBackResponses',
      ])
      expect(answer.body.cards.length).toBeGreaterThan(0)
      for (const { detail } of answer.body.cards) expect(detail).toMatch(/Kunne ikke læses og er ikke medregnet: .*konsultationsskemaer/)
    },
  )

  test.each([400, 422, 501])('no search of forms by their questionnaire is answered as no forms are: %d', async status => {
    const fhir = await stub({
      '/QuestionnaireResponse': (request, response, next) =>
        'questionnaire' in request.query ? lacks(status)(request, response, next) : next(),
    })
    const answer = await call({ fhirServer: fhir.url }, 'recent-pain', 'low-back-pain-patient-view')
    expect(answer.status).toBe(200)
    expect(notRead(answer)).toContainEqual(
      expect.objectContaining({ key: 'consultationResponses', reason: `the FHIR server answered ${status}` }),
    )
  })

  test('no forms at all: nothing is said of a risk, since it is not known whether the form was answered', async () => {
    const { status, text } = await call({ fhirServer: (await stub({ '/QuestionnaireResponse': lacks(404) })).url })
    expect(status).toBe(412)
    expect(text).toContain('Prefetch key startBackResponses: the FHIR server does not offer this type of resource')
    expect(text).not.toContain('consultationResponses')
  })

  test.each(SERVICES)('no diagnoses: there is no answer: %s', async id => {
    const { status, text } = await call({ fhirServer: (await stub({ '/Condition': lacks(404) })).url }, 'recent-pain', id)
    expect(status).toBe(412)
    expect(text).toContain('Prefetch key conditions: the FHIR server does not offer this type of resource')
  })

  test('forms that cannot be read for another reason are missed', async () => {
    for (const status of [401, 404, 500]) {
      expect(
        (
          await call(
            { fhirServer: (await stub({ '/QuestionnaireResponse': answersStatus(status) })).url },
            'recent-pain',
            'low-back-pain-patient-view',
          )
        ).status,
      ).toBe(412)
    }
  })
})

describe('how an answer travels', () => {
  const compress = { gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, br: brotliCompressSync }
  /** What the stub says of encounters, sent on in another dress. */
  const dressed =
    (dress: (text: string) => Buffer, headers: Record<string, string> = {}): StubAnswer =>
    (_request, response) => {
      const encounter = {
        resourceType: 'Encounter',
        id: 'æøå',
        status: 'finished',
        class: { code: 'AMB' },
        subject: { reference: `Patient/${PERSON}` },
      }
      response.set({ 'content-type': 'application/fhir+json', ...headers }).end(dress(JSON.stringify(searchset([encounter]))))
    }
  const inBytes = (text: string) => Buffer.from(text)

  test.each<[string, StubAnswer]>([
    ...Object.entries(compress).map(([name, pack]): [string, StubAnswer] => [
      name,
      dressed(text => pack(inBytes(text)), { 'content-encoding': name }),
    ]),
    ['two layers', dressed(text => gzipSync(deflateSync(inBytes(text))), { 'content-encoding': 'deflate, gzip' })],
    ['a byte order mark', dressed(text => inBytes(`\ufeff${text}`))],
    ['a byte order mark within gzip', dressed(text => gzipSync(inBytes(`\ufeff${text}`)), { 'content-encoding': 'gzip' })],
    ['utf8', dressed(inBytes, { 'content-type': 'application/fhir+json; charset=utf8' })],
    ['UTF-8 in quotes', dressed(inBytes, { 'content-type': 'application/fhir+json; charset="UTF-8"' })],
    ['latin 1', dressed(text => Buffer.from(text, 'latin1'), { 'content-type': 'application/fhir+json; charset=iso-8859-1' })],
    ['UTF-16', dressed(text => Buffer.from(text, 'utf16le'), { 'content-type': 'application/fhir+json; charset=utf-16le' })],
    ['a character set that nobody knows', dressed(inBytes, { 'content-type': 'application/fhir+json; charset=none' })],
  ])('is no matter: %s', async (_, answer) => {
    expect(notRead(await call({ fhirServer: (await stub({ '/Encounter': answer })).url }))).toBeUndefined()
  })

  test('is asked for in forms that can be read', async () => {
    const asked: unknown[] = []
    const fhir = await stub({
      '/Encounter': (request, _response, next) => {
        asked.push(request.headers['accept-encoding'])
        next()
      },
    })
    await call({ fhirServer: fhir.url })
    expect(asked).toEqual(['gzip, deflate, br'])
  })

  test.each<[string, StubAnswer, string]>([
    [
      'what grows beyond the limit',
      dressed(() => gzipSync('x'.repeat(2 * RESPONSE_LIMIT)), { 'content-encoding': 'gzip' }),
      'the answer of the FHIR server was too large',
    ],
    ['what is not what it says', dressed(inBytes, { 'content-encoding': 'gzip' }), 'the FHIR server did not answer with FHIR JSON'],
    ['what is not what it says either', dressed(inBytes, { 'content-encoding': 'br' }), 'the FHIR server did not answer with FHIR JSON'],
    [
      'what ends too early',
      dressed(text => gzipSync(text).subarray(0, 60), { 'content-encoding': 'gzip' }),
      'the FHIR server did not answer with FHIR JSON',
    ],
    ['what nobody can unpack', dressed(inBytes, { 'content-encoding': 'secret' }), ''],
  ])('does not hide what it is: %s', async (_, answer, reason) => {
    expect(notRead(await call({ fhirServer: (await stub({ '/Encounter': answer })).url }))).toEqual(
      reason === '' ? undefined : withoutEncounters(reason),
    )
  })
})

describe('a server that does not give what was asked', () => {
  const oversized = searchset([{ resourceType: 'Encounter', id: 'e', text: { div: 'x'.repeat(2 * RESPONSE_LIMIT) } }])
  const cases: [string, StubAnswer, string][] = [
    ['400', answersStatus(400), 'the FHIR server answered 400'],
    ['401', answersStatus(401), 'the FHIR server answered 401'],
    ['403', answersStatus(403), 'the FHIR server answered 403'],
    ['404 to a search', answersStatus(404), 'the FHIR server answered 404'],
    ['429', answersStatus(429), 'the FHIR server answered 429'],
    ['500', answersStatus(500), 'the FHIR server answered 500'],
    ['503', answersStatus(503), 'the FHIR server answered 503'],
    ['204', answersStatus(204), 'the FHIR server answered 204'],
    ['nothing at all', answersStatus(200), 'the FHIR server did not answer with FHIR JSON'],
    ['a web page', (_, response) => void response.send('<html>login</html>'), 'the FHIR server did not answer with FHIR JSON'],
    ['half a JSON', (_, response) => void response.send('{"resourceType": "Bundle",'), 'the FHIR server did not answer with FHIR JSON'],
    ['JSON that is not FHIR', answersJson({ error: 'x' }), 'the FHIR server did not answer with FHIR JSON'],
    ['null', answersJson(null), 'the FHIR server did not answer with FHIR JSON'],
    ['a list', answersJson([]), 'the FHIR server did not answer with FHIR JSON'],
    [
      'another type of resource',
      answersJson(searchset([{ resourceType: 'Device', id: 'd' }])),
      'the FHIR server did not answer with FHIR JSON',
    ],
    ['a failure with status 200', answersJson(outcome('error')), 'the FHIR server answered 200 with an OperationOutcome of an error'],
    [
      'a failure among the entries',
      answersJson(searchset([outcome('error')])),
      'the FHIR server answered 200 with an OperationOutcome of an error',
    ],
    ['an oversized answer', answersJson(oversized), 'the answer of the FHIR server was too large'],
    ['an oversized answer without a length', (_, response) => streamOversized(response), 'the answer of the FHIR server was too large'],
    ['a broken connection', request => void request.socket.destroy(), 'the FHIR server could not be reached'],
  ]

  function streamOversized(response: Parameters<StubAnswer>[1]): void {
    response.write('{"resourceType":"Bundle","x":"')
    for (let written = 0; written < 2 * RESPONSE_LIMIT; written += 10_000) response.write('x'.repeat(10_000))
    response.end('"}')
  }

  test.each(cases)('is named in the answer: %s', async (_, answer, reason) => {
    const fhir = await stub({ '/Encounter': answer })
    const reply = await call({ fhirServer: fhir.url })
    expect(reply.status).toBe(200)
    expect(notRead(reply)).toEqual(withoutEncounters(reason))
    for (const { detail } of reply.body.cards) expect(detail).toMatch(/Kunne ikke læses og er ikke medregnet: \S/)
  })

  test.each(cases)('leads to 412 where the data is essential: %s', async (_, answer, reason) => {
    const fhir = await stub({ '/Condition': answer })
    const { status, text } = await call({ fhirServer: fhir.url })
    expect(status).toBe(412)
    expect(text).toContain(`Prefetch key conditions: ${reason}`)
  })

  test.each([404, 410])('a patient that is not there is 412: %d', async code => {
    const { status, text } = await call({ fhirServer: (await stub({ '/Patient': answersStatus(code) })).url })
    expect(status).toBe(412)
    expect(text).toContain('Prefetch key patient: there is no such resource')
  })

  test('nobody listens there', async () => {
    const fhir = await stub()
    await fhir.close()
    opened.length = 0
    const { status, text } = await call({ fhirServer: fhir.url })
    expect(status).toBe(412)
    expect(text).toContain('the FHIR server could not be reached')
  })

  test('data of another patient is refused', async () => {
    const condition = { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/another' } }
    const { status, text } = await call({ fhirServer: (await stub({ '/Condition': answersJson(searchset([condition])) })).url })
    expect(status).toBe(412)
    expect(text).toContain('CDS_READ_DATA_OF_ANOTHER_PATIENT')
    expect(text).not.toContain('another"')
  })
})

describe('a server that is not on the list', () => {
  test.each([
    ['another name for the same host', (url: string) => url.replace('127.0.0.1', 'localhost')],
    ['credentials in the url', (url: string) => url.replace('127.0.0.1', 'user:secret@127.0.0.1')],
    ['another scheme', (url: string) => url.replace('http:', 'https:')],
    ['a host that only begins alike', (url: string) => url.replace('127.0.0.1', '127.0.0.1.example.org')],
  ])('is refused without a request: %s', async (_, other) => {
    const fhir = await stub()
    const { status, text } = await call({ fhirServer: other(fhir.url), fhirAuthorization: grant })
    expect(status).toBe(412)
    expect(text).toContain('CDS_FHIR_SERVER_NOT_ALLOWED')
    expect(text).toContain('is not on the list')
    expect(text).not.toContain(new URL(fhir.url).port)
    expect(fhir.requests).toEqual([])
  })

  test.each(['http://169.254.169.254/latest/meta-data', 'http://[::1]/', 'http://0x7f000001/', 'http://10.0.0.1'])(
    'addresses inside the network are among them: %s',
    async fhirServer => {
      const { status, text } = await call({ fhirServer })
      // 0x7f000001 is 127.0.0.1 by another name, where nobody listens.
      expect({ status, named: /NOT_ALLOWED|could not be reached/.test(text) }).toEqual({ status: 412, named: true })
    },
  )

  test('does not matter while nothing has to be read', async () => {
    const { status } = await supertest(service.url)
      .post(`/cds-services/${ID}`)
      .send(prefetchedCall(PERSON, ID, { fhirServer: 'https://not-listed.example.org/fhir' }))
    expect(status).toBe(200)
  })
})

/** Calls a service whose list of servers is another, and for which names stand for the addresses that are given, in turn. */
async function callWithin(servers: readonly ServerEntry[], answers: readonly string[][], calls: readonly Json[]): Promise<Answer[]> {
  const isAllowed = fhirServerList(servers)
  let asked = 0
  const lookup: Lookup = (_name, _options, callback) => {
    const found = answers[Math.min(asked, answers.length - 1)] ?? []
    asked += 1
    callback(
      null,
      found.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  const own = await startTestService({
    letIn: clientCheck(isAllowed),
    reader: createHttpFhirReader({ isAllowed, lookup, responseLimit: RESPONSE_LIMIT, pageLimit: PAGE_LIMIT }),
    reading: { ...TEST_READING, atOnce: 1 },
  })
  const told: Answer[] = []
  for (const members of calls) {
    const { status, body, text } = await supertest(own.url)
      .post(`/cds-services/${ID}`)
      .send(hookCall(PERSON, ID, members))
    told.push({ status, body: body as Answer['body'], text })
  }
  await own.close()
  return told
}

describe('a name whose address is elsewhere', () => {
  const NAME = 'http://ehr.example.org:*'
  const named = ({ url }: StubFhirServer) => ({ fhirServer: url.replace('127.0.0.1', 'ehr.example.org') })
  const outcomeOf = ({ status, text }: Answer) => [status, /CDS_\w+/.exec(text)?.[0], text.includes('may not connect to')]
  const REFUSED = [412, 'CDS_FHIR_SERVER_NOT_ALLOWED', true]
  const ANSWERED = [200, undefined, false]

  test.each(['127.0.0.1', '::ffff:127.0.0.1', '169.254.169.254', '0.0.0.0', '::1', '224.0.0.1'])(
    'is not connected to, since nobody named the network: %s',
    async address => {
      const fhir = await stub()
      expect((await callWithin([NAME], [[address]], [named(fhir)])).map(outcomeOf)).toEqual([REFUSED])
      expect(fhir.requests).toEqual([])
    },
  )

  test('is connected to where its network is named, at those of its addresses that lie there', async () => {
    const fhir = await stub()
    const servers = [{ url: NAME, networks: ['127.0.0.0/8'] }]
    const answers = await callWithin(servers, [['169.254.169.254', '127.0.0.1', '10.0.0.1']], [named(fhir)])
    expect(answers.map(outcomeOf)).toEqual([ANSWERED])
  })

  test('is refused when the answer changes from one connection to the next, though the first was good', async () => {
    const closing: StubAnswer = (_request, response, next) => {
      response.set('connection', 'close')
      next()
    }
    const fhir = await stub({ '/': closing })
    const servers = [{ url: NAME, networks: ['127.0.0.1/32'] }]
    const [first, ...others] = await callWithin(servers, [['127.0.0.1'], ['127.0.0.2']], [named(fhir), named(fhir)])
    expect(fhir.requests).toHaveLength(1)
    expect([first, ...others].map(answer => outcomeOf(answer!))).toEqual([REFUSED, REFUSED])
  })
})

describe('a server that is read with a token alone', () => {
  const servers = [{ url: 'http://127.0.0.1:*', tokenRequired: true }]

  test('is not asked for a call that brings none: 412 that says so', async () => {
    const fhir = await stub()
    const [bare, granted] = await callWithin(servers, [], [{ fhirServer: fhir.url }, { fhirServer: fhir.url, fhirAuthorization: grant }])
    expect([bare?.status, bare?.text]).toEqual([412, expect.stringMatching(/CDS_FHIR_TOKEN_REQUIRED.*with an access token alone/)])
    expect(granted?.status).toBe(200)
    expect(new Set(fhir.requests.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]))
  })

  test('is missed where only optional data would be read of it', async () => {
    const fhir = await stub()
    const { prefetch } = prefetchedCall(PERSON, ID)
    const { encounters: _, ...rest } = prefetch as Json
    const answers = await callWithin(servers, [], [{ fhirServer: fhir.url, prefetch: rest }])
    expect(answers.map(notRead)).toEqual([
      withoutEncounters('the FHIR server is read with an access token alone, and the call brings none in fhirAuthorization'),
    ])
    expect(fhir.requests).toEqual([])
  })
})

describe('the list of servers', () => {
  test.each<[string, string, boolean]>([
    ['https://fhir.example.org/r4', 'https://fhir.example.org/r4/Patient/1', true],
    ['https://fhir.example.org/r4/', 'https://fhir.example.org/r4', true],
    ['https://fhir.example.org/r4', 'https://fhir.example.org/r4-other/Patient/1', false],
    ['https://fhir.example.org/r4', 'https://fhir.example.org/r4/../admin', false],
    ['https://fhir.example.org/r4', 'https://fhir.example.org/r4/%2e%2e/admin', false],
    ['https://fhir.example.org/r4', 'http://fhir.example.org/r4/Patient/1', false],
    ['https://fhir.example.org/r4', 'https://fhir.example.org:8443/r4/Patient/1', false],
    ['https://fhir.example.org:*/r4', 'https://fhir.example.org:8443/r4/Patient/1', true],
    ['https://fhir.example.org', 'https://fhir.example.org.evil.example/', false],
    ['https://fhir.example.org', 'https://fhir.example.org@evil.example/', false],
    ['https://fhir.example.org', 'https://FHIR.example.org:443/Patient', true],
    ['http://127.0.0.1:*', 'file:///etc/passwd', false],
    ['http://127.0.0.1:*', 'not a url', false],
  ])('decides by scheme, host, port and path: %s, %s, %s', (listed, url, allowed) => {
    expect(fhirServerList([listed])(url)).toBe(allowed)
  })

  test('that is empty allows none', () => {
    expect(fhirServerList([])('http://127.0.0.1/')).toBe(false)
  })
})

import supertest from 'supertest'
import { faultsOfResponse } from '../support/check-response.js'
import {
  entriesOf,
  hookCall,
  outcome,
  patientView,
  prefetchedCall,
  prefetchOf,
  searchset,
  SERVICES,
  USER,
  type Json,
  type ServiceId,
} from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'
import { startStubFhirServer, type StubFhirServer } from '../support/stub-fhir-server.js'

const ID = 'start-back-risk'
const PERSON = 'start-back-high'
const NOT_READ = 'org.columna.not-read'

let service: Listening
let fhir: StubFhirServer

beforeAll(async () => {
  service = await startTestService()
  fhir = await startStubFhirServer()
})

beforeEach(() => {
  fhir.requests.length = 0
})

afterAll(async () => {
  await service.close()
  await fhir.close()
})

interface Answer {
  status: number
  body: Json & { cards: Json[]; extension?: Json }
  text: string
}

async function call(body: object): Promise<Answer> {
  const { status, body: answer, text } = await supertest(service.url).post(`/cds-services/${ID}`).send(body)
  if (status === 200) expect(faultsOfResponse(answer, { patientId: PERSON })).toEqual([])
  return { status, body: answer as Answer['body'], text }
}

/** Everything is prefetched but `key`, in whose place stands `value`; undefined leaves the key out. */
const withKey = (key: string, value: unknown, members: Json = {}) => {
  const { prefetch, ...request } = prefetchedCall(PERSON, ID)
  const { [key]: _, ...others } = prefetch
  return { ...request, ...members, prefetch: { ...others, ...(value !== undefined && { [key]: value }) } }
}

const batch = (...entry: Json[]) => ({ resourceType: 'Bundle', type: 'batch-response', entry })

const notRead = ({ body }: Answer) => ((body.extension?.[NOT_READ] ?? []) as { key: string; reason: string }[]).map(({ key }) => key)
const summaries = ({ body }: Answer) => body.cards.map(({ summary }) => summary)

const complete = () => call(prefetchedCall(PERSON, ID))

test('when everything is prefetched nothing is read, though a server is offered', async () => {
  const answer = await call(prefetchedCall(PERSON, ID, { fhirServer: fhir.url }))
  expect(answer.body).toEqual((await complete()).body)
  expect(answer.body.extension).toBeUndefined()
  expect(fhir.requests).toEqual([])
})

describe('an essential key', () => {
  test.each(['patient', 'conditions', 'startBackResponses', 'consultationResponses'])(
    'that is absent without a server is answered with 412 that names it: %s',
    async key => {
      const { status, text } = await call(withKey(key, undefined))
      expect(status).toBe(412)
      expect(text).toContain('CDS_DATA_MISSING')
      expect(text).toContain(`Prefetch key ${key}:`)
    },
  )

  test('that is absent is read from the server, and only that key', async () => {
    const answer = await call(withKey('conditions', undefined, { fhirServer: fhir.url }))
    expect(answer.body).toEqual((await complete()).body)
    expect(fhir.requests.map(({ path }) => path)).toEqual([`/Condition?patient=${PERSON}&_count=200`])
  })

  test('no prefetch member at all means that nothing was prefetched', async () => {
    const answer = await call(patientView(PERSON, { fhirServer: fhir.url }))
    expect(answer.body).toEqual((await complete()).body)
    expect(fhir.requests).toHaveLength(10)
    expect((await call(patientView(PERSON, { fhirServer: fhir.url, prefetch: null }))).body).toEqual(answer.body)
  })
})

describe('an optional key', () => {
  test.each(['observations', 'encounters', 'episodesOfCare'])(
    'that is absent without a server is named in the answer and on each card: %s',
    async key => {
      const answer = await call(withKey(key, undefined))
      expect(answer.status).toBe(200)
      expect(notRead(answer)).toEqual([key])
      expect(answer.body.cards.length).toBeGreaterThan(0)
      for (const { detail } of answer.body.cards) expect(detail).toMatch(/Kunne ikke læses og er ikke medregnet: \S/)
    },
  )
})

describe('that there is no data', () => {
  const forms: [string, unknown][] = [
    ['null', null],
    ['a searchset with total 0', searchset([])],
    ['a searchset with an empty list of entries', { resourceType: 'Bundle', type: 'searchset', entry: [] }],
    ['a searchset with nothing else', { resourceType: 'Bundle', type: 'searchset' }],
    ['a searchset with a warning', { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: outcome('warning') }] }],
  ]

  test.each(forms)('is what %s means, and it is not asked for again', async (_, value) => {
    const answer = await call(withKey('conditions', value, { fhirServer: fhir.url }))
    expect(answer.status).toBe(200)
    expect(answer.body.extension).toBeUndefined()
    expect(summaries(answer)).toEqual(summaries(await call(withKey('conditions', null))))
    expect(fhir.requests).toEqual([])
  })

  test('is 412 for the patient, since there is nobody to advise on', async () => {
    const { status, text } = await call(withKey('patient', null, { fhirServer: fhir.url }))
    expect(status).toBe(412)
    expect(text).toContain('Prefetch key patient: there is no such resource')
    expect(fhir.requests).toEqual([])
  })
})

describe('a failure that the client reports', () => {
  const reports: [string, unknown][] = [
    ['an OperationOutcome in place of the result', outcome('error')],
    ['an OperationOutcome without issues', { resourceType: 'OperationOutcome' }],
    [
      'a fatal OperationOutcome among the entries',
      { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: outcome('fatal'), search: { mode: 'outcome' } }] },
    ],
    ['a batch of which a request was refused', batch({ response: { status: '403 Forbidden' } })],
    ['a failure within a Bundle of the Bundle', batch({ resource: searchset([outcome('error')]), response: { status: '200 OK' } })],
  ]

  test.each(reports)('is named and not asked for again: %s', async (_, value) => {
    const answer = await call(withKey('encounters', value, { fhirServer: fhir.url }))
    expect(answer.status).toBe(200)
    expect(notRead(answer)).toEqual(['encounters'])
    expect(fhir.requests).toEqual([])
  })

  test.each(reports)('is 412 under an essential key: %s', async (_, value) => {
    const { status, text } = await call(withKey('conditions', value, { fhirServer: fhir.url }))
    expect(status).toBe(412)
    expect(text).toContain('Prefetch key conditions: the client reported')
    expect(fhir.requests).toEqual([])
  })
})

describe('a value that is nothing of what was asked for', () => {
  const odd: [string, unknown][] = [
    ['a text', 'Condition'],
    ['a number', 7],
    ['a truth value', false],
    ['a list', [{ resourceType: 'Condition' }]],
    ['an empty object', {}],
    ['another type of resource', { resourceType: 'Device', id: 'd' }],
    ['a Bundle of another type of resource', searchset([{ resourceType: 'Device', id: 'd' }])],
    ['entries that are no list', { resourceType: 'Bundle', entry: { resource: {} } }],
    ['the wrapping of a pre-release', { response: { status: '200 OK' }, resource: searchset([]) }],
  ]

  test.each(odd)('is not used: %s', async (_, value) => {
    const essential = await call(withKey('conditions', value))
    expect(essential.status).toBe(412)
    expect(essential.text).toContain('Prefetch key conditions:')
    const optional = await call(withKey('encounters', value))
    expect(optional.status).toBe(200)
    expect(notRead(optional)).toEqual(['encounters'])
  })

  test('entries without a resource are passed over', async () => {
    const { prefetch } = prefetchedCall(PERSON, ID)
    const conditions = prefetch.conditions as { entry: unknown[] }
    const entry = [null, {}, { resource: null }, { resource: 'a' }, { resource: {} }, ...conditions.entry, 7]
    expect((await call(withKey('conditions', { ...conditions, entry }))).body).toEqual((await complete()).body)
  })

  test('a resource where a searchset was asked for stands for itself', async () => {
    const [condition] = entriesOf(prefetchOf(PERSON, ID), 'conditions')
    expect((await call(withKey('conditions', condition))).body).toEqual((await complete()).body)
  })
})

describe('data of another patient', () => {
  const another: [string, string, Json][] = [
    ['another patient', 'patient', { resourceType: 'Patient', id: 'another' }],
    ['a patient without id', 'patient', { resourceType: 'Patient' }],
    ['a subject', 'conditions', searchset([{ resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/another' } }])],
    [
      'a subject on a server',
      'conditions',
      searchset([{ resourceType: 'Condition', id: 'c', subject: { reference: 'https://fhir.example.org/r4/Patient/another' } }]),
    ],
    [
      'a subject in one version',
      'conditions',
      searchset([{ resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/another/_history/2' } }]),
    ],
    [
      'a patient member',
      'episodesOfCare',
      searchset([{ resourceType: 'EpisodeOfCare', id: 'e', patient: { reference: 'Patient/another' } }]),
    ],
    [
      'an id that only begins alike',
      'conditions',
      searchset([{ resourceType: 'Condition', id: 'c', subject: { reference: `Patient/${PERSON}er` } }]),
    ],
  ]

  test.each(another)('is refused with 400 that names the key: %s', async (_, key, value) => {
    const { status, text } = await call(withKey(key, value))
    expect(status).toBe(400)
    expect(text).toContain('CDS_DATA_OF_ANOTHER_PATIENT')
    expect(text).toContain(`The data of ${key}`)
    expect(text).not.toContain('another"')
  })

  test('is not what references to the same patient mean, in whatever way they are written', async () => {
    for (const reference of [`https://fhir.example.org/r4/Patient/${PERSON}`, `Patient/${PERSON}/_history/3`]) {
      const conditions = entriesOf(prefetchOf(PERSON, ID), 'conditions').map(condition => ({ ...condition, subject: { reference } }))
      expect((await call(withKey('conditions', searchset(conditions)))).body).toEqual((await complete()).body)
    }
  })
})

describe('keys that the service did not declare', () => {
  test('change nothing, whatever they hold', async () => {
    const prefetch = {
      ...prefetchOf(PERSON, ID),
      undeclared: { resourceType: 'Patient', id: 'another' },
      ['__proto__']: 'a',
      constructor: {},
      '': null,
    }
    const surplus = JSON.parse(`{ "__proto__": { "patient": 1 } }`) as Json
    expect((await call(patientView(PERSON, { prefetch: { ...surplus, ...prefetch } }))).body).toEqual((await complete()).body)
  })
})

describe('prefetched pages', () => {
  const page = (next: string | undefined) => {
    const conditions = entriesOf(prefetchOf(PERSON, ID), 'conditions')
    return searchset(conditions, {
      link: [{ relation: 'self', url: 'https://fhir.example.org' }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])],
    })
  }

  test('are followed on the server of the client', async () => {
    const answer = await call(withKey('conditions', page(`${fhir.url}/Condition?patient=${PERSON}&_count=50`), { fhirServer: fhir.url }))
    expect(fhir.requests.map(({ path }) => path)).toEqual([`/Condition?patient=${PERSON}&_count=50`])
    expect(answer.body).toEqual((await complete()).body)
  })

  test('are used as far as they go and named as incomplete when there is no server to follow them on', async () => {
    const answer = await call(withKey('conditions', page('https://fhir.example.org/next')))
    expect(answer.body.extension).toEqual({
      [NOT_READ]: [{ key: 'conditions', label: 'diagnoser', reason: 'not all pages of the result could be read' }],
    })
    expect(summaries(answer)).toEqual(summaries(await complete()))
  })

  test('are never followed to another server, but to the same path of its own', async () => {
    const foreign = await startStubFhirServer()
    const answer = await call(withKey('conditions', page(`${foreign.url}/Condition?patient=${PERSON}&_count=50`), { fhirServer: fhir.url }))
    await foreign.close()
    expect(foreign.requests).toEqual([])
    expect(fhir.requests.map(({ path }) => path)).toEqual([`/Condition?patient=${PERSON}&_count=50`])
    expect(answer.body).toEqual((await complete()).body)
  })

  test.each<[string, unknown]>([
    ['no list', { relation: 'next' }],
    ['a list with holes', [null, 7, { relation: 'next', url: 7 }]],
    ['a text', 'next'],
  ])('with links that make no sense are taken as the only page: %s', async (_, link) => {
    expect((await call(withKey('conditions', { ...page(undefined), link }))).body).toEqual((await complete()).body)
  })
})

describe('nothing that the client gave', () => {
  const SIGN = 'low-back-pain-order-sign' satisfies ServiceId
  const forms: [string, (value: unknown) => unknown][] = [
    ['complete', value => value],
    ['null', () => null],
    ['failed', () => outcome('error')],
  ]

  test.each(SERVICES)('is asked for when every published key was given: %s', async id => {
    const { body } = await supertest(service.url).get('/cds-services')
    const published = Object.keys(
      (body as { services: { id: string; prefetch: Json }[] }).services.find(each => each.id === id)?.prefetch ?? {},
    )
    const given = prefetchOf('recent-pain', id)
    for (const [, form] of forms) {
      const prefetch = Object.fromEntries(published.map(key => [key, form(given[key])]))
      await supertest(service.url)
        .post(`/cds-services/${id}`)
        .send(hookCall('recent-pain', id, { fhirServer: fhir.url, prefetch }))
      expect(fhir.requests.map(({ path }) => path)).toEqual([])
    }
  })

  test('is asked for under another key: who orders is the user', async () => {
    const {
      prefetch: { userRoles: _, ...prefetch },
      ...request
    } = prefetchedCall('recent-pain', SIGN, { fhirServer: fhir.url })
    await supertest(service.url)
      .post(`/cds-services/${SIGN}`)
      .send({ ...request, prefetch })
      .expect(200)
    expect(fhir.requests.map(({ path }) => path)).toEqual([
      `/PractitionerRole?practitioner=${USER.replace('Practitioner/', '')}&_count=200`,
    ])
  })

  test('is asked for as a search by practitioner denies the role in which a user calls: that role is read', async () => {
    const { prefetch, ...request } = prefetchedCall('recent-pain', SIGN, { fhirServer: fhir.url })
    const inRole = { ...request, context: { ...request.context, userId: 'PractitionerRole/of-the-user' } }
    const ask = (userRoles: unknown) =>
      supertest(service.url)
        .post(`/cds-services/${SIGN}`)
        .send({ ...inRole, prefetch: { ...prefetch, requesterRoles: null, userRoles } })
        .expect(200)
    await ask(searchset([]))
    expect(fhir.requests.map(({ path }) => path)).toEqual(['/PractitionerRole?_id=of-the-user&_count=200'])
    fhir.requests.length = 0
    await ask(searchset([{ resourceType: 'PractitionerRole', id: 'of-the-user' }]))
    await ask(null)
    expect(fhir.requests).toEqual([])
  })
})

describe('a prefetched searchset that holds fewer resources than it says there are', () => {
  const short = (count: number) => searchset(entriesOf(prefetchOf(PERSON, ID), 'conditions').slice(0, count), { total: 3 })

  test('is used and named as not wholly given', async () => {
    const answer = await call(withKey('conditions', short(1)))
    expect(notRead(answer)).toEqual(['conditions'])
    expect(summaries(answer)).toEqual(summaries(await complete()))
    for (const { detail } of answer.body.cards) expect(detail).toMatch(/Kunne ikke læses og er ikke medregnet: diagnoser/)
  })

  test('is 412 under an essential key when it holds none', async () => {
    expect((await call(withKey('conditions', short(0)))).status).toBe(412)
  })

  test.each<[string, object]>([
    ['a total', { total: 3 }],
    ['a link', { link: [{ relation: 'next', url: 'Condition?page=2' }] }],
  ])('says so by %s also within a Bundle, as a batch answers', async (_, more) => {
    const within = { resource: { ...short(1), total: 1, ...more }, response: { status: '200 OK' } }
    expect(notRead(await call(withKey('conditions', batch(within))))).toEqual(['conditions'])
    expect(notRead(await call(withKey('conditions', batch({ resource: { ...short(1), total: 1 } }))))).toEqual([])
  })

  test('does not count what the search was not for', async () => {
    const [condition] = entriesOf(prefetchOf(PERSON, ID), 'conditions')
    const entry = [
      { resource: condition, search: { mode: 'match' } },
      { resource: { resourceType: 'Condition', id: 'beside', subject: { reference: `Patient/${PERSON}` } }, search: { mode: 'include' } },
    ]
    expect(notRead(await call(withKey('conditions', { resourceType: 'Bundle', type: 'searchset', total: 2, entry })))).toEqual([
      'conditions',
    ])
    expect(notRead(await call(withKey('conditions', { resourceType: 'Bundle', type: 'searchset', total: 1, entry })))).toEqual([])
  })
})

describe('essential data that was read only in part, and brings no card', () => {
  const cough = { resourceType: 'Condition', id: 'cough', code: { text: 'Hoste' }, subject: { reference: `Patient/${PERSON}` } }
  const inPart = withKey('conditions', searchset([cough], { total: 7 }))
  const noForms = { ...inPart, prefetch: { ...inPart.prefetch, startBackResponses: null, consultationResponses: null } }

  test.each(SERVICES)('is told with a card, never silence: %s', async id => {
    const { hook, context } = hookCall(PERSON, id)
    const { body } = await supertest(service.url)
      .post(`/cds-services/${id}`)
      .send({ ...noForms, hook, context })
      .expect(200)
    expect(faultsOfResponse(body, { patientId: PERSON })).toEqual([])
    expect((body as Answer['body']).cards).toEqual([
      expect.objectContaining({
        indicator: 'info',
        summary: 'Ikke alle diagnoser kunne læses',
        source: expect.objectContaining({
          topic: expect.objectContaining({ code: 'not-read', display: 'Ikke læst' }) as unknown,
        }) as unknown,
      }),
    ])
  })

  test('and in English', async () => {
    const { body } = await supertest(service.url).post(`/cds-services/${ID}`).set('accept-language', 'en').send(noForms)
    expect((body as Answer['body']).cards.map(({ summary }) => summary)).toEqual(['Not all conditions could be read'])
  })

  test('while data that is not essential, or wholly read, leaves it silent', async () => {
    const silent = { ...noForms.prefetch, conditions: searchset([cough]) }
    expect((await call({ ...noForms, prefetch: silent })).body.cards).toEqual([])
    expect((await call({ ...noForms, prefetch: { ...silent, encounters: searchset([], { total: 3 }) } })).body.cards).toEqual([])
  })
})

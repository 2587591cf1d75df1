import type { Bundle, CapabilityStatement, OperationOutcome, Resource } from 'fhir/r4.js'
import supertest from 'supertest'
import { createDemoFhirServer } from '../../src/demo/fhir-server.js'

const NOW = new Date('2026-03-30T12:00:00Z')
const ICPC = 'urn:oid:1.2.208.176.2.31'
const FORM = 'https://columna.example.org/fhir/Questionnaire/start-back'

const people = [
  { resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1990-05', name: [{ family: 'Åkjær', given: ['Test', 'Én'] }] },
  {
    resourceType: 'Patient',
    id: 'p2',
    gender: 'male',
    birthDate: '1960-01-31',
    name: [{ family: 'Testperson', given: ['To'] }],
    deceasedDateTime: '2026-01-01',
  },
  { resourceType: 'Patient', id: 'p3', name: [{ family: 'Prøve', given: ['Tre'] }] },
]

const conditions = [
  condition('c1', 'p1', 'L03', '2026-03-10'),
  condition('c2', 'p1', 'T90', '2020'),
  condition('c3', 'p2', 'L86', '2026-02'),
  { ...condition('c4', 'p2', 'L03', undefined), subject: { reference: 'https://elsewhere.example.org/Patient/p2' } },
]

const observations = [
  {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    code: { text: 'CRP' },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2026-03-20T00:30:00+01:00',
    valueQuantity: { value: 5.4, unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' },
  },
  {
    resourceType: 'Observation',
    id: 'o2',
    status: 'amended',
    code: { text: 'CRP' },
    subject: { reference: 'Patient/p1' },
    effectivePeriod: { start: '2026-03-01', end: '2026-03-05' },
    valueQuantity: { value: 96, unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' },
  },
  {
    resourceType: 'Observation',
    id: 'o3',
    status: 'final',
    code: { text: 'CRP' },
    subject: { reference: 'Patient/p2' },
    effectivePeriod: { start: '2026-03-01' },
  },
]

const others = [
  {
    resourceType: 'QuestionnaireResponse',
    id: 'q1',
    status: 'completed',
    questionnaire: FORM,
    subject: { reference: 'Patient/p1' },
    authored: '2026-03-28T08:00:00+01:00',
  },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'q2',
    status: 'completed',
    questionnaire: `${FORM}|2012.1.0`,
    subject: { reference: 'Patient/p1' },
    authored: '2026-03-29T08:00:00+02:00',
  },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'q3',
    status: 'in-progress',
    questionnaire: `${FORM}-other`,
    subject: { reference: 'Patient/p1' },
  },
  { resourceType: 'Questionnaire', id: 'start-back', status: 'draft', url: FORM },
  {
    resourceType: 'RiskAssessment',
    id: 'r1',
    status: 'final',
    subject: { reference: 'Patient/p1' },
    prediction: [{ probabilityDecimal: 0.25 }],
  },
]

function condition(id: string, patientId: string, code: string, onsetDateTime: string | undefined) {
  const coding = [{ system: ICPC, code }, { code: 'no-system' }]
  return { resourceType: 'Condition', id, code: { coding }, subject: { reference: `Patient/${patientId}` }, onsetDateTime }
}

function server(resources: Resource[] = [...people, ...conditions, ...observations, ...others]) {
  return supertest(createDemoFhirServer({ resources, now: () => NOW }))
}

function ids(bundle: Bundle): (string | undefined)[] {
  return (bundle.entry ?? []).map(({ resource }) => resource?.id)
}

async function found(url: string): Promise<(string | undefined)[]> {
  const { body, status } = await server().get(url)
  expect({ url, status }).toEqual({ url, status: 200 })
  expect(body.total).toBe(ids(body).length)
  return ids(body)
}

function link(bundle: Bundle, relation: string): string | undefined {
  return bundle.link?.find(link => link.relation === relation)?.url
}

describe('token search', () => {
  test.each([
    ['code=L03', ['c1', 'c4']],
    [`code=${ICPC}|L03`, ['c1', 'c4']],
    ['code=http://snomed.info/sct|L03', []],
    ['code=|no-system', ['c1', 'c2', 'c3', 'c4']],
    ['code=|L03', []],
    [`code=${ICPC}|`, ['c1', 'c2', 'c3', 'c4']],
    ['code=L86,T90', ['c2', 'c3']],
    ['code=L03&code=no-system', ['c1', 'c4']],
    ['code=L03&code=L86', []],
    ['code:not=L03', ['c2', 'c3']],
    ['code:not=L03,L86', ['c2']],
    ['onset-date:missing=true', ['c4']],
    ['onset-date:missing=false', ['c1', 'c2', 'c3']],
    ['_id=c1,c3', ['c1', 'c3']],
    ['clinical-status:not=resolved', ['c1', 'c2', 'c3', 'c4']],
  ])('Condition?%s finds %j', async (query, expected) => {
    expect(await found(`/Condition?${query}`)).toEqual(expected)
  })

  test('reads plain codes and booleans', async () => {
    expect(await found('/Patient?gender=female')).toEqual(['p1'])
    expect(await found('/Patient?gender=http://hl7.org/fhir/administrative-gender|female')).toEqual(['p1'])
    expect(await found('/Patient?deceased=true')).toEqual(['p2'])
    expect(await found('/Patient?deceased=false')).toEqual(['p1', 'p3'])
  })
})

describe('reference search', () => {
  test.each([
    ['/Condition?patient=p1', ['c1', 'c2']],
    ['/Condition?patient=Patient/p1', ['c1', 'c2']],
    ['/Condition?subject=p1', ['c1', 'c2']],
    ['/Condition?subject:Patient=p1', ['c1', 'c2']],
    ['/Condition?patient=p1,p2', ['c1', 'c2', 'c3']],
    ['/Condition?patient=Group/p1', []],
    ['/Condition?patient=nobody', []],
    ['/Condition?patient=https://elsewhere.example.org/Patient/p2', ['c4']],
    ['/Condition?patient=p1&code=L03', ['c1']],
  ])('%s finds %j', async (url, expected) => {
    expect(await found(url)).toEqual(expected)
  })

  test('takes an absolute URL of this server for the relative reference', async () => {
    const { body } = await server().get('/Condition?patient=http://ehr.example.org/Patient/p1').set('Host', 'ehr.example.org')
    expect(ids(body)).toEqual(['c1', 'c2'])
  })

  test("finds a patient's resources after they moved to another patient", async () => {
    const client = server()
    await client
      .put('/Condition/c1')
      .send(condition('c1', 'p3', 'L03', '2026-03-10'))
      .expect(200)
    expect(ids((await client.get('/Condition?patient=p1')).body)).toEqual(['c2'])
    expect(ids((await client.get('/Condition?patient=p3')).body)).toEqual(['c1'])
  })
})

describe('date search', () => {
  test.each([
    ['eq2026-03-10', ['c1']],
    ['2026-03', ['c1']],
    ['2026', ['c1', 'c3']],
    ['2020-06', []],
    ['ne2026-03-10', ['c2', 'c3']],
    ['gt2026-02-28', ['c1']],
    ['ge2026-02', ['c1', 'c3']],
    ['lt2026-02', ['c2']],
    ['le2026-02', ['c2', 'c3']],
    ['sa2026-02-28', ['c1']],
    ['eb2026-02-01', ['c2']],
    ['ge2026-02-01&onset-date=le2026-03-09', ['c3']],
  ])('Condition?onset-date=%s finds %j', async (value, expected) => {
    expect(await found(`/Condition?onset-date=${value}`)).toEqual(expected)
  })

  test.each([
    ['2026-03-20', ['o1']],
    ['2026-03-19T23:30:00Z', ['o1']],
    ['2026-03-20T00:30:00%2B01:00', ['o1']],
    ['2026-03-20T00:30:00+01:00', ['o1']],
    ['2026-03', ['o1', 'o2']],
    ['gt2026-03-10', ['o1', 'o3']],
    ['eb2026-03-06', ['o2']],
    ['sa2026-03-05', ['o1']],
  ])('Observation?date=%s finds %j, counting Danish days and reading periods', async (value, expected) => {
    expect(await found(`/Observation?date=${value}`)).toEqual(expected)
  })

  test('searches _lastUpdated by the clock the server was given', async () => {
    expect(await found('/Patient?_lastUpdated=2026-03-30')).toEqual(['p1', 'p2', 'p3'])
    expect(await found('/Patient?_lastUpdated=gt2026-03-30')).toEqual([])
  })
})

describe('string, uri, quantity and number search', () => {
  test.each([
    ['/Patient?family=akj', ['p1']],
    ['/Patient?name=test', ['p1', 'p2']],
    ['/Patient?family=person', []],
    ['/Patient?family:contains=PERSON', ['p2']],
    ['/Patient?family:exact=testperson', []],
    ['/Patient?family:exact=Testperson', ['p2']],
    [`/Questionnaire?url=${FORM}`, ['start-back']],
    [`/QuestionnaireResponse?questionnaire=${FORM}`, ['q1', 'q2']],
    [`/QuestionnaireResponse?questionnaire=${FORM}|2012.1.0`, ['q2']],
    [`/QuestionnaireResponse?questionnaire=${FORM}|1.0.0`, []],
    ['/Observation?value-quantity=5.4', ['o1']],
    ['/Observation?value-quantity=5', ['o1']],
    ['/Observation?value-quantity=6', []],
    ['/Observation?value-quantity=gt10|http://unitsofmeasure.org|mg/L', ['o2']],
    ['/Observation?value-quantity=gt10||mg/L', ['o2']],
    ['/Observation?value-quantity=gt10||mmol/L', []],
    ['/RiskAssessment?probability=gt0.2', ['r1']],
    ['/RiskAssessment?probability=lt0.2', []],
  ])('%s finds %j', async (url, expected) => {
    expect(await found(url)).toEqual(expected)
  })
})

describe('sorting and paging', () => {
  test.each([
    ['/QuestionnaireResponse?_sort=-authored', ['q2', 'q1', 'q3']],
    ['/QuestionnaireResponse?_sort=authored', ['q1', 'q2', 'q3']],
    ['/Observation?_sort=status,-_id', ['o2', 'o3', 'o1']],
    ['/Patient?_sort=family', ['p1', 'p3', 'p2']],
    ['/Condition?patient=p1&_sort=-onset-date', ['c1', 'c2']],
  ])('%s answers in the order %j', async (url, expected) => {
    expect(await found(url)).toEqual(expected)
  })

  test('walks all pages through absolute next links and keeps the search', async () => {
    const many = Array.from({ length: 12 }, (_, index) => condition(`m${index}`, index === 0 ? 'p2' : 'p1', 'L03', '2026-01-01'))
    const client = server([...people, ...many])
    const seen: (string | undefined)[] = []
    for (let url: string | undefined = '/fhir-is-not-here'; url;) {
      const { body } = await client.get(
        url.startsWith('http') ? url.slice(new URL(url).origin.length) : '/Condition?patient=p1&_count=5&_sort=-_id',
      )
      expect(body).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 11 })
      expect(new URL(link(body, 'self') ?? '').searchParams.get('patient')).toBe('p1')
      seen.push(...ids(body))
      url = link(body, 'next')
    }
    expect(seen).toEqual(['m9', 'm8', 'm7', 'm6', 'm5', 'm4', 'm3', 'm2', 'm11', 'm10', 'm1'])
  })

  test('answers 50 resources without _count, at most 500 with it, and none with _summary=count or _count=0', async () => {
    const client = server(Array.from({ length: 501 }, (_, index) => ({ resourceType: 'Patient', id: `m${index}` })))
    expect(ids((await client.get('/Patient')).body)).toHaveLength(50)
    const largest = (await client.get('/Patient?_count=1000')).body
    expect(ids(largest)).toHaveLength(500)
    expect(link(largest, 'next')).toBeDefined()
    for (const url of ['/Patient?_summary=count', '/Patient?_count=0']) {
      const { body } = await client.get(url)
      expect(body.total).toBe(501)
      expect(body.entry).toBeUndefined()
      expect(link(body, 'next')).toBeUndefined()
    }
  })

  test('leaves the total out with _total=none', async () => {
    expect((await server().get('/Patient?_total=none')).body).not.toHaveProperty('total')
    expect((await server().get('/Patient?_total=accurate')).body.total).toBe(3)
  })

  test('refuses a page token that is not its own', async () => {
    await server().get('/Patient?_page=abc').expect(400)
  })
})

describe('POST _search and parameters', () => {
  test('merges the form body with the URL', async () => {
    const { body } = await server().post('/Condition/_search?patient=p1').type('form').send('code=L03,L86').expect(200)
    expect(ids(body)).toEqual(['c1'])
    expect(link(body, 'self')).toMatch(/\/Condition\?patient=p1&code=L03%2CL86$/)
  })

  test('refuses a search body that it would not read', async () => {
    await server().post('/Condition/_search').send({ patient: 'p1' }).expect(415)
  })

  test('ignores an unknown parameter and leaves it out of the self link', async () => {
    const { body } = await server().get('/Condition?patient=p1&favourite=blue&subject.name=x').expect(200)
    expect(ids(body)).toEqual(['c1', 'c2'])
    expect(link(body, 'self')).toMatch(/\/Condition\?patient=p1$/)
  })

  test('refuses an unknown parameter under Prefer: handling=strict', async () => {
    const { body } = await server().get('/Condition?favourite=blue').set('Prefer', 'handling=strict').expect(400)
    expect((body as OperationOutcome).resourceType).toBe('OperationOutcome')
    await server().get('/Condition?patient=p1&_sort=-onset-date&_format=json').set('Prefer', 'handling=strict').expect(200)
  })

  test.each([
    'code:in=x',
    'code:text=x',
    'onset-date:exact=2020',
    'onset-date=yesterday',
    'onset-date=2026-02-30',
    'patient=',
    'onset-date:missing=maybe',
    '_count=-1',
  ])('refuses Condition?%s with 400', async query => {
    const { body } = await server().get(`/Condition?${query}`).expect(400)
    expect(body.issue[0]).toMatchObject({ severity: 'error', code: 'invalid' })
  })
})

describe('read and write', () => {
  test('reads what was given, with version and time of last update', async () => {
    const { body, headers } = await server().get('/Patient/p1').expect(200)
    expect(body).toMatchObject({ ...people[0], meta: { versionId: '1', lastUpdated: '2026-03-30T12:00:00.000Z' } })
    expect(headers).toMatchObject({ etag: 'W/"1"', 'content-type': 'application/fhir+json; charset=utf-8' })
  })

  test('writes no hidden marks into the resources it searches', async () => {
    const client = server()
    await client.get('/Patient?name=test&birthdate=1990')
    expect(JSON.stringify((await client.get('/Patient/p1')).body)).not.toContain('__path__')
    expect(people[0]).not.toHaveProperty('meta')
  })

  test('creates what matches nothing that is there, answers with the one that does, and refuses where several do', async () => {
    const own = createDemoFhirServer({ resources: [], now: () => NOW })
    const value = 'urn:uuid:6a1c7c7e-9a55-4e0e-8f0b-0d4a1f1b7a10'
    const form = { resourceType: 'QuestionnaireResponse', status: 'completed', identifier: { system: 'urn:ietf:rfc:3986', value } }
    const create = (unless: string) =>
      supertest(own).post('/QuestionnaireResponse').set('If-None-Exist', unless).type('application/fhir+json').send(JSON.stringify(form))
    const unless = `identifier=urn:ietf:rfc:3986%7C${value}`
    const made = await create(unless).expect(201)
    const again = await create(unless).expect(200)
    expect(again.body).toEqual(made.body)
    expect(again.headers['location']).toMatch(new RegExp(`/QuestionnaireResponse/${(made.body as Resource).id}$`))
    await create('identifier=other').expect(201)
    await create('status=completed').expect(412)
    await create('').expect(400)
    await create('no-such=x').expect(400)
  })

  test('creates, updates and deletes', async () => {
    const client = server()
    const created = await client
      .post('/Condition')
      .send(condition('ignored', 'p3', 'L86', '2026-03-01'))
      .expect(201)
    expect(created.body.id).not.toBe('ignored')
    expect(new URL(created.headers.location ?? '').pathname).toBe(`/Condition/${created.body.id}`)
    const changed = { ...created.body, onsetDateTime: '2026-03-02' }
    const updated = await client
      .put(`/Condition/${created.body.id}`)
      .type('application/fhir+json')
      .send(JSON.stringify(changed))
      .expect(200)
    expect(updated.body.meta.versionId).toBe('2')
    expect(ids((await client.get('/Condition?patient=p3&onset-date=2026-03-02')).body)).toEqual([created.body.id])
    await client.delete(`/Condition/${created.body.id}`).expect(204)
    await client.get(`/Condition/${created.body.id}`).expect(404)
    expect((await client.get('/Condition?patient=p3')).body.total).toBe(0)
    await client.put('/Patient/new').send({ resourceType: 'Patient', id: 'new' }).expect(201)
  })

  test.each([
    ['get', '/Patient/nobody', 404, undefined],
    ['get', '/Medication', 404, undefined],
    ['get', '/Patient/p1/$everything', 404, undefined],
    ['patch', '/Patient/p1', 405, {}],
    ['delete', '/Patient', 405, undefined],
    ['get', '/Patient/_search', 405, undefined],
    ['put', '/Patient/p1', 422, { resourceType: 'Patient', id: 'p2' }],
    ['put', '/Patient/p1', 422, { resourceType: 'Condition', id: 'p1' }],
    ['post', '/Patient', 400, { id: 'p1' }],
    ['post', '/Patient', 413, { resourceType: 'Patient', text: 'x'.repeat(5 * 1024 * 1024) }],
  ] as const)('%s %s is refused with %d and an OperationOutcome', async (method, url, status, body) => {
    const answer = await server()[method](url).set('Origin', 'http://127.0.0.1:8080').send(body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] })
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers['content-type']).toMatch('application/fhir+json')
  })

  test('says which methods a URL takes, and refuses unreadable or foreign bodies', async () => {
    expect((await server().patch('/Patient/p1')).headers.allow).toBe('GET, PUT, DELETE')
    await server().post('/Patient').type('application/fhir+json').send('{"resourceType":').expect(400)
    await server().post('/Patient').type('application/xml').send('<Patient/>').expect(415)
  })

  test('refuses to start with a resource it cannot hold', () => {
    expect(() => server([{ resourceType: 'Medication', id: 'm' }])).toThrow('Medication/m')
    expect(() => server([{ resourceType: 'Patient' }])).toThrow('no id')
    expect(() =>
      server([
        { resourceType: 'Patient', id: 'a' },
        { resourceType: 'Patient', id: 'a' },
      ]),
    ).toThrow('twice')
  })
})

describe('what a browser and a CDS client need', () => {
  test.each(['application/fhir+json', 'application/json', 'application/json+fhir', '*/*'])('answers Accept: %s', async accept => {
    await server().get('/Patient/p1').set('Accept', accept).expect(200)
  })

  test('answers preflights', async () => {
    const { status, headers } = await server().options('/_services/smart/Launch').set({
      Origin: 'http://127.0.0.1:8080',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    })
    expect(status).toBe(204)
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization,content-type' })
    expect(headers['access-control-allow-methods']).toMatch('POST')
  })

  test('states FHIR 4.0.1, its types and their search parameters', async () => {
    const statement: CapabilityStatement = (await server().get('/metadata').expect(200)).body
    expect(statement).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', kind: 'instance' })
    const resources = statement.rest?.[0]?.resource ?? []
    expect(resources).toHaveLength(26)
    const response = resources.find(({ type }) => type === 'QuestionnaireResponse')
    expect(response?.searchParam).toEqual(
      expect.arrayContaining([
        { name: 'authored', type: 'date' },
        { name: '_lastUpdated', type: 'date' },
      ]),
    )
  })
})

describe('Bundles', () => {
  const transaction = (...entry: unknown[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })

  test('carries out a transaction, linking new resources to each other', async () => {
    const client = server([])
    const answer = await client.post('/').send(
      transaction(
        {
          fullUrl: 'urn:uuid:2',
          resource: { ...condition('x', 'y', 'L03', '2026-03-01'), subject: { reference: 'urn:uuid:1' } },
          request: { method: 'POST', url: 'Condition' },
        },
        { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
        { resource: { resourceType: 'Patient', id: 'known' }, request: { method: 'PUT', url: 'Patient/known' } },
        { request: { method: 'GET', url: 'Condition?code=L03' } },
      ),
    )
    expect(answer.status).toBe(200)
    const bundle: Bundle = answer.body
    expect(bundle.type).toBe('transaction-response')
    expect(bundle.entry?.map(({ response }) => response?.status)).toEqual(['201', '201', '201', '200'])
    expect(bundle.entry?.[3]?.resource).toMatchObject({ resourceType: 'Bundle', total: 1 })
    const patientId = bundle.entry?.[1]?.resource?.id
    expect((await client.get(`/Condition?patient=${patientId}`)).body.total).toBe(1)
  })

  test('undoes a whole transaction when one entry fails', async () => {
    const client = server()
    const entries = [
      { resource: condition('c9', 'p1', 'L03', '2026-03-01'), request: { method: 'PUT', url: 'Condition/c9' } },
      { request: { method: 'DELETE', url: 'Condition/c1' } },
      { request: { method: 'GET', url: 'Patient/nobody' } },
    ]
    await client
      .post('/')
      .send(transaction(...entries))
      .expect(404)
    expect(ids((await client.get('/Condition?patient=p1')).body)).toEqual(['c1', 'c2'])
  })

  test('answers a batch entry by entry', async () => {
    const entry = [{ request: { method: 'GET', url: 'Patient/nobody' } }, { request: { method: 'GET', url: 'Patient/p1' } }, {}]
    const { body } = await server().post('/').send({ resourceType: 'Bundle', type: 'batch', entry }).expect(200)
    expect((body as Bundle).entry?.map(({ response }) => response?.status)).toEqual(['404', '200', '400'])
    expect((body as Bundle).entry?.[0]?.response?.outcome).toMatchObject({ resourceType: 'OperationOutcome' })
  })

  test('refuses other Bundles', async () => {
    await server().post('/').send({ resourceType: 'Bundle', type: 'collection' }).expect(400)
    await server().post('/').send({ resourceType: 'Patient' }).expect(400)
  })
})

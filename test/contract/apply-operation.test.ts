import type { Bundle, CarePlan, FhirResource, Library, OperationOutcome, Parameters, RequestGroup } from 'fhir/r4.js'
import supertest from 'supertest'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import { PEOPLE, prefetchedCall, resourcesOf, searchset, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { hold } from '../support/hold.js'
import { activity, canonical, compileResources, english, fhirpath, library, plan, topAction } from '../support/knowledge-builder.js'
import { startTestService, TEST_NOW } from '../support/service.js'

const PLANS = ['start-back', 'red-flags', 'red-flag-serious-disease', 'recent-onset-low-back-pain']
/** For tests that go through everybody, on a busy machine. */
const LONG_MS = 30_000

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

const apply = (plan: string, body: unknown) =>
  supertest(service.url).post(`/fhir/PlanDefinition/${plan}/$apply`).set('content-type', 'application/fhir+json').send(JSON.stringify(body))

const parameters = (person: string, ...further: Json[]): Json => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'subject', valueString: `Patient/${person}` },
    { name: 'data', resource: { ...searchset(resourcesOf(person)), type: 'collection', total: undefined } },
    ...further,
  ],
})

const groupOf = ({ contained = [] }: CarePlan) => contained[0] as RequestGroup
const titlesOf = (plan: CarePlan) => (groupOf(plan).action ?? []).map(({ title }) => title)

test('the examples of this test are valid Parameters', () => {
  expect(faultsOfShape(JSON.parse(JSON.stringify(parameters('start-back-high'))))).toEqual([])
})

describe.each(PLANS)('%s', plan => {
  test(
    'answers a valid CarePlan that contains its RequestGroup, for every synthetic person',
    async () => {
      for (const person of PEOPLE) {
        const { status, headers, body } = await apply(plan, parameters(person))
        expect(status).toBe(200)
        expect(headers['content-type']).toMatch(/^application\/fhir\+json/)
        const carePlan = body as CarePlan
        expect(faultsOfShape(carePlan)).toEqual([])
        expect(carePlan).toMatchObject({
          resourceType: 'CarePlan',
          status: 'draft',
          intent: 'proposal',
          subject: { reference: `Patient/${person}` },
        })
        expect(carePlan.activity).toEqual([{ reference: { reference: `#${groupOf(carePlan).id}` } }])
        expect(groupOf(carePlan)).toMatchObject({ resourceType: 'RequestGroup', instantiatesCanonical: carePlan.instantiatesCanonical })
      }
    },
    LONG_MS,
  )

  test(
    'answers references that resolve inside the CarePlan',
    async () => {
      for (const person of PEOPLE) {
        const { body, text } = await apply(plan, parameters(person))
        const ids = ((body as CarePlan).contained ?? []).map(({ id }) => `#${id}`)
        expect(new Set(ids).size).toBe(ids.length)
        const used = [...text.matchAll(/"reference":"(#[^"]*)"/g)].map(([, reference]) => reference)
        expect(used.filter(reference => !ids.includes(reference ?? ''))).toEqual([])
      }
    },
    LONG_MS,
  )
})

test('the same input gets the same bytes', async () => {
  expect((await apply('start-back', parameters('start-back-high'))).text).toBe(
    (await apply('start-back', parameters('start-back-high'))).text,
  )
})

test('the actions are those that a call shows as cards', async () => {
  const { body } = await supertest(service.url)
    .post('/cds-services/start-back-risk')
    .send(prefetchedCall('start-back-high', 'start-back-risk'))
  const summaries = (body as { cards: { summary: string }[] }).cards.map(({ summary }) => summary)
  expect(titlesOf((await apply('start-back', parameters('start-back-high'))).body as CarePlan)).toEqual(summaries)
})

test('texts come in the language of userLanguage, else of Accept-Language, else in Danish', async () => {
  const language = (code: string) => ({ name: 'userLanguage', valueCodeableConcept: { coding: [{ system: 'urn:ietf:bcp:47', code }] } })
  const of = async (code: string) => groupOf((await apply('start-back', parameters('start-back-high', language(code)))).body as CarePlan)
  expect(await of('en-GB')).toMatchObject({ language: 'en', action: [{ title: expect.stringMatching(/high risk/) as string }] })
  expect(await of('de')).toMatchObject({ language: 'da', action: [{ title: expect.stringMatching(/høj risiko/) as string }] })
  const { body } = await apply('start-back', parameters('start-back-high')).set('accept-language', 'en')
  expect(titlesOf(body as CarePlan)[0]).toMatch(/high risk/)
})

test('encounter and practitioner find their way into the CarePlan', async () => {
  const further = [
    { name: 'encounter', valueReference: { reference: 'Encounter/e1' } },
    { name: 'practitioner', valueString: 'Practitioner/p1' },
  ]
  const { body } = await apply('start-back', parameters('start-back-high', ...further))
  expect(body).toMatchObject({ encounter: { reference: 'Encounter/e1' } })
  expect(faultsOfShape(body)).toEqual([])
})

describe('input that is not usable is answered with 400', () => {
  const named = (parameter: unknown): unknown => ({ resourceType: 'Parameters', parameter })
  const subject = { name: 'subject', valueString: 'Patient/a' }
  const data = { name: 'data', resource: searchset([]) }

  test.each<[string, unknown]>([
    ['an empty object', {}],
    ['a list', []],
    ['another resource', { resourceType: 'Patient' }],
    ['Parameters without parameters', { resourceType: 'Parameters' }],
    ['parameters that are no list', named({})],
    ['holes', named([null, 7, 'a'])],
    ['no subject', named([data])],
    ['a subject that is no patient', named([{ name: 'subject', valueString: 'Group/a' }, data])],
    ['a subject without id', named([{ name: 'subject', valueString: 'Patient/' }, data])],
    ['a subject with a path', named([{ name: 'subject', valueString: 'Patient/a/b' }, data])],
    ['two subjects', named([subject, { ...subject, valueString: 'Patient/b' }, data])],
    ['a subject of the wrong kind', named([{ name: 'subject', valueString: 7 }, data])],
    ['no data', named([subject])],
    ['data without resource', named([subject, { name: 'data' }])],
    ['data that is no resource', named([subject, { name: 'data', resource: [] }])],
    ['entries that are no list', named([subject, { name: 'data', resource: { resourceType: 'Bundle', entry: {} } }])],
  ])('%s', async (_, body) => {
    const { status, text } = await apply('start-back', body)
    expect({ status, code: /CDS_[A-Z_]+/.exec(text)?.[0] }).toEqual({ status: 400, code: 'CDS_PARAMETERS_INVALID' })
  })

  test.each(['https://ehr.example.org/fhir/Patient/a', 'Patient/a/_history/2'])(
    'the subject as %s is the same patient',
    async reference => {
      const written = await apply('start-back', named([{ name: 'subject', valueReference: { reference } }, data])).expect(200)
      const plain = await apply('start-back', named([subject, data])).expect(200)
      expect(written.body).toEqual(plain.body)
    },
  )

  test('data of another patient', async () => {
    const { status, text } = await apply('start-back', named([subject, { name: 'data', resource: searchset(resourcesOf('recent-pain')) }]))
    expect({ status, code: /CDS_[A-Z_]+/.exec(text)?.[0] }).toEqual({ status: 400, code: 'CDS_DATA_OF_ANOTHER_PATIENT' })
  })

  test.each<[string, unknown]>([
    ['a number as language', { name: 'userLanguage', valueCodeableConcept: { coding: [{ code: 7 }] } }],
    ['a hole as language', { name: 'userLanguage', valueCodeableConcept: { coding: [null] } }],
    ['an object as practitioner', { name: 'practitioner', valueString: {} }],
    ['nothing as encounter', { name: 'encounter', valueReference: null }],
  ])('but %s is passed over', async (_, parameter) => {
    await apply('start-back', named([subject, data, parameter])).expect(200)
  })
})

test('data whose elements have other types than FHIR gives them count as absent, and the CarePlan names them', async () => {
  const body = JSON.stringify(parameters('start-back-high')).replaceAll(/"valueBoolean":(true|false)/g, '"valueBoolean":"yes"')
  const { status, body: carePlan } = await apply('start-back', JSON.parse(body))
  expect(status).toBe(200)
  expect(carePlan.extension).toEqual([
    { url: 'http://hl7.org/fhir/StructureDefinition/cqf-messages', valueReference: { reference: '#messages' } },
  ])
  const { issue } = carePlan.contained.find(({ id }: { id: string }) => id === 'messages')
  expect(issue.length).toBeGreaterThan(7)
  expect(issue[0]).toEqual({
    severity: 'warning',
    code: 'invalid',
    diagnostics: expect.stringMatching(/^QuestionnaireResponse\/[\w-]+: is no boolean; it counts as absent\.$/),
    expression: [expect.stringMatching(/^QuestionnaireResponse(\.item\[\d+\])+\.answer\[0\]\.valueBoolean$/)],
  })
})

test('an evaluation that runs out of time is 503, never a plan with gaps', async () => {
  // The clock is asked when the evaluation begins.
  const slow = await startTestService({ deadlineMs: 1_000, now: () => (hold(1_100), TEST_NOW) })
  const { status, text } = await supertest(slow.url).post('/fhir/PlanDefinition/start-back/$apply').send(parameters('start-back-high'))
  await slow.close()
  expect({ status, code: /CDS_[A-Z_]+/.exec(text)?.[0] }).toEqual({ status: 503, code: 'CDS_DEADLINE_PASSED' })
})

test('one whose time has run out before it begins is 503 and says so', async () => {
  const late = await startTestService({ deadlineMs: 0 })
  const { status, text, headers } = await supertest(late.url)
    .post('/fhir/PlanDefinition/start-back/$apply')
    .send(parameters('start-back-high'))
  await late.close()
  expect({ status, code: /CDS_[A-Z_]+/.exec(text)?.[0], again: headers['retry-after'] }).toEqual({
    status: 503,
    code: 'CDS_CALL_TOO_LATE',
    again: '1',
  })
})

test('a plan that is not there is 404', async () => {
  const { status, text } = await apply('not-there', parameters('start-back-high'))
  expect(status).toBe(404)
  expect(text).toContain('CDS_RESOURCE_UNKNOWN')
})

test('a plan that this deployment does not serve is 404', async () => {
  const restricted = await startTestService({ isServed: ({ resource }) => resource.id !== 'start-back' })
  const { status } = await supertest(restricted.url).post('/fhir/PlanDefinition/start-back/$apply').send(parameters('start-back-high'))
  await restricted.close()
  expect(status).toBe(404)
})

test('nothing of a call is stored: an empty Bundle after a full one is empty', async () => {
  await apply('start-back', parameters('start-back-high'))
  const empty = {
    ...parameters('start-back-high'),
    parameter: [
      { name: 'subject', valueString: 'Patient/start-back-high' },
      { name: 'data', resource: searchset([]) },
    ],
  }
  const { body } = await apply('start-back', empty)
  expect(groupOf(body as CarePlan).action).toBeUndefined()
})

describe('what a caller of $apply names', () => {
  const READS: Library = library(
    {},
    {
      dataRequirement: ['Patient', 'Practitioner', 'Organization', 'Observation'].map(type => ({ type: type as 'Patient' })),
      parameter: [
        { name: 'howMany', use: 'in', type: 'integer' },
        { name: 'place', use: 'in', type: 'CodeableConcept' },
      ],
    },
  )
  const value = (path: string, expression: string) => ({ path, expression: fhirpath(expression) })
  const note = [
    '%subject.id',
    '%practitioner.name.text',
    '%organization.name',
    '%howMany.toString()',
    '%place.text',
    "%resource.entry.resource.id.join('+')",
  ].join(" & '; ' & ")
  const order = activity('order', {
    code: { text: 'x' },
    profile: 'urn:p',
    dosage: [{ text: 'd' }],
    dynamicValue: [value('patientInstruction', note)],
  })
  const forGroups = { subjectCodeableConcept: { coding: [{ code: 'Group' }] } }
  const { knowledge } = compileResources(
    plan([topAction('a', { definitionCanonical: canonical('ActivityDefinition', 'order') })]),
    plan(
      [{ id: 'g', title: 'Til gruppen', _title: english('For the group'), definitionCanonical: canonical('ActivityDefinition', 'visit') }],
      { id: 'groups', ...forGroups },
    ),
    { ...order, dosage: [{ text: 'd' }] },
    activity('visit', { kind: 'Task', code: { text: 'visit' }, ...forGroups }),
    activity('alone', {
      kind: 'Task',
      code: { text: 'alone' },
      library: [canonical('Library', 'facts')],
      dynamicValue: [value('description', "'for ' & %howMany.toString()")],
    }),
    READS,
  )
  let own: Listening

  beforeAll(async () => {
    own = await startTestService({ knowledge })
  })

  afterAll(() => own.close())

  const records: FhirResource[] = [
    { resourceType: 'Observation', id: 'z', status: 'final', code: {}, subject: { reference: 'Patient/p' } },
    { resourceType: 'Patient', id: 'p' },
    { resourceType: 'Practitioner', id: 'd', name: [{ text: 'Bo' }] },
    { resourceType: 'Organization', id: 'o', name: 'Klinikken' },
    { resourceType: 'Observation', id: 'a', status: 'final', code: {}, subject: { reference: 'Patient/p' } },
  ]
  const given: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'howMany', valueInteger: 6 },
      { name: 'place', valueCodeableConcept: { text: 'hjemme' } },
      { name: 'nobody', valueInteger: 1 },
    ],
  }
  const send = (path: string, subject = 'Patient/p', ...further: NonNullable<Parameters['parameter']>) => {
    const data: Bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: (subject === 'Patient/p' ? records : []).map(resource => ({ resource })),
    }
    const parameter = [
      { name: 'subject', valueString: subject },
      { name: 'practitioner', valueString: 'Practitioner/d' },
      { name: 'organization', valueString: 'Organization/o' },
      { name: 'encounter', valueString: 'Encounter/e' },
      { name: 'data', resource: data },
      { name: 'parameters', resource: given },
      ...further,
    ]
    return supertest(own.url)
      .post(`/fhir/${path}/$apply`)
      .set('content-type', 'application/fhir+json')
      .send(JSON.stringify({ resourceType: 'Parameters', parameter }))
  }
  const toldIn = (answer: unknown) =>
    ((answer as { contained?: OperationOutcome[] }).contained ?? [])
      .filter(({ resourceType }) => resourceType === 'OperationOutcome')
      .flatMap(({ issue }) => issue.map(({ diagnostics }) => diagnostics))

  test('stands in expressions, on the proposals and on the CarePlan; what is not carried or read is told', async () => {
    const { body } = await send('PlanDefinition/plan', 'Patient/p', { name: 'setting', valueCodeableConcept: { text: 's' } }).expect(200)
    expect(faultsOfShape(body)).toEqual([])
    expect(body).toMatchObject({
      author: { reference: 'Practitioner/d' },
      encounter: { reference: 'Encounter/e' },
      extension: [{ valueReference: { reference: '#messages' } }],
    })
    const [group, proposal] = (body as CarePlan).contained ?? []
    expect(group).toMatchObject({ author: { reference: 'Practitioner/d' } })
    expect(proposal).toMatchObject({
      resourceType: 'ServiceRequest',
      requester: { reference: 'Practitioner/d' },
      encounter: { reference: 'Encounter/e' },
      meta: { profile: ['urn:p'] },
    })
    expect((proposal as { patientInstruction?: string }).patientInstruction).toMatch(/^p; Bo; Klinikken; 6; hjemme; z\+p\+d\+o\+a$/)
    expect(toldIn(body)).toEqual([
      'ActivityDefinition order: dosage: A ServiceRequest does not take it over; leave it out, or set what is meant with a dynamicValue.',
      'The input parameter setting changes nothing here.',
      'The input parameter parameters holds what no library declares; nothing reads it.',
    ])
  })

  test('an ActivityDefinition is applied by itself, whether a plan uses it or not', async () => {
    const { body } = await send('ActivityDefinition/order').expect(200)
    expect(faultsOfShape(body)).toEqual([])
    expect(body).toMatchObject({
      resourceType: 'ServiceRequest',
      status: 'draft',
      intent: 'proposal',
      requester: { reference: 'Practitioner/d' },
      extension: [{ valueReference: { reference: '#messages' } }],
    })
    expect(toldIn(body)[0]).toContain('dosage')
    expect((await send('ActivityDefinition/alone').expect(200)).body).toMatchObject({
      resourceType: 'Task',
      status: 'draft',
      description: 'for 6',
      for: { reference: 'Patient/p' },
    })
    expect((await send('ActivityDefinition/nowhere').expect(404)).text).toContain('CDS_RESOURCE_UNKNOWN')
  })

  test('a group is no patient', async () => {
    const { body, text } = await send('PlanDefinition/groups', 'Group/g').expect(200)
    expect(body).toMatchObject({
      subject: { reference: 'Group/g' },
      contained: [{ subject: { reference: 'Group/g' } }, { resourceType: 'Task', for: { reference: 'Group/g' } }, {}],
    })
    expect(text).not.toContain('Patient/')
    expect((await send('PlanDefinition/groups').expect(400)).text).toContain('Group/id')
    expect((await send('PlanDefinition/plan', 'Group/g').expect(400)).text).toContain('Patient/id')
  })
})

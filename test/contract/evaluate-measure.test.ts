import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { FhirResource, MeasureReport, OperationOutcome } from 'fhir/r4.js'
import supertest from 'supertest'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

/** Somebody whose back pain was recorded on a day. */
const patient = (id: string, recordedDate: string, ...more: FhirResource[]): FhirResource[] => [
  { resourceType: 'Patient', id, birthDate: '1980-05-05' },
  {
    resourceType: 'Condition',
    id: `${id}-back`,
    subject: { reference: `Patient/${id}` },
    clinicalStatus: { coding: [{ code: 'active' }] },
    code: { coding: [{ system: 'urn:oid:1.2.208.176.2.31', code: 'L03' }] },
    recordedDate,
  },
  ...more,
]

const opioid = (id: string, authoredOn: string): FhirResource => ({
  resourceType: 'MedicationRequest',
  id: `${id}-opioid`,
  status: 'active',
  intent: 'order',
  subject: { reference: `https://ehr.example.org/fhir/Patient/${id}` },
  medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code: 'N02AX02' }] },
  authoredOn,
})

const people = [
  ...patient('one', '2025-09-01', opioid('one', '2025-09-10')),
  ...patient('two', '2025-09-01', opioid('two', '2026-02-10')),
  ...patient('three', '2025-10-01'),
  ...patient('too-late', '2026-03-20'),
  // Whose it is nobody can tell: it counts for none of them.
  { ...opioid('three', '2025-10-02'), id: 'nobody', subject: undefined } as unknown as FhirResource,
]

type Parameter = Record<string, unknown> & { name: string }

const period: Parameter[] = [
  { name: 'periodStart', valueDate: '2025-07-01' },
  { name: 'periodEnd', valueDate: '2026-03-29' },
]
const data: Parameter = {
  name: 'data',
  resource: { resourceType: 'Bundle', type: 'collection', entry: people.map(resource => ({ resource })) },
}

const evaluate = (parameter: readonly Parameter[], measure = 'opioid-in-episode', language = 'en') =>
  supertest(service.url)
    .post(`/fhir/Measure/${measure}/$evaluate-measure`)
    .set('content-type', 'application/fhir+json')
    .set('accept-language', language)
    .send(JSON.stringify({ resourceType: 'Parameters', parameter }))

const figures = ({ group = [] }: MeasureReport) => group.map(({ population = [] }) => population.map(({ count }) => count))

test('a summary counts the patients of the data', async () => {
  const { status, body } = await evaluate([...period, { name: 'reportType', valueCode: 'summary' }, data])
  expect(status).toBe(200)
  expect(faultsOfShape(body as object)).toEqual([])
  const report = body as MeasureReport
  expect(report).toMatchObject({
    resourceType: 'MeasureReport',
    type: 'summary',
    measure: expect.stringMatching(/Measure\/opioid-in-episode\|/),
    period: { start: '2025-07-01', end: '2026-03-29' },
  })
  expect(figures(report)).toEqual([[3, 3, 0, 1]])
  expect(report.group?.[0]?.measureScore?.value).toBe(0.3333)
  expect(report.group?.[0]?.code?.text).toBe('Within 84 days')
  expect(((await evaluate([...period, data], undefined, 'da')).body as MeasureReport).group?.[0]?.code?.text).toBe('Inden for 84 dage')
})

test('a report on one patient is about that one alone', async () => {
  const { body } = await evaluate([
    ...period,
    { name: 'subject', valueString: 'Patient/one' },
    { name: 'reportType', valueCode: 'subject' },
    data,
  ])
  expect(body).toMatchObject({ type: 'individual', subject: { reference: 'Patient/one' } })
  expect(figures(body as MeasureReport)).toEqual([[1, 1, 0, 1]])
})

test.each<[string, readonly Parameter[], RegExp]>([
  ['a period', [data], /periodStart as a day/],
  ['a day as its beginning', [{ name: 'periodStart', valueDate: '2026-02-29' }, ...period.slice(1), data], /periodStart as a day/],
  ['an end after its beginning', [{ name: 'periodStart', valueDate: '2026-04-01' }, ...period.slice(1), data], /ends before it begins/],
  ['data', period, /Bundles of the patients' records/],
  ['a kind of report that there is', [...period, { name: 'reportType', valueCode: 'subject-list' }, data], /reportType is summary/],
  ['a subject for a report on one', [...period, { name: 'reportType', valueCode: 'subject' }, data], /Give subject for a report on one/],
  ['a patient as subject', [...period, { name: 'subject', valueString: 'Group/x' }, data], /subject as Patient\/id/],
])('it wants %s', async (_, parameter, words) => {
  const { status, body } = await evaluate(parameter)
  expect(status).toBe(400)
  expect((body as OperationOutcome).issue[0]?.diagnostics).toMatch(words)
})

test('of a measure that is not there it is 404; those that are there are read as all knowledge', async () => {
  expect((await evaluate([...period, data], 'nothing')).status).toBe(404)
  const { body } = await supertest(service.url).get('/fhir/Measure')
  expect((body as { total: number }).total).toBe(7)
  const capability = (await supertest(service.url).get('/fhir/metadata')).body as {
    rest: { resource: { type: string; operation?: { name: string; documentation?: string }[] }[] }[]
  }
  const { operation } = capability.rest[0]?.resource.find(({ type }) => type === 'Measure') ?? {}
  expect(operation).toContainEqual(
    expect.objectContaining({ name: 'evaluate-measure', documentation: expect.stringContaining('no FHIR server is read') }),
  )
})

import type { Bundle, CapabilityStatement, FhirResource } from 'fhir/r4.js'
import supertest from 'supertest'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import type { Listening } from '../support/listen.js'
import { startTestService, testKnowledge } from '../support/service.js'

let service: Listening
const resources = testKnowledge().knowledge.files.map(({ resource }) => resource)
const types = [...new Set(resources.map(({ resourceType }) => resourceType))].sort()

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

const get = (path: string) => supertest(service.url).get(`/fhir/${path}`)

test('the capability statement is valid and tells of every type of knowledge', async () => {
  const { status, headers, body } = await get('metadata')
  expect(status).toBe(200)
  expect(headers['content-type']).toMatch(/^application\/fhir\+json/)
  expect(faultsOfShape(body)).toEqual([])
  const { fhirVersion, rest = [] } = body as CapabilityStatement
  expect(fhirVersion).toBe('4.0.1')
  expect(rest[0]?.resource?.map(({ type }) => type)).toEqual(types)
  const applied = rest[0]?.resource?.flatMap(({ operation = [] }) => operation.map(({ definition }) => definition.split('/').at(-1)))
  expect(applied).toEqual(['ActivityDefinition-apply', 'PlanDefinition-apply'])
})

test.each(types)('all knowledge of a type can be listed and read: %s', async type => {
  const { body } = await get(type).expect(200)
  expect(faultsOfShape(body)).toEqual([])
  const { entry = [], total } = body as Bundle
  const own = resources.filter(({ resourceType }) => resourceType === type)
  expect(total).toBe(own.length)
  expect(entry.map(({ resource }) => resource)).toEqual(own)
  for (const resource of own) expect((await get(`${type}/${resource.id}`).expect(200)).body).toEqual(resource)
})

test('a resource is found by its canonical url', async () => {
  const { url } = resources.find(({ resourceType }) => resourceType === 'PlanDefinition') as FhirResource & { url: string }
  const found = (await get(`PlanDefinition?url=${encodeURIComponent(url)}`)).body as Bundle
  expect(found.entry?.map(({ resource }) => (resource as { url?: string }).url)).toEqual([url])
  const none = (await get('PlanDefinition?url=https://columna.example.org/none')).body as Bundle
  expect(none).toEqual({ resourceType: 'Bundle', type: 'searchset', total: 0 })
})

test.each([
  'Patient',
  'Patient/start-back-high',
  'Observation',
  '__proto__',
  'constructor/x',
  'PlanDefinition/not-there',
  'PlanDefinition/__proto__',
  'PlanDefinition/..%2f..%2fpackage.json',
])('there is nothing but knowledge to read: %s is 404', async path => {
  const { status, text } = await get(path)
  expect(status).toBe(404)
  expect(text).toContain('CDS_RESOURCE_UNKNOWN')
})

test.each(['put', 'delete', 'patch', 'post'] as const)('knowledge cannot be changed: %s is 405', async method => {
  const before = (await get('PlanDefinition/start-back')).text
  await supertest(service.url)
    [method]('/fhir/PlanDefinition/start-back')
    .send({ resourceType: 'PlanDefinition', id: 'start-back' })
    .expect(405)
  expect((await get('PlanDefinition/start-back')).text).toBe(before)
})

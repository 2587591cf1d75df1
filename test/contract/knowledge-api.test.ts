import type { Bundle, CapabilityStatement, FhirResource, Library } from 'fhir/r4.js'
import supertest from 'supertest'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import { ROUTES } from '../../src/server/routes.js'
import type { Listening } from '../support/listen.js'
import { startTestService, testKnowledge } from '../support/service.js'

const BASE = 'https://columna.example.org/fhir'

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
})

test('each operation and search parameter that the capability statement tells of is there, and no other operation', async () => {
  const { rest = [] } = (await get('metadata')).body as CapabilityStatement
  const told = (rest[0]?.resource ?? []).flatMap(({ type, operation = [] }) => operation.map(({ name }) => `/fhir/${type}/:id/$${name}`))
  const routes = ROUTES.map(({ path }) => path).filter(path => path.includes('$') && path.startsWith('/fhir/'))
  const generic = routes.filter(path => path.includes(':type'))
  expect(told.filter(path => !generic.includes(path.replace(/fhir\/\w+/, 'fhir/:type'))).toSorted()).toEqual(
    routes.filter(path => !generic.includes(path)).toSorted(),
  )
  for (const path of told.filter(each => each.endsWith('$data-requirements'))) {
    const type = path.split('/')[2] ?? ''
    const { id } = resources.find(({ resourceType }) => resourceType === type) ?? {}
    await supertest(service.url)
      .get(path.replace(':id', id ?? ''))
      .expect(200)
  }
  for (const { type, searchParam = [] } of rest[0]?.resource ?? [])
    for (const { name } of searchParam) expect(((await get(`${type}?${name}=no-such`).expect(200)).body as Bundle).total).toBe(0)
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
  expect(none).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 0 })
  expect(none).not.toHaveProperty('entry')
})

test.each([
  ['url=https://columna.example.org/fhir/Library/start-back-scoring', 1],
  ['_id=start-back-scoring,low-back-pain-patient', 2],
  ['name=startbacks', 1],
  ['name=scoring', 0],
  ['_id=start-back-scoring&status=retired', 0],
  ['_id=start-back-scoring&_id=low-back-pain-patient', 0],
])('is searched as R4 searches: %s', async (query, total) => {
  expect(((await get(`Library?${query}`).expect(200)).body as Bundle).total).toBe(total)
})

test('a search tells which parameters were heard', async () => {
  const { link } = (await get('Library?_id=a%26b&colour=red')).body as Bundle
  expect(link).toEqual([{ relation: 'self', url: 'Library?_id=a%26b' }])
})

describe('what a plan or a library needs', () => {
  const needs = async (place: string) => (await get(`${place}/$data-requirements`).expect(200)).body as Library
  const plans = testKnowledge().knowledge.plans

  test('is a valid Library', async () => {
    for (const { resource } of plans.slice(0, 5)) expect(faultsOfShape(await needs(`PlanDefinition/${resource.id}`))).toEqual([])
    expect(faultsOfShape(await needs('Library/start-back-scoring'))).toEqual([])
  })

  test('names the data that a plan reads, as its service asks for them', async () => {
    const service = testKnowledge().services.get('start-back-risk')
    const { dataRequirement = [] } = await needs('PlanDefinition/start-back')
    const queries = dataRequirement.map(({ id, extension = [] }) => [
      id,
      extension.find(({ url }) => url.endsWith('/cqf-fhirQueryPattern'))?.valueString,
    ])
    expect(queries).toEqual(service?.requirements.map(({ key, template }) => [key, template]))
  })

  test('names every library, plan, value set and code system behind it, each once, and no source', async () => {
    const { relatedArtifact = [] } = await needs('PlanDefinition/start-back')
    const named = relatedArtifact.map(({ resource = '' }) => resource.split('|')[0] ?? '')
    expect(new Set(named).size).toBe(named.length)
    expect(named).toEqual(
      expect.arrayContaining(
        ['Library/start-back-scoring', 'Library/low-back-pain-patient', 'Questionnaire/start-back'].map(place => `${BASE}/${place}`),
      ),
    )
    const known = new Set(resources.map(resource => (resource as { url?: string }).url))
    expect(named.filter(url => !known.has(url))).toEqual([])
    expect(named.filter(url => url.includes('/PlanDefinition/red-flags'))).toEqual([])
  })

  test('is told of a library too, with what stands behind it', async () => {
    const { dataRequirement = [], relatedArtifact = [] } = await needs('Library/start-back-scoring')
    expect(dataRequirement.map(({ id }) => id)).toEqual(expect.arrayContaining(['startBackResponses', 'patient']))
    expect(relatedArtifact.every(({ type }) => type === 'depends-on')).toBe(true)
  })

  test.each(['Questionnaire/start-back', 'PlanDefinition/not-there', 'Patient/x'])('of nothing else: %s is 404', async place => {
    expect((await get(`${place}/$data-requirements`).expect(404)).text).toContain('CDS_RESOURCE_UNKNOWN')
  })
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

import supertest from 'supertest'
import { SERVICES, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

let service: Listening
let services: Json[]

beforeAll(async () => {
  service = await startTestService()
  services = (await supertest(service.url).get('/cds-services')).body.services as Json[]
})

afterAll(() => service.close())

const templates = () => services.flatMap(({ prefetch }) => Object.values(prefetch as Record<string, string>))

test('discovery answers 200 with a list of services in JSON', async () => {
  const response = await supertest(service.url)
    .get('/cds-services')
    .expect(200)
    .expect('content-type', /^application\/json/)
  expect(Object.keys(response.body as Json)).toEqual(['services'])
  expect((response.body as { services: Json[] }).services.map(({ id }) => id)).toEqual(SERVICES)
})

test('discovery answers HEAD and a trailing slash too', async () => {
  await supertest(service.url).head('/cds-services').expect(200)
  await supertest(service.url).get('/cds-services/').expect(200)
})

test('discovery says the same each time it is asked', async () => {
  const again = await supertest(service.url).get('/cds-services')
  expect((again.body as { services: Json[] }).services).toEqual(services)
})

test('a server without published services answers 200 with an empty list', async () => {
  const bare = await startTestService({ services: new Map() })
  const { status, body } = await supertest(bare.url).get('/cds-services')
  await bare.close()
  expect({ status, body: body as unknown }).toEqual({ status: 200, body: { services: [] } })
})

test('each service has the members of CDS Hooks and no others', () => {
  const members = ['hook', 'id', 'title', 'description', 'prefetch', 'usageRequirements', 'version', 'hookVersion', 'extension']
  for (const each of services) {
    for (const name of ['hook', 'id', 'title', 'description']) expect(each[name]).toMatch(/\S/)
    expect(Object.keys(each).filter(name => !members.includes(name))).toEqual([])
    expect(Object.values(each)).not.toContain('')
  }
})

test('discovery speaks the language that is asked for, and caches are told so', async () => {
  const inEnglish = await supertest(service.url).get('/cds-services').set('accept-language', 'en-GB, da;q=0.5')
  expect(inEnglish.headers).toMatchObject({ 'content-language': 'en', vary: expect.stringMatching(/Accept-Language/i) as string })
  const english = (inEnglish.body as { services: Json[] }).services
  expect(english.map(({ title }) => title)).toContain('STarT Back: risk of a long course of back pain')
  const words = ['title', 'description', 'usageRequirements']
  for (const [index, each] of english.entries()) {
    const danish = services[index]!
    for (const name of words) expect([each[name], each[name] === danish[name]]).toEqual([expect.stringMatching(/\w/), false])
    expect({ ...each, ...Object.fromEntries(words.map(name => [name, danish[name]])) }).toEqual(danish)
  }
})

test('each hook is a published one, with the version of its definition', () => {
  expect(services.map(({ hook, hookVersion }) => [hook, hookVersion])).toEqual([
    ['encounter-start', '1.0'],
    ['order-select', '1.0'],
    ['order-sign', '1.0'],
    ['patient-view', '1.0'],
    ['patient-view', '1.0'],
  ])
  expect(new Set(services.map(({ version }) => version))).toEqual(new Set(['STU2']))
})

test('ids are unique and usable in a path unescaped', () => {
  const ids = services.map(({ id }) => String(id))
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(encodeURIComponent(id)).toBe(id)
})

test('each discovered id answers at its own address', async () => {
  for (const { id } of services)
    await supertest(service.url)
      .post(`/cds-services/${String(id)}`)
      .send({})
      .expect(400)
})

describe('prefetch templates', () => {
  test('are strings under keys of their own', () => {
    for (const { prefetch } of services) {
      expect(Object.keys(prefetch as Json).length).toBeGreaterThan(0)
      for (const template of Object.values(prefetch as Json)) expect(template).toMatch(/^[A-Z]/)
    }
  })

  test('read one resource or search one type, with nothing that clients need not support', () => {
    for (const template of templates()) {
      const [path = '', query] = template.split('?')
      expect(path).toMatch(query === undefined ? /^[A-Z][A-Za-z]+\/\{\{[^}]+\}\}$/ : /^[A-Z][A-Za-z]+$/)
      for (const parameter of query?.split('&') ?? []) {
        const [name = '', value = ''] = parameter.split('=')
        expect(name).toMatch(/^(_count|_sort|[a-z]+(-[a-z]+)*)(:in)?$/)
        expect(value).toMatch(/\S/)
      }
    }
  })

  test('use only tokens that every generation of clients can fill', () => {
    const tokens = templates().flatMap(template => template.match(/\{\{.*?\}\}/g) ?? [])
    expect(new Set(tokens)).toEqual(new Set(['{{context.patientId}}', '{{context.userId}}']))
  })

  test('always name the patient, or ask for the role of the user', () => {
    const others = templates().filter(template => !template.includes('{{context.patientId}}'))
    expect(new Set(others)).toEqual(new Set(['PractitionerRole?practitioner={{context.userId}}&_count=200']))
  })

  test('hold at most one date and sort by a parameter of FHIR', () => {
    for (const template of templates()) {
      expect((template.match(/date=/g) ?? []).length).toBeLessThanOrEqual(1)
      expect(template).not.toMatch(/sort:|_include|_has|today\(\)|%/)
    }
  })
})

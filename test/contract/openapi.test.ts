import { Ajv2020 } from 'ajv/dist/2020.js'
import supertest from 'supertest'
import { CdsError, ERROR_CODES } from '../../src/errors.js'
import { openApiDocument } from '../../src/server/openapi/document.js'
import { SCHEMAS } from '../../src/server/openapi/schemas.js'
import { ROUTES } from '../../src/server/routes.js'
import { buildTestApps, type TestApps } from '../support/browser-apps.js'
import { patientView, PEOPLE, prefetchedCall, resourcesOf, SERVICES } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

interface Operation {
  operationId: string
  parameters?: { name: string; in: string }[]
  responses: Record<string, { content?: Record<string, { schema: object }>; $ref?: string }>
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; responses: { Error: { content: Record<string, { schema: object }> } } }
  'x-errors': Record<string, number>
}

let service: Listening
let apps: TestApps
let document: Document

beforeAll(async () => {
  apps = await buildTestApps()
  service = await startTestService({ apps, isDemonstration: true })
  document = (await supertest(service.url).get('/openapi.json').expect(200)).body as Document
})

afterAll(async () => {
  await service.close()
  apps.remove()
})

const pathOf = (route: string) => route.replaceAll(/:(\w+)/g, '{$1}')

describe('the document', () => {
  test('is the one of the service, of OpenAPI 3.1, and may be kept by anybody for a while', async () => {
    const { headers } = await supertest(service.url).get('/openapi.json')
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'public, max-age=60',
      'content-encoding': 'gzip',
    })
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
    expect(document.openapi).toBe('3.1.0')
  })

  test('has every path and method of the service, and no other', () => {
    const ofService = ROUTES.flatMap(({ path, methods }) => Object.keys(methods).map(method => `${method} ${pathOf(path)}`))
    const documented = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map(method => `${method} ${path}`))
    expect(documented.toSorted()).toEqual(ofService.toSorted())
  })

  test('has every error with its status, and no other', () => {
    expect(document['x-errors']).toEqual(Object.fromEntries(ERROR_CODES.map(code => [code, new CdsError(code, '').status])))
    expect(document.components.schemas['ErrorCode']).toEqual({ enum: ERROR_CODES })
  })

  test('names each operation once, its parameters where they stand in the path, and schemas that are there', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map(operation => ({ path, operation })),
    )
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter(each => each.in === 'path').map(({ name }) => `{${name}}`)
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(inPath)
    }
    const referred = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
    expect([...new Set(referred)].toSorted()).toEqual(Object.keys(SCHEMAS).toSorted())
  })
})

interface Example {
  ask: string
  path: string
  body?: object
  accept?: string
}

const VIEW = '/cds-services/low-back-pain-patient-view'
const CALL = prefetchedCall('start-back-high', 'low-back-pain-patient-view')
const PARAMETERS = {
  resourceType: 'Parameters',
  parameter: [
    { name: 'subject', valueString: 'Patient/start-back-high' },
    {
      name: 'data',
      resource: { resourceType: 'Bundle', type: 'collection', entry: resourcesOf('start-back-high').map(resource => ({ resource })) },
    },
  ],
}
const PAGE = 'text/html'
const JSON_TYPE = 'application/json'
const FEEDBACK = {
  feedback: [{ card: '00000000-0000-4000-8000-000000000000', outcome: 'accepted', outcomeTimestamp: '2026-03-30T10:00:00Z' }],
}

/** A request for each operation, one for each kind of answer where there are several. */
const EXAMPLES: readonly Example[] = [
  { ask: 'get /', path: '/', accept: JSON_TYPE },
  { ask: 'get /', path: '/', accept: PAGE },
  { ask: 'get /cds-services', path: '/cds-services' },
  ...SERVICES.flatMap(id => [
    { ask: 'post /cds-services/{id}', path: `/cds-services/${id}`, body: prefetchedCall('red-flag-cauda-equina', id) },
    { ask: 'post /cds-services/{id}', path: `/cds-services/${id}`, body: prefetchedCall('root-affection', id) },
    { ask: 'post /cds-services/{id}/$explain', path: `/cds-services/${id}/$explain`, body: prefetchedCall('work-injury', id) },
    { ask: 'post /cds-services/{id}/$explain', path: `/cds-services/${id}/$explain?view=summary`, body: prefetchedCall('stenosis', id) },
    { ask: 'post /cds-services/{id}/$questions', path: `/cds-services/${id}/$questions`, body: prefetchedCall('not-asked-yet', id) },
  ]),
  { ask: 'post /cds-services/{id}', path: VIEW, body: patientView('nobody') },
  { ask: 'post /cds-services/{id}', path: '/cds-services/none', body: {} },
  { ask: 'post /cds-services/{id}/$explain', path: `${VIEW}/$explain?all`, body: CALL },
  { ask: 'post /cds-services/{id}/$explain', path: `${VIEW}/$explain`, body: CALL },
  { ask: 'post /cds-services/{id}/$explain', path: `${VIEW}/$explain?view=cards`, body: CALL },
  { ask: 'post /cds-services/{id}/$explain', path: `${VIEW}/$explain?view=summary`, body: patientView('nobody') },
  { ask: 'post /cds-services/{id}/feedback', path: `${VIEW}/feedback`, body: FEEDBACK },
  { ask: 'post /cds-services/{id}/feedback', path: `${VIEW}/feedback`, body: {} },
  { ask: 'get /fhir/metadata', path: '/fhir/metadata' },
  { ask: 'post /fhir/PlanDefinition/{id}/$apply', path: '/fhir/PlanDefinition/start-back/$apply', body: PARAMETERS },
  { ask: 'post /fhir/ActivityDefinition/{id}/$apply', path: '/fhir/ActivityDefinition/refer-physiotherapy/$apply', body: PARAMETERS },
  {
    ask: 'post /fhir/Measure/{id}/$evaluate-measure',
    path: '/fhir/Measure/opioid-in-episode/$evaluate-measure',
    body: {
      resourceType: 'Parameters',
      parameter: [
        { name: 'periodStart', valueDate: '2026-01-01' },
        { name: 'periodEnd', valueDate: '2026-03-31' },
        { name: 'data', resource: { resourceType: 'Bundle', type: 'collection' } },
      ],
    },
  },
  { ask: 'get /fhir/{type}', path: '/fhir/Questionnaire' },
  { ask: 'get /fhir/{type}', path: '/fhir/Nothing' },
  { ask: 'get /fhir/{type}/{id}', path: '/fhir/Questionnaire/start-back' },
  { ask: 'get /fhir/{type}/{id}/$data-requirements', path: '/fhir/PlanDefinition/start-back/$data-requirements' },
  { ask: 'get /fhir/{type}/{id}/$data-requirements', path: '/fhir/Questionnaire/start-back/$data-requirements' },
  { ask: 'get /guidelines', path: '/guidelines', accept: JSON_TYPE },
  { ask: 'get /guidelines', path: '/guidelines', accept: PAGE },
  { ask: 'get /guidelines/review', path: '/guidelines/review', accept: PAGE },
  { ask: 'get /guidelines/review', path: '/guidelines/review', accept: JSON_TYPE },
  { ask: 'get /guidelines/points/{id}', path: '/guidelines/points/RN-54' },
  { ask: 'get /guidelines/{plan}/{action}', path: '/guidelines/red-flags/acute-neurological' },
  { ask: 'get /patient-information/{id}', path: '/patient-information/leaflet-back-pain' },
  ...['/workbench', '/consultation', '/start-back', '/start-back/patient', '/case', '/case/launch'].map(path => ({
    ask: `get ${path}`,
    path,
  })),
  { ask: 'get /quality', path: '/quality', accept: PAGE },
  { ask: 'get /quality', path: '/quality?format=csv' },
  { ask: 'get /quality/report.csv', path: '/quality/report.csv' },
  { ask: 'get /page-settings', path: '/page-settings' },
  { ask: 'get /favicon.ico', path: '/favicon.ico' },
  { ask: 'get /assets/{name}', path: '/assets/none.css' },
  { ask: 'get /sign-in', path: '/sign-in' },
  { ask: 'get /sign-in/callback', path: '/sign-in/callback' },
  { ask: 'post /sign-out', path: '/sign-out', body: {} },
  { ask: 'get /case/launch-settings', path: '/case/launch-settings?iss=https://fhir.example.org' },
  { ask: 'post /case/session', path: '/case/session', body: {} },
  { ask: 'get /start-back/wording', path: '/start-back/wording' },
  { ask: 'post /start-back/links', path: '/start-back/links', body: {} },
  { ask: 'get /start-back/links/{id}', path: '/start-back/links/LINK' },
  {
    ask: 'put /start-back/links/{id}',
    path: '/start-back/links/LINK',
    body: { answers: 'c2VhbGVkLWFuc3dlcnMtb2Ytc29tZWJvZHktaW52ZW50ZWQ' },
  },
  { ask: 'post /start-back/links/{id}/collect', path: '/start-back/links/LINK/collect', body: { collector: 'x' } },
  { ask: 'post /start-back/links/{id}/forget', path: '/start-back/links/LINK/forget', body: { collector: 'x' } },
  { ask: 'get /health/live', path: '/health/live' },
  { ask: 'get /health/ready', path: '/health/ready' },
  { ask: 'get /metrics', path: '/metrics' },
  { ask: 'get /openapi.json', path: '/openapi.json' },
]

describe('what is answered is what the document says', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })

  /** What is wrong with an answer, by the document. */
  function faultsOf(
    example: Example,
    { status, type, body, text }: { status: number; type: string; body: unknown; text: string },
  ): unknown[] {
    const [method = '', path = ''] = example.ask.split(' ')
    const { responses } = document.paths[path]![method]!
    const answer = responses[status] ?? document.components.responses.Error
    if (!responses[status] && status < 400) return [`${status} is not documented`]
    const schema = answer.content?.[type]?.schema
    if (!schema) return answer.content ? [`${type} is not documented`] : text === '' || status === 303 ? [] : ['a body is not documented']
    const validate = ajv.compile({ ...schema, components: document.components })
    return validate(type.includes('json') ? body : text) ? [] : (validate.errors ?? []).slice(0, 3)
  }

  async function answerTo({ ask, path, body, accept }: Example, url = service.url) {
    const method = ask.split(' ')[0] as 'get' | 'post' | 'put'
    const request = supertest(url)[method](path).redirects(0)
    if (accept) request.set('accept', accept)
    const response = await (body ? request.send(body) : request)
    return { status: response.status, type: response.type, body: response.body as unknown, text: response.text ?? String(response.body) }
  }

  test.each(EXAMPLES.map(example => [`${example.ask} ${example.path} ${example.accept ?? ''}`, example] as const))(
    '%s',
    async (_, example) => {
      expect(faultsOf(example, await answerTo(example))).toEqual([])
    },
  )

  test('a link, from its making to its answers', async () => {
    const made = (await answerTo({ ask: 'post /start-back/links', path: '/start-back/links', body: {} })).body as {
      id: string
      collector: string
    }
    const path = `/start-back/links/${made.id}`
    const steps: readonly Example[] = [
      { ask: 'get /start-back/links/{id}', path },
      { ask: 'put /start-back/links/{id}', path, body: { answers: 'c2VhbGVkLWFuc3dlcnMtb2Ytc29tZWJvZHktaW52ZW50ZWQ' } },
      { ask: 'post /start-back/links/{id}/collect', path: `${path}/collect`, body: { collector: made.collector } },
      { ask: 'post /start-back/links/{id}/forget', path: `${path}/forget`, body: { collector: made.collector } },
    ]
    for (const step of steps) {
      const answer = await answerTo(step)
      expect([answer.status, faultsOf(step, answer)]).toEqual([200, []])
    }
  })

  test('files of pages', async () => {
    const { text } = await supertest(service.url).get('/consultation').set('accept', PAGE)
    const names = [...text.matchAll(/\/assets\/[\w.-]+/g)].map(([path]) => path)
    expect(names.length).toBeGreaterThan(1)
    for (const path of names) {
      const example = { ask: 'get /assets/{name}', path }
      expect([path, faultsOf(example, await answerTo(example))]).toEqual([path, []])
    }
  })

  test('every operation is tried', () => {
    const asked = new Set(EXAMPLES.map(({ ask }) => ask))
    const documented = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map(method => `${method} ${path}`))
    expect(documented.filter(each => !asked.has(each))).toEqual([])
  })

  test('cards of every demonstration patient', async () => {
    for (const person of PEOPLE) {
      const example = { ask: 'post /cds-services/{id}', path: VIEW, body: prefetchedCall(person, 'low-back-pain-patient-view') }
      expect([person, faultsOf(example, await answerTo(example))]).toEqual([person, []])
    }
  })
})

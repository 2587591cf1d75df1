import type { Browser, Page } from 'playwright-core'
import type { CdsResponse } from '../../src/cds-hooks/types.js'
import { createDemoFhirServer } from '../../src/demo/fhir-server.js'
import { demoPeople } from '../../src/demo/people.js'
import { startChromium } from '../support/chromium.js'
import { listen, type Listening } from '../support/listen.js'
import { startTestService, TEST_NOW } from '../support/service.js'

// Requests are never routed through Playwright here: it would answer the preflights itself.

const START_TIMEOUT_MS = 60_000

const HEADERS = {
  authorization: 'Bearer an-invented-token',
  'content-type': 'application/json',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'client=1',
  'x-request-id': '0b6f5e0a-4f83-4c52-8d51-0f6f0f5d6c11',
  'x-requested-with': 'XMLHttpRequest',
}
const SERVICE = '/cds-services/start-back-risk'

interface Answer {
  status: number
  body: unknown
}

const arrived: string[] = []
const listening: Listening[] = []
let service: Listening
let fhirServer: string
let clientPage: string
let browser: Browser | undefined
let page: Page

beforeAll(async () => {
  service = await startTestService({ onRequest: (method, path) => arrived.push(`${method} ${path}`) })
  const patients = await listen(createDemoFhirServer({ resources: demoPeople(TEST_NOW), now: () => TEST_NOW }))
  const client = await listen((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end('<!doctype html><title>A CDS client</title>')
  })
  listening.push(service, patients, client)
  fhirServer = patients.url
  clientPage = client.url
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterAll(async () => {
  await browser?.close()
  await Promise.all(listening.map(({ close }) => close()))
}, START_TIMEOUT_MS)

// A page of its own for each test, since a browser remembers the answers to its preflights.
beforeEach(async () => {
  arrived.length = 0
  page = await browser!.newPage()
  await page.goto(clientPage)
})

afterEach(() => page.close())

/** What a page of another origin can read of an answer; the browser refuses the page everything without CORS. */
function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const init = { method, headers: HEADERS, ...(body !== undefined && { body: JSON.stringify(body) }) }
  return page.evaluate(
    async ({ url, init }) => {
      const response = await fetch(url, init)
      return { status: response.status, body: await response.json() }
    },
    { url: `${service.url}${path}`, init },
  )
}

const patientView = () => ({
  hook: 'patient-view',
  hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
  fhirServer,
  context: { userId: 'Practitioner/COREPRACTITIONER1', patientId: 'start-back-high' },
})

describe('a page of another origin', () => {
  test('is refused an answer without CORS, so that the tests below prove something', async () => {
    const silent = await listen((_request, response) => void response.end('{}'))
    listening.push(silent)
    const reading = page.evaluate(url => fetch(url).then(response => response.status), silent.url)
    await expect(reading).rejects.toThrow('Failed to fetch')
  })

  test('reads the discovery', async () => {
    const { status, body } = await call('GET', '/cds-services')
    expect(status).toBe(200)
    const ids = (body as { services: { id: string }[] }).services.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['start-back-risk', 'low-back-pain-patient-view']))
    expect(arrived).toEqual(['OPTIONS /cds-services', 'GET /cds-services'])
  })

  test('reads the cards of a patient-view call', async () => {
    const { status, body } = await call('POST', SERVICE, patientView())
    expect(status).toBe(200)
    const risks = (body as CdsResponse).cards.flatMap(({ extension }) => extension?.['org.columna.start-back'] ?? [])
    expect(risks).toEqual([{ total: 5, distressSubscore: 4, risk: 'high' }])
    expect(arrived).toEqual([`OPTIONS ${SERVICE}`, `POST ${SERVICE}`])
  })

  test('reads the answer to its feedback', async () => {
    const feedback = [{ card: '4e0a3a1e-3176-4589-abd5-4f6f8f9f8f4c', outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }]
    expect(await call('POST', `${SERVICE}/feedback`, { feedback })).toEqual({ status: 200, body: {} })
    expect(arrived).toEqual([`OPTIONS ${SERVICE}/feedback`, `POST ${SERVICE}/feedback`])
  })

  test.each([
    ['a service that is not there', 404, 'CDS_SERVICE_UNKNOWN', () => call('POST', '/cds-services/not-there', patientView())],
    ['a path that is not there', 404, 'CDS_PATH_UNKNOWN', () => call('GET', '/not-there')],
    ['a method that is not answered', 405, 'CDS_METHOD_NOT_ALLOWED', () => call('GET', SERVICE)],
    ['a call of another hook', 400, 'CDS_HOOK_MISMATCH', () => call('POST', SERVICE, { ...patientView(), hook: 'order-sign' })],
  ])('reads what was wrong with %s', async (_, status, code, answer) => {
    expect(await answer()).toMatchObject({
      status,
      body: { resourceType: 'OperationOutcome', issue: [{ details: { coding: [{ code }] } }] },
    })
    expect(arrived[0]).toMatch(/^OPTIONS /)
  })
})

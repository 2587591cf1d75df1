// Whose a record is, seen from outside: what is not certainly this patient's brings no card, is named in the reply and counted.
import supertest from 'supertest'
import { entriesOf, prefetchedCall, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

const ID = 'low-back-pain-patient-view'
const PERSON = 'recent-pain'
const SERVER = 'http://127.0.0.1:1/fhir'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

/** A complete call whose conditions all have this subject. */
function callWith(subject: unknown): Json {
  const call = prefetchedCall(PERSON, ID, { fhirServer: SERVER })
  for (const condition of entriesOf(call.prefetch, 'conditions')) condition.subject = subject
  return call
}

const send = (call: Json) => supertest(service.url).post(`/cds-services/${ID}`).send(call)

async function counted(): Promise<number> {
  const { text } = await supertest(service.url).get('/metrics').expect(200)
  return Number(new RegExp(`^cds_ownerless_records_total\\{service="${ID}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}

test.each<[string, unknown]>([
  ['relative', { reference: `Patient/${PERSON}` }],
  ['below fhirServer', { reference: `${SERVER}/Patient/${PERSON}` }],
])('a subject that is this patient counts: %s', async (_, subject) => {
  const { body } = await send(callWith(subject)).expect(200)
  expect((body as { cards: unknown[] }).cards).not.toEqual([])
})

test.each<[string, unknown]>([
  ['the same id on another server', { reference: `http://127.0.0.1:2/fhir/Patient/${PERSON}` }],
  ['an identifier that the Patient does not have', { identifier: { system: 'urn:oid:1.2.208.176.1.2', value: 'x' } }],
  ['the type in lower case', { reference: `patient/${PERSON}` }],
  ['a query', { reference: `Patient/other?x=Patient/${PERSON}` }],
  ['a list', [{ reference: `Patient/${PERSON}` }]],
  ['a group', { reference: `Group/${PERSON}` }],
])('a subject that is not certainly this patient is left out, named and counted: %s', async (_, subject) => {
  const call = callWith(subject)
  const before = await counted()
  const { body } = await send(call).expect(200)
  const { cards, extension } = body as { cards: unknown[]; extension: Record<string, Json[]> }
  expect(cards).toEqual([])
  const left = entriesOf(call.prefetch as Json, 'conditions')
  expect(left.length).toBeGreaterThan(0)
  expect(extension['org.columna.not-read']).toEqual(
    expect.arrayContaining(
      left.map(({ id }) => ({
        key: 'conditions',
        kind: 'unusable',
        label: 'dele af diagnoser',
        resource: `Condition/${String(id)}`,
        element: 'Condition',
        reason: 'whose record it is cannot be told',
      })),
    ),
  )
  expect(await counted()).toBe(before + left.length)
})

test('another patient below fhirServer is refused, in prefetch with 400', async () => {
  const { status, text } = await send(callWith({ reference: `${SERVER}/Patient/another` }))
  expect({ status, code: /CDS_[A-Z_]+/.exec(text)?.[0] }).toEqual({ status: 400, code: 'CDS_DATA_OF_ANOTHER_PATIENT' })
})

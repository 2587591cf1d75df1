import supertest from 'supertest'
import { createDemoFhirServer } from '../../src/demo/fhir-server.js'
import { demoPeople } from '../../src/demo/people.js'
import { faultsOfResponse } from '../support/check-response.js'
import type { Json } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { startTestService, TEST_NOW } from '../support/service.js'

// What HL7's Da Vinci CRD Request Generator sends, in every detail that is not as the specification has it: a grant
// without a token, a user and a contact that nobody knows, keys of its own in prefetch, Bundles without a type, and
// "Unknown" in place of a display or a system that the order lacks.

const PERSON = 'recent-pain'

let service: Listening
let patients: Listening

beforeAll(async () => {
  service = await startTestService()
  patients = await listen(createDemoFhirServer({ resources: demoPeople(TEST_NOW), now: () => TEST_NOW }))
})

afterAll(() => Promise.all([service.close(), patients.close()]))

const order = (type: string, members: Json): Json => ({
  resourceType: type,
  id: 'draft',
  status: 'draft',
  intent: 'order',
  subject: { reference: `Patient/${PERSON}` },
  ...members,
})
const medicine = (coding: Json) => order('MedicationRequest', { medicationCodeableConcept: { coding: [coding] } })
const scan = order('ServiceRequest', { code: { coding: [{ system: 'http://loinc.org', code: '24968-0', display: 'Unknown' }] } })
const corset = order('DeviceRequest', {
  codeCodeableConcept: { coding: [{ system: 'https://bluebutton.cms.gov/resources/codesystem/hcpcs', code: 'L0650', display: 'Unknown' }] },
})

function generated(hook: 'order-select' | 'order-sign', request: Json, members: Json = {}): Json {
  return {
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    fhirServer: patients.url,
    hook,
    fhirAuthorization: {
      access_token: '',
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'patient/Patient.read patient/Observation.read',
      subject: 'cds-service4',
    },
    context: {
      userId: 'Practitioner/example',
      patientId: PERSON,
      encounterId: 'enc89284',
      draftOrders: { resourceType: 'Bundle', entry: [{ resource: request }] },
      ...(hook === 'order-select' && { selections: [`${request.resourceType}/${request.id}`] }),
    },
    extension: { 'davinci-crd.configuration': { 'alt-drug': true } },
    prefetch: {
      coverageBundle: { resourceType: 'Bundle', type: 'collection', entry: [] },
      medicationRequestBundle: {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ fullUrl: `${patients.url}/${request.resourceType}/draft`, resource: request, search: { mode: 'match' } }],
      },
    },
    ...members,
  }
}

async function said(hook: 'order-select' | 'order-sign', request: Json, members?: Json): Promise<string[]> {
  const { status, body } = await supertest(service.url)
    .post(`/cds-services/low-back-pain-${hook}`)
    .set('authorization', 'Bearer an-invented-token')
    .set('accept-language', 'en')
    .send(generated(hook, request, members))
  expect({ status, faults: faultsOfResponse(body, { patientId: PERSON }) }).toEqual({ status: 200, faults: [] })
  return (body as { cards: { summary: string }[] }).cards.map(({ summary }) => summary)
}

test.each<[string, 'order-select' | 'order-sign', Json, string]>([
  [
    'of paracetamol',
    'order-sign',
    medicine({ system: 'http://www.whocc.no/atc', code: 'N02BE01', display: 'Unknown' }),
    'Paracetamol in recent low back pain: only after careful consideration',
  ],
  [
    'of an NSAID',
    'order-select',
    medicine({ system: 'http://www.whocc.no/atc', code: 'M01AE01', display: 'Unknown' }),
    'NSAID in recent low back pain: only after careful consideration',
  ],
  ['of an MR scan', 'order-sign', scan, 'Recent low back pain without an indication: MRI and X-ray are not routine'],
])('the CRD Request Generator gets its card at an order %s', async (_, hook, request, summary) => {
  expect(await said(hook, request)).toContain(summary)
})

test('a medicine of which it says "Unknown" alone is named, never passed over', async () => {
  expect(await said('order-sign', medicine({ system: 'Unknown', code: 'N02BE01', display: 'Unknown' }))).toEqual([
    "The medicine of the order could not be read: 'Unknown'",
  ])
})

test('a kind of order that no rule speaks of is answered with what the patient has, or with no cards', async () => {
  expect(await said('order-sign', corset)).toEqual([])
})

test.each<[string, Json]>([
  [
    'no token',
    {
      fhirAuthorization: {
        token_type: 'Bearer',
        expires_in: 300,
        scope: 'patient/Patient.read patient/Observation.read',
        subject: 'cds-service4',
      },
    },
  ],
  ['no prefetch', { prefetch: undefined }],
])('its request is answered with %s', async (_, members) => {
  expect(await said('order-sign', medicine({ system: 'http://www.whocc.no/atc', code: 'N02AX02', display: 'Unknown' }), members)).toEqual([
    'Opioid in recent low back pain: only after careful consideration',
  ])
})

test.each(['DeviceRequest', 'ServiceRequest', 'MedicationRequest', 'MedicationDispense', 'Coverage'])(
  'the demonstration holds what it asks for before: %s',
  async type => {
    const { status, body } = await supertest(patients.url).get(`/${type}?${type === 'Coverage' ? 'patient' : 'subject'}=Patient/${PERSON}`)
    expect({ status, type: (body as Json).type }).toEqual({ status: 200, type: 'searchset' })
  },
)

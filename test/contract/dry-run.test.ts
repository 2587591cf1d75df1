// What an integrator asks before anything else: which of my keys did you understand, which of my orders did you recognise?
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import type { CallSummary } from '../../src/calls/summarise-call.js'
import {
  entriesOf,
  hookCall,
  patientView,
  prefetchedCall,
  searchset,
  SERVICES,
  type Json,
  type ServiceId,
} from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'
import { answersStatus, startStubFhirServer } from '../support/stub-fhir-server.js'

const SIGN = 'low-back-pain-order-sign'
const PERSON = 'recent-pain'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

async function summaryOf(call: Json, id: ServiceId = SIGN, language = 'en'): Promise<CallSummary> {
  const { body } = await supertest(service.url)
    .post(`/cds-services/${id}/$explain?view=summary`)
    .set('accept-language', language)
    .send(call)
    .expect(200)
  return body as CallSummary
}

const stateOf = ({ prefetch }: CallSummary, wanted: string) => {
  const { state, reason } = prefetch.find(({ key }) => key === wanted)!
  return reason === undefined ? state : `${state}: ${reason}`
}

const without = (call: ReturnType<typeof prefetchedCall>, ...keys: string[]) => ({
  ...call,
  prefetch: Object.fromEntries(Object.entries(call.prefetch).filter(([key]) => !keys.includes(key))),
})

test.each(SERVICES)('tells of a complete call that all was understood, and how the call itself is answered: %s', async id => {
  const call = prefetchedCall(PERSON, id)
  const summary = await summaryOf(call, id)
  const answer = (await supertest(service.url).post(`/cds-services/${id}`).send(call).expect(200)).body as { cards: unknown[] }
  expect(summary).toMatchObject({
    service: id,
    hook: call.hook,
    status: 200,
    unknownKeys: [],
    notUsed: [],
    cards: answer.cards.length,
    undecided: 0,
  })
  expect(summary.prefetch.filter(({ state }) => state !== 'sent' && state !== 'not-needed')).toEqual([])
  expect(summary.prefetch.map(({ key }) => key)).toEqual(expect.arrayContaining(Object.keys(call.prefetch)))
  expect(summary.records).toMatchObject({ Patient: 1, Condition: entriesOf(call.prefetch, 'conditions').length })
  expect(JSON.stringify(summary).length).toBeLessThan(8_000)
})

describe('of the prefetch keys', () => {
  test('tells those that are not known, and all essential ones that are missing, where the call has only a 412', async () => {
    const call = without(prefetchedCall(PERSON, SIGN), 'conditions', 'patient')
    const misspelt = { ...call, prefetch: { ...call.prefetch, condition: searchset([]) } }
    const summary = await summaryOf(misspelt)
    const refusal = (await supertest(service.url).post(`/cds-services/${SIGN}`).send(misspelt).expect(412)).text
    expect(summary).toMatchObject({ status: 412, unknownKeys: ['condition'] })
    expect(summary).not.toHaveProperty('cards')
    for (const { key, essential, state } of summary.prefetch)
      expect({ key, isRefused: refusal.includes(`Prefetch key ${key}:`) }).toEqual({ key, isRefused: essential && state === 'missing' })
    expect(stateOf(summary, 'conditions')).toBe('missing: it is absent and there is no FHIR server to read it from')
  })

  test('tells what the client sent in place of data, and what it sent only in part', async () => {
    const { prefetch, ...call } = prefetchedCall(PERSON, SIGN)
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] }
    const summary = await summaryOf({
      ...call,
      prefetch: { ...prefetch, encounters: outcome, conditions: { ...(prefetch.conditions as Json), total: 99 } },
    })
    expect(stateOf(summary, 'encounters')).toMatch(/^unusable: the client reported/)
    expect(stateOf(summary, 'conditions')).toMatch(/^in-part: not all pages/)
    expect(summary.status).toBe(200)
  })

  test('tells what was read from the FHIR server, and what that answered where it failed', async () => {
    const fhir = await startStubFhirServer({ '/Encounter': answersStatus(500) })
    const summary = await summaryOf({ ...without(prefetchedCall(PERSON, SIGN), 'conditions', 'encounters'), fhirServer: fhir.url })
    await fhir.close()
    expect([stateOf(summary, 'conditions'), stateOf(summary, 'encounters'), stateOf(summary, 'patient')]).toEqual([
      'read',
      'missing: the FHIR server answered 500',
      'sent',
    ])
    expect(summary.status).toBe(200)
  })

  test('says why nothing was read from a server that is not on the list', async () => {
    const summary = await summaryOf(hookCall(PERSON, SIGN, { fhirServer: 'http://ehr.example.org/fhir' }))
    expect(summary.status).toBe(412)
    expect(stateOf(summary, 'conditions')).toBe('missing: the FHIR server is not on the list of servers that may be read')
  })
})

describe('of the records', () => {
  test('tells those that were left out and those with a value that could not be read', async () => {
    const { prefetch, ...call } = prefetchedCall(PERSON, SIGN)
    const [condition] = entriesOf(prefetch, 'conditions')
    const ownerless = { ...condition, id: 'ownerless', subject: { display: 'somebody' } }
    const summary = await summaryOf({
      ...call,
      prefetch: {
        ...prefetch,
        conditions: searchset([condition!, { ...condition, id: 'undated', onsetDateTime: 'last spring' }, ownerless]),
      },
    })
    expect(summary.notUsed).toEqual(
      expect.arrayContaining([
        { key: 'conditions', resource: 'Condition/ownerless', element: 'Condition', reason: expect.stringMatching(/\S/) },
        {
          key: 'conditions',
          resource: 'Condition/undated',
          element: expect.stringContaining('onset'),
          reason: expect.stringMatching(/\S/),
        },
      ]),
    )
    expect(summary.prefetch.find(({ key }) => key === 'conditions')).toMatchObject({ resources: 3 })
    expect(summary.records.Condition).toBe(2)
  })

  test('says nothing of what stands in them', async () => {
    const { prefetch, ...call } = prefetchedCall(PERSON, SIGN)
    const patient = { ...(prefetch.patient as Json), name: [{ family: 'Hemmelighansen' }], birthDate: '1961-07-13' }
    const text = JSON.stringify(await summaryOf({ ...call, prefetch: { ...prefetch, patient } }))
    expect(text).not.toMatch(/Hemmelighansen|1961-07-13/)
  })
})

describe('of the orders', () => {
  const draft = (id: string, code: Json, resourceType = 'ServiceRequest') => ({
    resource: {
      resourceType,
      id,
      status: 'draft',
      intent: 'order',
      subject: { reference: `Patient/${PERSON}` },
      [resourceType === 'ServiceRequest' ? 'code' : 'medicationCodeableConcept']: code,
    },
  })

  const withOrders = (...entry: Json[]) => {
    const call = prefetchedCall(PERSON, SIGN)
    return { ...call, context: { ...call.context, draftOrders: { resourceType: 'Bundle', type: 'collection', entry } } }
  }

  const recognised = ({ orders }: CallSummary) =>
    Object.fromEntries(orders.map(({ order, recognisedAs }) => [order, recognisedAs.map(({ valueSet }) => valueSet)]))

  test('tells as what each was recognised, by its code or by its words, and which was not', async () => {
    const summary = await summaryOf(
      withOrders(
        draft('ibuprofen', { coding: [{ system: 'http://www.whocc.no/atc', code: 'M01AE01' }] }, 'MedicationRequest'),
        draft('scan', { text: 'MR lænd' }),
        draft('local', { coding: [{ system: 'http://local.example.org', code: '17' }] }),
      ),
    )
    const { 'MedicationRequest/ibuprofen': ibuprofen, 'ServiceRequest/scan': scan, 'ServiceRequest/local': local } = recognised(summary)
    expect(ibuprofen).toEqual(expect.arrayContaining(['drug-nsaid', 'pain-medication']))
    expect(scan).toEqual(expect.arrayContaining(['order-mr-lumbar-spine', 'lumbar-imaging']))
    expect(local).toEqual([])
  })

  test('says it in the language of the reply', async () => {
    const titles = async (language: string) =>
      (await summaryOf(withOrders(draft('scan', { text: 'MR lænd' })), SIGN, language)).orders[0]?.recognisedAs.find(
        ({ valueSet }) => valueSet === 'order-mr-lumbar-spine',
      )?.title
    expect([await titles('da'), await titles('en')]).toEqual(['MR-skanning af lænderyg', 'MRI, lumbar spine'])
  })

  test('tells which of them the hook is about', async () => {
    const summary = await summaryOf(prefetchedCall(PERSON, 'low-back-pain-order-select'), 'low-back-pain-order-select')
    expect(summary.orders.map(({ order, selected }) => [order, selected])).toEqual([
      ['MedicationRequest/pain-relief', true],
      ['ServiceRequest/scan', false],
    ])
  })

  test('lists no more than anybody reads', async () => {
    const many = Array.from({ length: 200 }, (_, index) => draft(`scan-${index}`, { text: 'MR lænd' }))
    expect((await summaryOf(withOrders(...many))).orders).toHaveLength(20)
  })
})

test('refuses what a call refuses', async () => {
  await supertest(service.url).post(`/cds-services/${SIGN}/$explain?view=summary`).send({}).expect(400)
  const { prefetch, ...call } = prefetchedCall(PERSON, SIGN)
  const patient = { ...(prefetch.patient as Json), id: 'another' }
  await supertest(service.url)
    .post(`/cds-services/${SIGN}/$explain?view=summary`)
    .send({ ...call, prefetch: { ...prefetch, patient } })
    .expect(400)
})

test.each(['?view=other', '?view=', '?view=summary&view=summary'])('has no other view: %s', async query => {
  expect(
    (await supertest(service.url).post(`/cds-services/${SIGN}/$explain${query}`).send(prefetchedCall(PERSON, SIGN)).expect(400)).text,
  ).toContain('CDS_REQUEST_INVALID')
})

test('is off where explanations are off', async () => {
  const production = await startTestService({ explain: false })
  await supertest(production.url).post(`/cds-services/${SIGN}/$explain?view=summary`).send(patientView(PERSON)).expect(404)
  // The cards alone explain nothing.
  await supertest(production.url).post(`/cds-services/${SIGN}/$explain?view=cards`).send(prefetchedCall(PERSON, SIGN)).expect(200)
  await production.close()
})

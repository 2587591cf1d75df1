// An integrator's data is read as it is: one call for each form in which real systems send the same thing, and the same answer to all.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { entriesOf, prefetchedCall, searchset, type Json, type Prefetch, type ServiceId } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

type Call = ReturnType<typeof prefetchedCall>

interface Reply {
  cards: {
    indicator: string
    summary: string
    suggestions?: { actions?: { resourceId?: string }[] }[]
    extension: Record<string, unknown>
  }[]
  extension?: Record<string, { key: string }[]>
}

async function replyTo(id: ServiceId, call: Call): Promise<Reply> {
  const { body } = await supertest(service.url).post(`/cds-services/${id}`).send(call).expect(200)
  return body as Reply
}

/** What a reply says, card by card. */
const said = ({ cards }: Reply) =>
  cards.map(({ indicator, extension }) => [indicator, extension['org.columna.decision-points'], extension['org.columna.start-back']])

const START = 'start-back-high'
const first = (call: Call, key: string): Json => entriesOf(call.prefetch as Prefetch, key)[0]!

/** Calls of the risk card in which the same thing is sent in another form. */
const SAME_RISK: Readonly<Record<string, (call: Call) => void>> = {
  'the condition in a Bundle within a Bundle': call => {
    call.prefetch.conditions = searchset([call.prefetch.conditions])
  },
  'a Bundle without a type': call => {
    call.prefetch.conditions = { ...(call.prefetch.conditions as Json), type: undefined }
  },
  'a document': call => {
    ;(call.prefetch.conditions as { entry: object[] }).entry.unshift({
      resource: { resourceType: 'Composition', id: 'x', subject: { reference: `Patient/${START}` } },
    })
  },
  'a condition without an id, under an address': call => {
    const condition = first(call, 'conditions')
    call.prefetch.conditions = {
      resourceType: 'Bundle',
      entry: [{ fullUrl: `https://ehr.example.org/fhir/Condition/${String(condition.id)}`, resource: { ...condition, id: undefined } }],
    }
  },
  'an older version of the condition behind it': call => {
    const condition = first(call, 'conditions')
    const version = (versionId: string, code: string) => ({ ...condition, meta: { versionId }, clinicalStatus: { coding: [{ code }] } })
    call.prefetch.conditions = searchset([version('2', 'active'), version('1', 'resolved')])
  },
  'an older version before it, under another key': call => {
    const condition = first(call, 'conditions')
    call.prefetch.conditions = searchset([{ ...condition, meta: { versionId: '2' } }])
    call.prefetch.patient = searchset([
      call.prefetch.patient,
      { ...condition, meta: { versionId: '1' }, clinicalStatus: { coding: [{ code: 'resolved' }] } },
    ])
  },
  'a clinical status as text': call => {
    first(call, 'conditions').clinicalStatus = { text: 'Active' }
  },
  'a system with a blank behind it': call => {
    const [coding] = (first(call, 'conditions').code as { coding: Json[] }).coding
    coding!.system = `${String(coding!.system)} `
  },
  'the patient by an absolute reference': call => {
    first(call, 'conditions').subject = { reference: `https://ehr.example.org/fhir/Patient/${START}` }
  },
  "the form by its server's address": call => {
    first(call, 'startBackResponses').questionnaire = 'https://ehr.example.org/fhir/Questionnaire/start-back'
  },
  'the form by a reference': call => {
    first(call, 'startBackResponses').questionnaire = { reference: 'Questionnaire/start-back' }
  },
  'a form dated twenty seconds ahead': call => {
    first(call, 'startBackResponses').authored = '2026-03-30T12:00:20+02:00'
  },
  'a form dated with a blank for the T': call => {
    first(call, 'startBackResponses').authored = '2026-03-30 08:15:00'
  },
  'an item twice, with the same answer': call => {
    ;(first(call, 'startBackResponses').item as Json[]).push(...structuredClone(first(call, 'startBackResponses').item as Json[]))
  },
  'another form of no known kind beside it': call => {
    call.prefetch.startBackResponses = searchset([
      ...entriesOf(call.prefetch, 'startBackResponses'),
      {
        resourceType: 'QuestionnaireResponse',
        id: 'old',
        status: { value: 'completed' },
        questionnaire: ['x', 'y'],
        authored: '2020-01-01',
      },
    ])
  },
  'a number for the words of a condition': call => {
    ;(first(call, 'conditions').code as Json).text = 5
  },
}

describe('the same risk card for', () => {
  test.each(Object.entries(SAME_RISK))('%s', async (_, change) => {
    const call = prefetchedCall(START, 'start-back-risk')
    const before = await replyTo('start-back-risk', structuredClone(call))
    change(call)
    expect(said(await replyTo('start-back-risk', call))).toEqual(said(before))
    expect(said(before)).toEqual([['warning', expect.arrayContaining(['RN-32']), expect.objectContaining({ risk: 'high' })]])
  })
})

const RISK_OPEN: Readonly<Record<string, (call: Call) => void>> = {
  'a form dated tomorrow': call => {
    first(call, 'startBackResponses').authored = '2026-03-31T08:00:00+02:00'
  },
  'a form 29 days old by the day it is here, whatever its offset': call => {
    first(call, 'startBackResponses').authored = '2026-03-01T23:30:00+14:00'
  },
  'a form of another questionnaire whose address begins the same': call => {
    first(call, 'startBackResponses').questionnaire = 'https://columna.example.org/fhir/Questionnaire/start-back-short'
  },
}

test.each(Object.entries(RISK_OPEN))('no risk card for %s', async (_, change) => {
  const call = prefetchedCall(START, 'start-back-risk')
  change(call)
  expect((await replyTo('start-back-risk', call)).cards.map(({ extension }) => extension['org.columna.start-back'])).toEqual([undefined])
})

test('a record that is gone is not there', async () => {
  const call = prefetchedCall('recent-pain', 'low-back-pain-patient-view')
  const conditions = entriesOf(call.prefetch, 'conditions')
  call.prefetch.conditions = {
    resourceType: 'Bundle',
    type: 'history',
    entry: [
      ...conditions.map(({ id }) => ({ request: { method: 'DELETE', url: `Condition/${String(id)}` } })),
      ...conditions.map(resource => ({ resource })),
    ],
  }
  expect((await replyTo('low-back-pain-patient-view', call)).cards).toEqual([])
})

describe('orders', () => {
  const morphine = { coding: [{ system: 'http://www.whocc.no/atc', code: 'N02AA01' }] }
  const draft = (members: object, ...beside: object[]) => {
    const call = prefetchedCall('recent-pain', 'low-back-pain-order-select')
    const order = {
      resourceType: 'MedicationRequest',
      id: 'm1',
      status: 'draft',
      intent: 'order',
      subject: { reference: 'Patient/recent-pain' },
      ...members,
    }
    call.context = {
      ...call.context,
      draftOrders: {
        resourceType: 'Bundle',
        entry: [{ fullUrl: 'urn:uuid:0f5a8a52-0000-4d5b-9d7f-0d2f4a1c3e5b', resource: order }, ...beside.map(resource => ({ resource }))],
      },
      selections: ['MedicationRequest/m1'],
    }
    return call
  }
  const medicine = { resourceType: 'Medication', id: 'med1', code: morphine }
  const resourceIds = ({ cards }: Reply) =>
    new Set(
      cards.flatMap(({ suggestions = [] }) =>
        suggestions.flatMap(({ actions = [] }) => actions.flatMap(({ resourceId }) => resourceId ?? [])),
      ),
    )

  test.each<[string, Call]>([
    ['coded', draft({ medicationCodeableConcept: morphine })],
    ['beside it in the Bundle', draft({ medicationReference: { reference: 'Medication/med1' } }, medicine)],
    ['within it', draft({ contained: [{ ...medicine, id: 'x' }], medicationReference: { reference: '#x' } })],
    ['as R5 writes it', draft({ medication: { concept: morphine } })],
    ['without its type', draft({ medication: morphine })],
  ])('a medicine %s: the card is about the order, and nothing else would be deleted', async (_, call) => {
    const reply = await replyTo('low-back-pain-order-select', call)
    expect(reply.cards[0]?.extension['org.columna.decision-points']).toEqual(expect.arrayContaining(['RN-104']))
    expect(resourceIds(reply)).toEqual(new Set(['MedicationRequest/m1']))
  })

  test.each([
    ['https://ehr.example.org/fhir/MedicationRequest/m1'],
    ['MedicationRequest/m1/_history/1'],
    ['m1'],
    ['urn:uuid:0f5a8a52-0000-4d5b-9d7f-0d2f4a1c3e5b'],
  ])('the selection %s', async selection => {
    const call = draft({ medicationCodeableConcept: morphine })
    const reply = await replyTo('low-back-pain-order-select', { ...call, context: { ...call.context, selections: [selection] } })
    expect(reply.cards[0]?.extension['org.columna.decision-points']).toEqual(expect.arrayContaining(['RN-104']))
  })

  test('a draft without any medicine is not written to its end, and nothing is said', async () => {
    expect((await replyTo('low-back-pain-order-select', draft({}))).cards).toEqual([])
  })

  test('a draft for another patient is refused', async () => {
    const { body } = await supertest(service.url)
      .post('/cds-services/low-back-pain-order-select')
      .send(draft({ medicationCodeableConcept: morphine, subject: { reference: 'Patient/somebody-else' } }))
      .expect(400)
    expect(JSON.stringify(body)).toContain('CDS_DATA_OF_ANOTHER_PATIENT')
  })
})

test('an answer of another type is unanswered, and card and reply name it', async () => {
  const call = prefetchedCall(START, 'start-back-risk')
  const [item] = first(call, 'startBackResponses').item as { linkId: string; item?: Json[]; answer?: Json[] }[]
  const question = item?.item ? (item.item[0] as { linkId: string; answer: Json[] }) : (item as { linkId: string; answer: Json[] })
  question.answer = [{ valueInteger: 1 }]
  const reply = await replyTo('start-back-risk', call)
  expect(reply.cards[0]).toMatchObject({ detail: expect.stringContaining('regnes som ikke spurgt') })
  expect(reply.extension?.['org.columna.not-read']).toEqual([
    expect.objectContaining({
      key: 'startBackResponses',
      kind: 'unusable',
      element: `QuestionnaireResponse.item.where(linkId = '${question.linkId}')`,
    }),
  ])
})

test('a form that does not say which it is counts as the one that was asked for, and its card says so', async () => {
  const call = prefetchedCall(START, 'start-back-risk')
  delete first(call, 'startBackResponses').questionnaire
  const { cards } = await replyTo('start-back-risk', call)
  expect(cards[0]).toMatchObject({
    detail: expect.stringContaining('(svarene tæller)'),
    extension: { 'org.columna.start-back': expect.anything() },
  })
  expect(JSON.stringify(cards)).not.toContain('dele af STarT Back')
})

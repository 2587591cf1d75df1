// After an override the same warning is not repeated for this patient, whatever instance of the hook calls; others still hear it.
import supertest from 'supertest'
import { decisionPointsOf } from '../clinical-cases/runner.js'
import type { Card } from '../../src/cds-hooks/types.js'
import { createOverrideMemory, type AnsweredCall, type OverrideMemory } from '../../src/record/override-memory.js'
import { createMemoryFeedbackRecord } from '../../src/record/feedback-record.js'
import { warmUp } from '../../src/warm-up.js'
import { prefetchedCall, SERVICES, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService, testEnvironment } from '../support/service.js'

const SIGN = 'low-back-pain-order-sign'
const PERSON = 'recent-pain'

let service: Listening

beforeEach(async () => {
  service = await startTestService()
})

afterEach(() => service.close())

async function cardsFor(person: string, members: Json = {}): Promise<Card[]> {
  const { status, body } = await supertest(service.url).post(`/cds-services/${SIGN}`).send(prefetchedCall(person, SIGN, members))
  expect(status).toBe(200)
  return (body as { cards: Card[] }).cards
}

const headlines = (cards: readonly Card[]) => cards.map(card => decisionPointsOf(card)[0])

async function override({ uuid }: Card, outcomeTimestamp: string): Promise<void> {
  const feedback = [{ card: uuid, outcome: 'overridden', outcomeTimestamp }]
  await supertest(service.url).post(`/cds-services/${SIGN}/feedback`).send({ feedback }).expect(200)
}

test('an overridden warning stays away from the next call about the same patient, and from that alone', async () => {
  const [first] = await cardsFor(PERSON)
  expect(headlines(await cardsFor(PERSON))).toEqual(['LBP-10', 'LBP-06'])
  await override(first!, '2026-03-30T10:05:00Z')
  expect(headlines(await cardsFor(PERSON, { hookInstance: '0b6f5e0a-4f83-4c52-8d51-0f6f0f5d6c11' }))).toEqual(['LBP-06'])
  expect(headlines(await cardsFor('work-injury'))).toContain('LBP-10')
})

test('a patient of another server who has the same id is another patient', async () => {
  const servers = ['https://one.example.org/fhir', 'https://two.example.org/fhir']
  const [first] = await cardsFor(PERSON, { fhirServer: servers[0] })
  await override(first!, '2026-03-30T10:05:00Z')
  expect(headlines(await cardsFor(PERSON, { fhirServer: servers[0] }))).toEqual(['LBP-06'])
  expect(headlines(await cardsFor(PERSON, { fhirServer: `${servers[0]}/` }))).toEqual(['LBP-06'])
  expect(headlines(await cardsFor(PERSON, { fhirServer: servers[1] }))).toEqual(['LBP-10', 'LBP-06'])
})

test('an override from before this episode silences nothing', async () => {
  const [first] = await cardsFor(PERSON)
  await override(first!, '2025-01-01T10:05:00Z')
  expect(headlines(await cardsFor(PERSON))).toEqual(['LBP-10', 'LBP-06'])
})

test('an override whose reason cannot be read is an override, and its card may be named in capitals', async () => {
  const [first] = await cardsFor(PERSON)
  const feedback = [{ card: first!.uuid.toUpperCase(), outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z', overrideReason: 'seen' }]
  await supertest(service.url).post(`/cds-services/${SIGN}/feedback`).send({ feedback }).expect(400)
  expect(headlines(await cardsFor(PERSON))).toEqual(['LBP-06'])
})

describe('what is remembered', () => {
  /** A memory that tells what it was asked to remember and to note. */
  function watched(): { memory: OverrideMemory; remembered: AnsweredCall[]; noted: string[] } {
    const real = createOverrideMemory()
    const remembered: AnsweredCall[] = []
    const noted: string[] = []
    return {
      remembered,
      noted,
      memory: {
        ...real,
        remember: answered => {
          remembered.push(answered)
          real.remember(answered)
        },
        note: (feedback, receivedAt) => {
          noted.push(...feedback.map(({ card }) => card))
          real.note(feedback, receivedAt)
        },
      },
    }
  }

  test.each(SERVICES)('are the cards of every service, with the encounter of the call: %s', async id => {
    const { memory, remembered } = watched()
    const own = await startTestService({ overrideMemory: memory })
    const request = prefetchedCall('recent-pain', id)
    const { body } = await supertest(own.url).post(`/cds-services/${id}`).send({ ...request, context: { ...request.context, encounterId: 'contact-1' } }).expect(200)
    await own.close()
    expect(remembered.flatMap(({ cards }) => cards)).toEqual((body as { cards: Card[] }).cards)
    expect(new Set(remembered.map(({ encounter }) => encounter))).toEqual(new Set(['contact-1']))
  })

  test.each(SERVICES)('is nothing of what is explained: %s', async id => {
    const { memory, remembered } = watched()
    const own = await startTestService({ overrideMemory: memory })
    const { body } = await supertest(own.url).post(`/cds-services/${id}/$explain`).send(prefetchedCall('recent-pain', id)).expect(200)
    const cards = (body as { response: { cards: Card[] } }).response.cards
    const feedback = cards.map(({ uuid }) => ({ card: uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }))
    if (feedback.length > 0) await supertest(own.url).post(`/cds-services/${id}/feedback`).send({ feedback }).expect(200)
    const again = await supertest(own.url).post(`/cds-services/${id}/$explain`).send(prefetchedCall('recent-pain', id)).expect(200)
    await own.close()
    expect(again.body).toEqual(body)
    expect(remembered).toEqual([])
  })

  test('is nothing of the warm-up', async () => {
    const { memory, remembered } = watched()
    const environment = testEnvironment({ overrideMemory: memory })
    await warmUp(environment.services, environment)
    expect(remembered).toEqual([])
  })

  test('is nothing of feedback that could not be saved, which is answered with 5xx', async () => {
    const { memory, noted } = watched()
    const record = createMemoryFeedbackRecord()
    const own = await startTestService({ overrideMemory: memory, feedbackRecord: { ...record, save: () => Promise.reject(new Error('disk full')) } })
    const { body } = await supertest(own.url).post(`/cds-services/${SIGN}`).send(prefetchedCall(PERSON, SIGN)).expect(200)
    const [first] = (body as { cards: Card[] }).cards
    const feedback = [{ card: first!.uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }]
    const { status } = await supertest(own.url).post(`/cds-services/${SIGN}/feedback`).send({ feedback })
    await own.close()
    expect(status).toBe(500)
    expect(noted).toEqual([])
  })
})

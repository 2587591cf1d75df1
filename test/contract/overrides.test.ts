// After an override the same warning is not repeated for this patient, whatever instance of the hook calls; others still hear it.
import supertest from 'supertest'
import { decisionPointsOf } from '../clinical-cases/runner.js'
import type { Card } from '../../src/cds-hooks/types.js'
import { prefetchedCall, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

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

import supertest from 'supertest'
import { readSettings } from '../../src/settings.js'
import type { ExplainedWithCard, Explanation } from '../../src/explain-call.js'
import { patientView, prefetchedCall, SERVICES, type ServiceId } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'
import { startStubFhirServer } from '../support/stub-fhir-server.js'

const ID = 'start-back-risk'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

async function explain(person: string, id: ServiceId = ID): Promise<Explanation> {
  const { status, body } = await supertest(service.url).post(`/cds-services/${id}/$explain`).send(prefetchedCall(person, id))
  expect(status).toBe(200)
  return body as Explanation
}

const actionsOf = ({ plans }: Explanation): ExplainedWithCard[] => plans.flatMap(({ actions }) => actions)

describe('an explanation', () => {
  test.each(SERVICES)('holds the very answer of a call, with each of its cards at the action it came from: %s', async id => {
    const explanation = await explain('start-back-high', id)
    const { body } = await supertest(service.url).post(`/cds-services/${id}`).send(prefetchedCall('start-back-high', id))
    expect(explanation.response).toEqual(body)
    const cards = actionsOf(explanation).flatMap(({ card }) => card ?? [])
    expect(cards.map(({ uuid }) => uuid).toSorted()).toEqual((body as Explanation['response']).cards.map(({ uuid }) => uuid).toSorted())
  })

  test('gives each action a card or the reason why it has none', async () => {
    for (const action of actionsOf(await explain('start-back-high'))) {
      expect([action.card, action.noCardBecause].filter(part => part !== undefined)).toHaveLength(1)
      if (action.card) expect(action.applies).toBe('yes')
      else expect(action.noCardBecause).toMatch(/\S/)
    }
  })

  test('gives each condition its sentence, its expression and one of the answers', async () => {
    const conditions = SERVICES.map(async id => actionsOf(await explain('recent-pain', id)).flatMap(({ conditions }) => conditions))
    for (const condition of (await Promise.all(conditions)).flat()) {
      expect(condition.description).toMatch(/\S/)
      expect(condition.expression).toMatch(/\S/)
      expect(['yes', 'no', 'cannot-tell', 'error']).toContain(condition.answer)
    }
  })

  test('names the facts behind a condition with their values, and the resources they came from', async () => {
    const action = actionsOf(await explain('start-back-high')).find(({ card }) => card !== undefined)
    const facts = action?.conditions.flatMap(condition => condition.facts) ?? []
    expect(facts.length).toBeGreaterThan(0)
    for (const { name, description } of facts) {
      expect(name).toMatch(/^[a-zA-Z]\w*$/)
      expect(description).toMatch(/\S/)
    }
    expect(action?.conditions.flatMap(({ resources }) => resources)).toContain('QuestionnaireResponse/start-back-high-start-back')
  })

  test('tells the clock and the plans it rests on', async () => {
    const { clock, plans, notRead, service: id } = await explain('no-back-problem')
    expect({ id, clock, notRead }).toEqual({ id: ID, clock: { now: '2026-03-30T12:00:00.000+02:00', today: '2026-03-30' }, notRead: [] })
    expect(plans.map(({ plan }) => plan)).toEqual([expect.stringMatching(/^https:\/\/columna\.example\.org\/fhir\/PlanDefinition\/start-back\|\d/)])
  })

  test('reads from the server of the client once', async () => {
    const fhir = await startStubFhirServer()
    await supertest(service.url).post(`/cds-services/${ID}/$explain`).send(patientView('start-back-high', { fhirServer: fhir.url })).expect(200)
    await fhir.close()
    expect(fhir.requests).toHaveLength(10)
  })

  test('refuses what a call refuses', async () => {
    await supertest(service.url).post(`/cds-services/${ID}/$explain`).send({}).expect(400)
    await supertest(service.url).post(`/cds-services/${ID}/$explain`).send(patientView('start-back-high')).expect(412)
  })
})

describe('in production', () => {
  test('explanations are off unless a setting turns them on', () => {
    expect(readSettings({ NODE_ENV: 'production' }).explain).toBe(false)
    expect(readSettings({ NODE_ENV: 'production', CDS_EXPLAIN: 'on' }).explain).toBe(true)
    expect(readSettings({}).explain).toBe(true)
  })

  test('where they are off there is nothing at their path', async () => {
    const production = await startTestService({ explain: false })
    const { status, text } = await supertest(production.url).post(`/cds-services/${ID}/$explain`).send(prefetchedCall('start-back-high', ID))
    await production.close()
    expect(status).toBe(404)
    expect(text).toContain('CDS_PATH_UNKNOWN')
  })
})

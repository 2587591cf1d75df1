// After an override the same warning is not repeated for this patient, whatever instance of the hook calls; others still hear it.
// What an info card says is not repeated for some days to the one who was shown it.
import { EventEmitter, once } from 'node:events'
import { request } from 'node:http'
import fc from 'fast-check'
import type { FhirResource, PlanDefinitionAction } from 'fhir/r4.js'
import supertest from 'supertest'
import { callsOf, cases, decisionPointsOf, reply } from '../support/cases.js'
import { callService } from '../../src/calls/call-service.js'
import type { CallEnvironment, NotedCall } from '../../src/calls/environment.js'
import { explainCall } from '../../src/calls/explain-call.js'
import { silencing, type Silence } from '../../src/calls/silence.js'
import type { AlreadyTold, Card, CdsResponse, HeldBack } from '../../src/cds-hooks/types.js'
import { createOverrideMemory, type OverrideMemory } from '../../src/record/override-memory.js'
import type { AnsweredCall, CallRecord, FeedbackEntry, Override } from '../../src/record/port.js'
import { createMemoryFeedbackRecord } from '../../src/record/feedback-record.js'
import { applyPlan } from '../../src/engine/apply/apply-plan.js'
import { speaksAgainOn } from '../../src/engine/apply/silence-rule.js'
import type { PlanAnswer } from '../../src/engine/cards/plan-answer.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { openScope, Variables, type Scope } from '../../src/engine/expression/scope.js'
import { DeadlinePassed } from '../../src/engine/expression/steps.js'
import type { CdsService } from '../../src/knowledge-files/services.js'
import { warmUp } from '../../src/calls/warm-up.js'
import {
  entriesOf,
  hookCall,
  PEOPLE,
  prefetchedCall,
  searchset,
  SERVICES,
  USER,
  type Json,
  type Prefetch,
  type ServiceId,
} from '../support/hook-requests.js'
import { fhirpath, knowledgeOf, library, plan, planOf, scopeOf, topAction, when } from '../support/knowledge-builder.js'
import type { Listening } from '../support/listen.js'
import { startTestService, TEST_NOW, testEnvironment, testKnowledge, testRecord, type TestServiceOptions } from '../support/service.js'

const SIGN = 'low-back-pain-order-sign'
const PERSON = 'recent-pain'
const OTHER_INSTANCE = '0b6f5e0a-4f83-4c52-8d51-0f6f0f5d6c11'
const THIRD_INSTANCE = '4c0c1f63-9c55-4d0f-8f0e-6a1a3f7e9b22'

let service: Listening

beforeEach(async () => {
  service = await startTestService()
})

afterEach(() => service.close())

/** A listed server that nobody has to listen at, since all data is sent along. */
const LISTED = 'http://127.0.0.1:4/fhir'
const FOREIGN = 'https://foreign.example.org/fhir'

async function cardsFor(person: string, members: Json = {}): Promise<Card[]> {
  const { status, body } = await supertest(service.url)
    .post(`/cds-services/${SIGN}`)
    .send(prefetchedCall(person, SIGN, { fhirServer: LISTED, ...members }))
  expect(status).toBe(200)
  return (body as { cards: Card[] }).cards
}

const headlines = (cards: readonly Card[]) => cards.map(card => decisionPointsOf(card)[0])

const overridden = (uuid: string, outcomeTimestamp = '2026-03-30T10:05:00Z') => ({ card: uuid, outcome: 'overridden', outcomeTimestamp })
const report = (feedback: Json[], id: string = SIGN) => supertest(service.url).post(`/cds-services/${id}/feedback`).send({ feedback })

async function override({ uuid }: Card, outcomeTimestamp?: string): Promise<void> {
  await report([overridden(uuid, outcomeTimestamp)]).expect(200)
}

const figure = async (line: string): Promise<number> =>
  Number(
    (await supertest(service.url).get('/metrics')).text
      .split('\n')
      .find(each => each.startsWith(`${line} `))
      ?.split(' ')
      .at(-1) ?? 0,
  )

test('an overridden warning stays away from the next call about the same patient, and from that alone', async () => {
  const [first] = await cardsFor(PERSON)
  expect(headlines(await cardsFor(PERSON))).toEqual(['LBP-10', 'LBP-06'])
  await override(first!)
  expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-06'])
  expect(headlines(await cardsFor('work-injury', { hookInstance: THIRD_INSTANCE }))).toContain('LBP-10')
})

test('a patient of another server who has the same id is another patient', async () => {
  const servers = [LISTED, 'http://127.0.0.1:5/fhir']
  const [first] = await cardsFor(PERSON)
  await override(first!)
  expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE, fhirServer: servers[1] }))).toEqual(['LBP-10', 'LBP-06'])
  expect(headlines(await cardsFor(PERSON, { fhirServer: servers[0] }))).toEqual(['LBP-06'])
})

test('one server is one client, however its address is spelled', async () => {
  const [first] = await cardsFor(PERSON, { fhirServer: 'HTTP://127.0.0.1:0004/fhir/' })
  await override(first!)
  for (const fhirServer of [
    LISTED,
    `${LISTED}/`,
    `${LISTED}\n`,
    'http://127.1:4/fhir',
    'http://0x7f.0.0.1:4/x/../fhir',
    'http://127.0.0.1.:4/fhir',
  ]) {
    expect([fhirServer, headlines(await cardsFor(PERSON, { fhirServer, hookInstance: OTHER_INSTANCE }))]).toEqual([fhirServer, ['LBP-06']])
  }
})

describe('a stranger', () => {
  test.each<[string, Json]>([
    ['who names a server that is not listed', { fhirServer: FOREIGN }],
    ['who names no server', { fhirServer: undefined }],
  ])('%s is answered, and silences nothing', async (_, members) => {
    const cards = await cardsFor(PERSON, members)
    expect(headlines(cards)).toEqual(['LBP-10', 'LBP-06'])
    await report(cards.map(({ uuid }) => overridden(uuid))).expect(200)
    expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-10', 'LBP-06'])
    expect(headlines(await cardsFor(PERSON, { ...members, hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-10', 'LBP-06'])
  })

  test.each<[string, Json]>([
    ['who names a server that is not listed', { fhirServer: FOREIGN }],
    ['who names no server', { fhirServer: undefined }],
  ])('%s hears nothing of what others overrode', async (_, members) => {
    const [first] = await cardsFor(PERSON)
    await override(first!)
    expect(headlines(await cardsFor(PERSON, { ...members, hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-10', 'LBP-06'])
    expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-06'])
  })

  test('who names an unlisted server that would have to be read is refused with 412, which names the setting', async () => {
    const { status, text } = await supertest(service.url)
      .post(`/cds-services/${SIGN}`)
      .send(hookCall(PERSON, SIGN, { fhirServer: FOREIGN }))
    expect(status).toBe(412)
    expect(text).toContain('CDS_FHIR_SERVER_NOT_ALLOWED')
    expect(text).toContain('CDS_FHIR_SERVERS')
  })
})

describe('a hookInstance that is used again for another patient', () => {
  test('lets the override of one patient silence neither, and is counted', async () => {
    const forgotten = 'cds_override_memory_forgotten_total{why="two-patients"}'
    const [ofAnna] = await cardsFor(PERSON)
    const [ofBent] = await cardsFor('work-injury')
    expect(ofBent!.uuid).toBe(ofAnna!.uuid)
    await override(ofAnna!)
    expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-10', 'LBP-06'])
    expect(headlines(await cardsFor('work-injury', { hookInstance: THIRD_INSTANCE }))).toContain('LBP-10')
    expect(await figure(forgotten)).toBeGreaterThan(0)
  })

  test('takes back what it silenced before', async () => {
    const [ofAnna] = await cardsFor(PERSON)
    await override(ofAnna!)
    expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-06'])
    await cardsFor('work-injury')
    expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-10', 'LBP-06'])
  })
})

test("feedback at another service's address is refused by its entry, and the others are kept", async () => {
  const [first] = await cardsFor(PERSON)
  const { status, text } = await report([overridden(OTHER_INSTANCE), overridden(first!.uuid.toUpperCase())], 'start-back-risk')
  expect(status).toBe(400)
  expect(text).toContain('CDS_FEEDBACK_INVALID')
  expect(text).toContain('feedback[1]: card was answered by another service')
  expect(text).not.toContain('feedback[0]')
  expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-10', 'LBP-06'])
  await report([overridden(first!.uuid)]).expect(200)
  expect(headlines(await cardsFor(PERSON, { hookInstance: OTHER_INSTANCE }))).toEqual(['LBP-06'])
})

test('an override from before this episode silences nothing', async () => {
  const [first] = await cardsFor(PERSON)
  await override(first!, '2025-01-01T10:05:00Z')
  expect(headlines(await cardsFor(PERSON))).toEqual(['LBP-10', 'LBP-06'])
})

test('an override whose reason cannot be read is an override, and its card may be named in capitals', async () => {
  const [first] = await cardsFor(PERSON)
  const feedback = [
    { card: first!.uuid.toUpperCase(), outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z', overrideReason: 'seen' },
  ]
  await supertest(service.url).post(`/cds-services/${SIGN}/feedback`).send({ feedback }).expect(400)
  expect(headlines(await cardsFor(PERSON))).toEqual(['LBP-06'])
})

describe('what is remembered', () => {
  /** A memory that tells what it was asked to remember and to note. */
  function watched(): { memory: OverrideMemory; remembered: AnsweredCall[]; noted: string[] } {
    const real = createOverrideMemory(1_000_000)
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
        note: (id, feedback, receivedAt) => {
          noted.push(...feedback.map(({ card }) => card))
          return real.note(id, feedback, receivedAt)
        },
      },
    }
  }

  test.each(SERVICES)('are the cards of every service, with the encounter of the call: %s', async id => {
    const { memory, remembered } = watched()
    const own = await startTestService({ record: testRecord({ overrides: memory }) })
    const request = prefetchedCall('recent-pain', id, { fhirServer: LISTED })
    const { body } = await supertest(own.url)
      .post(`/cds-services/${id}`)
      .send({ ...request, context: { ...request.context, encounterId: 'contact-1' } })
      .expect(200)
    await own.close()
    expect(remembered.flatMap(({ cards }) => cards)).toEqual((body as { cards: Card[] }).cards)
    expect(remembered.map(({ client, service: at, patient }) => ({ client, at, patient }))).toEqual([
      { client: LISTED, at: id, patient: 'recent-pain' },
    ])
    expect(new Set(remembered.map(({ encounter }) => encounter))).toEqual(new Set(['contact-1']))
  })

  test.each(SERVICES)('is nothing of what is explained: %s', async id => {
    const { memory, remembered } = watched()
    const own = await startTestService({ record: testRecord({ overrides: memory }) })
    const { body } = await supertest(own.url)
      .post(`/cds-services/${id}/$explain`)
      .send(prefetchedCall('recent-pain', id, { fhirServer: LISTED }))
      .expect(200)
    const cards = (body as { response: { cards: Card[] } }).response.cards
    const feedback = cards.map(({ uuid }) => ({ card: uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }))
    if (feedback.length > 0) await supertest(own.url).post(`/cds-services/${id}/feedback`).send({ feedback }).expect(200)
    await supertest(own.url)
      .post(`/cds-services/${id}/$explain?view=summary`)
      .send(prefetchedCall('recent-pain', id, { fhirServer: LISTED }))
      .expect(200)
    await supertest(own.url)
      .post(`/cds-services/${id}/$explain?view=cards`)
      .send(prefetchedCall('recent-pain', id, { fhirServer: LISTED }))
      .expect(200)
    const again = await supertest(own.url)
      .post(`/cds-services/${id}/$explain`)
      .send(prefetchedCall('recent-pain', id, { fhirServer: LISTED }))
      .expect(200)
    await own.close()
    expect(again.body).toEqual(body)
    expect(remembered).toEqual([])
  })

  test('is nothing of the warm-up', async () => {
    const { memory, remembered } = watched()
    const environment = testEnvironment({ record: testRecord({ overrides: memory }) })
    await warmUp(environment.services, environment)
    expect(remembered).toEqual([])
  })

  test('is nothing of feedback that could not be saved, which is answered with 5xx', async () => {
    const { memory, noted } = watched()
    const record = createMemoryFeedbackRecord(1_000_000)
    const own = await startTestService({
      record: testRecord({ overrides: memory, feedback: { ...record, save: () => Promise.reject(new Error('disk full')) } }),
    })
    const { body } = await supertest(own.url)
      .post(`/cds-services/${SIGN}`)
      .send(prefetchedCall(PERSON, SIGN, { fhirServer: LISTED }))
      .expect(200)
    const [first] = (body as { cards: Card[] }).cards
    const feedback = [{ card: first!.uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }]
    const { status } = await supertest(own.url).post(`/cds-services/${SIGN}/feedback`).send({ feedback })
    await own.close()
    expect(status).toBe(503)
    expect(noted).toEqual([])
  })
})

test('feedback of which nobody can tell whose cards they are is kept all the same', async () => {
  const kept: FeedbackEntry[] = []
  const own = await startTestService({
    record: {
      ...testRecord(),
      ofOtherServices: () => Promise.reject(new Error('gone')),
      feedback: async entries => void kept.push(...entries),
    },
  })
  const { status } = await supertest(own.url)
    .post(`/cds-services/${SIGN}/feedback`)
    .send({ feedback: [overridden(OTHER_INSTANCE)] })
  await own.close()
  expect([status, kept.length]).toEqual([200, 1])
})

describe('a record that does not answer silences nothing and costs no card', () => {
  const never = new Promise<never>(() => undefined)

  test.each<[string, Partial<CallRecord>]>([
    ['that fails', { recall: () => Promise.reject(new Error('gone')) }],
    [
      'that throws',
      {
        recall: () => {
          throw new Error('gone')
        },
      },
    ],
    ['that hangs', { recall: () => never }],
    ['that cannot note what is shown', { shown: () => Promise.reject(new Error('gone')) }],
    [
      'that throws when it notes what is shown',
      {
        shown: () => {
          throw new Error('gone')
        },
      },
    ],
    ['that cannot note the answer', { answered: () => Promise.reject(new Error('gone')) }],
    [
      'that throws when it notes the answer',
      {
        answered: () => {
          throw new Error('gone')
        },
      },
    ],
    ['that never notes the answer', { answered: () => never }],
  ])('%s', async (_, part) => {
    const own = await startTestService({ deadlineMs: 1_000, record: { ...testRecord(), ...part } })
    const { status, body } = await supertest(own.url)
      .post(`/cds-services/${SIGN}`)
      .send(prefetchedCall(PERSON, SIGN, { fhirServer: LISTED }))
    await own.close()
    expect([status, headlines((body as { cards: Card[] }).cards)]).toEqual([200, ['LBP-10', 'LBP-06']])
  })
})

describe('what a user answered to a card', () => {
  const VIEW = 'low-back-pain-patient-view'
  const answered = (members: Partial<Override> = {}): Override => ({
    service: SIGN,
    point: 'LBP-10',
    outcome: 'overridden',
    at: '2026-03-30T09:00:00Z',
    ...members,
  })

  interface Asked {
    id?: ServiceId
    person?: string
    change?: (prefetch: Prefetch) => void
    answers: readonly Override[]
  }

  function callOf({ id = SIGN, person = PERSON, change = () => undefined, answers }: Asked) {
    const environment = testEnvironment({
      record: { ...testRecord(), recall: async () => ({ isTokenNew: true, overrides: answers, shownOn: () => undefined }) },
    })
    const request = prefetchedCall(person, id, { fhirServer: LISTED })
    change(request.prefetch)
    const { context } = request
    return {
      environment,
      service: environment.services.get(id)!,
      request: { ...request, context: { ...context, patientId: person } },
      arrival: { caller: { nameIn: () => LISTED } },
    }
  }

  async function ask(asked: Asked): Promise<CdsResponse> {
    const { service: of, request: call, environment, arrival } = callOf(asked)
    return (await callService(of, call, 'en', environment, arrival)).response
  }

  const heldBackIn = ({ extension }: CdsResponse) => extension?.['org.columna.held-back'] as HeldBack[] | undefined
  const add = (prefetch: Prefetch, key: string, ...resources: Json[]) => {
    prefetch[key] = searchset([...entriesOf(prefetch, key), ...resources])
  }

  test('silences its recommendation at its service alone, and is told with its days', async () => {
    const response = await ask({ answers: [answered({ reason: 'patient-preference' })] })
    expect(headlines(response.cards)).toEqual(['LBP-06'])
    expect(heldBackIn(response)).toEqual([
      {
        plan: expect.stringContaining('/PlanDefinition/analgesic-orders|'),
        action: 'paracetamol-recent',
        topic: 'analgesic-orders',
        summary: 'Paracetamol in recent low back pain: only after careful consideration',
        point: 'LBP-10',
        outcome: 'overridden',
        reason: 'patient-preference',
        since: '2026-03-30',
        until: '2027-03-30',
      },
    ])
    for (const elsewhere of ['low-back-pain-order-select', VIEW]) {
      const other = await ask({ answers: [answered({ service: elsewhere })] })
      expect([headlines(other.cards), heldBackIn(other)]).toEqual([['LBP-10', 'LBP-06'], undefined])
    }
  })

  test.each<[string, Partial<Override>, string[]]>([
    ['accepted, which is no reason to be silent', { outcome: 'accepted' }, ['LBP-10', 'LBP-06']],
    ['overridden before the days that the knowledge gives it', { at: '2025-03-30T09:00:00Z' }, ['LBP-10', 'LBP-06']],
    ['of a day that is still to come', { at: '2026-04-02T09:00:00Z' }, ['LBP-10', 'LBP-06']],
    ['of another recommendation', { point: 'RN-102' }, ['LBP-10', 'LBP-06']],
  ])('silences nothing where it is %s', async (_, members, points) => {
    // Nobody can tell when this episode began, so that the days alone decide.
    const change = (prefetch: Prefetch) => {
      for (const condition of entriesOf(prefetch, 'conditions')) delete condition.onsetDateTime
      for (const key of ['encounters', 'episodesOfCare']) prefetch[key] = searchset([])
    }
    expect(headlines((await ask({ answers: [answered(members)], change })).cards)).toEqual(points)
  })

  test('silences where it is accepted, if the knowledge says so of the recommendation', async () => {
    const asked = { id: 'start-back-risk', person: 'not-asked-yet' } as const
    expect(headlines((await ask({ ...asked, answers: [] })).cards)).toEqual(['RN-27'])
    const accepted = answered({ service: asked.id, point: 'RN-27', outcome: 'accepted' })
    const response = await ask({ ...asked, answers: [accepted] })
    expect([response.cards, heldBackIn(response)?.map(({ outcome, until }) => [outcome, until])]).toEqual([
      [],
      [['accepted', '2026-04-13']],
    ])
  })

  test('is not heard while a card stays away for it that only this patient makes critical; other answers are', () => {
    const pressing = { dynamicValue: [{ path: 'priority', expression: { ...fhirpath("'stat'"), description: 'It presses.' } }] }
    const given: readonly Silence[] = ['LBP-10', 'LBP-06'].map(point => ({
      ...answered({ point }),
      since: '2026-03-30',
      until: '2026-04-30',
    }))
    const byFor = (...actions: PlanDefinitionAction[]) => {
      const knowledge = knowledgeOf(library(), plan(actions))
      const applied = planOf(knowledge)
      const of = { id: SIGN, plans: [applied], hook: 'patient-view', requirements: [] } as unknown as CdsService
      const context = { patientId: 'p1', language: 'da', terminology: knowledge.terminology, hook: 'patient-view' }
      const { by } = silencing(given, {
        service: of,
        open: (silenced, isExplained) => scopeOf(knowledge, { data: { silenced } }, isExplained),
        apply: scope => [{ plan: applied, ...applyPlan(applied, scope, context) }],
      })
      return by.map(({ point }) => point)
    }
    const unlessSilent = (point: string) => ({ condition: [when(`%silenced.where(point = '${point}').empty()`)] })
    const advice = topAction('advice', unlessSilent('LBP-10'))
    const alarm = (point: string) => topAction('alarm', { ...pressing, ...unlessSilent(point) })
    expect(byFor(advice)).toEqual(['LBP-10', 'LBP-06'])
    expect(byFor(advice, alarm('LBP-06'))).toEqual(['LBP-10'])
    expect(byFor(advice, topAction('alarm', { ...pressing, condition: [when('%silenced.empty()')] }))).toEqual([])
    expect(byFor(advice, topAction('alarm', pressing))).toEqual(['LBP-10', 'LBP-06'])
    // Each by itself leaves the alarm, both together do not.
    expect(byFor(advice, topAction('alarm', { ...pressing, condition: [when('%silenced.count() < 2')] }))).toEqual([])
  })

  test('silences for the fewer of the days that its outcome and its reason have', () => {
    const { terminology } = testKnowledge().knowledge
    const until = (outcome: Override['outcome'], reason?: string) =>
      speaksAgainOn({ point: 'LBP-10', outcome, ...(reason !== undefined && { reason }) }, '2026-03-01', terminology)
    expect([until('overridden'), until('overridden', 'data-incorrect'), until('overridden', 'unheard of'), until('accepted')]).toEqual([
      '2027-03-01',
      '2026-03-29',
      '2027-03-01',
      undefined,
    ])
  })

  test('is told of by $explain as the call answers', async () => {
    const answers = [answered({ reason: 'patient-preference' })]
    const { service: of, request: call, environment, arrival } = callOf({ answers })
    const { response, plans } = await explainCall(of, call, 'en', environment, undefined, arrival)
    expect(response).toEqual(await ask({ answers }))
    expect(plans.flatMap(({ actions }) => actions).find(({ id }) => id === 'paracetamol-recent')?.noCardBecause).toBe(
      'Held back: LBP-10 was overridden on 2026-03-30 (patient-preference). It speaks again on 2027-03-30, or as soon as data comes that changes what it rests on.',
    )
    const noted: Partial<NotedCall>[] = []
    const record = await callService(of, call, 'en', environment, { ...arrival, noteCall: note => void noted.push(note()) })
    expect([record.response, noted.flatMap(({ cardNotes = [] }) => cardNotes).map(({ action, heldBack }) => [action, heldBack])]).toEqual([
      response,
      expect.arrayContaining([['paracetamol-recent', 'overridden']]),
    ])
  })

  describe('is opened by data that came since and changes what the recommendation rests on', () => {
    const LATER = '2026-03-30T09:30:00Z'
    const EARLIER = '2026-03-30T08:30:00Z'
    const changed =
      (meta: Json | undefined, members: Json = {}) =>
      (prefetch: Prefetch) => {
        for (const condition of entriesOf(prefetch, 'conditions')) Object.assign(condition, { ...members, ...(meta && { meta }) })
      }
    const contact = (start: string): Json => ({
      resourceType: 'Encounter',
      id: 'next',
      status: 'in-progress',
      class: { code: 'AMB' },
      subject: { reference: `Patient/${PERSON}` },
      period: { start },
      reasonReference: [{ reference: 'Condition/recent-pain-back' }],
    })
    const pulse = (effectiveDateTime: string): Json => ({
      resourceType: 'Observation',
      id: 'pulse',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
      subject: { reference: `Patient/${PERSON}` },
      effectiveDateTime,
      meta: { lastUpdated: effectiveDateTime },
    })

    test.each<[string, boolean, (prefetch: Prefetch) => void]>([
      ['the diagnosis was changed after the answer', true, changed({ lastUpdated: LATER })],
      ['the diagnosis was changed before the answer', false, changed({ lastUpdated: EARLIER })],
      ['the diagnosis is changed in days to come', false, changed({ lastUpdated: '2026-04-30T09:30:00Z' })],
      ['the diagnosis was recorded after the answer', true, changed(undefined, { recordedDate: LATER })],
      ['the diagnosis has an end that came after the answer', true, changed(undefined, { abatementDateTime: LATER })],
      ['the diagnosis was recorded on the day, and nobody can tell when', false, changed(undefined, { recordedDate: '2026-03-30' })],
      ['another contact began after the answer', false, prefetch => add(prefetch, 'encounters', contact(LATER))],
      ['something else was measured after the answer', false, prefetch => add(prefetch, 'observations', pulse(LATER))],
    ])('%s: %s', async (_, isOpened, change) => {
      const response = await ask({ answers: [answered()], change })
      expect([headlines(response.cards), heldBackIn(response)?.length]).toEqual(
        isOpened ? [['LBP-10', 'LBP-06'], undefined] : [['LBP-06'], 1],
      )
    })

    test('an answer after that data silences again', async () => {
      const answers = [answered(), answered({ at: '2026-03-30T09:45:00Z' })]
      expect(headlines((await ask({ answers, change: changed({ lastUpdated: LATER }) })).cards)).toEqual(['LBP-06'])
    })
  })

  test('is told where a page alone is left to say it, and until the last of several answers is over', async () => {
    const found = cases.find(({ case: { name } }) => name === '10 gange – over rammen, og forslaget retter tallet')!
    const [call] = callsOf({ ...found.case, overridden: ['RN-112 1 dag siden', 'RN-112 (data-incorrect)'] })
    const response = await reply(call!)
    expect([response.cards, response.extension?.['org.columna.decision-points']]).toEqual([[], expect.arrayContaining(['RN-112'])])
    expect(heldBackIn(response)).toEqual([expect.objectContaining({ point: 'RN-112', since: '2026-03-29', until: '2027-03-29' })])
  })

  describe('costs a call little, and nothing of its answer', () => {
    const LATE = { plan: 'plan', action: 'late', code: 'CDS_DEADLINE_PASSED' }
    const standing = (count: number): Silence[] =>
      Array.from({ length: count }, (_, index) => ({ ...answered({ point: `P-${index}` }), since: '2026-03-30', until: '2027-03-30' }))

    function asked(records: (type: string) => readonly FhirResource[], undecided: (isQuiet: boolean) => readonly object[] = () => []) {
      const looked: string[] = []
      const of = { id: SIGN, hook: 'order-sign', plans: [], requirements: [{ type: 'Condition' }] } as unknown as CdsService
      const recordsOfType = (type: string) => {
        looked.push(type)
        return records(type)
      }
      const clock = clockAt(TEST_NOW, 'Europe/Copenhagen')
      const open = (silenced: readonly Silence[]) =>
        openScope(new Variables(), { recordsOfType, context: {}, clock, silenced, stopAt: Infinity })
      const apply = ({ state }: Scope) =>
        [{ undecided: undecided(state.silenced!.length > 0), requestGroup: {} }] as unknown as PlanAnswer[]
      return { looked, call: { service: of, open, apply } }
    }

    test('records are looked through once for all answers', () => {
      for (const count of [1, 100]) {
        const { looked, call: of } = asked(() => [])
        expect([silencing(standing(count), of).by.length, looked]).toEqual([count, ['Patient', 'Condition']])
      }
    })

    test('what applies is answered whole where the time runs out before all is known with the silence', () => {
      const { loud, quiet, by } = silencing(
        standing(1),
        asked(
          () => [],
          isQuiet => (isQuiet ? [LATE] : []),
        ).call,
      )
      expect([by, quiet === loud]).toEqual([[], true])
      const whileLooking = () => {
        throw new DeadlinePassed()
      }
      expect(silencing(standing(1), asked(whileLooking).call).by).toEqual([])
    })
  })

  test('hides no critical card, whatever was answered, reported and asked before, in whatever order', async () => {
    const PEOPLE_ASKED = ['red-flag-cauda-equina', PERSON] as const
    const ASKED = [VIEW, SIGN, 'low-back-pain-encounter-start'] as const
    const clients = [LISTED, 'http://127.0.0.1:5/fhir']
    const environmentOf = () => testEnvironment({ record: testRecord() })
    async function answerOf(environment: CallEnvironment, person: string, id: ServiceId, client: string, hookInstance: string) {
      const { context, ...call } = prefetchedCall(person, id, { fhirServer: client, hookInstance })
      const arrival = { caller: { nameIn: () => client } }
      const answer = await callService(
        testKnowledge().services.get(id)!,
        { ...call, context: { ...context, patientId: person } },
        'en',
        environment,
        arrival,
      )
      return { cards: answer.response.cards, record: answer.record }
    }
    const criticalOf = (cards: readonly Card[]) => cards.filter(({ indicator }) => indicator === 'critical')
    const usual = new Map<string, Card[]>()
    for (const person of PEOPLE_ASKED)
      for (const id of ASKED) usual.set(`${person} ${id}`, (await answerOf(environmentOf(), person, id, LISTED, OTHER_INSTANCE)).cards)
    expect([...usual.values()].map(cards => criticalOf(cards).length)).toEqual([1, 1, 1, 0, 0, 0])
    const event = fc.record({
      person: fc.constantFrom(...PEOPLE_ASKED),
      id: fc.constantFrom(...ASKED),
      client: fc.constantFrom(...clients),
      hookInstance: fc.constantFrom(OTHER_INSTANCE, THIRD_INSTANCE),
      outcome: fc.constantFrom('overridden' as const, 'accepted' as const),
      isReportFirst: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 6 }), async events => {
        const environment = environmentOf()
        for (const { person, id, client, hookInstance, outcome, isReportFirst } of events) {
          const { cards, record } = await answerOf(environment, person, id, client, hookInstance)
          expect(criticalOf(cards).map(({ summary }) => summary)).toEqual(
            criticalOf(usual.get(`${person} ${id}`)!).map(({ summary }) => summary),
          )
          const reports = cards.map(({ uuid }) => ({
            service: id,
            receivedAt: '2026-03-30T09:59:00Z',
            feedback: {
              card: uuid,
              outcome,
              outcomeTimestamp: '2026-03-30T09:59:00Z',
              ...(outcome === 'overridden' && { overrideReason: { reason: { code: 'not-relevant' } } }),
            },
          }))
          const steps = [record, () => environment.record.feedback(reports)]
          for (const step of isReportFirst ? steps.toReversed() : steps) await step()
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('an info card that says what its reader was shown before', () => {
  const RISK = 'start-back-risk'
  const LOW = 'start-back-low'
  const DAY = 86_400_000

  /** A service whose clock a test sets, in days from the usual one. */
  async function startOn(options: TestServiceOptions = {}) {
    let day = 0
    const own = await startTestService({ now: () => new Date(TEST_NOW.getTime() + day * DAY), ...options })
    const ask = async (path: string, members: Json = {}, person = LOW, id: ServiceId = RISK): Promise<CdsResponse> => {
      const { status, body } = await supertest(own.url)
        .post(`/cds-services/${id}${path}`)
        .send(prefetchedCall(person, id, { fhirServer: LISTED, ...members }))
      expect(status).toBe(200)
      return body as CdsResponse
    }
    return {
      ...own,
      ask,
      call: (members?: Json, person?: string, id?: ServiceId) => ask('', members, person, id),
      on: (number: number) => {
        day = number
      },
    }
  }
  const reader = (userId: string, patientId = LOW): Json => ({ context: { userId, patientId } })
  const toldIn = ({ extension }: CdsResponse) => extension?.['org.columna.already-told'] as AlreadyTold[] | undefined
  const pointsIn = ({ cards, extension }: CdsResponse) =>
    [...cards.flatMap(decisionPointsOf), ...((extension?.['org.columna.decision-points'] ?? []) as string[])].toSorted()

  test('is shown again on the day, stays away until fourteen days after it, and is back on the fifteenth', async () => {
    const own = await startOn()
    const answers: CdsResponse[] = []
    for (const day of [0, 0.4, 1, 10, 14, 15, 16]) {
      own.on(day)
      answers.push(await own.call({ hookInstance: OTHER_INSTANCE }))
    }
    await own.close()
    expect(answers.map(answer => [answer.cards.length, toldIn(answer)?.map(({ since }) => since)])).toEqual([
      [1, undefined],
      [1, undefined],
      [0, ['2026-03-30']],
      [0, ['2026-03-30']],
      [0, ['2026-03-30']],
      [1, undefined],
      [0, ['2026-04-14']],
    ])
    expect(new Set(answers.map(answer => pointsIn(answer).join()))).toEqual(new Set([pointsIn(answers[0]!).join()]))
    const [card] = answers[0]!.cards
    expect(toldIn(answers[2]!)).toEqual([
      {
        plan: card?.extension?.['org.columna.knowledge'],
        action: 'low-risk',
        topic: 'start-back-risk',
        summary: card?.summary,
        since: '2026-03-30',
        // Whoever reads the score there finds it, whether the card is shown or not.
        extension: { 'org.columna.start-back': card?.extension?.['org.columna.start-back'] },
      },
    ])
    expect(card?.extension?.['org.columna.start-back']).toMatchObject({ risk: 'low' })
  })

  test('comes to another user, about another patient, from another client, to a stranger, and where it says something else', async () => {
    const own = await startOn()
    await own.call()
    own.on(1)
    const changed = prefetchedCall(LOW, RISK)
    for (const answer of entriesOf(changed.prefetch, 'startBackResponses')) answer.authored = '2026-03-14T09:40:00+01:00'
    const others = [
      reader('Practitioner/other'),
      { fhirServer: 'http://127.0.0.1:5/fhir' },
      { fhirServer: FOREIGN },
      { fhirServer: undefined },
      { prefetch: changed.prefetch },
    ]
    const answers = [...(await Promise.all(others.map(members => own.call(members)))), await own.call({}, 'start-back-medium')]
    const itself = await own.call(reader(USER))
    await own.close()
    expect(answers.map(answer => [answer.cards.length, toldIn(answer)])).toEqual(answers.map(() => [1, undefined]))
    // The last but one of the others said something else to the same reader.
    expect(itself.cards).toHaveLength(1)
  })

  test('is not held back from nobody in particular', async () => {
    let now = TEST_NOW
    const environment = testEnvironment({ now: () => now })
    const { context, ...request } = prefetchedCall(LOW, RISK, { fhirServer: LISTED })
    const arrival = { caller: { nameIn: () => LISTED } }
    const ask = async (userId: Json) => {
      const service = environment.services.get(RISK)!
      const { response, recordShown } = await callService(
        service,
        { ...request, context: { ...context, patientId: LOW, ...userId } },
        'da',
        environment,
        arrival,
      )
      await recordShown()
      return response.cards.length
    }
    const first = [await ask({ userId: undefined }), await ask({ userId: USER })]
    now = new Date(TEST_NOW.getTime() + DAY)
    expect([first, await ask({ userId: undefined }), await ask({ userId: USER })]).toEqual([[1, 1], 1, 0])
  })

  test('is shown however often where a deployment says so, and after a restart', async () => {
    for (const [options, isRestarted] of [
      [{ repeatInfoDays: 0 }, false],
      [{}, true],
    ] as const) {
      const own = await startOn(options)
      await own.call()
      const next = isRestarted ? await startOn(options) : own
      next.on(1)
      expect((await next.call()).cards).toHaveLength(1)
      await Promise.all([...new Set([own, next])].map(each => each.close()))
    }
  })

  test('is told of by $explain as the call answers, and neither that nor a dry run counts as showing it', async () => {
    const own = await startOn()
    await own.ask('/$explain')
    await own.ask('/$explain?view=summary')
    await own.ask('/$explain?view=cards')
    own.on(1)
    const first = await own.call()
    own.on(2)
    const explained = (await own.ask('/$explain')) as unknown as { response: CdsResponse; plans: { actions: Json[] }[] }
    const summary = (await own.ask('/$explain?view=summary')) as unknown as { cards: number }
    const tried = await own.ask('/$explain?view=cards')
    const second = await own.call()
    await own.close()
    expect([first.cards.length, summary.cards, second.cards.length]).toEqual([1, 0, 0])
    expect(explained.response).toEqual(second)
    expect(tried).toEqual(second)
    const reasons = explained.plans.flatMap(({ actions }) => actions).map(({ id, noCardBecause }) => [id, noCardBecause])
    expect(reasons).toContainEqual([
      'low-risk',
      'This user was shown the same on 2026-03-31; it is not repeated yet (CDS_REPEAT_INFO_DAYS).',
    ])
  })

  test('counts as shown only where the answer was sent', async () => {
    const real = testRecord()
    const steps = new EventEmitter()
    const [asked, gone, answered] = ['asked', 'gone', 'answered'].map(step => once(steps, step))
    const ask = async (...of: Parameters<CallRecord['recall']>) => {
      steps.emit('asked')
      await gone
      return real.recall(...of)
    }
    const record = {
      ...real,
      recall: ask,
      answered: async (...of: Parameters<CallRecord['answered']>) => {
        await real.answered(...of)
        steps.emit('answered')
      },
    }
    const own = await startOn({ record, onResponseClosed: () => steps.emit('gone') })
    const client = request(`${own.url}/cds-services/${RISK}`, { method: 'POST', headers: { 'content-type': 'application/json' } })
    client.on('error', () => undefined)
    client.end(JSON.stringify(prefetchedCall(LOW, RISK, { fhirServer: LISTED })))
    await asked
    client.destroy()
    await answered
    own.on(1)
    const first = await own.call()
    own.on(2)
    const second = await own.call()
    await own.close()
    expect([first.cards.length, second.cards.length]).toEqual([1, 0])
  })

  test('is counted, and what is remembered takes up bytes', async () => {
    await service.close()
    let days = 0
    service = await startTestService({ now: () => new Date(TEST_NOW.getTime() + days * DAY) })
    const call = () =>
      supertest(service.url)
        .post(`/cds-services/${RISK}`)
        .send(prefetchedCall(LOW, RISK, { fhirServer: LISTED }))
    await call()
    expect(await figure('cds_record_bytes{part="shown"}')).toBeGreaterThan(0)
    days = 1
    await call()
    expect(await figure(`cds_cards_already_told_total{service="${RISK}",topic="start-back-risk"}`)).toBe(1)
  })

  test.each<ServiceId>(['low-back-pain-patient-view', RISK, 'low-back-pain-encounter-start'])(
    'leaves the decision points of every answer and all that warns as they are: %s',
    async id => {
      const own = await startOn()
      const always = await startOn({ repeatInfoDays: 0 })
      let away = 0
      for (const person of PEOPLE) {
        for (const each of [own, always]) each.on(0)
        await own.call({}, person, id)
        for (const each of [own, always]) each.on(1)
        const [spared, whole] = [await own.call({}, person, id), await always.call({}, person, id)]
        away += toldIn(spared)?.length ?? 0
        expect(pointsIn(spared)).toEqual(pointsIn(whole))
        expect(spared.cards.length + (toldIn(spared)?.length ?? 0)).toBe(whole.cards.length)
        const warns = ({ cards }: CdsResponse) => cards.filter(({ indicator }) => indicator !== 'info')
        expect(warns(spared)).toEqual(warns(whole))
      }
      await Promise.all([own.close(), always.close()])
      expect(away > 0).toBe(id !== 'low-back-pain-encounter-start')
    },
  )

  test('stays away beside a card that was overridden, and both stay told of', async () => {
    const [person, id] = ['changed-urination', 'low-back-pain-patient-view'] as const
    const answers: CdsResponse[] = []
    for (const repeatInfoDays of [14, 0]) {
      const own = await startOn({ repeatInfoDays })
      const { cards } = await own.call({}, person, id)
      const feedback = cards.filter(({ indicator }) => indicator === 'warning').map(({ uuid }) => overridden(uuid))
      expect(feedback).toHaveLength(1)
      await supertest(own.url).post(`/cds-services/${id}/feedback`).send({ feedback }).expect(200)
      own.on(1)
      answers.push(await own.call({ hookInstance: OTHER_INSTANCE }, person, id))
      await own.close()
    }
    const [spared, whole] = answers
    expect(pointsIn(spared!)).toEqual(pointsIn(whole!))
    expect(spared!.cards.length + toldIn(spared!)!.length).toBe(whole!.cards.length)
  })
})

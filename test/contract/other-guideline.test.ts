// A folder that is not about backs, in a language and under names of its own: found, called, explained, applied, and its cases answered.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { caseLanguage } from '../../src/cases/language.js'
import { runCases } from '../../src/cases/record.js'
import { caseVocabulary } from '../../src/cases/vocabulary.js'
import { readCases } from '../../src/cli/read-cases.js'
import { guidelineAt } from '../support/guideline-service.js'
import type { Listening } from '../support/listen.js'

const { folder: FOLDER, loaded, start } = guidelineAt('test/other-guideline', { CDS_SEASON: 'Over' })
const { faults } = loaded

let service: Listening
beforeAll(async () => {
  service = await start()
})
afterAll(async () => service.close())

const CARD = 'no.example.vaksine'
const PATIENT = { resourceType: 'Patient', id: 'p1', name: [{ given: ['Kari'] }], birthDate: '1950-03-01' }
const CALL = {
  hook: 'patient-view',
  hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
  context: { userId: 'Practitioner/d1', patientId: 'p1' },
  prefetch: { patient: PATIENT },
}

test('it loads, and tells what of it is not done', () => {
  expect(faults.faults).toEqual([])
  expect(faults.warnings.map(({ code, element }) => `${code} ${element}`)).toEqual([
    'TRIGGER_UNSUPPORTED PlanDefinition.action[0].trigger',
    'SOURCE_MISSING PlanDefinition.action[0]',
  ])
})

test('what is there is told in its own words', async () => {
  const {
    body: { description },
  } = await supertest(service.url).get('/')
  expect(description).toBe('CDS Hooks service for vaccination against influenza')
  const { body, headers } = await supertest(service.url).get('/cds-services').set('Accept-Language', 'da')
  expect(headers['content-language']).toBe('nb')
  expect(body.services).toEqual([
    expect.objectContaining({ id: 'influensa', title: 'Influensavaksine', prefetch: { patient: 'Patient/{{context.patientId}}' } }),
  ])
  const {
    body: {
      entry: [found],
    },
  } = await supertest(service.url).get('/fhir/PlanDefinition')
  expect(found.fullUrl).toBe('https://vaksine.example.no/fhir/PlanDefinition/influensa')
})

test('a call is answered in its language and under its names', async () => {
  const {
    body: { cards },
  } = await supertest(service.url).post('/cds-services/influensa').send(CALL)
  expect(cards).toEqual([
    expect.objectContaining({
      summary: 'Tilby influensavaksine (født 1. mars 1950)',
      source: { label: 'Influensavaksine' },
      extension: {
        [`${CARD}.decision-points`]: ['FLU-1'],
        [`${CARD}.knowledge`]: 'https://vaksine.example.no/fhir/PlanDefinition/influensa',
        [`${CARD}.program`]: { year: 2026, season: 'over' },
      },
    }),
  ])
  expect(cards[0].suggestions[0].actions[0].resource).toMatchObject({
    resourceType: 'ServiceRequest',
    code: { text: 'Influensavaksinasjon' },
    patientInstruction: 'Til Kari',
  })
})

test('a card that cannot be made is told under its names', async () => {
  const {
    body: { cards, extension },
  } = await supertest(service.url)
    .post('/cds-services/influensa')
    .send({ ...CALL, prefetch: { patient: { ...PATIENT, birthDate: ['no date'] } } })
  expect(Object.keys({ ...extension })).toEqual([expect.stringMatching(/^no\.example\.vaksine\./)])
  for (const card of cards) expect(Object.keys(card.extension).filter(name => !name.startsWith(CARD))).toEqual([])
})

test('a condition without words is explained by itself', async () => {
  const {
    body: {
      plans: [plan],
    },
  } = await supertest(service.url)
    .post('/cds-services/influensa/$explain')
    .send({ ...CALL, prefetch: { patient: { ...PATIENT, birthDate: '2000-01-01' } } })
  expect(plan.actions[0]).toMatchObject({
    id: 'action-1',
    points: ['FLU-1'],
    applies: 'no',
    conditions: [{ description: '%patient.birthDate <= today() - 65 years', answer: 'no' }],
    noCardBecause: 'The answer is no: %patient.birthDate <= today() - 65 years',
  })
})

test('$apply carries all of it', async () => {
  const parameter = [
    { name: 'subject', valueString: 'Patient/p1' },
    { name: 'data', resource: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: PATIENT }] } },
  ]
  const { body: carePlan } = await supertest(service.url)
    .post('/fhir/PlanDefinition/influensa/$apply')
    .send({ resourceType: 'Parameters', parameter })
  const [group, request] = carePlan.contained
  expect(carePlan.instantiatesCanonical).toEqual(['https://vaksine.example.no/fhir/PlanDefinition/influensa'])
  expect(group).toMatchObject({
    language: 'nb',
    action: [{ id: 'action-1', title: 'Tilby influensavaksine (født 1. mars 1950)', resource: { reference: `#${request.id}` } }],
  })
  expect(request).toMatchObject({
    resourceType: 'ServiceRequest',
    instantiatesCanonical: ['https://vaksine.example.no/fhir/PlanDefinition/influensa#vaksine'],
    patientInstruction: 'Til Kari',
  })
})

test('its cases are answered by the same language of cases', async () => {
  const { runner, cases } = readCases(FOLDER, undefined, loaded)
  expect((await runCases(runner, cases, /./)).map(({ faults }) => faults)).toEqual([[], [], [], []])
})

test('a word that its cases do not have is refused, and without words of their own they have plain English ones', () => {
  expect(() => caseVocabulary({ dtaes: {} } as object)).toThrow('vocabulary says dtaes; known are')
  expect(() => caseVocabulary({ forms: { diary: { questionnaire: 'diary', totl: 'X:1' } } } as object)).toThrow(
    'vocabulary: forms: diary says totl',
  )
  const { calendarAt, coding } = caseLanguage(caseVocabulary(), [])
  const calendar = calendarAt(new Date('2026-03-30T12:00:00Z'))
  expect(['today', '20 days ago', '1 month ago', 'in 2 weeks', '2026-02'].map(written => calendar.date(written))).toEqual([
    '2026-03-30',
    '2026-03-10',
    '2026-02-28',
    '2026-04-13',
    '2026-02',
  ])
  expect(['1 day ago at 23:30', 'today without time'].map(written => calendar.dateTime(written))).toEqual([
    '2026-03-29T23:30:00+00:00',
    '2026-03-30',
  ])
  expect(() => calendar.date('20 dage siden')).toThrow("write '20 days ago', 'in 2 days', 'today' or 2026-02-10")
  expect(() => coding('ICPC:L03')).toThrow("'ICPC:L03' is not a code")
})

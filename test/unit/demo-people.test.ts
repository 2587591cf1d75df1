import type { Patient, QuestionnaireResponse, QuestionnaireResponseItem, Resource } from 'fhir/r4.js'
import supertest from 'supertest'
import { copenhagenDate, copenhagenDateTime } from '../../src/demo/copenhagen.js'
import { createDemoFhirServer } from '../../src/demo/fhir-server.js'
import { demoPeople } from '../../src/demo/people.js'

const NOW = new Date('2026-03-30T12:00:00Z')
const BASE = 'https://columna.example.org/fhir'
const people = demoPeople(NOW)

function find<T extends Resource>(type: T['resourceType'], id: string, resources = people): T {
  const resource = resources.find(resource => resource.resourceType === type && resource.id === id)
  if (!resource) throw new Error(`There is no ${type}/${id}.`)
  return resource as T
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => (name === 'reference' ? [String(part)] : references(part)))
}

function allItems(item: QuestionnaireResponseItem[] = []): QuestionnaireResponseItem[] {
  return item.flatMap(item => [item, ...allItems(item.item)])
}

function startBack(patientId: string): { total: number; distress: number; answered: number } {
  const answers = allItems(find<QuestionnaireResponse>('QuestionnaireResponse', `${patientId}-start-back`).item).map(
    ({ linkId, answer }) => {
      const { valueBoolean, valueCoding } = answer?.[0] ?? {}
      return { linkId, point: Number(valueBoolean ?? /^bother-[34]$/.test(valueCoding?.code ?? '')) }
    },
  )
  const sum = (rows: typeof answers) => rows.reduce((total, { point }) => total + point, 0)
  return { total: sum(answers), distress: sum(answers.filter(({ linkId }) => Number(linkId) >= 5)), answered: answers.length }
}

describe('dates', () => {
  test('are counted from the calendar date in Denmark', () => {
    const justBeforeMidnightUtc = new Date('2026-03-29T22:30:00Z')
    const condition = find<Resource & { onsetDateTime: string }>('Condition', 'recent-pain-back', demoPeople(justBeforeMidnightUtc))
    expect(condition.onsetDateTime).toBe('2026-03-20')
    expect(copenhagenDate(justBeforeMidnightUtc)).toBe('2026-03-30')
  })

  test('carry the Danish offset of their own day, in winter and in summer', () => {
    expect(find<QuestionnaireResponse>('QuestionnaireResponse', 'start-back-low-start-back').authored).toBe('2026-03-27T08:15:00+01:00')
    expect(copenhagenDateTime('2026-03-29', '08:15')).toBe('2026-03-29T08:15:00+02:00')
    expect(copenhagenDateTime('2026-07-01', '00:00')).toBe('2026-07-01T00:00:00+02:00')
  })

  test('step back years and months to the last day when the month is shorter', () => {
    const leapDay = demoPeople(new Date('2028-02-29T12:00:00Z'))
    expect(find<Patient>('Patient', 'start-back-low', leapDay).birthDate).toBe('1994-01-19')
    const condition = (now: string) => find<Resource & { onsetDateTime: string }>('Condition', 'stenosis-back', demoPeople(new Date(now)))
    expect(condition('2026-04-30T12:00:00Z').onsetDateTime).toBe('2025-02-28')
  })

  test('are all expanded and never lie ahead', () => {
    const texts = strings(people)
    expect(texts.filter(text => /[{}]/.test(text))).toEqual([])
    const dates = texts.filter(text => /^\d{4}-\d\d-\d\d(T|$)/.test(text))
    expect(dates.length).toBeGreaterThan(200)
    expect(dates.filter(date => Date.parse(date) > NOW.getTime())).toEqual([])
  })
})

describe('the people', () => {
  const names = people.map(({ resourceType, id }) => `${resourceType}/${id}`)
  const patients = people.filter((resource): resource is Patient => resource.resourceType === 'Patient')

  test('are at least 18, with unique ids and references that resolve', () => {
    expect(patients.length).toBeGreaterThanOrEqual(18)
    expect(new Set(names).size).toBe(names.length)
    expect(references(people).filter(reference => !names.includes(reference))).toEqual([])
  })

  test('own only resources that name them, and them alone', () => {
    for (const resource of people) {
      const owner = patients.filter(({ id }) => resource.id === id || resource.id?.startsWith(`${id}-`)).map(({ id }) => `Patient/${id}`)
      const named = new Set(references(resource).filter(reference => reference.startsWith('Patient/')))
      if (resource.resourceType !== 'Patient') expect([...named]).toEqual(owner)
    }
  })

  test('are clearly synthetic and have no CPR number', () => {
    for (const { name, gender, birthDate } of patients) {
      expect(name?.[0]).toMatchObject({ family: 'Testperson', given: expect.arrayContaining(['Test']) })
      expect([gender, birthDate]).toEqual([expect.stringMatching(/^(fe)?male$/), expect.stringMatching(/^\d{4}-\d\d-\d\d$/)])
    }
    expect(strings(people).filter(text => /1\.2\.208\.176\.1\.2|^\d{6}-?\d{4}$/.test(text))).toEqual([])
  })

  test.each([
    ['start-back-low', { total: 2, distress: 1, answered: 9 }],
    ['start-back-medium', { total: 5, distress: 2, answered: 9 }],
    ['start-back-high', { total: 5, distress: 4, answered: 9 }],
    ['start-back-incomplete', { total: 3, distress: 1, answered: 5 }],
  ])('%s answers the STarT form with %j', (patientId, expected) => {
    expect(startBack(patientId)).toEqual(expected)
  })

  test('answer consultation items inside the group their linkId names, with coded choices', () => {
    const responses = people.filter((resource): resource is QuestionnaireResponse => resource.resourceType === 'QuestionnaireResponse')
    const consultations = responses.filter(({ questionnaire }) => questionnaire === `${BASE}/Questionnaire/low-back-consultation`)
    expect(consultations.length).toBeGreaterThan(15)
    for (const group of consultations.flatMap(({ item }) => item ?? [])) {
      expect(group.answer).toBeUndefined()
      for (const { linkId } of allItems(group.item)) expect(linkId.startsWith(`${group.linkId}.`)).toBe(true)
    }
    const codings = responses.flatMap(({ item }) => allItems(item)).flatMap(({ answer }) => answer?.[0]?.valueCoding ?? [])
    expect(new Set(codings.map(({ system }) => system))).toEqual(new Set([`${BASE}/CodeSystem/consultation-answer`]))
  })

  test('give the Sandbox its patient, its conditions and its practitioner', async () => {
    const client = supertest(createDemoFhirServer({ resources: people, now: () => NOW }))
    const conditions = (await client.get('/Condition?patient=root-affection').expect(200)).body
    expect(conditions.total).toBe(1)
    expect(conditions.entry[0].resource.code).toMatchObject({ text: expect.any(String), coding: [{ code: 'L86' }, { code: 'DM511E' }] })
    const roles = (await client.get('/PractitionerRole?practitioner=Practitioner/COREPRACTITIONER1')).body
    expect(roles.entry[0].resource.code[0].coding[0].code).toBe('7170')
    expect((await client.get('/QuestionnaireResponse?patient=not-asked-yet')).body.total).toBe(0)
    const canonical = `${BASE}/Questionnaire/start-back`
    expect((await client.get(`/QuestionnaireResponse?patient=start-back-high&questionnaire=${canonical}&_sort=-authored`)).body.total).toBe(
      1,
    )
  })
})

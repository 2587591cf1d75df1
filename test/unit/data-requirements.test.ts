import { describe, expect, test } from '@jest/globals'
import type { DataRequirement, FhirResource } from 'fhir/r4.js'
import { EXTENSION } from '../support/house.js'
import {
  action,
  canonical,
  compileResources,
  english,
  library,
  plan,
  planOf,
  topAction,
  valueSet,
  when,
} from '../support/knowledge-builder.js'

/** What a plan asks for that reads every one of the types. */
function requirementsOf(dataRequirement: DataRequirement[], ...more: FhirResource[]) {
  const reading = dataRequirement.map(({ type }) => `%${type}.exists()`).join(' and ')
  const { knowledge, faults } = compileResources(
    plan([topAction('a', { condition: [when(reading)] })]),
    library({}, { dataRequirement }),
    ...more,
  )
  return { requirements: planOf(knowledge).requirements, faults: faults.faults.map(({ code, message }) => `${code} ${message}`) }
}

function templateOf(requirement: DataRequirement, ...more: FhirResource[]): string | undefined {
  const { requirements, faults } = requirementsOf([requirement], ...more)
  expect(faults).toEqual([])
  return requirements[0]?.template
}

const PATIENT = 'patient={{context.patientId}}'

describe('a prefetch template', () => {
  test('reads the patient and searches everything else by patient', () => {
    expect(templateOf({ type: 'Patient' })).toBe('Patient/{{context.patientId}}')
    expect(templateOf({ type: 'Condition' })).toBe(`Condition?${PATIENT}&_count=200`)
  })

  test.each<[string, Partial<DataRequirement>, string]>([
    ['codes', { codeFilter: [{ path: 'code', code: [{ system: 's', code: 'a' }, { code: 'b' }] }] }, 'code=a,b'],
    ['codes that a URL would misread', { codeFilter: [{ path: 'code', code: [{ code: 'a&b' }, { code: 'c+d' }] }] }, 'code=a%26b,c%2Bd'],
    ['the status', { codeFilter: [{ path: 'clinicalStatus', code: [{ code: 'active' }] }] }, 'clinical-status=active'],
    ['a search parameter', { codeFilter: [{ searchParam: 'category', code: [{ code: 'x' }] }] }, 'category=x'],
    ['a duration', { dateFilter: [{ path: 'onset', valueDuration: { value: 12, code: 'wk' } }] }, 'onset-date=ge{{today() - 84 days}}'],
    [
      'months, at their longest',
      { dateFilter: [{ path: 'onset', valueDuration: { value: 2, code: 'mo' } }] },
      'onset-date=ge{{today() - 62 days}}',
    ],
    [
      'a date',
      { dateFilter: [{ path: 'recordedDate', valueDateTime: '2026-01-01T00:00:00+01:00' }] },
      'recorded-date=ge2026-01-01T00%3A00%3A00%2B01%3A00',
    ],
    [
      'one date alone',
      {
        dateFilter: [
          { path: 'onset', valueDateTime: '2026' },
          { path: 'recordedDate', valueDateTime: '2025' },
        ],
      },
      'onset-date=ge2026',
    ],
    [
      'sort',
      {
        sort: [
          { path: 'onset', direction: 'descending' },
          { path: 'recordedDate', direction: 'ascending' },
        ],
      },
      '_sort=-onset-date,recorded-date',
    ],
    ['limit', { limit: 5 }, '_count=5'],
  ])('narrows by %s', (_, more, parameter) => {
    expect(templateOf({ type: 'Condition', ...more })).toBe(
      `Condition?${PATIENT}&${parameter}${parameter.startsWith('_count') ? '' : '&_count=200'}`,
    )
  })

  test.each([
    ['MedicationRequest', 'authoredOn', 'authoredon'],
    ['ServiceRequest', 'authoredOn', 'authored'],
    ['QuestionnaireResponse', 'authored', 'authored'],
    ['Observation', 'effective', 'date'],
  ])('calls the date of a %s as its search does', (type, path, parameter) => {
    const sort: DataRequirement['sort'] = [{ path, direction: 'descending' }]
    expect(templateOf({ type: type as 'Observation', sort })).toBe(`${type}?${PATIENT}&_sort=-${parameter}&_count=200`)
  })

  test('names the codes of a value set that is written out, and leaves the search open for one that is not', () => {
    const written = valueSet('vs', { include: [{ system: 's', concept: [{ code: 'a' }, { code: 'b' }] }] })
    const prefixed = valueSet('vs', { include: [{ system: 's', filter: [{ property: 'code', op: 'regex', value: 'A.*' }] }] })
    const filtered: DataRequirement = { type: 'Condition', codeFilter: [{ path: 'code', valueSet: canonical('ValueSet', 'vs') }] }
    expect(templateOf(filtered, written)).toBe(`Condition?${PATIENT}&code=a,b&_count=200`)
    expect(templateOf(filtered, prefixed)).toBe(`Condition?${PATIENT}&_count=200`)
  })

  test('leaves the search open for codes that travel in several forms', () => {
    const written = valueSet('vs', { include: [{ system: 's', concept: [{ code: 'K12.3' }] }] })
    const naming = {
      resourceType: 'NamingSystem' as const,
      id: 's',
      name: 'S',
      status: 'active' as const,
      kind: 'codesystem' as const,
      date: '2026',
      extension: [{ url: EXTENSION.codeForm, valueCode: 'without-dots' }],
      uniqueId: [{ type: 'uri' as const, value: 's' }],
    }
    expect(templateOf({ type: 'Condition', codeFilter: [{ path: 'code', valueSet: canonical('ValueSet', 'vs') }] }, written, naming)).toBe(
      `Condition?${PATIENT}&_count=200`,
    )
  })

  test("is the author's own where there is one", () => {
    const patterned = (pattern: string) =>
      templateOf({ type: 'Condition', extension: [{ url: EXTENSION.queryPattern, valueString: pattern }] })
    const pattern = `Condition?${PATIENT}&category=encounter-diagnosis`
    expect(patterned(pattern)).toBe(`${pattern}&_count=200`)
    expect(patterned(`${pattern}&_count=7`)).toBe(`${pattern}&_count=7`)
  })

  test.each([
    ['reads another type', `Observation?${PATIENT}`, 'must read or search Condition'],
    ['uses a token of its own', 'Condition?patient={{patient.id}}', 'is not a prefetch token'],
    ['chains', `Condition?${PATIENT}&encounter.type=x`, 'Chained'],
    ['includes', `Condition?${PATIENT}&_include=Condition:encounter`, 'Chained'],
    ['asks for two dates', `Condition?${PATIENT}&onset-date=ge2026&recorded-date=ge2026`, 'one date parameter'],
  ])('is refused when it %s', (_, valueString, message) => {
    const { faults } = requirementsOf([{ type: 'Condition', extension: [{ url: EXTENSION.queryPattern, valueString }] }])
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^PREFETCH_INVALID .*${message}`))])
  })
})

describe('a requirement', () => {
  test('carries its key, whether it is essential, and what a reader calls it', () => {
    const { requirements } = requirementsOf([
      { type: 'Condition' },
      {
        type: 'Observation',
        id: 'results',
        extension: [
          { url: EXTENSION.essential, valueBoolean: true },
          { url: EXTENSION.label, valueString: 'prøvesvar', _valueString: english('results') },
        ],
      },
    ])
    expect(requirements.map(({ key, type, essential, label }) => [key, type, essential, label.get('da'), label.get('en')])).toEqual([
      ['condition', 'Condition', false, 'condition', undefined],
      ['results', 'Observation', true, 'prøvesvar', 'results'],
    ])
  })

  test('may be essential only where the server has its type', () => {
    const { requirements } = requirementsOf([
      { type: 'Condition', extension: [{ url: EXTENSION.essential, valueCode: 'where-supported' }] },
      { type: 'Observation', extension: [{ url: EXTENSION.essential, valueBoolean: true }] },
    ])
    expect(requirements.map(({ essential, whereSupported }) => [essential, whereSupported])).toEqual([
      [true, true],
      [true, false],
    ])
  })

  test('may have queries for callers and contexts that its template does not fit', () => {
    const patterns = [
      'Condition?asserter={{context.userId}}',
      'Condition?asserter={{userPractitionerId}}',
      'Condition/{{userPractitionerRoleId}}',
    ]
    const { requirements } = requirementsOf([
      { type: 'Condition', extension: patterns.map(valueString => ({ url: EXTENSION.queryPattern, valueString })) },
    ])
    expect(requirements.map(({ template, further }) => [template, ...further])).toEqual([
      [`${patterns[0]}&_count=200`, `${patterns[1]}&_count=200`, patterns[2]],
    ])
  })

  const everything: DataRequirement[] = [{ type: 'Patient' }, { type: 'Condition' }, { type: 'Observation' }]

  test('is left out when no expression reads its type, however indirectly', () => {
    const facts = library(
      { deep: '%Observation.exists()', shallow: '%deep and true', unused: '%Condition.exists()' },
      { dataRequirement: everything },
    )
    const { knowledge } = compileResources(plan([topAction('a', { condition: [when('%shallow')] })]), facts)
    expect(planOf(knowledge).requirements.map(({ type }) => type)).toEqual(['Observation'])
  })

  test.each([
    ['a text', topAction('a', { description: '{{%Condition.count()}}', _description: english('{{%Condition.count()}}') })],
    ['a child', topAction('a', { action: [action('b', { condition: [when('%Condition.exists()')] })] })],
    [
      'a dynamic value',
      topAction('a', { dynamicValue: [{ path: 'title', expression: { language: 'text/fhirpath', expression: '%Condition.code.text' } }] }),
    ],
  ])('is kept when %s reads it', (_, reading) => {
    const { knowledge } = compileResources(plan([reading]), library({}, { dataRequirement: everything }))
    expect(planOf(knowledge).requirements.map(({ type }) => type)).toEqual(['Condition'])
  })

  test('is kept for %patient', () => {
    const { knowledge } = compileResources(
      plan([topAction('a', { condition: [when("%patient.gender = 'female'")] })]),
      library({}, { dataRequirement: everything }),
    )
    expect(planOf(knowledge).requirements.map(({ type }) => type)).toEqual(['Patient'])
  })

  test('that nobody wrote is a fault: the records would always be absent', () => {
    const { faults } = compileResources(plan([topAction('a', { condition: [when('%Procedure.exists()')] })]))
    expect(faults.faults).toEqual([expect.objectContaining({ code: 'DATA_NOT_ASKED_FOR', message: expect.stringContaining('Procedure') })])
  })

  test('must not share its key with another query', () => {
    const { faults } = requirementsOf([{ type: 'Condition' }, { type: 'Condition', limit: 5 }])
    expect(faults).toEqual([
      expect.stringContaining('PREFETCH_INVALID Two DataRequirements ask for different data under the key condition'),
    ])
  })
})

// The measures of quality, case by case (test/measures/cases.yaml), and their report.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import type { Measure } from 'fhir/r4.js'
import { parse } from 'yaml'
import type { CasePatient, Given } from '../../src/cases/format.js'
import { resourcesOf } from '../../src/cases/patient-facts.js'
import { evaluateMeasure, type GroupMembership } from '../../src/engine/apply/evaluate-measure.js'
import { periodParameters, type MeasurePeriod } from '../../src/engine/apply/measure-period.js'
import { measureReport } from '../../src/engine/apply/measure-report.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { isDay } from '../../src/engine/expression/dates.js'
import { compileKnowledge } from '../../src/engine/knowledge/compile-knowledge.js'
import type { CompiledMeasure } from '../../src/engine/knowledge/compiled.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import { entriesIn } from '../../src/patient-data/read-bundle.js'
import { openGiven } from '../../src/patient-data/given-records.js'
import { language, loaded } from '../support/cases.js'

interface Background {
  today: string
  period: MeasurePeriod
  patient: CasePatient
  given: Given[]
}

/** A case: what it says of the patient, and by the id of a group how far they come. */
type MeasureCase = Partial<Background> & { name: string; 'background given'?: 'none'; 'cannot tell'?: boolean } & Record<string, unknown>

const { background, ...byMeasure } = parse(readFileSync(fileURLToPath(new URL('../measures/cases.yaml', import.meta.url)), 'utf8')) as {
  background: Background
} & Record<string, MeasureCase[]>
const CASES = byMeasure as unknown as Record<string, MeasureCase[]>

const measureOf = (id: string): CompiledMeasure => {
  const measure = loaded.knowledge.measure(id)
  if (!measure) throw new Error(`There is no measure ${id}.`)
  return measure
}

const furthest = ({ populations }: GroupMembership): string => populations.at(-1) ?? 'outside'

function memberships(id: string, { given = [], patient = background.patient, period = background.period, ...said }: MeasureCase) {
  const now = new Date(background.today)
  const all = said['background given'] === 'none' ? given : [...background.given, ...given]
  const resources = resourcesOf(patient, all, language.calendarAt(now), language)
  const clock = clockAt(now, 'Europe/Copenhagen')
  const patientId = resources.find(({ resourceType }) => resourceType === 'Patient')?.id ?? ''
  const entries = resources.flatMap(each => entriesIn(each) ?? [])
  const measure = measureOf(id)
  const whose = { patientId, forms: loaded.knowledge.forms }
  const beside = { context: { patientId }, parameters: periodParameters(period), clock, settings: {}, stopAt: performance.now() + 60_000 }
  const { record, scope } = openGiven(measure.variables, entries, whose, beside)
  const found = evaluateMeasure(measure, scope)
  expect(record.unusable).toEqual([])
  return found
}

describe.each(Object.entries(CASES))('%s', (id, cases) => {
  test.each(cases.map(each => [each.name, each] as const))('%s', (_, each) => {
    const groups = measureOf(id).groups.map(group => group.id)
    const found = memberships(id, each)
    const expected = groups.filter(group => each[group] !== undefined)
    expect(expected.length).toBeGreaterThan(0)
    expect(Object.fromEntries(expected.map(group => [group, found.filter(one => one.group === group).map(furthest)[0]]))).toEqual(
      Object.fromEntries(expected.map(group => [group, each[group]])),
    )
    expect(found.some(({ cannotTell }) => cannotTell)).toBe(each['cannot tell'] ?? false)
  })
})

test('there are cases of every measure: some who belong to each of its populations, and some who do not', () => {
  expect(Object.keys(CASES).sort()).toEqual(loaded.knowledge.measures.map(({ resource }) => resource.id ?? '').sort())
  for (const { resource, groups } of loaded.knowledge.measures)
    for (const { id, criteria } of groups) {
      const reached = new Set((CASES[resource.id ?? ''] ?? []).map(each => each[id]))
      const wanted = [...criteria.keys()].filter(code => code !== 'initial-population')
      expect({
        measure: resource.id,
        group: id,
        missing: wanted.filter(code => !reached.has(code)),
      }).toEqual({
        measure: resource.id,
        group: id,
        missing: [],
      })
    }
})

describe('a measure that is wrong', () => {
  const proportion = (members: object): Measure =>
    ({
      resourceType: 'Measure',
      id: 'm',
      status: 'draft',
      scoring: { coding: [{ code: 'proportion' }] },
      group: [
        {
          id: 'all',
          population: POPULATIONS.map(code => ({
            code: { coding: [{ code }] },
            criteria: { language: 'text/fhirpath', expression: 'true' },
          })),
        },
      ],
      ...members,
    }) as Measure
  const POPULATIONS = ['initial-population', 'denominator', 'numerator']
  const compiled = (resource: Measure) => {
    const faults = new FaultList()
    return { faults, knowledge: compileKnowledge([{ file: 'Measure/m.json', resource }], faults) }
  }

  test('is told at its own elements', () => {
    const { faults } = compiled(proportion({ library: ['https://example.org/Library/none'] }))
    expect([...faults.faults, ...faults.warnings].map(({ code, element }) => [code, element])).toEqual([
      ['CANONICAL_UNKNOWN', 'Measure.library[0]'],
    ])
  })

  test('gives no figures where its score is no proportion, as plain R4 allows', () => {
    const ids = (resource: Measure) => compiled(resource).knowledge.measures.map(({ resource: { id } }) => id)
    expect([ids(proportion({})), ids(proportion({ scoring: { coding: [{ code: 'continuous-variable' }] } }))]).toEqual([['m'], []])
  })
})

describe('the report', () => {
  const context = {
    period: background.period,
    date: '2026-03-30T10:00:00+02:00',
    language: 'en',
    names: loaded.knowledge.profile.names,
  }
  const counts = {
    'within-28-days initial-population': 12,
    'within-28-days denominator': 9,
    'within-28-days denominator-exclusion': 2,
    'within-28-days numerator': 3,
    'within-28-days cannot-tell': 1,
  }

  test('is valid R4, and holds figures and the share of those who are not excluded', () => {
    const report = measureReport(measureOf('imaging-in-recent-pain'), counts, context)
    expect(faultsOfShape(JSON.parse(JSON.stringify(report)))).toEqual([])
    expect(report).toMatchObject({ status: 'complete', type: 'summary', improvementNotation: { coding: [{ code: 'decrease' }] } })
    expect(
      report.group?.map(({ id, code, measureScore, extension }) => [id, code?.text, measureScore?.value, extension?.[0]?.valueInteger]),
    ).toEqual([
      ['within-28-days', 'Within 28 days', 0.4286, 1],
      // Nobody to share, no share.
      ['within-42-days', 'Within 42 days', undefined, undefined],
    ])
    expect(report.group?.[0]?.population?.map(({ count }) => count)).toEqual([12, 9, 2, 3])
  })
})

test.each([
  ['2026-02-28', true],
  ['2026-02-29', false],
  ['2024-02-29', true],
  ['2026-13-01', false],
  ['2026-1-1', false],
  ['2026-01-01T00:00:00Z', false],
])('%s is a day: %s', (text, is) => {
  expect(isDay(text)).toBe(is)
})

// Expressions that nobody wrote, compiled, answer as the FHIRPath interpreter does; fails too, unless one side of a
// connective decides alone. So do all expressions of the knowledge on charts of any kind (`npm run differential` has more of both).
import { expect, test } from '@jest/globals'
import type { FhirResource } from 'fhir/r4.js'
import { caseCharts, demoCharts } from '../support/differential/base-charts.js'
import { loadBothWays } from '../support/differential/both-ways.js'
import type { Chart } from '../support/differential/chart.js'
import { compareExpressions } from '../support/differential/compare-expressions.js'
import { mutatedCharts, tally, toldDifferences } from '../support/differential/run.js'

const extension = [{ url: 'http://example.org/a', valueString: 'x' }]

/** A chart with what hardly any record has: parts of a list without a value, a resource within another, dates of every kind. */
const RARE: Chart = {
  now: '2026-03-30T12:00:00+02:00',
  timeZone: 'Europe/Copenhagen',
  context: { patientId: 'p', count: 3, share: 1.5, list: ['a', 'b'] },
  drafts: [],
  chosen: [],
  settings: {},
  overrides: [],
  records: [
    {
      resourceType: 'Patient',
      id: 'p',
      birthDate: '1980-01',
      _birthDate: { extension },
      active: false,
      multipleBirthInteger: 2,
      extension,
      name: [
        { family: 'Å', given: ['Ada', 'Bo', 'Ada'], _given: [null, { extension }] },
        { given: ['Bo'], period: { start: '2020', end: '2021-05' } },
      ],
      contained: [{ resourceType: 'Organization', id: 'o', name: 'X' }],
    },
    {
      resourceType: 'Condition',
      id: 'c1',
      code: { coding: [{ system: 's', code: 'a' }, { code: 'b' }], text: 'A' },
      recordedDate: '2026-01-01',
      onsetAge: { value: 4, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
    },
    {
      resourceType: 'Condition',
      id: 'c2',
      code: { coding: [{ code: 'b' }] },
      recordedDate: '2026-03-02T10:00:00Z',
      onsetDateTime: '2026-02',
    },
    { resourceType: 'Observation', id: 'o1', status: 'final', effectiveDateTime: '2026-02-01', valueInteger: 3 },
    {
      resourceType: 'Observation',
      id: 'o2',
      status: 'final',
      effectivePeriod: { start: '2026-01-01T00:00:00+01:00' },
      valueQuantity: { value: 1.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
      component: [
        { code: { text: 'k' }, valueString: '1.5' },
        { code: { text: 'l' }, valueBoolean: false },
      ],
    },
    {
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      authored: '2026-03-01',
      item: [
        { linkId: 'one', answer: [{ valueDecimal: 2.5 }] },
        { linkId: 'two', item: [{ linkId: 'three', answer: [{ valueInteger: 5 }] }] },
      ],
    },
  ] as FhirResource[],
}

const both = loadBothWays()

test('whatever common functions and operators are put together', () => {
  const told = compareExpressions(both, [RARE, ...demoCharts()], 20261127, 750)
  expect(told.differences).toEqual([])
  expect(told.values).toBeGreaterThan(2_500)
  expect(told.found).toBeGreaterThan(1_000)
  expect(told.failures).toBeGreaterThan(50)
})

test('whatever the knowledge asks of charts, as they are and as they never should be', async () => {
  expect(both.asked.filter(({ fact }) => fact === undefined).length).toBeGreaterThan(1_000)
  const cases = await caseCharts(both.loaded, index => index % 450 === 0)
  const bases = [...cases, ...demoCharts()]
  const asTheyAre = tally(
    cases.map(chart => ({ name: 'a case', chart })),
    both,
  )
  const changed = tally(mutatedCharts(bases, 20261128), both, 12_000)
  expect([asTheyAre, changed].flatMap(each => toldDifferences(each, both))).toEqual([])
  expect(asTheyAre.values + changed.values).toBeGreaterThan(25_000)
  expect(asTheyAre.found + changed.found).toBeGreaterThan(10_000)
  expect(changed.failures).toBeGreaterThan(0)
})

// Expressions that nobody wrote, compiled, answer as the FHIRPath interpreter does; fails too, unless one side of a
// connective decides alone. So do all expressions of the knowledge on charts of any kind (`npm run differential` has more). Criteria are truth values here: with others we differ on purpose (native-evaluation.test.ts).
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createCompiler } from '../../src/engine/expression/compile.js'
import { createInterpreter } from '../../src/engine/expression/interpreter.js'
import { iterationOver } from '../../src/engine/expression/steps.js'
import { toJson } from '../../src/engine/expression/values.js'
import type { ValueSetLookup } from '../../src/engine/expression/functions/value-set-test.js'
import { caseCharts, demoCharts } from '../support/differential/base-charts.js'
import { loadBothWays } from '../support/differential/both-ways.js'
import { mutatedCharts, tally, toldDifferences } from '../support/differential/run.js'
import { scopeWith } from '../support/evaluate.js'

const extension = [{ url: 'http://example.org/a', valueString: 'x' }]
const scope = scopeWith({
  facts: { yes: 'true', no: 'false', unknown: '{}', day: "'2026-03-01'", several: "('a').combine('b').combine('a')" },
  context: { patientId: 'p', count: 3, share: 1.5, list: ['a', 'b'] },
  timeLimit: Infinity,
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
  ],
})

const valueSets: ValueSetLookup = canonical =>
  canonical === 'a' ? coding => (typeof coding === 'string' ? coding : coding.code) === 'a' : undefined
const compile = createCompiler(valueSets)
const interpreter = createInterpreter(valueSets)

const VARIABLES = [
  '%patient',
  '%Condition',
  '%Observation',
  '%QuestionnaireResponse',
  '%Encounter',
  '%several',
  '%unknown',
  '%day',
  '%context',
  '%context.list',
  '%patient.name',
  '%Observation.value',
  '%Condition.code.coding',
  '%Condition.recordedDate',
]
const MEMBERS = [
  'id',
  'birthDate',
  'active',
  'multipleBirth',
  'name',
  'given',
  'family',
  'period',
  'start',
  'extension',
  'url',
  'value',
  'contained',
  'code',
  'coding',
  'system',
  'text',
  'recordedDate',
  'onset',
  'effective',
  'component',
  'status',
  'item',
  'linkId',
  'answer',
  'authored',
  'unit',
  'count',
  'share',
  'Patient',
]
const LITERALS = [
  "'a'",
  "'b'",
  "'Ada'",
  "'3'",
  '1',
  '3',
  '1.5',
  '2',
  'true',
  'false',
  '{}',
  '@2026-01-01',
  '@2026-02',
  '@2026-03-01T12:00:00Z',
  "1.5 'mg'",
  '4 years',
  '1 month',
]
const PLAIN = [
  'first',
  'last',
  'tail',
  'distinct',
  'count',
  'min',
  'max',
  'toString',
  'lower',
  'upper',
  'trim',
  'length',
  'newest',
  'recordDate',
  'calendarDate',
  'toInteger',
  'lowBoundary',
  'join',
  'children',
]
const SETS = ['exclude', 'intersect', 'union', 'combine', '|']
const TYPES = ['string', 'integer', 'boolean', 'Quantity', 'dateTime', 'date', 'Coding', 'Patient', 'FHIR.Patient', 'Organization']
const OPERATORS = ['+', '-', '*', '/', '&']
const COMPARISONS = ['=', '!=', '<', '<=', '>', '>=', '~', 'in', 'contains']

const { collection } = fc.letrec<{ collection: string; truth: string; begin: string }>(tie => ({
  begin: fc.oneof(
    fc.constantFrom(...VARIABLES),
    fc.constantFrom(...VARIABLES),
    fc.constantFrom(...LITERALS).map(text => `(${text})`),
  ),
  truth: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('%yes', '%no', '%unknown', '$this.exists()'),
    tie('collection').map(on => `${on}.exists()`),
    tie('collection').map(on => `${on}.empty()`),
    fc.constantFrom(...MEMBERS).map(name => `${name}.exists()`),
    fc
      .tuple(tie('collection'), fc.constantFrom(...COMPARISONS), fc.constantFrom(...LITERALS))
      .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc
      .tuple(fc.constantFrom(...MEMBERS, '$this'), fc.constantFrom(...COMPARISONS), tie('collection'))
      .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc
      .tuple(tie('truth'), fc.constantFrom('and', 'or', 'xor', 'implies'), tie('truth'))
      .map(([left, word, right]) => `(${left} ${word} ${right})`),
    tie('truth').map(on => `${on}.not()`),
  ),
  collection: fc.oneof(
    { depthSize: 'small' },
    tie('begin'),
    fc.tuple(tie('collection'), fc.constantFrom(...MEMBERS)).map(([on, name]) => `${on}.${name}`),
    fc.tuple(tie('collection'), fc.constantFrom(...MEMBERS)).map(([on, name]) => `${on}.${name}`),
    fc.tuple(tie('collection'), fc.constantFrom(...PLAIN)).map(([on, name]) => `${on}.${name}()`),
    fc
      .tuple(tie('collection'), fc.constantFrom(...SETS), tie('collection'))
      .map(([on, name, other]) => (name === '|' ? `(${on} | ${other})` : `${on}.${name}(${other})`)),
    fc
      .tuple(tie('collection'), fc.constantFrom(...OPERATORS), tie('collection'))
      .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc
      .tuple(tie('collection'), fc.constantFrom('ofType', 'as'), fc.constantFrom(...TYPES))
      .map(([on, name, type]) => `${on}.${name}(${type})`),
    fc
      .tuple(tie('collection'), fc.constantFrom('where', 'all', 'exists'), tie('truth'))
      .map(([on, name, criterion]) => `${on}.${name}(${criterion})`),
    fc.tuple(tie('collection'), fc.constantFrom(...MEMBERS, '$this')).map(([on, name]) => `${on}.select(${name})`),
    tie('collection').map(on => `${on}.repeat(item)`),
    fc.tuple(tie('collection'), fc.constantFrom('0', '1')).map(([on, index]) => `${on}[${index}]`),
    fc.tuple(tie('truth'), tie('collection'), tie('collection')).map(([criterion, one, other]) => `iif(${criterion}, ${one}, ${other})`),
  ),
}))

function outcome(evaluate: () => readonly unknown[]): string {
  try {
    return JSON.stringify(evaluate().map(toJson))
  } catch {
    return 'an error'
  }
}

test('whatever common functions and operators are put together', () => {
  let answers = 0
  fc.assert(
    fc.property(collection, expression => {
      const compiled = outcome(() => compile(expression)(scope))
      const interpreted = outcome(() =>
        interpreter.expression(expression, { subject: each => each.valueOf('subject') ?? [], definition: undefined })(
          scope,
          iterationOver([]),
        ),
      )
      if (interpreted === 'an error' && /\b(?:and|or|implies)\b/.test(expression)) return
      if (compiled !== '[]' && compiled !== 'an error') answers += 1
      expect(compiled).toBe(interpreted)
    }),
    { numRuns: 3_000, seed: 20261127 },
  )
  expect(answers).toBeGreaterThan(500)
})

test('whatever the knowledge asks of charts, as they are and as they never should be', async () => {
  const both = loadBothWays()
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

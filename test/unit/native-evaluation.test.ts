// What the compiler runs without the interpreter answers as the interpreter does.
import { describe, expect, jest, test } from '@jest/globals'
import { createCompiler } from '../../src/engine/expression/compile.js'
import { createInterpreter } from '../../src/engine/expression/interpreter.js'
import type { Scope } from '../../src/engine/expression/scope.js'
import { leftToInterpreter } from '../../src/engine/expression/left-to-interpreter.js'
import { parseExpression } from '../../src/engine/expression/syntax.js'
import type { ValueSetLookup } from '../../src/engine/expression/functions/value-set-test.js'
import { iterationOver } from '../../src/engine/expression/steps.js'
import { toJson } from '../../src/engine/expression/values.js'
import { cpuMs } from '../support/cpu.js'
import { scopeWith, type Given } from '../support/evaluate.js'

const valueSets: ValueSetLookup = canonical =>
  ['a', 'a,(b)'].includes(canonical) ? coding => (typeof coding === 'string' ? coding : coding.code) === canonical.charAt(0) : undefined

const given: Given = {
  valueSets,
  facts: { yes: 'true', no: 'false', unknown: '{}', day: "'2026-03-01'", 'an odd (name': 'true' },
  records: [
    { resourceType: 'Patient', id: 'p', birthDate: '1980-01-01' },
    { resourceType: 'Condition', id: 'c1', code: { coding: [{ code: 'a' }] }, recordedDate: '2026-01-01' },
    { resourceType: 'Condition', id: 'c2', code: { coding: [{ code: 'b' }] }, recordedDate: '2026-03-02' },
    { resourceType: 'Observation', id: 'o1', effectiveDateTime: '2026-02-01', valueInteger: 3 },
    { resourceType: 'Observation', id: 'o2', effectiveDateTime: '2026-01-01', hasMember: [{ reference: 'Observation/o1' }] },
    {
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      authored: '2026-03-01',
      item: [
        { linkId: 'one', answer: [{ valueCoding: { code: 'x' } }] },
        { linkId: "it's, (", answer: [{ valueInteger: 5 }] },
      ],
    },
  ],
}

const run = (evaluate: () => readonly unknown[]) => {
  try {
    return evaluate().map(toJson)
  } catch {
    return 'an error'
  }
}

const compile = createCompiler(valueSets)
const interpreter = createInterpreter(valueSets)
const byInterpreter = (expression: string, on: Scope) =>
  run(() =>
    interpreter.expression(expression, { subject: scope => scope.valueOf('subject') ?? [], definition: undefined })(on, iterationOver([])),
  )
/** Nothing in it changes, so that all expressions may share it. */
const scope = scopeWith({ ...given, timeLimit: Infinity })

const natively = (expression: string) => run(() => compile(expression)(scope))

const interpreted = (expression: string) => byInterpreter(expression, scope)

describe('natively or by the interpreter, the answer is the same', () => {
  test.each([
    // Paths from nothing: some lead nowhere, some answer all the same.
    '%unknown.where($this = 1).first()',
    '%Encounter.period.start.calendarDate().min()',
    '%Encounter.where(id = 1).exists()',
    '%Encounter.status.empty()',
    '%Encounter.count()',
    '%Encounter.all(id = 1)',
    '%Encounter.select(1)',
    '%Encounter.combine(%Condition).id',
    '%Encounter.period | %Condition.id',
    '%Encounter.id.exists().not()',
    '%Encounter.period.sum()',
    "%Encounter.status.join(',')",
    '%Encounter.first().exists() or %Condition.first().exists()',
    "%Encounter.newest().id & 'x'",
    'iif(%yes, 1, 2)',
    'iif(%no, 1)',
    'iif(%unknown, 1, 2)',
    'iif(%unknown, 1)',
    'iif(%yes, {}, 2).exists()',
    'iif(1 = 1, -1, 2)',
    '-iif(%yes, 1, 2)',
    'iif(%yes, 1, 2) + 1',
    'iif(%yes, iif(%no, 1), 3)',
    "iif(%yes, iif(%no, 'a,b)', 'it\\'s ('), 3)",
    "iif(%yes, 'a', 'b').length()",
    "iif(%yes, %Condition, %Observation).where(id = 'c1').id",
    "iif(%yes, %Condition, {}).codedIn('a').id",
    "iif(%yes /* , ( ' */, 1 /* ) */, 2)",
    'iif(%yes, // , )\n 1,\n 2)',
    "iif(%yes, 4 'wk', 2 'd')",
    'iif(%yes, @2026-01-01, {}) <= today()',
    'iif($this.exists(), 1, 2)',
    'iif(%yes, $this, 1).count()',
    'iif(%yes, %patient.`birthDate`, 2)',
    '%`an odd (name` and %yes',
    '%Condition.`\\u0069d`',
    'iif(%`an odd (name`, 1, 2)',
    "iif(%yes, 'Ø, å', 'x')",
    "iif('😀,' = '😀,', %yes, %no) and %QuestionnaireResponse.answer('one').code = 'x'",
    "%QuestionnaireResponse.answer('one').code = 'x'",
    "%QuestionnaireResponse\n  .answer('one')\n  .code",
    "%QuestionnaireResponse.answer('one')[0].code",
    "%QuestionnaireResponse.answer('it\\'s, (') + 1",
    "%QuestionnaireResponse.answer('it' & '\\'s, (')",
    "%QuestionnaireResponse.answer(iif(%no, 'x', 'one')).code",
    "%QuestionnaireResponse.answer('one').where($this.code = 'x').code",
    "%QuestionnaireResponse.answer('none').code.empty()",
    "%QuestionnaireResponse.answer('one', 'x').code",
    "%QuestionnaireResponse.answering('one', true).id",
    "%QuestionnaireResponse.answering('one').answer('one', %no).code",
    "%Condition.codedIn('a,(b)').id",
    "%Condition.codedIn('a').where(id = 'c1' or id = 'c2').codedIn('a').recordedDate",
    "%Condition.where(codedIn('a').exists()).id",
    '%Condition.since(today() - 1 month).id',
    '%Condition.since(%day).id',
    "%Condition.newest().recordedDate.calendarDate().difference(today(), 'day')",
    "%Observation.referringTo(%Observation.where(id = 'o1')).id",
    '%Observation.newest().value > 2',
    "%Observation.newest().iif(value > 2, 'more', 'less')",
    '%Observation.newest().combine($this).count()',
    '%Observation.newest().union($this).count()',
    '%Observation.newest().combine(id).count()',
    '%Observation.newest().select($index)',
    "%Observation.newest().value.combine(%Condition.codedIn('a').id)",
    '%unknown.combine(1 + 2)',
  ])('%s', expression => {
    expect(natively(expression)).toEqual(interpreted(expression))
    const asArgument = `%unknown.combine(${expression})`
    expect(natively(asArgument)).toEqual(interpreted(asArgument))
  })

  const OPERANDS = [
    '3',
    '4',
    '0',
    '%unknown',
    '%yes',
    '%no',
    "'x'",
    "'3'",
    "''",
    '%day',
    '%patient.birthDate',
    '%Condition',
    '%Condition.count()',
    '%Observation.newest().value',
    "%QuestionnaireResponse.answer('one').code",
    '%Encounter.count()',
    "('x').combine('y')",
    '(3).combine(4)',
    '%Condition.recordedDate',
    '1.5',
    "%Condition.codedIn('a').id",
    '%patient.birthDate.calendarDate()',
    'today()',
  ]

  test.each(['=', '!=', '<', '<=', '>', '>=', '+', '-', 'contains'])('%s between any two things', operator => {
    for (const left of OPERANDS) {
      for (const right of OPERANDS) {
        const expression = `${left} ${operator} ${right}`
        expect([expression, natively(expression)]).toEqual([expression, interpreted(expression)])
      }
    }
  })

  test('but a criterion that is no truth value is an error and not a quiet no', () => {
    expect(natively('iif(5, 1, 2)')).toBe('an error')
    expect(natively('iif(%yes.combine(%yes), 1, 2)')).toBe('an error')
  })
})

test.each([
  ['%Condition.id.sort($this)', true, ['sort()']],
  ["Coding { code: 'a' }.code", true, []],
  ["'a'.substring(1) | 'b'", false, ['|', 'substring()']],
  ["%Condition.where(id.length() / 2 > 1 and id ~ 'x').exists()", false, ['/', '~']],
  ["iif(%yes, %Observation.value.ofType(integer) + 1, -2).toString() & 'x'", false, []],
])('what of an expression is left to the interpreter: %s', (expression, isWhole, parts) => {
  expect(leftToInterpreter(parseExpression(expression))).toEqual({ isWhole, parts })
})

test.each([
  ['%patient.birthDate + 1.5 years', '1981-01-01'],
  ["%patient.birthDate - 1.5 'd'", '1979-12-31'],
  ['%patient.birthDate + %dose', '1983-01-01'],
  ['%Observation.issued + 1.5 hours', '2026-03-01T11:00:00-00:00'],
])('a date moved by a part of a unit is moved by whole ones, and the interpreter tells no console of it: %s', (source, expected) => {
  // The interpreter may be loaded beside the modules of the suite, with a console of its own.
  const told = jest.spyOn(process.stderr, 'write').mockImplementation(() => true)
  const records = [
    { resourceType: 'Patient', id: 'p', birthDate: '1980-01-01' },
    { resourceType: 'Observation', id: 'o', issued: '2026-03-01T10:00:00.000Z' },
  ]
  const facts = { dose: "Age { value: 3.5, code: 'a', system: 'http://unitsofmeasure.org' }" }
  expect(run(() => compile(source)(scopeWith({ records, facts })))).toEqual([expected])
  expect(told).not.toHaveBeenCalled()
  told.mockRestore()
})

test('members that JSON names as the engine names its own make no number of an element', () => {
  const records = [{ resourceType: 'Condition', id: 'c', code: { value: 5, decimalPlaces: 0, asStr: 'x', compare: 1 } }]
  for (const expression of [
    '%Condition.code = 5',
    '%Condition.code != 5',
    '%Condition.code > 3',
    "%Condition.code = 'x'",
    '%Condition.code.toString()',
  ]) {
    const scope = scopeWith({ records })
    const both = [run(() => compile(expression)(scope)), byInterpreter(expression, scope)]
    expect([expression, both[0]]).toEqual([expression, both[1]])
  }
})

test('numbers that are larger than any compare as they do for the interpreter', () => {
  const records = JSON.parse('[{"resourceType":"Observation","id":"o","valueQuantity":{"value":1e400}}]') as object[]
  const scope = scopeWith({ records })
  for (const sign of ['=', '!=', '<', '<=', '>', '>='])
    for (const other of ['%Observation.value.value', '5']) {
      const expression = `%Observation.value.value ${sign} ${other}`
      expect([expression, run(() => compile(expression)(scope))]).toEqual([expression, byInterpreter(expression, scope)])
    }
})

test('a long list of different texts is made distinct in linear time', async () => {
  const texts = Array.from({ length: 60_000 }, (_, index) => `text ${index}`)
  const scope = scopeWith({ ownFacts: { texts: () => [...texts, ...texts] } })
  expect(await cpuMs(2_000, () => expect(compile('%texts.distinct()')(scope)).toEqual(texts))).toBeLessThan(2_000)
})

test.each([
  ['-%Observation.value.ofType(integer)', [-3]],
  ['-%nobody', []],
  ['(-%n = %n) or (%n = 3)', [true]],
  ['-%n + %n', [0]],
  ['+%n', [3]],
  ["-(2 'mg') = -2 'mg'", [true]],
  ['%Observation.value.select(-$this)', [-3]],
  ["-%dose = -2 'mg'", [true]],
  ["-(38.5 'Cel') = -38.5 'Cel'", [true]],
  ["(+(38.5 'Cel')).value", [38.5]],
])('a sign stands before what it will and changes nothing else: %s', (source, expected) => {
  const signed = scopeWith({
    ...given,
    facts: { ...given.facts, nobody: '{}', n: '3', dose: "Quantity { value: 2, code: 'mg', system: 'http://unitsofmeasure.org' }" },
  })
  const evaluate = compile(source)
  expect([run(() => evaluate(signed)), run(() => evaluate(signed))]).toEqual([expected, expected])
})

test.each([
  // Of nothing too, an argument must be one text.
  ["%unknown.startsWith('a')", []],
  ['%unknown.startsWith(%unknown)', []],
  ['%unknown.startsWith(1)', 'an error'],
  ["%unknown.contains('a' | 'b')", 'an error'],
  // A decimal has no elements, however it is kept.
  ['(1.50).value', []],
  ['(1.50).decimalPlaces', []],
  // No more has a value that what all of its kind have in JavaScript.
  ['%patient.constructor', []],
  ['%patient.children().toString', []],
  ['%patient.birthDate.length', []],
  ['%patient.name.given.map', []],
  ['%context.valueOf', []],
])('%s', (expression, expected) => {
  expect([natively(expression), interpreted(expression)]).toEqual([expected, expected])
})

test('what has such an element keeps it', () => {
  const records = [{ resourceType: 'Encounter', id: 'e', length: { value: 3 } }]
  const scope = scopeWith({ records })
  expect([run(() => compile('%Encounter.length.value')(scope)), byInterpreter('%Encounter.length.value', scope)]).toEqual([[3], [3]])
})

test('repeat() has what reads alike and is no equal: a date and a text, a value and one with an extension', () => {
  const extension = [{ url: 'http://example.org', valueString: 'x' }]
  const records = [
    { resourceType: 'Patient', id: 'p', birthDate: '1980-12-20', name: [{ text: '1980-12-20' }] },
    { resourceType: 'Observation', id: 'a', valueBoolean: true },
    { resourceType: 'Observation', id: 'b', valueBoolean: true },
    { resourceType: 'Observation', id: 'c', valueBoolean: true, _valueBoolean: { extension } },
  ]
  const scope = scopeWith({ records })
  for (const [expression, count] of [
    ['%Patient.repeat(birthDate | name.text).count()', 2],
    ['%Observation.repeat(value).count()', 2],
    ['today().combine(today().toString()).combine(today()).repeat($this).count()', 2],
    ["(1 'mg').combine('1 \\'mg\\'').repeat($this).count()", 2],
  ] as const)
    expect([expression, run(() => compile(expression)(scope)), byInterpreter(expression, scope)]).toEqual([expression, [count], [count]])
})

test.each([
  ['of several subjects', ['Ada', 'Bo'], ['Ada', 'Bo'], [true]],
  ['of none', [], [], [false]],
])('names that stand alone are elements %s, compiled or not', (_, names, expected, isThere) => {
  const scope = scopeWith({ records: names.map((family, index) => ({ resourceType: 'Patient', id: `p${index}`, name: [{ family }] })) })
  for (const expression of ['name.family', 'name.family.sort($this)', '$this.name.family.sort($this)'])
    expect([expression, run(() => compile(expression)(scope))]).toEqual([expression, expected])
  expect(run(() => compile('coalesce($this.exists())')(scope))).toEqual(isThere)
})

test('$this is the subject in a definition, or is refused where the interpreter would take it for the definition', () => {
  const definition = { resourceType: 'ActivityDefinition', id: 'd' }
  const answer = (expression: string) => run(() => compile(expression, undefined, definition)(scope))
  expect(['$this.id', 'id', 'id.sort($this)', "('b' | 'a').select($this).sort($this)"].map(answer)).toEqual([
    ['p'],
    ['d'],
    ['d'],
    ['a', 'b'],
  ])
  for (const expression of ['$this.id.sort($this)', 'iif($this.exists(), coalesce(1))', 'coalesce($this.id)'])
    expect(() => compile(expression, undefined, definition)).toThrow('write %subject')
})

describe('an element without a value and a date that is none are nothing', () => {
  const extension = [{ url: 'http://example.org', valueString: 'x' }]
  const faulty: Given = {
    records: [
      { resourceType: 'Patient', id: 'p', _birthDate: { extension }, name: [{ given: [null, 'Ada'], _given: [{ extension }, null] }] },
      {
        resourceType: 'Condition',
        id: 'c',
        recordedDate: '2026-02-31',
        onsetDateTime: 'yesterday',
        _abatementDateTime: { extension },
        code: { coding: [{ system: 's', _code: { extension } }] },
      },
      { resourceType: 'Encounter', id: 'e', period: { start: '2026-13-01', end: '2026-03-01T25:00:00Z' } },
      {
        resourceType: 'QuestionnaireResponse',
        id: 'q',
        _authored: { extension },
        item: [{ linkId: 'day', answer: [{ valueDate: '2025-02-29' }] }],
      },
      { resourceType: 'Observation', id: 'o', effectiveDateTime: '2026-03-01T12:00:00+02:00', issued: '2026-03-01T12:00:00.000Z' },
    ],
  }
  const both = (expression: string) => {
    const scope = () => scopeWith(faulty)
    return [run(() => createCompiler(() => undefined)(expression)(scope())), byInterpreter(expression, scope())]
  }

  test.each([
    '%patient.birthDate',
    '%Condition.recordedDate',
    '%Condition.onset',
    '%Condition.abatement',
    '%Condition.code.coding.code',
    '%Encounter.period.start',
    '%Encounter.period.end',
    '%QuestionnaireResponse.authored',
    "%QuestionnaireResponse.answer('day')",
    '%QuestionnaireResponse.item.answer.value',
  ])('%s', path => {
    expect(both(path)).toEqual([[], []])
    expect(both(`${path}.exists()`)).toEqual([[false], [false]])
    expect(both(`${path}.empty()`)).toEqual([[true], [true]])
    expect(both(`${path}.count()`)).toEqual([[0], [0]])
    expect(both(`${path}.exists($this.exists())`)).toEqual([[false], [false]])
    for (const comparison of [
      `${path} <= today()`,
      `today() > ${path}`,
      `${path} = today()`,
      `${path} + 1 day`,
      `${path}.calendarDate()`,
      `${path}.calendarDate().difference(today(), 'day')`,
      `${path}.first() < now()`,
    ]) {
      expect([comparison, ...both(comparison)]).toEqual([comparison, [], []])
    }
  })

  test('what has a value stays', () => {
    expect(both('%patient.name.given')).toEqual([['Ada'], ['Ada']])
    expect(both('%Observation.where(effective.exists() and issued.exists()).id')).toEqual([['o'], ['o']])
    expect(both('%Observation.effective < now()')).toEqual([[true], [true]])
    expect(both("%Condition.code.coding.exists(system = 's')")).toEqual([[true], [true]])
  })
})

import { describe, expect, test } from '@jest/globals'
import { FUNCTIONS } from '../../src/engine/expression/functions/table.js'
import { invocationTable } from '../../src/engine/expression/functions/invocation-table.js'
import type { ValueSetLookup } from '../../src/engine/expression/functions/value-set-test.js'
import { bareNode, UCUM } from '../../src/engine/expression/values.js'
import { NO_FORMS } from '../../src/engine/expression/functions/own-function.js'
import { NO_WORDS, type WordLookup } from '../../src/engine/expression/words.js'
import { cpuMs } from '../support/cpu.js'
import { evaluate } from '../support/evaluate.js'

interface ResponseMore {
  authored?: string
  lastUpdated?: string
}

const response = (id: string, item: object[], { authored, lastUpdated }: ResponseMore = {}) => ({
  resourceType: 'QuestionnaireResponse',
  id,
  ...(authored && { authored }),
  ...(lastUpdated && { meta: { lastUpdated } }),
  item,
})

const said = (linkId: string, ...values: unknown[]) => ({
  linkId,
  answer: values.map(value =>
    typeof value === 'boolean' ? { valueBoolean: value } : typeof value === 'number' ? { valueInteger: value } : { valueString: value },
  ),
})

describe('answer()', () => {
  const answers = (linkId: string, ...records: object[]) => evaluate(`%QuestionnaireResponse.answer('${linkId}')`, { records })

  test('takes the newest authored, in whatever order they come', () => {
    const old = response('old', [said('q', 'old')], { authored: '2026-03-01T10:00:00+01:00' })
    const recent = response('new', [said('q', 'new')], { authored: '2026-03-01T09:30:00Z' })
    expect(answers('q', old, recent)).toEqual(['new'])
    expect(answers('q', recent, old)).toEqual(['new'])
  })

  test.each([
    ['2026-03-02T08:00:00.000Z', '2026-03-02T08:00:00.001Z'],
    ['2026-03-02T08:00:00Z', '2026-03-02T08:00:01Z'],
    ['2020-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
  ])('breaks a tie by lastUpdated: %s before %s', (earlier, later) => {
    const authored = '2026-03-01T10:00:00+01:00'
    const one = response('one', [said('q', 'earlier')], { authored, lastUpdated: earlier })
    const two = response('two', [said('q', 'later')], { authored, lastUpdated: later })
    expect(answers('q', one, two)).toEqual(['later'])
    expect(answers('q', two, one)).toEqual(['later'])
  })

  test('authored decides before lastUpdated', () => {
    const one = response('one', [said('q', 'newer')], { authored: '2026-03-02', lastUpdated: '2026-03-03T00:00:00Z' })
    const two = response('two', [said('q', 'older')], { authored: '2026-03-01', lastUpdated: '2026-03-20T00:00:00Z' })
    expect(answers('q', two, one)).toEqual(['newer'])
  })

  test('an item that was left out later cancels nothing, nor one without an answer', () => {
    const old = response('old', [said('q', 'kept')], { authored: '2026-03-01' })
    const recent = response('new', [said('other', 'x'), { linkId: 'q' }], { authored: '2026-03-02' })
    expect(answers('q', old, recent)).toEqual(['kept'])
    expect(answers('other', old, recent)).toEqual(['x'])
  })

  test('false and nought are answers', () => {
    const old = response('old', [said('q', true), said('n', 7)], { authored: '2026-03-01' })
    const recent = response('new', [said('q', false), said('n', 0)], { authored: '2026-03-02' })
    expect(answers('q', old, recent)).toEqual([false])
    expect(answers('n', old, recent)).toEqual([0])
    expect(evaluate("%QuestionnaireResponse.answer('q').not()", { records: [old, recent] })).toEqual([true])
  })

  test('at any depth, below items and below answers', () => {
    const deep = {
      linkId: 'group',
      item: [{ linkId: 'g2', item: [{ linkId: 'q', answer: [{ valueBoolean: true, item: [said('below', 'deep')] }] }] }],
    }
    expect(answers('q', response('r', [deep]))).toEqual([true])
    expect(answers('below', response('r', [deep]))).toEqual(['deep'])
    let nested: object = said('bottom', 'found')
    for (let depth = 0; depth < 20_000; depth += 1) nested = { linkId: 'level', item: [nested] }
    const record = response('r', [nested])
    expect(evaluate("%Endless.answer('bottom')", { ownFacts: { Endless: () => [bareNode(record)] } })).toEqual(['found'])
  })

  test('repeats are kept, in their order', () => {
    const repeating = response('r', [said('q', 'a', 'b'), { linkId: 'group', item: [said('q', 'c'), said('q', 'd')] }, said('q', 'e')])
    expect(answers('q', repeating)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('many repeats take no time', async () => {
    const many = response(
      'r',
      Array.from({ length: 60_000 }, (_, index) => said('q', index)),
    )
    expect(
      await cpuMs(2_000, () => expect(evaluate("%QuestionnaireResponse.answer('q').count()", { records: [many] })).toEqual([60_000])),
    ).toBeLessThan(2_000)
  })

  test('keeps the type of the answer', () => {
    const record = response('r', [
      { linkId: 'q', answer: [{ valueCoding: { system: 's', code: 'c' } }] },
      { linkId: 'd', answer: [{ valueDate: '2026-03' }] },
    ])
    expect(evaluate("%QuestionnaireResponse.answer('q').code", { records: [record] })).toEqual(['c'])
    expect(evaluate("%QuestionnaireResponse.answer('d') <= @2026-03-30", { records: [record] })).toEqual([])
  })
})

describe('answer() with a preferred value and answering()', () => {
  const on = (id: string, authored: string, value: boolean) => response(id, [said('q', value)], { authored })
  const preferring = (...records: object[]) => evaluate("%QuestionnaireResponse.answer('q', true)", { records })

  test('the newest day decides; on that day the preferred value wins', () => {
    expect(preferring(on('old', '2026-03-01', true), on('new', '2026-03-02', false))).toEqual([false])
    expect(preferring(on('morning', '2026-03-02T08:00:00+01:00', true), on('noon', '2026-03-02T12:00:00+01:00', false))).toEqual([true])
    expect(preferring(on('noon', '2026-03-02T12:00:00+01:00', false), on('evening', '2026-03-02T20:00:00+01:00', false))).toEqual([false])
    expect(preferring(response('silent', []))).toEqual([])
    expect(preferring()).toEqual([])
  })

  test('the day is that of the service, whatever offset is written', () => {
    expect(preferring(on('a', '2026-03-01T23:30:00Z', true), on('b', '2026-03-02T12:00:00+01:00', false))).toEqual([true])
    expect(preferring(on('a', '2026-03-01T22:30:00Z', true), on('b', '2026-03-02T12:00:00+01:00', false))).toEqual([false])
  })

  test('responses that answer an item, or answer it with a value', () => {
    const records = [on('yes', '2026-03-01', true), on('no', '2026-03-02', false), response('silent', [said('other', true)])]
    expect(evaluate("%QuestionnaireResponse.answering('q').id", { records })).toEqual(['yes', 'no'])
    expect(evaluate("%QuestionnaireResponse.answering('q', true).id", { records })).toEqual(['yes'])
    expect(evaluate("%QuestionnaireResponse.answering('q', false).id", { records })).toEqual(['no'])
  })

  test('a Condition is dated by its onset, else by its recording', () => {
    const records = [
      { resourceType: 'Condition', id: 'r', onsetDateTime: '2026-03-02', recordedDate: '2026-01-01' },
      { resourceType: 'Condition', id: 's', recordedDate: '2026-01-01' },
    ]
    expect(evaluate('%Condition.recordDate()', { records })).toEqual(['2026-03-02', '2026-01-01'])
    expect(evaluate('%Condition.since(@2026-03-01).id', { records })).toEqual(['r'])
  })
})

const inSet =
  (codes: readonly string[]): ValueSetLookup =>
  canonical =>
    canonical === 'vs'
      ? coding => codes.includes(typeof coding === 'string' ? `|${coding}` : `${coding.system ?? ''}|${coding.code}`)
      : undefined

describe('codedIn() and memberOf()', () => {
  const valueSets = inSet(['s|a', '|plain'])
  const coded = (id: string, ...codes: string[]) => ({
    resourceType: 'Condition',
    id,
    code: { coding: codes.map(code => ({ system: 's', code })) },
  })
  const records = [coded('one', 'a'), coded('two', 'b'), coded('three', 'b', 'a'), { resourceType: 'Condition', id: 'four' }]

  test('codedIn() keeps records by any of their codings', () => {
    expect(evaluate("%Condition.codedIn('vs').id", { records, valueSets })).toEqual(['one', 'three'])
    expect(evaluate("%Condition.where(id != 'one').codedIn('vs').id", { records, valueSets })).toEqual(['three'])
  })

  test('codedIn() passes over what is no concept', () => {
    const odd = [{ resourceType: 'Encounter', id: 'odd', reasonCode: [null, { coding: [{ system: 's', code: 'a' }] }] }]
    expect(evaluate("%Encounter.codedIn('vs').id", { records: odd, valueSets })).toEqual(['odd'])
  })

  test('codedIn() asks a value set that has names for the words and code systems of a record', () => {
    const asked: unknown[] = []
    const withNames: ValueSetLookup = () =>
      Object.assign(() => false, {
        named: (name: string, codings: readonly unknown[]) => asked.push({ name, codings }) > 0 && name === 'Tramadol',
      })
    const drafts = [
      { resourceType: 'MedicationRequest', id: 'text', medicationCodeableConcept: { text: 'Tramadol' } },
      {
        resourceType: 'MedicationRequest',
        id: 'display',
        medicationCodeableConcept: { text: 'other', coding: [{ system: 's', code: 'c', display: 'Tramadol' }, { display: 'Tramadol' }] },
      },
      { resourceType: 'MedicationRequest', id: 'reference', medicationReference: { reference: 'Medication/none', display: 'Tramadol' } },
      { resourceType: 'MedicationRequest', id: 'other', medicationCodeableConcept: { text: 'Metformin' } },
      {
        resourceType: 'MedicationRequest',
        id: 'odd',
        medicationCodeableConcept: { text: 7, coding: [{ system: 's', code: 'c', display: {} }] },
      },
      { resourceType: 'MedicationRequest', id: 'none', medicationReference: { reference: 'Medication/none' } },
    ]
    expect(evaluate("%MedicationRequest.codedIn('vs').id", { records: drafts, valueSets: withNames })).toEqual([
      'text',
      'display',
      'reference',
    ])
    const codings = [{ system: 's', code: 'c', display: 'Tramadol' }, { display: 'Tramadol' }]
    expect(asked).toEqual(
      expect.arrayContaining([
        { name: 'other', codings },
        { name: 'Tramadol', codings },
      ]),
    )
    expect(asked).toHaveLength(5)
  })

  test('codedIn() knows where each type of record carries its code', () => {
    const other = [
      { resourceType: 'MedicationRequest', id: 'm', medicationCodeableConcept: { coding: [{ system: 's', code: 'a' }] } },
      { resourceType: 'Encounter', id: 'e', reasonCode: [{ text: 'x' }, { coding: [{ system: 's', code: 'a' }] }] },
    ]
    expect(evaluate("(%MedicationRequest | %Encounter).codedIn('vs').id", { records: other, valueSets })).toEqual(['m', 'e'])
  })

  test('memberOf() answers for concepts, codings and codes; of nothing it says nothing', () => {
    const given = { records, valueSets }
    expect(evaluate("%Condition.where(id = 'one').code.memberOf('vs')", given)).toEqual([true])
    expect(evaluate("%Condition.where(id = 'two').code.memberOf('vs')", given)).toEqual([false])
    expect(evaluate("%Condition.where(id = 'three').code.coding.memberOf('vs')", given)).toEqual([false])
    expect(evaluate("'plain'.memberOf('vs')", given)).toEqual([true])
    expect(evaluate("%Condition.where(id = 'four').code.memberOf('vs')", given)).toEqual([])
  })

  test('a value set that the knowledge does not have is an error, not a no', () => {
    expect(() => evaluate("%Condition.codedIn('other')", { records, valueSets })).toThrow('not part of the knowledge')
  })

  test('malformed codes are not members', () => {
    const odd = [
      { resourceType: 'Condition', id: 'x', code: { coding: [null, 5, {}] } },
      { resourceType: 'Condition', id: 'y', code: 7 },
    ]
    expect(evaluate("%Condition.codedIn('vs').id", { records: odd, valueSets })).toEqual([])
  })
})

describe('references', () => {
  const records = [
    { resourceType: 'Condition', id: 'c1' },
    { resourceType: 'Encounter', id: 'e1', diagnosis: [{ condition: { reference: 'Condition/c1' } }] },
    { resourceType: 'Encounter', id: 'e3', diagnosis: [{ condition: { reference: 'Condition/c10' } }, { condition: { display: 'c1' } }] },
  ]

  test('referringTo() keeps the records that refer', () => {
    expect(evaluate('%Encounter.referringTo(%Condition).id', { records })).toEqual(['e1'])
  })
})

describe('records by their dates', () => {
  const observation = (id: string, effectiveDateTime?: string) => ({
    resourceType: 'Observation',
    id,
    ...(effectiveDateTime && { effectiveDateTime }),
  })
  const records = [
    observation('long ago', '2025-12-31'),
    observation('that day', '2026-01-05T23:59:00+01:00'),
    observation('that month', '2026-01'),
    observation('today', '2026-03-30T11:59:00+02:00'),
    observation('later', '2026-03-30T23:59:00+02:00'),
    observation('tomorrow', '2026-03-31'),
    observation('undated'),
  ]
  const ids = (expression: string) => evaluate(`${expression}.id`, { records })

  test('since() leaves out what is surely older', () => {
    expect(ids('%Observation.since(@2026-01-05)')).toEqual(['that day', 'that month', 'today', 'later', 'tomorrow', 'undated'])
    expect(ids('%Observation.since({})')).toHaveLength(records.length)
  })

  test('notInFuture() leaves out what is dated on a later day', () => {
    expect(ids('%Observation.notInFuture()')).toEqual(['long ago', 'that day', 'that month', 'today', 'later', 'undated'])
  })

  test('notInFuture() bears with a clock that is a quarter of an hour ahead over midnight, and not with more', () => {
    const now = new Date('2026-03-30T23:55:00+02:00')
    const records = ['2026-03-31T00:10:00+02:00', '2026-03-30T22:10:00Z', '2026-03-31T00:11:00+02:00', '2026-03-31'].map(date =>
      observation(date, date),
    )
    expect(evaluate('%Observation.notInFuture().id', { records, now })).toEqual(['2026-03-31T00:10:00+02:00', '2026-03-30T22:10:00Z'])
  })

  test('a form without a date of its own counts as of its last change, and without either it is old', () => {
    const forms = [
      response('new', [], { lastUpdated: '2026-03-29T10:00:00Z' }),
      response('old', [], { lastUpdated: '2025-01-01T10:00:00Z' }),
      response('never', []),
    ]
    expect(evaluate('%QuestionnaireResponse.since(@2026-03-01).id', { records: forms })).toEqual(['new'])
    expect(evaluate('%QuestionnaireResponse.recordDate()', { records: forms })).toEqual(['2026-03-29', '2025-01-01'])
    expect(evaluate('%QuestionnaireResponse.newest().id', { records: forms })).toEqual(['new'])
  })

  test.each([
    ['MedicationStatement', { dateAsserted: '2026-03-02' }],
    ['ServiceRequest', { occurrenceDateTime: '2026-03-02' }],
    ['CarePlan', { created: '2026-03-02' }],
    ['Procedure', { performedString: '2026-03-02' }],
    ['Encounter', { period: { end: '2026-03-02' } }],
    ['Observation', { effectiveTiming: { event: ['2026-03-02'] } }],
  ])('%s %j', (resourceType, dates) => {
    const records = [{ resourceType, id: 'r', ...dates }]
    expect(evaluate(`%${resourceType}.recordDate()`, { records })).toEqual(['2026-03-02'])
    expect(evaluate(`%${resourceType}.since(@2026-03-03)`, { records })).toEqual([])
  })

  test('newest() keeps one', () => {
    const responses = [response('a', [], { authored: '2026-03-01' }), response('b', [], { authored: '2026-03-02' }), response('c', [])]
    expect(evaluate('%QuestionnaireResponse.newest().id', { records: responses })).toEqual(['b'])
    expect(evaluate('%QuestionnaireResponse.newest()')).toEqual([])
    const measured = [
      { resourceType: 'Observation', id: 'old', effectiveDateTime: '2020-03-30' },
      { resourceType: 'Observation', id: 'new', effectivePeriod: { end: '2026-03-30' }, issued: '2026-03-30T10:00:00Z' },
    ]
    expect(evaluate('%Observation.newest().id', { records: measured })).toEqual(['new'])
  })
})

describe('regular expressions', () => {
  test('run in linear time', async () => {
    expect(
      await cpuMs(1_000, () => {
        expect(evaluate(`'${'a'.repeat(30)}!'.matches('(a+)+$')`)).toEqual([false])
        expect(evaluate(`'${'a'.repeat(30)}!'.matchesFull('(a|aa)+')`)).toEqual([false])
        expect(evaluate(`'${'a'.repeat(30)}!'.replaceMatches('(a+)+$', 'b')`)).toEqual([`${'a'.repeat(30)}!`])
      }),
    ).toBeLessThan(1_000)
  })

  test.each([
    ["'A'.matches('a')", [false]],
    ["'A'.matches('a', 'i')", [true]],
    ["'xA'.matchesFull('a', 'i')", [false]],
    [String.raw`'x\nA'.matches('^a$', 'im')`, [true]],
    ["'a1b'.matches('[0-9]')", [true]],
    ["'a1b'.matchesFull('[0-9]')", [false]],
    [String.raw`'a.b'.matches('a\\.b')`, [true]],
    [String.raw`'a\nb'.matchesFull('a.b')`, [true]],
    ["{}.matches('a')", []],
    ["'a'.matches({})", []],
    ["'a1b2'.replaceMatches('[0-9]', '-')", ['a-b-']],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression as string)).toEqual(expected)
  })
})

describe('unanswered() and answeredYes()', () => {
  const item = (linkId: string) => ({ linkId, type: 'boolean' as const, text: linkId })
  const more = { question: (linkId: string) => (linkId === 'gone' ? undefined : item(linkId)), words: NO_WORDS }
  const asked = (call: string, ...records: object[]) => evaluate(`%QuestionnaireResponse.${call}.linkId`, { records, more })
  const old = response('old', [said('a', true), said('b', false), said('c', 3)], { authored: '2026-03-01' })
  const recent = response('new', [said('a', false), said('d', true), { linkId: 'e' }], { authored: '2026-03-02' })

  test('gives the questions that nobody answered, in the order asked for', () => {
    expect(asked("unanswered('e', 'a', 'f', 'b', 'gone')", old, recent)).toEqual(['e', 'f'])
    expect(asked("unanswered('b', 'a')")).toEqual(['b', 'a'])
  })

  test('gives the questions whose newest answer is yes', () => {
    expect(asked("answeredYes('d', 'a', 'b', 'c', 'e')", old, recent)).toEqual(['d'])
    expect(asked("answeredYes('d', 'a')", old)).toEqual(['a'])
    expect(asked("answeredYes('a')")).toEqual([])
  })
})

describe('knownTrue() and notKnownTrue()', () => {
  test.each([
    ['true', true, false],
    ['false', false, true],
    ['{}', false, true],
    ['%QuestionnaireResponse.empty()', true, false],
  ])('%s', (expression, known, not) => {
    expect(evaluate(`(${expression}).knownTrue()`)).toEqual([known])
    expect(evaluate(`(${expression}).notKnownTrue()`)).toEqual([not])
  })

  test('take nothing but one truth value', () => {
    expect(() => evaluate("'yes'.knownTrue()")).toThrow('expected true, false or nothing')
    expect(() => evaluate('(true | false).notKnownTrue()')).toThrow('expected true, false or nothing')
  })
})

describe('coding() and written()', () => {
  const words: WordLookup = {
    display: (system, code) =>
      system === 's' && code === 'a'
        ? new Map([
            ['da', 'et a'],
            ['en', 'an a'],
          ])
        : undefined,
    codeCalled: (system, name) => (system === UCUM && name === 'uger' ? 'wk' : undefined),
    label: () => undefined,
  }
  const more = { ...NO_FORMS, words }

  test('makes codes of texts', () => {
    expect(evaluate("'a'.combine('b').coding('s|1')", { more })).toEqual([
      { system: 's', code: 'a' },
      { system: 's', code: 'b' },
    ])
    expect(evaluate("'a'.coding('s') = 'a'.coding('s')", { more })).toEqual([true])
    expect(evaluate("'a'.coding('s').combine('b'.coding('s')).where(code = 'b').system", { more })).toEqual(['s'])
  })

  test.each([
    ["'a'.coding('s').written('da')", 'et a'],
    ["'a'.coding('s').written('en')", 'an a'],
    ["'b'.coding('s').written('da')", 'b'],
    ["'as it is'.written('da')", 'as it is'],
    ["@2026-03-05.written('da')", '05.03.2026'],
    ["@2026-03.written('da')", '03.2026'],
    ["@2026.written('da')", '2026'],
    ["@2026-03-05T23:30:00Z.written('da')", '06.03.2026'],
  ])('%s', (expression, text) => {
    expect(evaluate(expression, { more })).toEqual([text])
  })

  test.each<[object, string, number[]]>([
    [{ value: 4, code: 'wk', unit: 'x' }, 'd', [28]],
    [{ value: 4, unit: 'uger' }, 'd', [28]],
    [{ value: 2016, code: 'h' }, 'd', [84]],
    [{ value: 3, code: 'mo', comparator: '>' }, 'd', [91.3125]],
    [{ value: 250, unit: 'µg' }, 'mg', [0.25]],
    [{ value: 2, unit: 'mg' }, 'mg', [2]],
    [{ value: 2, code: 'TABLET' }, 'mg', []],
    [{ value: 2, code: 'd' }, 'mg', []],
    [{ value: 2 }, 'd', []],
    [{ unit: 'd' }, 'd', []],
  ])('inUnit() of %j in %s', (valueQuantity, unit, numbers) => {
    const records = [{ resourceType: 'Observation', id: 'o', valueQuantity }]
    expect(evaluate(`%Observation.value.inUnit('${unit}')`, { records, more })).toEqual(numbers)
  })

  test('what has no name is an error', () => {
    expect(() => evaluate("5.written('da')", { more })).toThrow('expected codes, questions, dates or texts')
    expect(evaluate("{}.written('da')", { more })).toEqual([])
    expect(() => evaluate("5.inUnit('d')", { more })).toThrow('expected quantities')
  })
})

describe('the table of functions that knowledge may call', () => {
  test('has every function of our own with the arguments it takes', () => {
    const table = invocationTable(() => undefined)
    const own = [...FUNCTIONS].filter(([, row]) => row.own)
    expect(own.length).toBeGreaterThan(10)
    for (const [name, { takes }] of own) {
      expect({ name, takes: Object.keys(table[name]?.arity ?? {}).map(Number) }).toEqual({
        name,
        takes: Array.from({ length: takes[1] - takes[0] + 1 }, (_, index) => takes[0] + index),
      })
    }
  })
})

describe('forms', () => {
  const form = (id: string, questionnaire: string, ...item: object[]) => ({ ...response(id, item), questionnaire })
  const records = [
    form('a', 'https://x/Questionnaire/q', said('one', true)),
    form('b', 'https://x/Questionnaire/q|2', said('two', false)),
    form('c', 'https://x/Questionnaire/q-short', said('one', false)),
  ]

  test('ofQuestionnaire() keeps those of any version', () => {
    expect(evaluate("%QuestionnaireResponse.ofQuestionnaire('https://x/Questionnaire/q').id", { records })).toEqual(['a', 'b'])
  })

  test('answering() keeps those that answer an item, at any depth', () => {
    const deep = form('d', 'x', { linkId: 'group', item: [said('one', true)] })
    expect(evaluate("%QuestionnaireResponse.answering('one').id", { records: [...records, deep] })).toEqual(['a', 'c', 'd'])
    expect(evaluate("%QuestionnaireResponse.answering('none')", { records })).toEqual([])
  })

  test('an item that is answered twice the same is answered once', () => {
    expect(evaluate("%QuestionnaireResponse.answer('one')", { records: [form('e', 'x', said('one', true), said('one', true))] })).toEqual([
      true,
    ])
  })
})

describe('aboveRange()', () => {
  const measured = (valueQuantity: object | undefined, ...high: (object | undefined)[]) => ({
    resourceType: 'Observation',
    id: 'o',
    ...(valueQuantity && { valueQuantity }),
    referenceRange: high.map(each => ({ ...(each && { high: each }) })),
  })
  const above = (value: object | undefined, ...high: (object | undefined)[]) =>
    evaluate('%Observation.aboveRange()', { records: [measured(value, ...high)] })
  const mg = (value: number, more: object = {}) => ({ value, unit: 'mg/L', code: 'mg/L', ...more })

  test.each<[string, object | undefined, object | undefined, unknown[]]>([
    ['more', mg(48), mg(10), [true]],
    ['less', mg(4), mg(10), [false]],
    ['as much', mg(10), mg(10), [false]],
    ['below a number above the limit', mg(10, { comparator: '<' }), mg(8), []],
    ['below a number below the limit', mg(5, { comparator: '<' }), mg(8), [false]],
    ['above a number below the limit', mg(5, { comparator: '>' }), mg(8), []],
    ['above the limit itself', mg(8, { comparator: '>' }), mg(8), [true]],
    ['at least the limit', mg(8, { comparator: '>=' }), mg(8), []],
    ['micrograms against milligrams', { value: 400, unit: 'ug/L' }, mg(10), [false]],
    ['many micrograms, with the micro sign', { value: 40_000, unit: '\u00b5g/L' }, mg(10), [true]],
    ['a limit without a unit has that of the value', mg(48), { value: 10 }, [true]],
    ['a value without a unit cannot be compared', { value: 48 }, mg(10), []],
    ['units of another kind', { value: 48, unit: 'Cel' }, mg(10), []],
    ['a unit nobody knows', { value: 48, unit: 'blobs' }, mg(10), []],
    ['no value', undefined, mg(10), []],
    ['no limit', mg(48), undefined, []],
    ['numbers that are text', { value: '48', unit: 'mg/L' }, mg(10), []],
    ['a limit with a comparator', mg(48), mg(10, { comparator: '<' }), []],
  ])('%s', (_, value, high, expected) => {
    expect(above(value, high)).toEqual(expected)
  })

  test('two limits that agree are one, two that disagree are none', () => {
    expect(above(mg(48), mg(10), mg(20))).toEqual([true])
    expect(above(mg(48), mg(10), mg(100))).toEqual([])
  })

  test('only the normal range is a limit', () => {
    const records = [
      {
        resourceType: 'Observation',
        id: 'o',
        valueQuantity: mg(48),
        referenceRange: [
          { high: mg(10), type: { coding: [{ code: 'critical' }] } },
          { high: mg(100), type: { coding: [{ code: 'normal' }] } },
        ],
      },
    ]
    expect(evaluate('%Observation.aboveRange()', { records })).toEqual([false])
  })
})

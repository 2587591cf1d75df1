// What FHIRPath says of each standard function and operator, through the compiler, in examples of our own; and each place
// where the engine differs, by the name that it has in docs/engine.md (`npm run fhirpath-suite` runs what others wrote).
import { describe, expect, test } from '@jest/globals'
import { FUNCTIONS } from '../../src/engine/expression/functions/table.js'
import { evaluate } from '../support/evaluate.js'

const extension = [{ url: 'http://example.org/why', valueString: 'not asked' }]
const records = [
  {
    resourceType: 'Patient',
    id: 'p',
    active: false,
    gender: 'female',
    birthDate: '1980-01-31',
    multipleBirthInteger: 2,
    _maritalStatus: { extension },
    _deceasedBoolean: { extension },
    name: [{ use: 'official', family: 'Å', given: ['Ada', 'Bo'] }, { given: ['Bo'] }],
  },
  {
    resourceType: 'Observation',
    id: 'weight',
    status: 'final',
    effectiveDateTime: '2026-03-01T10:00:00+01:00',
    valueQuantity: { value: 80.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'q',
    status: 'completed',
    item: [
      { linkId: 'one', answer: [{ valueInteger: 3 }] },
      { linkId: 'group', item: [{ linkId: 'two', answer: [{ valueInteger: 5 }] }] },
    ],
  },
]
const answersTo = (expression: string): unknown => {
  try {
    return evaluate(expression, { records })
  } catch {
    return 'an error'
  }
}

type Example = readonly [expression: string, expected: unknown]

const LISTS: readonly Example[] = [
  ['%patient.name.given.first()', ['Ada']],
  ['%patient.name.given.last()', ['Bo']],
  ['%patient.name.given.tail()', ['Bo', 'Bo']],
  ['%patient.name.given.skip(2)', ['Bo']],
  ['%patient.name.given.take(1)', ['Ada']],
  ['%patient.name.given.take(-1)', []],
  ['%patient.name.given.take(0)', []],
  ['%patient.name.given.skip(-1)', ['Ada', 'Bo', 'Bo']],
  // Left to the interpreter whole, which counts from the end.
  ['%patient.name.given.take(-1).sort($this)', []],
  ['%patient.name.given.skip(-1).sort($this)', ['Ada', 'Bo', 'Bo']],
  ['%patient.name.single()', 'an error'],
  ["%patient.name.where(use = 'official').single().family", ['Å']],
  ['%patient.name.given[2]', ['Bo']],
  ['%patient.name.given[7]', []],
  ["%patient.name.where(given = 'Bo').exists()", [true]],
  ['(1 | 2 | 3 | 4).where($this > 2)', [3, 4]],
  ["('a').combine('b').combine('c').select($index)", [0, 1, 2]],
  ['%patient.name.given.distinct()', ['Ada', 'Bo']],
  ['%patient.name.given.isDistinct()', [false]],
  ["%patient.name.given.exclude('Bo')", ['Ada']],
  ["%patient.name.given.intersect('Bo')", ['Bo']],
  ["('a').union('a')", ['a']],
  ["'a' | 'b' | 'a'", ['a', 'b']],
  ["('a').combine('a')", ['a', 'a']],
  ['%patient.name.select(given.count())', [2, 1]],
  // Behind a list there is no index any more.
  ["('a').select($this).iif(true, $index)", []],
  // Each once, however often it is met.
  ['(1 | 2 | 3 | 4).repeat(%patient.name).given', ['Ada', 'Bo', 'Bo']],
  ['%QuestionnaireResponse.repeat(item).linkId', ['one', 'group', 'two']],
  ["%QuestionnaireResponse.item.where(linkId = 'one').children()", ['one', { valueInteger: 3 }]],
  ['%QuestionnaireResponse.descendants().ofType(integer)', [3, 5]],
  ['(3 | 1 | 2).sort($this)', [1, 2, 3]],
  ['(3).combine(1).sort(-$this)', 'an error'],
  ['coalesce({}, 2, 3)', [2]],
  ['(1 | 2 | 3).aggregate($this + $total, 0)', [6]],
  ['(1 | 2 | 3).sum()', [6]],
  ['(1 | 2 | 6).avg()', [3]],
  ['(3 | 1 | 2).min()', [1]],
  ['(3 | 1 | 2).max()', [3]],
  ['%patient.name.count()', [2]],
  ['%Encounter.count()', [0]],
  ['(1 | 2).subsetOf(1 | 2 | 3)', [true]],
  ['(1 | 2).supersetOf(1 | 2 | 3)', [false]],
]

const TRUTH: readonly Example[] = [
  ['%Encounter.exists()', [false]],
  ['%Encounter.empty()', [true]],
  ["%patient.name.exists(use = 'official')", [true]],
  ['%patient.name.all(given.exists())', [true]],
  ['%Encounter.all(false)', [true]],
  ['(true | false).allTrue()', [false]],
  ['(true | false).anyTrue()', [true]],
  ['(true | false).allFalse()', [false]],
  ['(true | false).anyFalse()', [true]],
  ['true.not()', [false]],
  ['{}.not()', []],
  ['true and {}', []],
  ['false and {}', [false]],
  ['true or {}', [true]],
  ['false or {}', []],
  ['true xor {}', []],
  ['true xor false', [true]],
  ['{} implies true', [true]],
  ['{} implies false', []],
  ['false implies {}', [true]],
  ["iif({}, 'a', 'b')", ['b']],
  ["iif(true, 'a', 1 / 0)", ['a']],
  ['%patient.active.hasValue()', [true]],
  ['%patient.gender is code', [true]],
  ['%patient.is(Observation)', [false]],
  ['%Observation.value.ofType(Quantity).unit', ['kg']],
  ['(%Observation.value as string).exists()', [false]],
  ['%Observation.value.as(Quantity).value', [80.5]],
  ['%patient.gender.type().name', ['code']],
  ['%patient.gender.getValue()', ['female']],
  ["%patient.maritalStatus.extension('http://example.org/none').exists()", [false]],
]

const COMPARISONS: readonly Example[] = [
  ['1 = 1.0', [true]],
  ["'a' = 'A'", [false]],
  ["'a' ~ 'A'", [true]],
  ["'a' !~ 'b'", [true]],
  ['1 != 2', [true]],
  ['1 = {}', []],
  ["'a' != {}", []],
  ['(1 | 2) = (2 | 1)', [false]],
  ['(1 | 2) = (1 | 2)', [true]],
  ['1 < 2', [true]],
  ['2 <= 1', [false]],
  ["'b' > 'a'", [true]],
  ['1 >= {}', []],
  ['(1 | 2) > 1', 'an error'],
  ['2 in (1 | 2)', [true]],
  ['{} in (1 | 2)', []],
  ['(1 | 2) contains 3', [false]],
  ['@2026 = @2026-01', []],
  ['@2026 < @2027-01', [true]],
  ['@2026-01 < @2026-01-15', []],
  ['@2026-03-01T10:00:00+01:00 = @2026-03-01T09:00:00Z', [true]],
  ["1000 'g' = 1 'kg'", [true]],
  ["1 'kg' > 1 'm'", []],
  ["%Observation.value > 80 'kg'", [true]],
  ["1 'cm'.comparable(1 'm')", [true]],
  // On either side.
  ['3 = today()', [false]],
  ['today() = 3', [false]],
  ['3 != today()', [true]],
  ['3 > today()', 'an error'],
  ['today() < 3', 'an error'],
  ['%patient.name.count() > today()', 'an error'],
  ['@2026 ~ @2026T', [true]],
  ['@2026T ~ @2026', [true]],
  ['@2026-03 ~ @2026T', [false]],
  ['@2026 ~ @2026', [true]],
  ['@2026 !~ @2027', [true]],
  ['3 != 1 year', [true]],
  ['1 year != 3', [true]],
  ["3 = 3 '1'", [true]],
  ["3 '1' = 3", [true]],
]

const NUMBERS: readonly Example[] = [
  ['1 + 2', [3]],
  ["'a' + 'b'", ['ab']],
  ["'a' & {}", ['a']],
  ["'a' + {}", []],
  ['5 - 7', [-2]],
  ['2 * 1.5', [3]],
  ['3 / 2', [1.5]],
  ['1 / 0', []],
  ['7 div 2', [3]],
  ['7 mod 2', [1]],
  ['7 mod 0', []],
  ['-(3)', [-3]],
  ['-({})', []],
  ["-('1.5')", 'an error'],
  ['-(1 | 2)', 'an error'],
  ['-(today())', 'an error'],
  ['0.1 + 0.2 = 0.3', [true]],
  ['(-3).abs()', [3]],
  ['1.5.ceiling()', [2]],
  ['1.5.floor()', [1]],
  ['(-1.5).truncate()', [-1]],
  ['1.256.round(2)', [1.26]],
  ['0.exp()', [1]],
  ['1.ln()', [0]],
  ['8.log(2)', [3]],
  ['2.power(3)', [8]],
  ['9.sqrt()', [3]],
  ['(-1).sqrt()', []],
  // What no number can be is nothing, and nothing is not compared.
  ['(-1).ln()', []],
  ['0.ln() > 3', []],
  ['2.log(-1)', []],
  ['10.power(400)', []],
  ['1000.exp()', []],
  ['10.power(308) * 10', []],
  ['(10.power(308) * 10).sort($this)', []],
  ['1.5.lowBoundary(1)', [1.4]],
  ['@2026.highBoundary(6)', ['2026-12']],
  ['@2026-01-31 + 1 month', ['2026-02-28']],
  ['@0001-01-01 + 1 year', ['0002-01-01']],
  ['@2026-03-01 - 1 day', ['2026-02-28']],
  ['@2026-03-01T10:00:00Z + 90 minutes = @2026-03-01T11:30:00Z', [true]],
  ["1 'kg' + 500 'g' = 1.5 'kg'", [true]],
]

const TEXTS: readonly Example[] = [
  ["'Ada'.lower() & 'Ada'.upper()", ['adaADA']],
  ["' a '.trim()", ['a']],
  ["'æøå'.length()", [3]],
  ["'abc'.startsWith('ab')", [true]],
  ["'abc'.endsWith('ab')", [false]],
  ["'abc'.contains('')", [true]],
  ["'abcb'.indexOf('b')", [1]],
  ["'abcb'.lastIndexOf('b')", [3]],
  ["'abc'.substring(1)", ['bc']],
  ["'abc'.substring(1, 1)", ['b']],
  ["'abc'.substring(7)", []],
  ["'abc'.replace('b', 'x')", ['axc']],
  ["'a,b'.split(',')", ['a', 'b']],
  ["('a').combine('b').join('-')", ['a-b']],
  ["'ab'.toChars()", ['a', 'b']],
  ["'a b'.encode('base64')", ['YSBi']],
  ["'YSBi'.decode('base64')", ['a b']],
  ["'<a>'.escape('html')", ['&lt;a&gt;']],
  ["'&lt;a&gt;'.unescape('html')", ['<a>']],
  ["'abc'.matches('b')", [true]],
  ["'abc'.matchesFull('b')", [false]],
  ["'a1b2'.replaceMatches('[0-9]', 'x')", ['axbx']],
]

const CONVERSIONS: readonly Example[] = [
  ["'3'.toInteger()", [3]],
  ["'three'.toInteger()", []],
  ["'1.5'.toDecimal()", [1.5]],
  ['1.toString()', ['1']],
  ["'yes'.toBoolean()", [true]],
  ["'2026-03'.toDate()", ['2026-03']],
  ["'2026-03-01T10:00:00Z'.toDateTime()", ['2026-03-01T10:00:00Z']],
  ["'10:30'.toTime()", ['10:30']],
  ["'4 days'.toQuantity() = 4 days", [true]],
  ["'x'.convertsToInteger()", [false]],
  ["'1.5'.convertsToDecimal()", [true]],
  ['1.convertsToString()', [true]],
  ["'no'.convertsToBoolean()", [true]],
  ["'2026'.convertsToDate()", [true]],
  ["'soon'.convertsToDateTime()", [false]],
  ["'10:30'.convertsToTime()", [true]],
  ["'4 days'.convertsToQuantity()", [true]],
  ['today()', ['2026-03-30']],
  ['now() > @2026-03-29T00:00:00Z', [true]],
  ['timeOfDay().exists()', [true]],
  ['@2026-03-01T10:30:15.250+01:00.dateOf()', ['2026-03-01']],
  ['@2026-03-01T10:30:15.250+01:00.timeOf()', ['10:30:15.250']],
  ['@2026-03-01.yearOf()', [2026]],
  ['@2026-03-01.monthOf()', [3]],
  ['@2026-03-01.dayOf()', [1]],
  ['@2026-03-01T10:30:15.250Z.hourOf()', [10]],
  ['@2026-03-01T10:30:15.250Z.minuteOf()', [30]],
  ['@2026-03-01T10:30:15.250Z.secondOf()', [15]],
  ['@2026-03-01T10:30:15.250Z.millisecondOf()', [250]],
  ['@2026-03-01T10:30:15.250+01:00.timezoneOffsetOf()', [1]],
]

const STANDARD = [...LISTS, ...TRUTH, ...COMPARISONS, ...NUMBERS, ...TEXTS, ...CONVERSIONS]

describe('as the specification says', () => {
  test.each(STANDARD)('%s', (expression, expected) => {
    expect(answersTo(expression)).toEqual(expected)
  })
})

test('there is an example of every standard function', () => {
  const written = STANDARD.map(([expression]) => expression).join('\n')
  const standard = [...FUNCTIONS].filter(([, { own }]) => !own).map(([name]) => name)
  expect(standard.filter(name => !new RegExp(`\\b${name}\\(`).test(written))).toEqual(['ordinal', 'weight'])
})

/** Names of the table in docs/engine.md. */
const OTHERWISE: readonly (readonly [name: string, ...Example])[] = [
  ['only truth is true', "'a' and true", 'an error'],
  ['only truth is true', '(0).not()', 'an error'],
  ['only truth is true', "iif('a', 1, 2)", 'an error'],
  ['one side decides alone', 'false and ((1 | 2) > 1)', [false]],
  ['one side decides alone', '((1 | 2) > 1) or true', [true]],
  ['a criterion is its value', '%patient.where(active).id', []],
  ['an element without a value is nothing', '%patient.deceased.exists()', [false]],
  ['an element without a value is nothing', "%patient.deceased.extension('http://example.org/why').exists()", [false]],
  ['repeat() tells items apart by what is written', '(1 year).combine(12 months).repeat($this).count()', [2]],
  ['lists are equivalent in the same order', '(1 | 2) ~ (2 | 1)', [false]],
  ['a time without an offset is one of the zone of the machine', '(@2026-03-01T10:00:00 = @2026-03-01T09:00:00Z).exists()', [true]],
  ['regular expressions are those of RE2', "'aa'.matches('(a)\\\\1')", 'an error'],
  ['decimals are those of JSON', '1.50.toString()', ['1.50']],
  ['elements may be named with their type', '%Observation.valueQuantity.unit', ['kg']],
  ['an index is read as a whole number', "('a' | 'b')['1'] & ('a' | 'b')[1.9]", ['bb']],
  ['the text of a number is reckoned with', "'3' * 2", [6]],
  ['children have an order', '%patient.name.first().children().first()', ['official']],
  ['a code is a text', '%patient.gender.ofType(string)', ['female']],
]

describe('otherwise than the specification says', () => {
  test.each(OTHERWISE)('%s: %s', (_, expression, expected) => {
    expect(answersTo(expression)).toEqual(expected)
  })
})

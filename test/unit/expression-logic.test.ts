import { describe, expect, test } from '@jest/globals'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { evaluate } from '../support/evaluate.js'

const TRUTHS = { yes: [true], no: [false], unknown: [] } as const
const NAMES = Object.keys(TRUTHS) as (keyof typeof TRUTHS)[]
const facts = { yes: 'true', no: 'false', unknown: '{}' }

const byInterpreter = (expression: string) => fhirpath.evaluate({}, expression, TRUTHS as never, r4, { async: false })

/** Replaces the letters a, b and c by every combination of the three truth values. */
function combinations(template: string): string[] {
  const letters = [...new Set(template.match(/%[abc]\b/g) ?? [])]
  return letters.reduce<string[]>((all, letter) => all.flatMap(each => NAMES.map(name => each.replaceAll(letter, `%${name}`))), [template])
}

describe('three-valued logic is that of the interpreter', () => {
  test.each([
    '%a and %b',
    '%a or %b',
    '%a xor %b',
    '%a implies %b',
    '%a.not()',
    '(%a)',
    '%a.exists()',
    '%a.empty()',
    '%a and %b and %c',
    '%a or %b and %c',
    '(%a or %b) and %c',
    '%a implies %b implies %c',
    '%a implies (%b implies %c)',
    '(%a and %b).not()',
    '(%a xor %b).not() or %c',
    '%a.not().not()',
    '%a.exists() and %b.empty()',
    '((%a) or ((%b)))',
    '%a xor %b xor %c',
    '(%a.not() and %b) implies %c.not()',
    '(%a = true) and %b',
    '(%a | %b).count() = 1 or %c',
    'iif(%a, %b, %c) or %c',
  ])('%s', template => {
    const all = combinations(template)
    expect(all.length).toBeGreaterThanOrEqual(3)
    for (const expression of all) {
      expect({ expression, result: evaluate(expression, { facts }) }).toEqual({ expression, result: byInterpreter(expression) })
    }
  })
})

describe('the text of an expression is cut where its parts begin and end', () => {
  test.each([
    ["('a and b' = 'a and b') and %yes"],
    [String.raw`('don\'t or' = 'x') or %yes`],
    ["(')(' = ')(') and (%yes)"],
    ['/* ( and */ (%yes) /* ) or */ and %yes // ) or %no'],
    ["%yes and 'it' != 'or'"],
    ['%yes // and (\n and\n  (%no or\n\n %yes)'],
    ["'😀😀' = '😀😀' and %yes"],
    ["'😀' = '😀' and ('😀 or' = 'x' or %yes)"],
    ['%yes /* . */ . /* . */ exists ( )'],
    ['%yes\r\n  and\r\n  %yes.not().not()'],
    ["%no.not() and '//' = '//' and %yes"],
    ["(%yes and '/*' != '*/') and %yes"],
  ])('%j', expression => {
    expect(evaluate(expression, { facts })).toEqual(byInterpreter(expression))
  })

  test('and those texts do not all mean the same', () => {
    expect(evaluate("'😀' = '😀' and %no", { facts })).toEqual([false])
    expect(evaluate('(%yes) /* or %yes */ and %no // or %yes', { facts })).toEqual([false])
  })
})

describe('what is not a truth value is a mistake in the knowledge', () => {
  test.each(["'text' and true", 'true and 5', '%two or false', '%number implies false', "true xor 'a'"])('%s', expression => {
    expect(() => evaluate(expression, { facts: { two: 'true | false', number: '5' } })).toThrow('expected true, false or nothing')
  })

  test('a criterion that is an element is true where its value is', () => {
    const records = [true, false].map(active => ({ resourceType: 'Practitioner', id: String(active), active }))
    expect(evaluate('%Practitioner.where(active).id', { records })).toEqual(['true'])
    expect(evaluate('%Practitioner.where(active.not()).id', { records })).toEqual(['false'])
    expect(evaluate("%Practitioner.exists(active and id = 'false')", { records })).toEqual([false])
    expect(evaluate('%Practitioner.all(active)', { records })).toEqual([false])
    expect(evaluate("%Practitioner.where(id = 'false').exists(active)", { records })).toEqual([false])
  })

  test('but it is left alone where the left side has decided', () => {
    expect(evaluate("false and 'text'")).toEqual([false])
    expect(evaluate("true or 'text'")).toEqual([true])
    expect(evaluate("false implies 'text'")).toEqual([true])
  })
})

describe('functions that run without the interpreter', () => {
  test('toString() is not taken for one of them', () => {
    expect(evaluate('%number.toString()', { facts: { number: '5' } })).toEqual(['5'])
  })

  test('exists() and empty() see records', () => {
    const records = [{ resourceType: 'Condition', id: 'c1' }]
    expect(evaluate('%Condition.exists() and %Observation.empty()', { records })).toEqual([true])
  })

  test('%ucum is the system of units, natively and interpreted', () => {
    expect(evaluate('%ucum.exists()')).toEqual([true])
    expect(evaluate("%ucum = 'http://unitsofmeasure.org'")).toEqual([true])
  })
})

describe('an error on one side', () => {
  const ownFacts = {
    broken: () => {
      throw new TypeError('expected one value')
    },
  }

  test.each(['%broken or true', 'true or %broken', '%broken and false', 'false and %broken', '%broken implies true'])(
    'does not hide what the other side decides: %s',
    expression => {
      const [value] = evaluate(expression, { ownFacts, facts: {} })
      expect(value).toBe(!expression.includes('and'))
    },
  )

  test.each(['%broken or false', '%broken and true', 'false or %broken', '%broken implies false'])(
    'stays an error where nothing else decides: %s',
    expression => {
      expect(() => evaluate(expression, { ownFacts, facts: {} })).toThrow()
    },
  )
})

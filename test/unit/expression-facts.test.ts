import { describe, expect, test } from '@jest/globals'
import type { CdsError } from '../../src/errors.js'
import type { Evaluator } from '../../src/engine/expression/compile.js'
import { createCompiler } from '../../src/engine/expression/compile.js'
import { cpuMs } from '../support/cpu.js'
import { evaluate, NOW, scopeWith } from '../support/evaluate.js'

/** A fact that counts how often it is evaluated. */
function counting(value: () => unknown[]): { fact: Evaluator; count: () => number } {
  let count = 0
  return {
    fact: () => {
      count += 1
      return value()
    },
    count: () => count,
  }
}

const failing = () => {
  throw new Error('quotes the record 010203-0405')
}

const errorOf = (run: () => unknown): CdsError => {
  try {
    run()
  } catch (error) {
    return error as CdsError
  }
  throw new Error('nothing was thrown')
}

describe('a fact', () => {
  test.each([
    'false and %broken',
    'true or %broken',
    'false implies %broken',
    'iif(true, true, %broken)',
    '%no and %broken',
    '%fine.exists()',
  ])('that would fail is not evaluated when nobody asks for it: %s', expression => {
    const broken = counting(failing)
    evaluate(expression, { facts: { no: 'false', fine: '1' }, ownFacts: { broken: broken.fact } })
    expect(broken.count()).toBe(0)
  })

  test('is evaluated once a call, whoever asks for it', () => {
    const costly = counting(() => [true])
    const facts = { one: '%costly and true', other: '(%costly | %one).exists()' }
    expect(evaluate('%one and %other and %costly and (%costly = true)', { facts, ownFacts: { costly: costly.fact } })).toEqual([true])
    expect(costly.count()).toBe(1)
  })

  test('that found nothing is not asked again', () => {
    const empty = counting(() => [])
    expect(evaluate('%empty.empty() and %empty.empty()', { ownFacts: { empty: empty.fact } })).toEqual([true])
    expect(empty.count()).toBe(1)
  })

  test('that failed keeps its failure, natively and interpreted, and does not quote the record', () => {
    const broken = counting(failing)
    const scope = scopeWith({ ownFacts: { broken: broken.fact } })
    const compile = createCompiler(() => undefined)
    const errors = ['%broken', '%broken = 1', '%broken.exists()'].map(expression => errorOf(() => compile(expression)(scope)))
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('CDS_EXPRESSION_FAILED'))
    expect(new Set(errors).size).toBe(1)
    expect(errors[0]?.message).toContain('%broken')
    expect(errors[0]?.message).not.toContain('010203')
    expect(broken.count()).toBe(1)
  })

  test('is evaluated anew in the next call', () => {
    const compile = createCompiler(() => undefined)
    const evaluator = compile('%Patient.id')
    const ids = ['a', 'b'].map(id => evaluator(scopeWith({ records: [{ resourceType: 'Patient', id }] })).length)
    expect(ids).toEqual([1, 1])
  })
})

describe('nothing of one patient reaches the next', () => {
  const compile = createCompiler(() => undefined)
  const expressions = [
    '%Patient.name.family',
    '%Condition.where(code.text.exists()).code.text',
    '%context.note',
    "%QuestionnaireResponse.answer('q').first()",
  ]
  const evaluators = expressions.map(expression => compile(expression))
  const call = (word: string) =>
    scopeWith({
      records: [
        { resourceType: 'Patient', id: word, name: [{ family: word }] },
        { resourceType: 'Condition', id: 'c', code: { text: word } },
        { resourceType: 'QuestionnaireResponse', id: 'q', item: [{ linkId: 'q', answer: [{ valueString: word }] }] },
      ],
      context: { note: word },
    })
  const textOf = (item: unknown) => (item as { data?: unknown }).data ?? item

  test('between two calls of the same compiled expressions', () => {
    for (const word of ['first', 'second', 'first']) {
      const scope = call(word)
      expect(evaluators.map(evaluator => evaluator(scope).map(textOf))).toEqual(expressions.map(() => [word]))
    }
    const none = scopeWith()
    expect(evaluators.map(evaluator => evaluator(none))).toEqual(expressions.map(() => []))
  })
})

describe('the input', () => {
  const records = () => [
    { resourceType: 'Patient', id: 'p', birthDate: '1961-04-23', name: [{ given: ['Ida', 'Marie'], family: 'Madsen' }] },
    {
      resourceType: 'Observation',
      id: 'o',
      code: { coding: [{ system: 's', code: 'c' }] },
      valueQuantity: { value: 5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
    },
    { resourceType: 'QuestionnaireResponse', id: 'q', item: [{ linkId: 'a', item: [{ linkId: 'b', answer: [{ valueBoolean: false }] }] }] },
  ]

  test('may be frozen, and nothing is written into it', () => {
    const given = records()
    const before = JSON.stringify(given)
    const all =
      "%Patient.name.given.join(' ') & %Observation.where(value > 1 'mg').code.coding.code & %Patient.birthDate.toString() & %QuestionnaireResponse.answer('b').toString()"
    expect(evaluate(all, { records: given })).toEqual(['Ida Mariec1961-04-23false'])
    evaluate('%Patient | %Observation.value | %Patient.descendants()', { records: given })
    expect(JSON.stringify(given)).toBe(before)
    const own = given.flatMap(record => Object.getOwnPropertyNames(record))
    expect(own.filter(name => name.startsWith('__'))).toEqual([])
  })

  test('also when it is not frozen', () => {
    const given = records()
    evaluate('%Patient.name.first()', { records: given.map(record => structuredClone(record)), now: NOW })
    expect(given).toEqual(records())
  })
})

describe('evaluation ends', () => {
  test.each([
    '(1).repeat($this + 1)',
    "('a').repeat($this & 'a').count() > 1",
    '%hundred.where(%hundred.where(%hundred.where(%hundred.where($this > 0).exists()).exists()).exists()).exists()',
    // What the right side decides is no reason to try every item again.
    '%hundred.where(%hundred.where(%hundred.where(%hundred.where($this < 0).exists() or true).exists() or true).exists() or true).exists()',
    // The interpreter takes the longer the more it is handed, and looks at no clock.
    '%hundred.where((%manyMore | $this).empty())',
  ])('when its time is up: %s', async expression => {
    const ownFacts = {
      hundred: () => Array.from({ length: 100 }, (_, index) => index),
      manyMore: () => Array.from({ length: 2_500 }, (_, index) => index),
    }
    expect(
      await cpuMs(1_500, () => {
        const error = errorOf(() => evaluate('%endless', { facts: { endless: expression }, ownFacts, timeLimit: 100 }))
        expect(error.code).toBe('CDS_DEADLINE_PASSED')
      }),
    ).toBeLessThan(1_500)
  })

  test('resolve() reaches nothing', () => {
    const records = [{ resourceType: 'Condition', id: 'c', subject: { reference: 'http://169.254.169.254/latest' } }]
    expect(() => evaluate('%Condition.subject.resolve()', { records })).toThrow()
  })
})

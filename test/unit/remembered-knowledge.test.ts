// What is remembered from one call to the next is the knowledge, never what a client sent.
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { createCompiler } from '../../src/engine/expression/compile.js'
import { scopeWith } from '../support/evaluate.js'

const MADE_UP = 'MadeUpByTheClient'

/** Keys that outlive the call: those of maps that were filled and are not of the scope. */
function keysSetBy(expression: string, records: readonly object[]): unknown[] {
  const run = createCompiler(() => undefined)(expression)
  const scope = scopeWith({ records })
  const set = jest.spyOn(Map.prototype, 'set')
  run(scope)
  return set.mock.calls.map(([key]) => key)
}

afterEach(() => {
  jest.restoreAllMocks()
})

describe('a type that a client makes up is not remembered', () => {
  const records = [
    {
      resourceType: 'Condition',
      id: 'c',
      code: { resourceType: MADE_UP, coding: [{ code: 'a' }] },
      contained: [{ resourceType: MADE_UP, name: { text: 'x' } }],
    },
  ]

  test.each([
    '%Condition.code.coding',
    '%Condition.code.coding.code',
    '%Condition.contained.name.text',
    '%Condition.contained.ofType(Organization)',
  ])('%s', expression => {
    expect(keysSetBy(expression, records).filter(key => String(key).includes(MADE_UP))).toEqual([])
  })

  test('one that the model has is', () => {
    expect(keysSetBy('%Condition.code.text', [{ resourceType: 'Condition', id: 'c', code: { text: 'x' } }])).toContain('CodeableConcept')
  })
})

test('a pattern that comes from a record is not remembered', () => {
  const records = [{ resourceType: 'Condition', id: 'c', code: { text: MADE_UP } }]
  expect(keysSetBy('%Condition.code.text.matches(%Condition.code.text)', records).filter(key => key === MADE_UP)).toEqual([])
})

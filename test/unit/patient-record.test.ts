import { expect, test } from '@jest/globals'
import type { FhirResource } from 'fhir/r4.js'
import { PatientRecord } from '../../src/patient-data/patient-record.js'

const condition = (id: string | undefined, text: string) => ({ resourceType: 'Condition', ...(id !== undefined && { id }), code: { text } }) as FhirResource
const textsOf = (record: PatientRecord) => record.ofType('Condition').map(resource => (resource as { code: { text: string } }).code.text)

test('the order in which resources are found does not matter', () => {
  const found = [condition('b', 'second'), condition('c', 'third'), condition('a', 'first')]
  const orders = [found, [...found].reverse()].map(resources => {
    const record = new PatientRecord('p')
    record.add('conditions', resources)
    return textsOf(record)
  })
  expect(orders).toEqual([['first', 'second', 'third'], ['first', 'second', 'third']])
})

test('what is added later takes its place; resources without an id keep their order', () => {
  const record = new PatientRecord('p')
  record.add('conditions', [condition('b', 'b'), condition(undefined, 'one'), condition(undefined, 'two')])
  expect(textsOf(record)).toEqual(['one', 'two', 'b'])
  record.add('more', [condition('a', 'a'), condition('b', 'again')])
  expect(textsOf(record)).toEqual(['one', 'two', 'a', 'b'])
})

test('a list that was handed in is left as it was', () => {
  const given = [condition('b', 'b'), condition('a', 'a')]
  const record = new PatientRecord('p')
  record.add('conditions', given)
  record.ofType('Condition')
  expect(given.map(({ id }) => id)).toEqual(['b', 'a'])
})

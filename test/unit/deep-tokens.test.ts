import { describe, expect, test } from '@jest/globals'
import { clockAt } from '../../src/engine/expression/clock.js'
import { fillTemplate, queriesFor } from '../../src/patient-data/fill-template.js'
import { isPublishable } from '../../src/cds-hooks/prefetch-template.js'
import { NOW } from '../support/evaluate.js'

const clock = clockAt(NOW, 'Europe/Copenhagen')
const template = 'PractitionerRole?_id={{context.draftOrders.entry.resource.requester.resolve().ofType(PractitionerRole).id}}'
const fill = (...references: unknown[]) =>
  fillTemplate(template, {
    clock,
    context: { draftOrders: { entry: references.map(reference => ({ resource: { requester: { reference } } })) } },
  })

test('references anywhere in the context are narrowed to their type, each once', () => {
  expect(fill('PractitionerRole/a', 'Practitioner/b', 'https://ehr.example.org/fhir/PractitionerRole/c', 'PractitionerRole/a')).toBe(
    'PractitionerRole?_id=a%2Cc',
  )
})

test('a query is not made where no reference names the type', () => {
  expect(fill('Practitioner/b', 7, undefined)).toBeUndefined()
  expect(fillTemplate(template, { clock, context: {} })).toBeUndefined()
})

test.each(['a,b', 'a|b', '', ' ', '..', 'a?x=1', '\ud800'])('a reference to %j names no id and asks for nothing', id => {
  expect(fill(`PractitionerRole/${id}`)).toBeUndefined()
  expect(fill(`PractitionerRole/${id}`, 'PractitionerRole/a')).toBe('PractitionerRole?_id=a')
})

test('discovery shows only what every sound call can fill', () => {
  expect(isPublishable(template)).toBe(false)
  expect(isPublishable('PractitionerRole?practitioner={{userPractitionerId}}')).toBe(false)
  expect(isPublishable('PractitionerRole?practitioner={{context.userId}}')).toBe(true)
  expect(isPublishable('Patient/{{context.patientId}}')).toBe(true)
})

describe('the queries of a requirement', () => {
  const roles = {
    template: 'PractitionerRole?practitioner={{context.userId}}',
    further: ['PractitionerRole?practitioner={{userPractitionerId}}', 'PractitionerRole?_id={{userPractitionerRoleId}}'],
  }
  const requesters = {
    template,
    further: ['PractitionerRole?practitioner={{context.draftOrders.entry.resource.requester.resolve().ofType(Practitioner).id}}'],
  }
  const orderedBy = (...references: string[]) => ({
    clock,
    context: { draftOrders: { entry: references.map(reference => ({ resource: { requester: { reference } } })) } },
  })

  test.each([
    ['Practitioner/a', ['PractitionerRole?practitioner=a']],
    ['PractitionerRole/b', ['PractitionerRole?_id=b']],
    ['Patient/c', []],
  ])('are those that the call can fill: %s', (userId, queries) => {
    expect(queriesFor(roles, { clock, context: { userId } })).toEqual(queries)
  })

  test('are the template where there are no others, and unknown where it lacks a value', () => {
    const patient = { template: 'Patient/{{context.patientId}}', further: [] }
    expect(queriesFor(patient, { clock, context: { patientId: 'p' } })).toEqual(['Patient/p'])
    expect(queriesFor(patient, { clock, context: {} })).toBeUndefined()
  })

  test('leave out what is answered, id by id', () => {
    const isAnswered = (query: string) => query === 'PractitionerRole?practitioner=a'
    expect(queriesFor(requesters, orderedBy('Practitioner/a', 'Practitioner/b', 'PractitionerRole/c'), isAnswered)).toEqual([
      'PractitionerRole?_id=c',
      'PractitionerRole?practitioner=b',
    ])
    expect(queriesFor(requesters, orderedBy('Practitioner/a'), isAnswered)).toEqual([])
  })
})

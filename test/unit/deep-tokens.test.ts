import { expect, test } from '@jest/globals'
import { clockAt } from '../../src/expression/clock.js'
import { fillTemplate, isOptionalTemplate, isPublishable } from '../../src/patient-data/fill-template.js'
import { NOW } from '../support/evaluate.js'

const clock = clockAt(NOW, 'Europe/Copenhagen')
const template = 'PractitionerRole?_id={{context.draftOrders.entry.resource.requester.resolve().ofType(PractitionerRole).id}}'
const fill = (...references: unknown[]) =>
  fillTemplate(template, { clock, context: { draftOrders: { entry: references.map(reference => ({ resource: { requester: { reference } } })) } } })

test('references anywhere in the context are narrowed to their type, each once', () => {
  expect(fill('PractitionerRole/a', 'Practitioner/b', 'https://ehr.example.org/fhir/PractitionerRole/c', 'PractitionerRole/a')).toBe('PractitionerRole?_id=a%2Cc')
})

test('a query is not made where no reference names the type', () => {
  expect(fill('Practitioner/b', 7, undefined)).toBeUndefined()
  expect(fillTemplate(template, { clock, context: {} })).toBeUndefined()
})

test.each(['a,b', 'a|b', '', ' ', '..', 'a?x=1', '\ud800'])('a reference to %j names no id and asks for nothing', id => {
  expect(fill(`PractitionerRole/${id}`)).toBeUndefined()
  expect(fill(`PractitionerRole/${id}`, 'PractitionerRole/a')).toBe('PractitionerRole?_id=a')
})

test('discovery shows only what every client can fill, and a user of another kind is no failure', () => {
  expect(isPublishable(template)).toBe(false)
  expect(isOptionalTemplate(template)).toBe(true)
  expect(isPublishable('PractitionerRole?practitioner={{userPractitionerId}}')).toBe(true)
  expect(isOptionalTemplate('PractitionerRole?practitioner={{userPractitionerId}}')).toBe(true)
  expect(isOptionalTemplate('Patient/{{context.patientId}}')).toBe(false)
})

import { describe, expect, test } from '@jest/globals'
import type { ActivityDefinition, FhirResource, PlanDefinitionAction, Questionnaire } from 'fhir/r4.js'
import { ACTIVITY_KINDS, type ActivityKind, CONTENT_ELEMENTS, HELD } from '../../src/engine/knowledge/activity-kinds.js'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import { activity, applyTo, canonical, compileResources, english, fhirpath, knowledgeOf, library, plan, topAction } from '../support/knowledge-builder.js'

const ACT = canonical('ActivityDefinition', 'act')
const value = (path: string, expression: string) => ({ path, expression: fhirpath(expression) })

function applyActivity(more: Partial<ActivityDefinition>, onAction: PlanDefinitionAction = {}, records: object[] = []) {
  const knowledge = knowledgeOf(plan([topAction('a', { definitionCanonical: ACT, ...onAction })]), activity('act', more), library({ patientName: '%patient.name.text' }))
  const before = JSON.stringify(knowledge.files)
  const { requestGroup, undecided } = applyTo(knowledge, { records })
  expect(JSON.stringify(knowledge.files)).toBe(before)
  return { requestGroup, undecided, action: requestGroup.action?.[0], resource: requestGroup.contained?.[0] as FhirResource | undefined }
}

/** What of a definition a kind holds. */
const held = (kind: ActivityKind, stated: Partial<ActivityDefinition>): Partial<ActivityDefinition> =>
  Object.fromEntries(Object.entries(stated).filter(([name]) => !CONTENT_ELEMENTS.some(element => element === name) || HELD[kind].some(element => element === name)))

/** A value of each element that says what is to be done, by which it is found again. */
const STATED = {
  profile: 'http://example.org/found', code: { text: 'found' }, intent: 'directive', priority: 'asap', doNotPerform: true, location: { reference: 'Location/found' },
  timingTiming: { code: { text: 'found' } }, timingDateTime: '2011-11-11', timingAge: { value: 4711 }, timingPeriod: { start: '2011-11-11' }, timingRange: { low: { value: 4711 } },
  timingDuration: { value: 4711 }, participant: [{ type: 'patient', role: { text: 'found' } }], productReference: { reference: 'Medication/found' },
  productCodeableConcept: { text: 'found' }, quantity: { value: 4711 }, dosage: [{ text: 'found' }], bodySite: [{ text: 'found' }],
  specimenRequirement: [{ reference: 'SpecimenDefinition/found' }], observationRequirement: [{ reference: 'ObservationDefinition/found' }],
  observationResultRequirement: [{ reference: 'ObservationDefinition/found' }], transform: 'http://example.org/found',
} as const satisfies Record<(typeof CONTENT_ELEMENTS)[number], unknown>

describe('the table of what a kind holds', () => {
  test.each(ACTIVITY_KINDS)('tells the truth of %s', kind => {
    for (const element of CONTENT_ELEMENTS) {
      const definition = activity('act', { kind, ...(kind === 'MedicationRequest' && element !== 'productReference' && { productCodeableConcept: { text: 'x' } }), [element]: STATED[element] })
      const { knowledge, faults } = compileResources(plan([topAction('a', { definitionCanonical: ACT })]), definition)
      const [resource] = applyTo(knowledge).requestGroup.contained ?? []
      const isHeld = /found|4711|2011-11-11|directive|asap|"doNotPerform":true/.test(JSON.stringify(resource ?? ''))
      expect({ element, isHeld, told: faults.faults.some(({ code }) => code === 'ELEMENT_NOT_CARRIED' || code === 'ACTIVITY_KIND_UNSUPPORTED') }).toEqual({ element, isHeld, told: !isHeld })
    }
  })
})

describe('an ActivityDefinition', () => {
  test.each(ACTIVITY_KINDS)('becomes a sound draft %s for the patient', kind => {
    const { resource, action } = applyActivity({
      kind, description: 'Beskrivelse', _description: english('Description'),
      ...held(kind, { code: { text: 'x' }, priority: 'urgent', ...(kind === 'MedicationRequest' && { productCodeableConcept: { text: 'x' } }) }),
    })
    expect(faultsOfShape(resource).filter(({ message }) => !message.includes('not a resource type checked'))).toEqual([])
    expect(resource).toMatchObject({ resourceType: kind, status: expect.stringMatching(/^(draft|requested|proposed)$/) })
    expect(JSON.stringify(resource)).toContain('"Patient/p1"')
    expect(action?.resource).toEqual({ reference: `#${resource?.id}` })
  })

  test.each<[ActivityDefinition['kind'] & string, Record<string, unknown>]>([
    ['ServiceRequest', { code: { text: 'x' }, intent: 'proposal', subject: { reference: 'Patient/p1' }, instantiatesCanonical: [`${ACT}|2026.1.0`], doNotPerform: true, occurrenceTiming: { code: { text: 't' } } }],
    ['MedicationRequest', { medicationCodeableConcept: { text: 'p' }, dosageInstruction: [{ text: 'd' }], doNotPerform: true }],
    ['CommunicationRequest', { category: [{ text: 'x' }] }],
    ['CarePlan', { category: [{ text: 'x' }], intent: 'proposal' }],
    ['Task', { code: { text: 'x' }, for: { reference: 'Patient/p1' }, instantiatesCanonical: `${ACT}|2026.1.0`, description: 'Beskrivelse' }],
    ['Appointment', { serviceType: [{ text: 'x' }], participant: [{ actor: { reference: 'Patient/p1' }, required: 'required', status: 'needs-action' }] }],
  ])('of kind %s keeps what it says', (kind, expected) => {
    const { resource } = applyActivity({
      kind: kind as 'Task', description: 'Beskrivelse', _description: english('Description'), ...(['ServiceRequest', 'MedicationRequest'].includes(kind) && { doNotPerform: true }),
      ...held(kind as ActivityKind, { code: { text: 'x' }, productCodeableConcept: { text: 'p' }, dosage: [{ text: 'd' }], timingTiming: { code: { text: 't' } } }),
    })
    expect(resource).toMatchObject(expected)
  })

  test('names its code in the language of the reply, else in its own', () => {
    const code = { coding: [{ code: 'c' }], text: 'Træning', _text: english('Training') }
    expect(applyActivity({ kind: 'ServiceRequest', code }).resource).toMatchObject({ code: { coding: [{ code: 'c' }], text: 'Træning' } })
    const knowledge = knowledgeOf(plan([topAction('a', { definitionCanonical: ACT })]), activity('act', { kind: 'ServiceRequest', code }))
    const codeIn = (language: string) => (applyTo(knowledge, { language }).requestGroup.contained?.[0] as { code?: object } | undefined)?.code
    expect(['en', 'da', 'de'].map(codeIn)).toEqual(['Training', 'Træning', 'Træning'].map(text => ({ coding: [{ code: 'c' }], text })))
  })

  test('of kind DeviceRequest has no element that R4 lacks', () => {
    const { resource } = applyActivity({ kind: 'DeviceRequest', code: { text: 'x' }, timingPeriod: { start: '2026' } })
    expect(resource).toMatchObject({ codeCodeableConcept: { text: 'x' }, occurrencePeriod: { start: '2026' } })
    expect(faultsOfShape(resource)).toEqual([])
  })
})

describe('dynamic values', () => {
  test('of the definition come first, those of the action after; each list in order', () => {
    const definition = { code: { text: 'fixed' }, dynamicValue: [value('code.text', "'one'"), value('patientInstruction', "'kept'"), value('code.text', "'two'")] }
    expect(applyActivity(definition).resource).toMatchObject({ code: { text: 'two' }, patientInstruction: 'kept' })
    expect(applyActivity(definition, { dynamicValue: [value('code.text', "'three'")] }).resource).toMatchObject({ code: { text: 'three' }, patientInstruction: 'kept' })
  })

  test('that are nothing change nothing', () => {
    expect(applyActivity({ code: { text: 'fixed' }, dynamicValue: [value('code.text', '{}')] }).resource).toMatchObject({ code: { text: 'fixed' } })
  })

  test('set choices by the type of the value', () => {
    const values = (expression: string, path = 'occurrence[x]') => Object.keys(applyActivity({ dynamicValue: [value(path, expression)] }).resource ?? {})
    expect(values('today()')).toContain('occurrenceDateTime')
    expect(values('now() + 1 day')).toContain('occurrenceDateTime')
    expect(values("Period { start: '2026-03-30' }")).toContain('occurrencePeriod')
    expect(values("3 'mg'", 'quantity[x]')).toContain('quantityQuantity')
    expect(values('true', 'asNeeded[x]')).toContain('asNeededBoolean')
  })

  test('are written as FHIR writes them', () => {
    const { resource } = applyActivity({ dynamicValue: [value('quantity[x]', "2.5 'mg'"), value('occurrence[x]', 'today()'), value('bodySite', "CodeableConcept { text: 'ryg' }")] })
    expect(resource).toMatchObject({ quantityQuantity: { value: 2.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' }, occurrenceDateTime: '2026-03-30', bodySite: [{ text: 'ryg' }] })
    expect(faultsOfShape(resource)).toEqual([])
  })

  test('set calendar durations with their UCUM code', () => {
    const knowledge = knowledgeOf(plan([topAction('a', { dynamicValue: [value('timingDuration', '6 weeks')] })]))
    expect(applyTo(knowledge).requestGroup.action?.[0]?.timingDuration).toEqual({ value: 6, unit: 'weeks', system: 'http://unitsofmeasure.org', code: 'wk' })
  })

  test('copy records, never share them', () => {
    const condition = { resourceType: 'Condition', id: 'c', code: { text: 'from the record', coding: [{ code: 'k' }] } }
    const { resource } = applyActivity({ dynamicValue: [value('code', '%Condition.code'), value('code.text', "'changed'")] }, {}, [condition])
    expect(resource).toMatchObject({ code: { text: 'changed', coding: [{ code: 'k' }] } })
    expect(condition.code.text).toBe('from the record')
  })

  test('with action. set the action although it has a resource', () => {
    const { action, resource } = applyActivity({}, { dynamicValue: [value('action.title', "'set'"), value('%action.priority', "'stat'"), value('patientInstruction', "'on the resource'")] })
    expect(action).toMatchObject({ title: 'set', priority: 'stat' })
    expect(resource).toMatchObject({ patientInstruction: 'on the resource' })
  })

  test('set an action without a resource', () => {
    const dynamicValue = [value('title', '%patientName'), value('timing[x]', 'today()'), value('action.priority', "'urgent'")]
    const knowledge = knowledgeOf(plan([topAction('a', { dynamicValue })]), library({ patientName: '%patient.name.text' }))
    const { requestGroup } = applyTo(knowledge, { records: [{ resourceType: 'Patient', id: 'p1', name: [{ text: 'Ida' }] }] })
    expect(requestGroup.action?.[0]).toMatchObject({ title: 'Ida', timingDateTime: '2026-03-30', priority: 'urgent' })
    expect(faultsOfShape(requestGroup)).toEqual([])
  })

  test('that fail leave the action undecided and nothing contained', () => {
    const { undecided, requestGroup } = applyActivity({ dynamicValue: [value('occurrence[x]', "'text'")] })
    expect(undecided).toEqual([expect.objectContaining({ action: 'a', code: 'CDS_EXPRESSION_FAILED' })])
    expect(requestGroup).not.toHaveProperty('contained')
  })
})

describe('a change of a record', () => {
  const type = (code: string) => ({ type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/action-type', code }] } })

  test.each(['update', 'remove'])('(%s) keeps the id of the record', code => {
    const { resource, action } = applyActivity({ dynamicValue: [value('id', "'order-7'")] }, type(code))
    expect(resource?.id).toBe('order-7')
    expect(action?.resource?.reference).toBe('#order-7')
  })

  test.each(['update', 'remove'])('(%s) of no record is an error', code => {
    expect(applyActivity({}, type(code)).undecided).toHaveLength(1)
  })
})

test('a Questionnaire becomes a Task that asks for it', () => {
  const questionnaire: Questionnaire = { resourceType: 'Questionnaire', id: 'q', url: canonical('Questionnaire', 'q'), version: '2026.1.0', status: 'active' }
  const { requestGroup } = applyTo(knowledgeOf(plan([topAction('a', { definitionCanonical: canonical('Questionnaire', 'q') })]), questionnaire), { language: 'en' })
  const [task] = requestGroup.contained ?? []
  expect(task).toMatchObject({
    resourceType: 'Task', status: 'requested', description: 'a in English', for: { reference: 'Patient/p1' },
    input: [{ valueCanonical: `${canonical('Questionnaire', 'q')}|2026.1.0` }],
  })
  expect(faultsOfShape(task)).toEqual([])
})

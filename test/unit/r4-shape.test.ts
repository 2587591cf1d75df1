import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import r4 from 'fhirpath/fhir-context/r4'
import r4Schema from '../../src/engine/model/r4-schema.json' with { type: 'json' }
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import { pathOf, sums } from '../../tools/tables.js'

const planDefinition = {
  resourceType: 'PlanDefinition',
  id: 'low-back-pain',
  url: 'https://example.org/fhir/PlanDefinition/low-back-pain',
  version: '1.0.0',
  title: 'Low back pain',
  _title: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/translation', valueString: 'Lænderygsmerter' }] },
  status: 'active',
  date: '2026-03',
  library: ['https://example.org/fhir/Library/terms'],
  action: [
    {
      title: 'Consider exercise therapy',
      priority: 'routine',
      trigger: [{ type: 'named-event', name: 'patient-view' }],
      condition: [{ kind: 'applicability', expression: { language: 'text/fhirpath', expression: 'true' } }],
      dynamicValue: [{ path: 'code', expression: { language: 'text/fhirpath', expression: "'x'" } }],
      selectionBehavior: 'any',
      action: [{ title: 'Refer', definitionCanonical: 'https://example.org/fhir/ActivityDefinition/refer' }],
    },
  ],
}

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ use: 'official', family: 'Madsen', given: ['Ida', 'Marie'], _given: [null, { id: 'g2' }] }],
  gender: 'female',
  birthDate: '1961-04-23',
  deceasedBoolean: false,
}

const condition = {
  resourceType: 'Condition',
  code: { coding: [{ system: 'http://snomed.info/sct', code: '279039007' }], text: 'Low back pain' },
  subject: { reference: 'Patient/p1' },
  onsetDateTime: '2026-02-11T08:30:00+01:00',
}

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Pain' },
  valueQuantity: { value: 6.5, unit: '1', system: 'http://unitsofmeasure.org', code: '1' },
}

const bundle = (...resources: unknown[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map(resource => ({ fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000000', resource })),
})

describe('accepts', () => {
  test.each([
    planDefinition,
    patient,
    condition,
    observation,
    {
      resourceType: 'Questionnaire',
      status: 'active',
      subjectType: ['Patient'],
      item: [
        { linkId: '1', type: 'group', item: [{ linkId: '1.1', type: 'choice', answerOption: [{ valueCoding: { code: 'a' } }] }] },
        { linkId: '2', type: 'display', enableWhen: [{ question: '1.1', operator: 'exists', answerBoolean: true }] },
      ],
    },
    {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      item: [{ linkId: '1.1', answer: [{ valueInteger: 3 }] }],
      contained: [patient],
    },
    {
      resourceType: 'ActivityDefinition',
      status: 'draft',
      kind: 'ServiceRequest',
      intent: 'proposal',
      timingTiming: { repeat: { dayOfWeek: ['mon'] } },
    },
    { resourceType: 'ValueSet', status: 'active', compose: { include: [{ system: 'http://snomed.info/sct', concept: [{ code: '1' }] }] } },
    { resourceType: 'MedicationRequest', status: 'draft', intent: 'order', medicationCodeableConcept: { text: 'Ibuprofen' }, subject: {} },
    {
      resourceType: 'Parameters',
      parameter: [{ name: 'return', resource: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'invalid' }] } }],
    },
    bundle(patient, condition, observation, planDefinition),
    // an absent required primitive may say why it is absent, and text may hold a no-break space
    { ...observation, status: undefined, _status: { extension: [{ url: 'http://example.org/x', valueCode: 'unknown' }] } },
    { ...condition, code: { text: 'ondt i\u00a0ryggen' } },
  ])('$resourceType', resource => {
    expect(faultsOfShape(JSON.parse(JSON.stringify(resource)))).toEqual([])
  })
})

describe('reports', () => {
  const faults: [string, unknown, string, string | RegExp][] = [
    ['a misspelt element', { ...planDefinition, titel: 'x' }, 'PlanDefinition.titel', 'no such element in R4'],
    [
      'a misspelt nested element',
      { ...planDefinition, action: [{ title: 'x' }, { action: [{ conditions: [] }] }] },
      'PlanDefinition.action[1].action[0].conditions',
      'no such element in R4',
    ],
    ['a missing status', { resourceType: 'PlanDefinition' }, 'PlanDefinition.status', 'is missing'],
    [
      'a missing linkId',
      { resourceType: 'Questionnaire', status: 'active', item: [{ type: 'group' }] },
      'Questionnaire.item[0].linkId',
      'is missing',
    ],
    ['a missing subject', { resourceType: 'Condition' }, 'Condition.subject', 'is missing'],
    [
      'a missing choice',
      { resourceType: 'MedicationRequest', status: 'draft', intent: 'order', subject: {} },
      'MedicationRequest.medication[x]',
      'is missing',
    ],
    ['a wrong code', { ...planDefinition, status: 'Active' }, 'PlanDefinition.status', 'must be one of draft, active, retired, unknown'],
    [
      'a wrong code the published schema overlooks',
      { resourceType: 'ServiceRequest', status: 'final', intent: 'order', subject: {} },
      'ServiceRequest.status',
      /^must be one of draft, active/,
    ],
    ['a wrong date', { ...patient, birthDate: '23-04-1961' }, 'Patient.birthDate', 'is not a valid date'],
    [
      'a date-time without a time zone',
      { ...condition, onsetDateTime: '2026-02-11T08:30:00' },
      'Condition.onsetDateTime',
      'is not a valid dateTime',
    ],
    ['a wrong id', { ...patient, id: 'p 1' }, 'Patient.id', 'is not a valid id'],
    ['text for a concept', { ...condition, code: 'low back pain' }, 'Condition.code', 'must be an object'],
    ['one for many', { ...planDefinition, library: 'x' }, 'PlanDefinition.library', 'must be a list'],
    ['a number as text', { ...observation, valueQuantity: { value: '6.5' } }, 'Observation.valueQuantity.value', 'must be a number'],
    [
      'a fraction as integer',
      { resourceType: 'Observation', status: 'final', code: {}, valueInteger: 1.5 },
      'Observation.valueInteger',
      'must be a whole number',
    ],
    ['an empty list', { ...planDefinition, action: [] }, 'PlanDefinition.action', 'must not be an empty list'],
    [
      'a wrong type in a Bundle entry',
      bundle(condition, { ...patient, gender: 1, birthDate: 1961 }),
      'Bundle.entry[1].resource.birthDate',
      'must be a string',
    ],
    [
      'a wrong code in a contained resource',
      { ...condition, contained: [{ ...patient, gender: 'femal' }] },
      'Condition.contained[0].gender',
      /female/,
    ],
    [
      'a resource type not covered',
      bundle({ resourceType: 'Pateint' }),
      'Bundle.entry[0].resource.resourceType',
      '"Pateint" is not a resource type checked here',
    ],
    ['an entry without a resource type', bundle({ id: 'x' }), 'Bundle.entry[0].resource.resourceType', 'is missing'],
    ['an unknown resource', { resourceType: 'Plan' }, 'Plan.resourceType', '"Plan" is not a resource type checked here'],
    ['an object that is no resource', { id: 'x' }, 'Resource.resourceType', 'is missing'],
    ['no object', null, 'Resource', 'must be an object'],
    ["properties of Medplum's", { ...patient, meta: { project: 'x' } }, 'Patient.meta.project', 'no such element in R4'],
  ]
  test.each(faults)('%s', (_name, resource, path, message) => {
    expect(faultsOfShape(resource)).toContainEqual({
      path,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })

  test('each fault once, and every fault', () => {
    const { status: _, ...plan } = planDefinition
    expect(faultsOfShape(bundle({ ...plan, titel: 'x' }, patient, { ...patient, birthDate: 'x' }))).toEqual(
      expect.arrayContaining([
        { path: 'Bundle.entry[0].resource.titel', message: 'no such element in R4' },
        { path: 'Bundle.entry[0].resource.status', message: 'is missing' },
        { path: 'Bundle.entry[2].resource.birthDate', message: 'is not a valid date' },
      ]),
    )
    expect(faultsOfShape(bundle({ ...plan, titel: 'x' }, patient, { ...patient, birthDate: 'x' }))).toHaveLength(3)
  })
})

describe('what is made from HL7 definitions', () => {
  test('was not changed by hand', () => {
    expect(sums()).toEqual(JSON.parse(readFileSync(pathOf('tools/sums.json'), 'utf8')))
  })

  test('has every element that the FHIRPath engine knows of the same types', () => {
    const types = r4Schema.definitions.ResourceList.oneOf.map(({ $ref }) => $ref.split('/').at(-1) ?? '')
    const schemas = r4Schema.definitions as unknown as Readonly<Record<string, { properties: object }>>
    const known = Object.keys(r4.path2Type)
      .flatMap(path => (/^(\w+)\.(\w+)$/.exec(path) ? [path.split('.') as [string, string]] : []))
      .filter(([type]) => types.includes(type))
    expect(known.length).toBeGreaterThan(700)
    const isChoice = (type: string, name: string) => `${type}.${name}` in r4.choiceTypePaths
    expect(
      known.filter(([type, name]) => !isChoice(type, name) && !(name in (schemas[type]?.properties ?? {}))).map(path => path.join('.')),
    ).toEqual([])
  })
})

import { describe, expect, test } from '@jest/globals'
import { idsOf, recordOf, searchset } from '../support/records.js'

const condition = (id: string | undefined, text: string, more: object = {}) => ({
  resourceType: 'Condition',
  ...(id !== undefined && { id }),
  code: { text },
  ...more,
})
const textsOf = (record: ReturnType<typeof recordOf>) =>
  record.ofType('Condition').map(resource => (resource as { code: { text: string } }).code.text)

test('the order in which resources are found does not matter', () => {
  const found = [condition('b', 'second'), condition('c', 'third'), condition('a', 'first')]
  const orders = [found, [...found].reverse()].map(resources => textsOf(recordOf({ conditions: resources })))
  expect(orders).toEqual([
    ['first', 'second', 'third'],
    ['first', 'second', 'third'],
  ])
})

test('resources without an id keep their order and are all kept; the same id is kept once, the first', () => {
  const record = recordOf({
    conditions: [condition('b', 'b'), condition(undefined, 'one'), condition(undefined, 'two')],
    more: [condition('a', 'a'), condition('b', 'again')],
  })
  expect(textsOf(record)).toEqual(['one', 'two', 'a', 'b'])
})

test('a list that was handed in is left as it was', () => {
  const given = [condition('b', 'b'), condition('a', 'a')]
  recordOf({ conditions: given }).ofType('Condition')
  expect(given.map(({ id }) => id)).toEqual(['b', 'a'])
})

describe('one version of a record', () => {
  const version = (versionId: string, lastUpdated: string) => ({ meta: { versionId, lastUpdated } })
  const first = condition('c', 'first', version('1', '2026-11-01T08:00:00Z'))
  const tenth = condition('c', 'tenth', version('10', '2026-11-02T08:00:00Z'))
  const ninth = condition('c', 'ninth', version('9', '2026-11-01T09:00:00Z'))

  test.each([[[first, tenth, ninth]], [[tenth, first, ninth]], [[ninth, first, tenth]]])(
    'the latest holds, in whatever order they come',
    versions => {
      expect(textsOf(recordOf({ conditions: searchset(...versions) }))).toEqual(['tenth'])
      expect(textsOf(recordOf(Object.fromEntries(versions.map((each, index) => [`key${index}`, each]))))).toEqual(['tenth'])
    },
  )

  test('without version numbers the last change tells', () => {
    const changed = (text: string, lastUpdated: string) => condition('c', text, { meta: { versionId: text, lastUpdated } })
    expect(
      textsOf(recordOf({ conditions: [changed('later', '2026-11-02T09:00:00+02:00'), changed('earlier', '2026-11-02T08:30:00+02:00')] })),
    ).toEqual(['later'])
  })

  const deletion = (at: string) => ({ request: { method: 'DELETE', url: 'Condition/c' }, response: { lastModified: at } })
  const history = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'history', entry })

  test.each([
    ['later than the record', history(deletion('2026-11-03T08:00:00Z'), { resource: tenth }), []],
    ['listed behind it', history({ resource: tenth }, deletion('2026-11-03T08:00:00Z')), []],
    ['before it came back', history({ resource: tenth }, deletion('2026-11-01T12:00:00Z'), { resource: first }), ['tenth']],
  ])('a deletion %s', (_, bundle, expected) => {
    expect(textsOf(recordOf({ conditions: bundle }))).toEqual(expected)
  })

  test('Bundles within a Bundle are read', () => {
    expect(
      textsOf(
        recordOf({
          conditions: searchset(condition('a', 'outer'), searchset(condition('b', 'inner'), searchset(condition('c', 'innermost')))),
        }),
      ),
    ).toEqual(['outer', 'inner', 'innermost'])
  })
})

describe('whose a record is', () => {
  const patient = { resourceType: 'Patient', id: 'p', identifier: [{ system: 'urn:cpr', value: 'x' }] }
  const of = (subject: unknown) =>
    recordOf({
      patient: { resourceType: 'Bundle', entry: [{ fullUrl: 'urn:uuid:AA-1', resource: patient }] },
      conditions: condition('c', 'back', { subject }),
    })

  test.each([
    ['relative', { reference: 'Patient/p' }],
    ['absolute', { reference: 'https://ehr.example.org/fhir/Patient/p' }],
    ['with a version', { reference: 'Patient/p/_history/3' }],
    ['by the address of the patient', { reference: 'urn:uuid:aa-1' }],
    ['by an identifier the patient has', { identifier: { system: 'urn:cpr', value: 'x' } }],
    ['not said', undefined],
  ])('own: %s', (_, subject) => {
    const record = of(subject)
    expect([idsOf(record, 'Condition'), record.unusable]).toEqual([['c'], []])
  })

  test.each([
    ['an address of nothing that came', { reference: 'urn:uuid:bb-2' }],
    ['a condition to search by', { reference: 'Patient?identifier=urn:cpr|x' }],
    ['a contained resource', { reference: '#p' }],
    ['a group', { reference: 'Group/p' }],
    ['an identifier of somebody', { identifier: { system: 'urn:cpr', value: 'y' } }],
    ['a name', { display: 'Petra' }],
    ['text', { reference: 'p' }],
  ])('nobody can tell: %s; left out and named', (_, subject) => {
    const record = of(subject)
    expect(idsOf(record, 'Condition')).toEqual([])
    expect(record.unusable).toEqual([
      { key: 'conditions', resource: 'Condition/c', element: 'Condition', reason: 'whose record it is cannot be told' },
    ])
  })

  test.each([[{ reference: 'Patient/q' }], [{ reference: 'https://ehr.example.org/fhir/Patient/q/_history/1' }]])(
    "plainly another's is refused: %j",
    subject => {
      expect(() => of(subject)).toThrow(expect.objectContaining({ code: 'CDS_DATA_OF_ANOTHER_PATIENT' }))
    },
  )
})

test.each<[string, object]>([
  ['a request that forbids', { resourceType: 'MedicationRequest', doNotPerform: true }],
  ['a procedure that was not done, in STU3', { resourceType: 'Procedure', notDone: true }],
  ['a medicine that was not taken, in DSTU2', { resourceType: 'MedicationStatement', wasNotTaken: true }],
  ['a medicine that is not taken, in STU3', { resourceType: 'MedicationStatement', taken: 'n' }],
])('%s is no record of it', (_, negated) => {
  const { resourceType } = negated as { resourceType: string }
  const sound = { resourceType, id: 'yes', doNotPerform: false, notDone: false, taken: 'y' }
  expect(idsOf(recordOf({ key: [{ ...negated, id: 'no' }, sound] }), resourceType)).toEqual(['yes'])
})

describe('whether a condition goes on', () => {
  const status = (code: string) => ({ coding: [{ code }] })
  const statusRead = (more: object) => {
    const record = recordOf({ conditions: condition('c', 'pain', more) })
    const [read] = record.ofType('Condition') as readonly { clinicalStatus?: { coding: { code: string }[] } }[]
    return {
      status: read?.clinicalStatus?.coding[0]?.code,
      noted: record.unusable.map(({ resource, element }) => `${resource} ${element}`),
    }
  }

  test.each<[string, object, string | undefined]>([
    ['without a status and without an end', {}, undefined],
    ['that ended on a day', { abatementDateTime: '2026-03-01' }, 'inactive'],
    ['that ended in a period', { abatementPeriod: { end: '2026-03-01' } }, 'inactive'],
    ['that ended, in words', { abatementString: 'in spring' }, 'inactive'],
    ['that ended, as older releases say it', { abatementBoolean: true }, 'inactive'],
    ['that did not end, as older releases say it', { abatementBoolean: false }, undefined],
    ['that does not say when, if at all, it ended', { _abatementDateTime: { extension: [{ url: 'x' }] } }, undefined],
    ['of unknown status', { clinicalStatus: status('unknown') }, undefined],
    ['of unknown status that ended', { clinicalStatus: status('unknown'), abatementDateTime: '2026-03-01' }, 'inactive'],
    ['that ended and is said to go on', { clinicalStatus: status('active'), abatementDateTime: '2026-03-01' }, 'active'],
    ['in remission', { clinicalStatus: status('remission') }, 'remission'],
  ])('one %s', (_, more, read) => {
    expect(statusRead(more)).toEqual({ status: read, noted: [] })
  })

  test.each<[string, object, string | undefined]>([
    ['a code of another system', status('55'), '55'],
    ['words of another language', { text: 'Aktiv' }, 'aktiv'],
    ['a display alone', { coding: [{ display: 'Active' }] }, undefined],
  ])('one whose status is %s does not, and that is said', (_, clinicalStatus, read) => {
    expect(statusRead({ clinicalStatus })).toEqual({ status: read, noted: ['Condition/c Condition.clinicalStatus'] })
  })
})

test('a record that has no status, where FHIR asks for one, is named; it may not count', () => {
  const form = { resourceType: 'QuestionnaireResponse', id: 'q' }
  const result = { resourceType: 'Observation', id: 'o', _status: { extension: [{ url: 'x' }] } }
  const record = recordOf({
    key: [form, result, { ...form, id: 'whole', status: 'completed' }, { resourceType: 'PractitionerRole', id: 'r' }],
  })
  const ofTypes = ['QuestionnaireResponse', 'Observation', 'PractitionerRole'].map(type => record.ofType(type).length)
  expect(ofTypes).toEqual([2, 1, 1])
  expect(record.unusable.map(({ resource, element }) => `${resource} ${element}`)).toEqual([
    'QuestionnaireResponse/q QuestionnaireResponse.status',
    'Observation/o Observation.status',
  ])
})

test.each<[string, string, boolean]>([
  ['was withheld', 'suppressed', true],
  ['could not be had', 'incomplete', true],
  ['was found', 'processing', false],
])('an outcome among the results that says what %s', (_, code, isNamed) => {
  const outcome = {
    resourceType: 'OperationOutcome',
    issue: [
      { severity: 'information', code: 'informational' },
      { severity: 'warning', code },
    ],
  }
  const record = recordOf({ conditions: searchset(condition('a', 'pain'), outcome, outcome) })
  expect(textsOf(record)).toEqual(['pain'])
  expect(record.unusable.map(({ key, element }) => `${key} ${element}`)).toEqual(isNamed ? ['conditions OperationOutcome.issue'] : [])
})

test.each<[string, object, boolean]>([
  ['that refers to a medicine that is not there', { medicationReference: { reference: 'Medication/elsewhere' } }, true],
  ['that says no medicine', {}, true],
  ['that refers to one by name', { medicationReference: { reference: 'Medication/elsewhere', display: 'tablets' } }, false],
  ['that refers to one beside it', { medicationReference: { reference: 'Medication/beside' } }, false],
  ['that refers to one beside it that says nothing', { medicationReference: { reference: 'Medication/empty' } }, true],
  ['with a code', { medicationCodeableConcept: { coding: [{ code: 'a' }] } }, false],
  ['that says no medicine, and was entered in error', { status: 'entered-in-error' }, false],
])('a prescription %s', (_, medicine, isNamed) => {
  const record = recordOf({
    key: [
      { resourceType: 'MedicationRequest', id: 'm', status: 'active', ...medicine },
      { resourceType: 'Medication', id: 'beside', code: { text: 'tablets' } },
      { resourceType: 'Medication', id: 'empty' },
    ],
  })
  expect(idsOf(record, 'MedicationRequest')).toEqual(['m'])
  expect(record.unusable.map(({ resource, element }) => `${resource} ${element}`)).toEqual(
    isNamed ? ['MedicationRequest/m MedicationRequest.medication[x]'] : [],
  )
})

describe('elements that other releases call otherwise', () => {
  const read = (resource: object) =>
    recordOf({ key: { id: 'r', ...resource } }).ofType((resource as { resourceType: string }).resourceType)[0]
  const period = { start: '2026-03-01' }
  const cough = { text: 'cough' }

  test.each<[string, { resourceType: string; [element: string]: unknown }, object]>([
    ['STU3', { resourceType: 'Condition', assertedDate: '2025-01-10' }, { recordedDate: '2025-01-10' }],
    ['DSTU2', { resourceType: 'Condition', dateRecorded: '2025-01-10' }, { recordedDate: '2025-01-10' }],
    ['R4 first', { resourceType: 'Condition', recordedDate: '2025-01-11', assertedDate: '2025-01-10' }, { recordedDate: '2025-01-11' }],
    ['R5', { resourceType: 'Encounter', actualPeriod: period }, { period }],
    ['R5', { resourceType: 'Procedure', occurrenceDateTime: '2026-03-01' }, { performedDateTime: '2026-03-01' }],
    ['R5', { resourceType: 'Encounter', reason: [{ value: [{ concept: cough }] }] }, { reasonCode: [cough] }],
    [
      'R5',
      { resourceType: 'Encounter', reason: [{ value: [{ reference: { reference: 'Condition/c' } }] }] },
      { reasonReference: [{ reference: 'Condition/c' }] },
    ],
    ['STU3', { resourceType: 'Encounter', reason: [cough] }, { reasonCode: [cough] }],
  ])('%s: %j', (_, sent, r4) => {
    expect(read(sent)).toMatchObject({ ...r4 })
  })
})

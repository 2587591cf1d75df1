// A subject that is there must be this patient, whatever the record and however it is written: nothing of what is not certain is read, and each is counted and named.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CdsError } from '../../src/errors.js'
import { DRAFTS_KEY, draftOrdersIn } from '../../src/patient-data/draft-orders.js'
import { PatientRecord } from '../../src/patient-data/patient-record.js'
import { entriesIn } from '../../src/patient-data/read-bundle.js'
import { noForms, recordOf } from '../support/records.js'

const SERVER = 'https://ehr.example.org/fhir'
const URN = 'urn:uuid:8712799b-3834-40cc-87b8-9474304f2d04'
const PATIENT = { resourceType: 'Patient', id: 'p1', identifier: [null, 'odd', { system: 'urn:oid:1.2.208.176.1.2', value: '0101010000' }] }

/** What a reference of the form says, asked by a call whose fhirServer is SERVER. */
const OWN: Readonly<Record<string, unknown>> = {
  relative: { reference: 'Patient/p1' },
  'in a version': { reference: 'Patient/p1/_history/3' },
  'below fhirServer': { reference: `${SERVER}/Patient/p1` },
  'below fhirServer, in a version': { reference: `${SERVER}/Patient/p1/_history/3` },
  'below fhirServer in another spelling': { reference: 'HTTPS://EHR.example.org:443/fhir/Patient/p1' },
  'by the address under which the patient travelled': { reference: URN },
  'by that address in capitals': { reference: URN.toUpperCase() },
  'by an identifier the patient has': { identifier: { system: 'urn:oid:1.2.208.176.1.2', value: '0101010000' } },
  'by reference, whatever identifier stands beside it': {
    reference: 'Patient/p1',
    identifier: { system: 'urn:oid:1.2.208.176.1.2', value: '0202020000' },
  },
  'not said': undefined,
  null: null,
}

const UNCERTAIN: Readonly<Record<string, unknown>> = {
  'the same id on another server': { reference: 'https://other.example.org/fhir/Patient/p1' },
  'another id on another server': { reference: 'https://other.example.org/fhir/Patient/p2' },
  'the same id of another tenant': { reference: `${SERVER}/tenant/Patient/p1` },
  'the same id above fhirServer': { reference: 'https://ehr.example.org/Patient/p1' },
  'the same path in another case': { reference: 'https://ehr.example.org/FHIR/Patient/p1' },
  'another scheme': { reference: 'http://ehr.example.org/fhir/Patient/p1' },
  'another port': { reference: 'https://ehr.example.org:8443/fhir/Patient/p1' },
  'credentials in the address': { reference: 'https://u:v@ehr.example.org/fhir/Patient/p1' },
  'an address without a scheme': { reference: '//ehr.example.org/fhir/Patient/p1' },
  'a slash before it': { reference: '/Patient/p1' },
  'a path before it': { reference: 'fhir/Patient/p1' },
  'the type in lower case': { reference: 'patient/p1' },
  'the type in capitals': { reference: 'PATIENT/p1' },
  'a condition': { reference: 'Patient?identifier=urn:oid:1.2.208.176.1.2|0101010000' },
  'a query behind another': { reference: 'Patient/p2?x=Patient/p1' },
  'a query behind it': { reference: 'Patient/p1?x=y' },
  'a query below fhirServer': { reference: `${SERVER}/Patient/p1?x=y` },
  'a version without a number': { reference: 'Patient/p1/_history/' },
  'something below the patient': { reference: 'Patient/p1/Condition/c' },
  'a urn of nothing that came': { reference: 'urn:uuid:00000000-0000-4000-8000-000000000000' },
  'a contained resource': { reference: '#p1' },
  'the bare id': { reference: 'p1' },
  'no text': { reference: 7 },
  'empty text': { reference: '' },
  'endless text': { reference: `${'x/'.repeat(4_000)}Patient/p1` },
  'a group': { reference: 'Group/p1' },
  'a device': { reference: 'Device/p1' },
  'a relative': { reference: 'RelatedPerson/p1' },
  'an identifier of somebody': { identifier: { system: 'urn:oid:1.2.208.176.1.2', value: '0202020000' } },
  'an identifier of another system': { identifier: { system: 'urn:oid:9', value: '0101010000' } },
  'an identifier without a system': { identifier: { value: '0101010000' } },
  'an empty identifier': { identifier: {} },
  'a name': { display: 'Petra' },
  'an empty object': {},
  'a list': [{ reference: 'Patient/p1' }],
  'an empty list': [],
  text: 'Patient/p1',
  'a number': 1,
  yes: true,
}

const ANOTHER: Readonly<Record<string, unknown>> = {
  relative: { reference: 'Patient/p2' },
  'in a version': { reference: 'Patient/p2/_history/1' },
  'below fhirServer': { reference: `${SERVER}/Patient/p2` },
  'an id that begins alike': { reference: 'Patient/p10' },
  'an id in another case': { reference: 'Patient/P1' },
}

/** Types of records, by the element in which each names its patient. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  subject: [
    'Condition',
    'Observation',
    'Encounter',
    'Procedure',
    'ServiceRequest',
    'MedicationRequest',
    'MedicationStatement',
    'DiagnosticReport',
    'CarePlan',
    'ImagingStudy',
    'QuestionnaireResponse',
  ],
  patient: ['EpisodeOfCare', 'AllergyIntolerance', 'Immunization', 'Consent'],
  for: ['Task'],
  beneficiary: ['Coverage'],
  individual: ['ResearchSubject'],
}

const kind = fc.constantFrom(...Object.entries(ELEMENTS).flatMap(([element, types]) => types.map(type => [type, element] as const)))
const formOf = (forms: Readonly<Record<string, unknown>>) => fc.constantFrom(...Object.entries(forms))

/** A record of the patient, who travelled under a urn, and one of the type. */
function recordWith(type: string, members: object, fhirServer: string | undefined = SERVER): PatientRecord {
  const keyed = [
    { key: 'patient', entries: entriesIn({ resourceType: 'Bundle', entry: [{ fullUrl: URN, resource: PATIENT }] }) ?? [] },
    { key: 'others', entries: entriesIn({ resourceType: type, id: 'r', ...members }) ?? [] },
  ]
  return new PatientRecord(keyed, { patientId: 'p1', fhirServer, timeZone: 'UTC', forms: noForms })
}

function codeThrownBy(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as CdsError).code
  }
}

describe('a record', () => {
  test.each(Object.entries(OWN))('is own: %s', (_, subject) => {
    for (const [element, types] of Object.entries(ELEMENTS)) {
      for (const type of types) {
        const record = recordWith(type, { [element]: subject })
        expect([type, record.ofType(type).length, record.ownerless]).toEqual([type, 1, 0])
      }
    }
  })

  test('is left out, counted and named where nobody can tell', () => {
    fc.assert(
      fc.property(formOf(UNCERTAIN), kind, ([, subject], [type, element]) => {
        const record = recordWith(type, { [element]: subject })
        expect(record.ofType(type)).toEqual([])
        expect(record.ownerless).toBe(1)
        expect(record.unusable).toEqual([
          { key: 'others', resource: `${type}/r`, element: type, reason: 'whose record it is cannot be told' },
        ])
      }),
      { numRuns: 1_000 },
    )
  })

  test("is refused where it is plainly another's, by the code that says where it came from", () => {
    fc.assert(
      fc.property(formOf(ANOTHER), kind, fc.boolean(), ([, subject], [type, element], wasRead) => {
        const entries = entriesIn({ resourceType: type, id: 'r', [element]: subject }) ?? []
        const build = () =>
          new PatientRecord([{ key: 'others', entries }], {
            patientId: 'p1',
            fhirServer: SERVER,
            wasRead: () => wasRead,
            timeZone: 'UTC',
            forms: noForms,
          })
        expect(codeThrownBy(build)).toBe(wasRead ? 'CDS_READ_DATA_OF_ANOTHER_PATIENT' : 'CDS_DATA_OF_ANOTHER_PATIENT')
      }),
      { numRuns: 300 },
    )
  })

  test('that names its patient twice must name this one twice', () => {
    fc.assert(
      fc.property(
        formOf(UNCERTAIN),
        fc.shuffledSubarray(Object.keys(ELEMENTS), { minLength: 2, maxLength: 2 }),
        ([, subject], [one = '', other = '']) => {
          const record = recordWith('Basic', { [one]: { reference: 'Patient/p1' }, [other]: subject })
          expect([record.ofType('Basic').length, record.ownerless]).toEqual([0, 1])
          expect(codeThrownBy(() => recordWith('Basic', { [one]: subject, [other]: { reference: 'Patient/p2' } }))).toBe(
            'CDS_DATA_OF_ANOTHER_PATIENT',
          )
        },
      ),
    )
  })
})

describe('a draft', () => {
  const draft = (subject: unknown) => ({
    patientId: 'p1',
    draftOrders: { entry: [{ resource: { resourceType: 'ServiceRequest', id: 'r', subject } }] },
  })

  test.each(Object.entries(OWN))('is own: %s', (_, subject) => {
    expect(draftOrdersIn(draft(subject), recordWith('Basic', {})).drafts).toHaveLength(1)
  })

  test.each(Object.entries(UNCERTAIN))('is left out, counted and named: %s', (_, subject) => {
    const record = recordWith('Basic', {})
    expect(draftOrdersIn(draft(subject), record).drafts).toEqual([])
    expect([record.ownerless, record.unusable.map(({ key }) => key)]).toEqual([1, [DRAFTS_KEY]])
  })

  test.each(Object.entries(ANOTHER))('is refused: %s', (_, subject) => {
    expect(codeThrownBy(() => draftOrdersIn(draft(subject), recordWith('Basic', {})))).toBe('CDS_DATA_OF_ANOTHER_PATIENT')
  })
})

describe('a call that names no server', () => {
  const condition = (id: string, server: string, patientId = 'p1') => ({
    resourceType: 'Condition',
    id,
    subject: { reference: `${server}/Patient/${patientId}` },
  })
  const OTHER = 'https://other.example.org/fhir'

  test('may speak of one by the addresses of its records', () => {
    const record = recordOf(
      {
        conditions: [
          condition('a', SERVER),
          condition('b', SERVER),
          { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/p1' } },
        ],
      },
      'p1',
    )
    expect([record.ofType('Condition').length, record.ownerless]).toEqual([3, 0])
    expect(codeThrownBy(() => recordOf({ conditions: [condition('a', SERVER, 'p2')] }, 'p1'))).toBe('CDS_DATA_OF_ANOTHER_PATIENT')
  })

  test('and of two by none of them, in whatever order they come', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([SERVER, OTHER], { minLength: 2 }),
        fc.constantFrom('p1', 'p2'),
        ([one = '', other = ''], patientId) => {
          const record = recordOf({ conditions: [condition('a', one), condition('b', other, patientId)] }, 'p1')
          expect([record.ofType('Condition').length, record.ownerless]).toEqual([0, 2])
        },
      ),
    )
  })

  test('nor by a draft of another server than its records', () => {
    const record = recordOf({ conditions: [condition('a', SERVER)] }, 'p1')
    const { drafts } = draftOrdersIn(
      {
        patientId: 'p1',
        draftOrders: {
          entry: [SERVER, OTHER].map((server, index) => ({
            resource: { ...condition(`d${index}`, server), resourceType: 'ServiceRequest' },
          })),
        },
      },
      record,
    )
    expect([drafts.length, record.ownerless]).toEqual([0, 2])
    expect(
      draftOrdersIn(
        { patientId: 'p1', draftOrders: { entry: [{ resource: { ...condition('d', SERVER), resourceType: 'ServiceRequest' } }] } },
        recordOf({ conditions: [condition('a', SERVER)] }, 'p1'),
      ).drafts,
    ).toHaveLength(1)
  })
})

test('more are counted than are named', () => {
  const record = recordOf(
    { conditions: Array.from({ length: 150 }, (_, index) => ({ resourceType: 'Condition', id: `c${index}`, subject: {} })) },
    'p1',
  )
  expect([record.ownerless, record.unusable.length]).toEqual([150, 100])
})

test('an address that is none leads nowhere', () => {
  const patient = { resourceType: 'Bundle', entry: [{ fullUrl: 'Patient/p2', resource: { resourceType: 'Patient', id: 'p1' } }] }
  expect(
    codeThrownBy(() => recordOf({ patient, conditions: { resourceType: 'Condition', subject: { reference: 'Patient/p2' } } }, 'p1')),
  ).toBe('CDS_DATA_OF_ANOTHER_PATIENT')
})

import { describe, expect, test } from '@jest/globals'
import type { FhirResource } from 'fhir/r4.js'
import { draftOrdersIn } from '../../src/patient-data/draft-orders.js'
import { takeIn } from '../../src/patient-data/intake.js'
import { emptyRecord, recordOf, searchset } from '../support/records.js'
import { deepFrozen, evaluate } from '../support/evaluate.js'

const taken = (resource: object) => {
  const { resource: read, unusable } = takeIn(deepFrozen(resource) as FhirResource, { index: new Map(), timeZone: 'Europe/Copenhagen' })
  return { read: read as unknown, unusable }
}
const condition = (members: object) => ({ resourceType: 'Condition', id: 'c', ...members })

test('what is sound is handed on as it is', () => {
  const sound = deepFrozen(
    condition({
      code: { coding: [{ system: 's', code: 'c' }] },
      onsetDateTime: '2026-03-01T10:00:00+01:00',
      recordedDate: '2026',
      extension: [{ url: 'x', valueDecimal: 1.5 }],
      somethingOfOurs: { any: 'thing' },
    }),
  )
  expect(taken(sound).read).toBe(sound)
})

describe('values that are no FHIR are absent and named', () => {
  test.each<[string, object, string, string]>([
    ['a day that does not exist', { recordedDate: '2026-02-30' }, 'Condition.recordedDate', 'is no date'],
    ['free text for a date', { onsetDateTime: '1500 m walking' }, 'Condition.onsetDateTime', 'is no date'],
    ['a number for a date', { recordedDate: 20260301 }, 'Condition.recordedDate', 'is no date'],
    ['a list for one value', { recordedDate: ['2026-03-01'] }, 'Condition.recordedDate', 'is a list'],
    ['text for an object', { subject: 'Patient/p' }, 'Condition.subject', 'is no object'],
    ['a number for text', { code: { text: 5 } }, 'Condition.code.text', 'is no text'],
    ['text in a list of objects', { bodySite: [{ text: 'x' }, 7] }, 'Condition.bodySite[1]', 'is no object'],
    [
      'an element within elements',
      { stage: [{ summary: { coding: [{ code: {} }] } }] },
      'Condition.stage[0].summary.coding[0].code',
      'is no text',
    ],
    [
      'a contained resource',
      { contained: [{ resourceType: 'Observation', valueQuantity: { value: 'x' } }] },
      'Condition.contained[0].valueQuantity.value',
      'is no number',
    ],
  ])('%s', (_, members, element, reason) => {
    const { unusable } = taken(condition(members))
    expect(unusable).toEqual([{ element, reason }])
  })

  test('and the rest of the record stays', () => {
    expect(taken(condition({ recordedDate: 'x', code: { text: 5, coding: [{ code: 'c' }] }, bodySite: [{ text: 'x' }, 7] })).read).toEqual(
      condition({ code: { coding: [{ code: 'c' }] }, bodySite: [{ text: 'x' }] }),
    )
  })
})

test('null, empty text and empty lists are absent, and nobody needs to hear of it', () => {
  expect(
    taken(condition({ recordedDate: null, code: { text: '', coding: [] }, subject: { reference: null }, encounter: [], onsetString: ' ' })),
  ).toEqual({
    read: condition({ onsetString: ' ' }),
    unusable: [],
  })
})

const NO_VALUE = { id: 'x', extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }

test.each<[string, object]>([
  ['a concept', { clinicalStatus: NO_VALUE }],
  ['a coding', { clinicalStatus: { coding: [NO_VALUE, {}] } }],
  ['the code of a coding', { clinicalStatus: { coding: [{ _code: NO_VALUE }] } }],
  ['a period', { onsetPeriod: NO_VALUE }],
  ['the start of a period', { onsetPeriod: { _start: NO_VALUE } }],
  ['a reference', { encounter: { _reference: NO_VALUE } }],
  ['an element within a list', { stage: [{ summary: NO_VALUE }], note: [NO_VALUE] }],
])('%s that only says why it has no value is absent', (_, members) => {
  expect(taken(condition(members))).toEqual({ read: condition({}), unusable: [] })
})

test('that there is a medicine stays, also where nothing is said of it', () => {
  const prescription = { resourceType: 'MedicationRequest', id: 'm', medicationCodeableConcept: NO_VALUE }
  expect(taken(prescription)).toEqual({ read: prescription, unusable: [] })
})

test('a primitive that has only an extension has no value', () => {
  const records = [
    {
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      _authored: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
    },
  ]
  expect(evaluate('%QuestionnaireResponse.authored.exists()', { records: [taken(records[0]!).read as object] })).toEqual([false])
})

test('an extension beside a value stays', () => {
  const both = condition({ recordedDate: '2026-03-01', _recordedDate: { extension: [{ url: 'x' }] } })
  expect(taken(both).read).toEqual(both)
})

test('codes and systems are trimmed, a number for a code is its digits, a lone value for a list is a list', () => {
  expect(taken(condition({ code: { coding: { system: ' http://snomed.info/sct\u00a0', code: 279039007 } } })).read).toEqual(
    condition({ code: { coding: [{ system: 'http://snomed.info/sct', code: '279039007' }] } }),
  )
})

test.each<[string, unknown]>([
  ['text alone', { text: ' Active ' }],
  ['a string, as STU3 wrote it', 'active'],
  ['capitals', { coding: [{ code: 'ACTIVE' }] }],
])('a clinical status as %s is a coded one', (_, clinicalStatus) => {
  const records = [taken(condition({ clinicalStatus })).read as object]
  expect(evaluate("%Condition.clinicalStatus.coding.where(code = 'active').exists()", { records })).toEqual([true])
})

test.each([{ text: 'l\ufffdnd' }, { coding: [{ code: 'c', display: 'l\ufffdnd' }] }])(
  'a name whose letters are lost stays, and is named: %j',
  code => {
    const unusable = [{ element: 'Condition.code', reason: 'has letters that are lost: it was not sent in UTF-8' }]
    expect(taken(condition({ code }))).toEqual({ read: condition({ code }), unusable })
  },
)

test('a date that can be read and is not written as FHIR wants is written anew', () => {
  const dates = ['2026-11-20 08:15:00', '2026-11-20t07:15:00z', '2026-11-20T08:15:00+0100', '2026-11-20T08:14:60+01:00']
  expect(dates.map(recordedDate => (taken(condition({ recordedDate })).read as { recordedDate: string }).recordedDate)).toEqual(
    Array(4).fill('2026-11-20T07:15:00.000Z'),
  )
})

test('a time has no place beside a day: the day that it is in the time zone counts', () => {
  const days = [
    '1981-05-20T00:00:00',
    '1981-05-19T22:00:00.000Z',
    '1981-05-20T00:00:00+02:00',
    '1981-05-20 08:15',
    '1981-05-20',
    '1981-05',
    '1981',
  ]
  const records = days.map(birthDate => taken({ resourceType: 'Patient', id: 'p', birthDate }).read as { birthDate: string })
  expect(records.map(({ birthDate }) => birthDate)).toEqual([...Array<string>(5).fill('1981-05-20'), '1981-05', '1981'])
  expect(evaluate('%Patient.birthDate.first() <= today() - 16 years', { records })).toEqual([true])
})

test('what is no date stays as text where the element may be text, and is named all the same', () => {
  const named = [{ element: 'Condition.onsetDateTime', reason: 'is no date' }]
  expect(taken(condition({ onsetDateTime: 'since spring' }))).toEqual({ read: condition({ onsetString: 'since spring' }), unusable: named })
  expect(taken(condition({ onsetDateTime: '2026-02-30', onsetString: 'February' })).read).toEqual(condition({ onsetString: 'February' }))
  expect(taken(condition({ onsetDateTime: 20260210 })).read).toEqual(condition({}))
  expect(taken(condition({ recordedDate: 'yesterday' })).read).toEqual(condition({}))
})

describe('shapes of other releases', () => {
  const tablets = { text: 'tablets' }
  const read = (draft: object) =>
    draftOrdersIn({ patientId: 'p', draftOrders: searchset({ id: 'm', ...draft }) }, emptyRecord('p')).drafts[0]

  test.each([
    ['R5', { resourceType: 'MedicationRequest', medication: { concept: tablets } }],
    ['without its type', { resourceType: 'MedicationRequest', medication: tablets }],
    ['DSTU2', { resourceType: 'MedicationOrder', medicationCodeableConcept: tablets }],
    [
      'contained, R5',
      {
        resourceType: 'MedicationRequest',
        contained: [{ resourceType: 'Medication', id: 'x', code: tablets }],
        medication: { reference: { reference: '#x' } },
      },
    ],
    [
      'by what it is made of',
      {
        resourceType: 'MedicationRequest',
        contained: [
          {
            resourceType: 'Medication',
            id: 'x',
            ingredient: [{ itemCodeableConcept: { coding: [{ code: 'a' }] } }, { itemCodeableConcept: { coding: [{ code: 'b' }] } }],
          },
        ],
        medicationReference: { reference: '#x' },
      },
    ],
  ])('a medicine: %s', (how, draft) => {
    expect(read(draft)).toMatchObject({
      resourceType: 'MedicationRequest',
      medicationCodeableConcept: how === 'by what it is made of' ? { coding: [{ code: 'a' }, { code: 'b' }] } : tablets,
    })
  })

  const concept = (code: string) => ({ coding: [{ code }] })
  const NO_CODE = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }

  test.each<[string, object, object]>([
    [
      'by name',
      { ingredient: [{ itemCodeableConcept: { text: 'one' } }, { itemCodeableConcept: { coding: [{ display: 'two' }] } }] },
      { text: 'one + two' },
    ],
    ['where its own code is unknown', { code: NO_CODE, ingredient: [{ itemCodeableConcept: concept('a') }] }, concept('a')],
    ['where its own code is empty', { code: { text: '', coding: [] }, ingredient: [{ itemCodeableConcept: concept('a') }] }, concept('a')],
    ['by a substance it refers to', { ingredient: [{ itemReference: { reference: '#y' } }] }, concept('b')],
    [
      'in R5',
      { ingredient: [{ item: { concept: concept('a') } }, { item: { reference: { reference: '#y' } } }] },
      { coding: [{ code: 'a' }, { code: 'b' }] },
    ],
    ['but for a name of its own', { code: { text: 'own' }, ingredient: [{ itemCodeableConcept: concept('a') }] }, { text: 'own' }],
  ])('a medicine by what it is made of, %s', (_, medicine, code) => {
    const contained = [
      { resourceType: 'Medication', id: 'x', ...medicine },
      { resourceType: 'Substance', id: 'y', code: concept('b') },
    ]
    expect(read({ resourceType: 'MedicationRequest', contained, medicationReference: { reference: '#x' } })).toMatchObject({
      medicationCodeableConcept: { ...code },
    })
  })

  test('reasons and codes of R5', () => {
    expect(
      read({
        resourceType: 'ServiceRequest',
        code: { concept: tablets },
        reason: [{ concept: { text: 'pain' } }, { reference: { reference: 'Condition/c' } }],
      }),
    ).toEqual({
      resourceType: 'ServiceRequest',
      id: 'm',
      code: tablets,
      reasonCode: [{ text: 'pain' }],
      reasonReference: [{ reference: 'Condition/c' }],
    })
    expect(read({ resourceType: 'DeviceRequest', code: { concept: tablets } })).toMatchObject({ codeCodeableConcept: tablets })
  })

  test('orders of older releases', () => {
    expect(read({ resourceType: 'ReferralRequest', serviceRequested: [tablets], reasonCodeableConcept: { text: 'pain' } })).toEqual({
      resourceType: 'ServiceRequest',
      id: 'm',
      code: tablets,
      reasonCode: [{ text: 'pain' }],
    })
    expect(read({ resourceType: 'DiagnosticOrder', item: [{ code: tablets }], orderer: { reference: 'Practitioner/d' } })).toMatchObject({
      resourceType: 'ServiceRequest',
      code: tablets,
      requester: { reference: 'Practitioner/d' },
    })
    expect(read({ resourceType: 'ProcedureRequest', code: tablets })).toMatchObject({ resourceType: 'ServiceRequest', code: tablets })
  })

  test('an unknown medicine stays a reference', () => {
    expect(read({ resourceType: 'MedicationRequest', medicationReference: { reference: 'Medication/elsewhere' } })).toMatchObject({
      medicationReference: { reference: 'Medication/elsewhere' },
    })
  })
})

describe('drafts', () => {
  const scan = { resourceType: 'ServiceRequest', id: 's', status: 'draft' }

  test('what orders refer to is no order', () => {
    const { drafts, chosen } = draftOrdersIn(
      { patientId: 'p', draftOrders: searchset(scan, { resourceType: 'Medication', id: 'x' }, { resourceType: 'Condition', id: 'y' }) },
      emptyRecord('p'),
    )
    expect([drafts, chosen]).toEqual([[scan], [scan]])
  })

  test.each<[string, object]>([
    ['forbids', { doNotPerform: true }],
    [
      'forbids by an extension',
      { modifierExtension: [{ url: 'http://hl7.org/fhir/StructureDefinition/request-doNotPerform', valueBoolean: true }] },
    ],
    ['is cancelled', { status: 'cancelled' }],
    ['is revoked', { status: 'Revoked ' }],
    ['is stopped', { status: 'stopped' }],
    ['was a mistake', { status: 'entered-in-error' }],
  ])('one that %s is no order; for another patient it is refused all the same', (_, more) => {
    const draftsOf = (...orders: object[]) => draftOrdersIn({ patientId: 'p', draftOrders: searchset(...orders) }, emptyRecord('p'))
    expect(draftsOf({ ...scan, ...more }, { ...scan, id: 't', doNotPerform: false, status: 'active' }).chosen.map(({ id }) => id)).toEqual([
      't',
    ])
    expect(() => draftsOf({ ...scan, ...more, subject: { reference: 'Patient/q' } })).toThrow(
      expect.objectContaining({ code: 'CDS_DATA_OF_ANOTHER_PATIENT' }),
    )
  })

  test('for another patient are refused; of one whose patient cannot be told the reply says so', () => {
    const draftFor = (subject: object) => () => {
      const record = emptyRecord('p')
      return { ...draftOrdersIn({ patientId: 'p', draftOrders: searchset({ ...scan, subject }) }, record), unusable: record.unusable }
    }
    expect(draftFor({ reference: 'Patient/q' })).toThrow(expect.objectContaining({ code: 'CDS_DATA_OF_ANOTHER_PATIENT' }))
    expect(draftFor({ reference: 'Patient/p' })().drafts).toHaveLength(1)
    expect(draftFor({ reference: 'urn:uuid:nobody' })()).toMatchObject({
      drafts: [],
      unusable: [{ key: 'draftOrders', resource: 'ServiceRequest/s' }],
    })
  })

  test('are changed as they were sent', () => {
    const sent = { ...scan, code: { text: 5 }, note: 'unknown shape' }
    const { drafts, asSent } = draftOrdersIn({ patientId: 'p', draftOrders: searchset(sent) }, emptyRecord('p'))
    expect(drafts[0]).toEqual({ ...scan, code: undefined })
    expect(asSent(drafts[0]!)).toBe(sent)
  })
})

test('the reason of a contact may be a condition that it holds itself', () => {
  const encounter = {
    resourceType: 'Encounter',
    id: 'e',
    contained: [{ resourceType: 'Condition', id: 'r', code: { text: 'back' } }],
    reasonReference: [{ reference: '#r' }, { reference: 'Condition/c' }],
  }
  expect(recordOf({ encounters: encounter }).ofType('Encounter')[0]).toMatchObject({
    reasonCode: [{ text: 'back' }],
    reasonReference: [{ reference: 'Condition/c' }],
  })
})

describe('names that R4 does not know cost nothing, however long and however many', () => {
  const cpuMs = (run: () => unknown): number => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }

  test.each<[string, object]>([
    ['one of a hundred thousand letters', { [`a${'b'.repeat(100_000)}`]: 1 }],
    [
      'a thousand of a thousand letters',
      Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`a${index}${'b'.repeat(1_000)}`, 1])),
    ],
  ])('%s', (_, members) => {
    const odd = condition(members)
    expect(cpuMs(() => expect(taken(odd).read).toEqual(odd))).toBeLessThan(500)
  })

  test('a type of a hundred thousand letters', () => {
    const resourceType = 'T'.repeat(100_000)
    expect(cpuMs(() => taken({ resourceType, id: 'x', valueString: 'y' }))).toBeLessThan(500)
  })
})

// Every form of a reference means the same in every place where a rule reads one.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { draftOrdersIn } from '../../src/patient-data/draft-orders.js'
import { fillTemplate } from '../../src/patient-data/fill-template.js'
import { idIn, readReference } from '../../src/patient-data/references.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { cpuMs } from '../support/cpu.js'
import { evaluate, NOW } from '../support/evaluate.js'
import { recordOf } from '../support/records.js'

const UUID = '8712799b-3834-40cc-87b8-9474304f2d04'

/** What a reference to a resource can look like; each is certain. */
type Form = (type: string, id: string) => string

const FORMS: Readonly<Record<string, Form>> = {
  relative: (type, id) => `${type}/${id}`,
  absolute: (type, id) => `https://ehr.example.org/fhir/${type}/${id}`,
  'of another server': (type, id) => `http://10.0.0.7:8080/r4/${type}/${id}`,
  versioned: (type, id) => `${type}/${id}/_history/4`,
  'absolute and versioned': (type, id) => `https://ehr.example.org/fhir/${type}/${id}/_history/2`,
  'with a fragment': (type, id) => `${type}/${id}#part`,
  padded: (type, id) => ` ${type}/${id} `,
  'urn:uuid': () => `urn:uuid:${UUID}`,
  'urn:uuid in capitals': () => `URN:UUID:${UUID.toUpperCase()}`,
}

const form = fc.constantFrom(...Object.entries(FORMS))
const id = fc.stringMatching(/^[A-Za-z0-9.-]{1,20}$/).filter(each => !/^\.+$/.test(each))

/** A Bundle in which a resource travels under the address of the urn:uuid form. */
const under = (resource: object) => ({ resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: `urn:uuid:${UUID}`, resource }] })

const refers = (element: (reference: object) => object) => (reference: string) => element({ reference })

/** Where records name another record. */
const PLACES: Readonly<Record<string, (reference: string) => object>> = {
  'Encounter.reasonReference': refers(reference => ({ resourceType: 'Encounter', reasonReference: [reference] })),
  'Encounter.diagnosis.condition': refers(reference => ({ resourceType: 'Encounter', diagnosis: [{ condition: reference }] })),
  'EpisodeOfCare.diagnosis.condition': refers(reference => ({ resourceType: 'EpisodeOfCare', diagnosis: [{ condition: reference }] })),
  'ServiceRequest.reasonReference': refers(reference => ({ resourceType: 'ServiceRequest', reasonReference: [reference] })),
  'Procedure.reasonReference': refers(reference => ({ resourceType: 'Procedure', reasonReference: [reference] })),
  'CarePlan.addresses': refers(reference => ({ resourceType: 'CarePlan', addresses: [reference] })),
}

describe('a record that names a condition', () => {
  test.each(Object.entries(PLACES))('%s', (_, element) => {
    fc.assert(
      fc.property(form, id, ([, write], conditionId) => {
        const condition = { resourceType: 'Condition', id: conditionId }
        const record = recordOf({ conditions: under(condition), others: element(write('Condition', conditionId)) })
        const [other] = Object.keys({ Encounter: 0, EpisodeOfCare: 0, ServiceRequest: 0, Procedure: 0, CarePlan: 0 }).flatMap(type =>
          record.ofType(type),
        )
        const records = [...record.ofType('Condition'), other!]
        expect(evaluate(`%${other!.resourceType}.referringTo(%Condition).count()`, { records })).toEqual([1])
      }),
      { numRuns: 60 },
    )
  })
})

test('the patient whom a record is about', () => {
  fc.assert(
    fc.property(form, id, fc.constantFrom('subject', 'patient', 'for'), ([, write], patientId, element) => {
      const record = recordOf(
        {
          patient: under({ resourceType: 'Patient', id: patientId }),
          tasks: { resourceType: 'Task', id: 't', [element]: { reference: write('Patient', patientId) } },
        },
        patientId,
      )
      expect([record.ofType('Task').length, record.unusable]).toEqual([1, []])
    }),
  )
})

test('the medicine of an order and of the chart', () => {
  fc.assert(
    fc.property(form, id, fc.boolean(), ([, write], medicationId, isDraft) => {
      const medication = { resourceType: 'Medication', id: medicationId, code: { text: 'tablets' } }
      const request = { resourceType: 'MedicationRequest', id: 'm', medicationReference: { reference: write('Medication', medicationId) } }
      const record = recordOf({ medicationRequests: isDraft ? [] : [under(medication), request] })
      const draftOrders = { entry: [{ resource: request }, ...under(medication).entry] }
      const [read] = isDraft ? draftOrdersIn({ patientId: 'p', draftOrders }, record).drafts : record.ofType('MedicationRequest')
      expect(read).toEqual({ resourceType: 'MedicationRequest', id: 'm', medicationCodeableConcept: { text: 'tablets' } })
    }),
  )
})

test('the draft that a selection names, by its bare id too', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.entries({ ...FORMS, bare: (_: string, draftId: string) => draftId })),
      id,
      ([, write], draftId) => {
        const draft = { resourceType: 'ServiceRequest', id: draftId }
        const draftOrders = { entry: [...under(draft).entry, { resource: { resourceType: 'ServiceRequest', id: `${draftId}x` } }] }
        const { chosen } = draftOrdersIn({ patientId: 'p', draftOrders, selections: [write('ServiceRequest', draftId)] }, recordOf({}))
        expect(chosen).toEqual([draft])
      },
    ),
  )
})

test('the requester for whose role the service asks, where the form says it without looking elsewhere', () => {
  fc.assert(
    fc.property(
      form.filter(([name]) => !name.startsWith('urn')),
      id,
      ([, write], requesterId) => {
        const context = { draftOrders: { entry: [{ resource: { requester: { reference: write('Practitioner', requesterId) } } }] } }
        const filled = fillTemplate(
          'PractitionerRole?practitioner={{context.draftOrders.entry.resource.requester.resolve().ofType(Practitioner).id}}',
          { context, clock: clockAt(NOW, 'UTC') },
        )
        expect(filled).toBe(`PractitionerRole?practitioner=${encodeURIComponent(requesterId)}`)
      },
    ),
  )
})

test('what is not certain names nothing', () => {
  for (const written of [
    '',
    ' ',
    'Patient',
    'Patient/',
    '/p',
    'patient/p',
    'Patient?identifier=a|b',
    'Patient/a b',
    '#p',
    'urn:uuid:unknown',
    'p',
    'https://ehr.example.org/p',
    7,
    null,
    undefined,
    {},
  ]) {
    expect(readReference(written)).toBeUndefined()
  }
  expect(idIn('Group/p', 'Patient')).toBeUndefined()
})

test('what is longer than any reference names nothing, and costs no more to tell', async () => {
  const long = [`${'#'.repeat(300_000)}\nx`, `Patient/${'#'.repeat(300_000)}\np`, `${'/_history/x'.repeat(100_000)}?`]
  // Seconds where a fragment is looked for from every `#` anew.
  expect(
    await cpuMs(500, () => expect(long.map(written => readReference(written))).toEqual([undefined, undefined, undefined])),
  ).toBeLessThan(500)
})

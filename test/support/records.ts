import type { FhirResource } from 'fhir/r4.js'
import type { FormDefinitions } from '../../src/engine/knowledge/forms.js'
import { PatientRecord } from '../../src/patient-data/patient-record.js'
import { entriesIn } from '../../src/patient-data/read-bundle.js'

/** No forms at all. */
export const noForms: FormDefinitions = { all: [], isYes: () => false, isNo: () => false, wordSystem: '' }

/** A record of what came under each key: resources, or a Bundle as a client sends it. */
export function recordOf(byKey: Readonly<Record<string, unknown>>, patientId = 'p', forms = noForms): PatientRecord {
  const keyed = Object.entries(byKey).map(([key, value]) => ({ key, entries: [value].flat().flatMap(each => entriesIn(each) ?? []) }))
  return new PatientRecord(keyed, { patientId, timeZone: 'Europe/Copenhagen', forms })
}

/** A record of nothing. */
export const emptyRecord = (patientId: string): PatientRecord => recordOf({}, patientId)

/** A Bundle as a search gives it. */
export const searchset = (...resources: readonly object[]): object => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map(resource => ({ resource })),
})

/** Ids of a type's records, in the order rules see them. */
export const idsOf = (record: PatientRecord, type: string): (string | undefined)[] => record.ofType(type).map(({ id }: FhirResource) => id)

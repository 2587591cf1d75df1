import type { FhirResource, Identifier, Patient, Reference } from 'fhir/r4.js'
import { idIn, type ReferenceIndex } from './references.js'

/** Whose a record is: this patient's, plainly another's, or nobody can tell. */
export type Owner = 'own' | 'other' | 'unknown'

/** Elements in which a record names its patient, in the order we look. */
const OWNER_ELEMENTS = ['subject', 'patient', 'for'] as const

/**
 * Whose a record is, by the reference in which it names its patient: resolved where it can be, or by an identifier that
 * the patient has too. A record that names nobody came with this patient's query and is this patient's.
 */
export function ownerOf(resource: FhirResource, patientId: string, patient: Patient | undefined, index: ReferenceIndex): Owner {
  if (resource.resourceType === 'Patient') return resource.id === patientId ? 'own' : 'other'
  const record = resource as unknown as Readonly<Record<string, unknown>>
  const named = OWNER_ELEMENTS.reduce<unknown>((found, element) => found ?? record[element], undefined)
  return named === undefined || named === null ? 'own' : ownerNamed(named as Reference, patientId, patient, index)
}

function ownerNamed({ reference, identifier }: Reference, patientId: string, patient: Patient | undefined, index: ReferenceIndex): Owner {
  // The common case first.
  if (reference === `Patient/${patientId}`) return 'own'
  const id = idIn(reference, 'Patient', index)
  if (id !== undefined) return id === patientId ? 'own' : 'other'
  const isSame = reference === undefined && (patient?.identifier ?? []).some(each => isSameIdentifier(each, identifier))
  return isSame ? 'own' : 'unknown'
}

const isSameIdentifier = (one: Identifier | null, other: Identifier | undefined): boolean =>
  typeof other?.system === 'string' && typeof other.value === 'string' && one?.system === other.system && one.value === other.value

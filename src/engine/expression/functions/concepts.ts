/** A coding as it may have been sent. */
export interface Coding {
  system?: string
  code?: string
  display?: unknown
}

/** A concept as it may have been sent, or a coding in place of one. */
export interface Concept extends Coding {
  coding?: Codings
  text?: unknown
}

export type Codings = readonly (Coding | null)[]

/** What may stand where a concept is expected. */
export type Sent = Concept | string | null | undefined

/** Where a record of each type carries the code that says what it is about (the "primary code path" of CQL). */
const PRIMARY_CODE: Readonly<Record<string, string>> = {
  MedicationRequest: 'medicationCodeableConcept',
  MedicationStatement: 'medicationCodeableConcept',
  MedicationAdministration: 'medicationCodeableConcept',
  MedicationDispense: 'medicationCodeableConcept',
  DeviceRequest: 'codeCodeableConcept',
  Encounter: 'reasonCode',
  CarePlan: 'category',
  ImagingStudy: 'procedureCode',
}

/** What a record says that it is; a value that is no record says it itself. */
export function conceptOf(value: unknown): Sent | readonly Sent[] {
  if (typeof value !== 'object' || value === null) return value as Sent
  const { resourceType } = value as { resourceType?: string }
  if (!resourceType) return value as Concept
  return (value as Record<string, Sent>)[PRIMARY_CODE[resourceType] ?? 'code'] ?? nameOfMedicine(value as Medicated)
}

interface Medicated {
  medicationReference?: { display?: unknown }
}

/** A medicine that cannot be resolved is known at most by the name under which the record refers to it. */
const nameOfMedicine = ({ medicationReference }: Medicated): Concept | undefined =>
  medicationReference?.display === undefined ? undefined : { text: medicationReference.display }

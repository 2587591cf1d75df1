import type { CodeableConcept, FhirResource, Medication } from 'fhir/r4.js'
import { isObject, type JsonObject } from '../plain-values/json.js'

/** Finds a resource that came with the call by `Type/id`. */
export type Finder = (reference: string) => FhirResource | undefined

/**
 * A record with what its references say of it written into it: the code of the medicine it refers to, and as reasons
 * the codes of conditions it holds itself. Handed on as it is where nothing can be added; a reference that leads
 * nowhere stays.
 */
export function withReferredCodes(resource: FhirResource, find: Finder): FhirResource {
  return withContainedReasons(withMedicineCode(resource as unknown as JsonObject, find)) as unknown as FhirResource
}

/** Types of records that a record of a type may refer to for its code. */
export const referredTypes = (type: string): string[] => (isReferred(type) || !type.startsWith(REFERRED) ? [] : [REFERRED])

/** Whether records of a type are nobody's, but tell the code of records that are somebody's. */
export const isReferred = (type: string): boolean => type === REFERRED

const REFERRED = 'Medication'

/** The reference of a record to another that tells its code; undefined where it tells itself, or holds what it refers to. */
export function referredForCode(resource: FhirResource): unknown {
  const { medicationReference, medicationCodeableConcept } = resource as unknown as JsonObject
  if (medicationCodeableConcept !== undefined || !isObject(medicationReference)) return undefined
  return medicationReference.reference
}

function withMedicineCode(record: JsonObject, find: Finder): JsonObject {
  if (record.medicationReference === undefined || record.medicationCodeableConcept !== undefined) return record
  const { medicationReference, ...rest } = record
  const code = codeOf(referredTo(medicationReference, record, find) as Medication | undefined)
  return code ? { ...rest, medicationCodeableConcept: code } : record
}

/** The code of a medicine, else the codes of what it is made of. */
function codeOf(medicine: Medication | undefined): CodeableConcept | undefined {
  if (!medicine) return undefined
  const ingredients = list(medicine.ingredient).flatMap(({ itemCodeableConcept }) =>
    list((itemCodeableConcept as CodeableConcept | undefined)?.coding),
  )
  return medicine.code ?? (ingredients.length > 0 ? { coding: ingredients } : undefined)
}

function withContainedReasons(record: JsonObject): JsonObject {
  const references = list(record.reasonReference)
  const find = containedIn(record)
  const codes = references.map(({ reference }) => find(reference)?.code)
  if (!codes.some(code => code !== undefined)) return record
  const { reasonReference: _, ...rest } = record
  const others = references.filter((__, index) => codes[index] === undefined)
  return {
    ...rest,
    reasonCode: [...list(record.reasonCode), ...codes.filter(code => code !== undefined)],
    ...(others.length > 0 && { reasonReference: others }),
  }
}

function referredTo(reference: unknown, record: JsonObject, find: Finder): unknown {
  const written = (reference as { reference?: unknown } | null)?.reference
  return containedIn(record)(written) ?? (typeof written === 'string' ? find(written) : undefined)
}

/** Finds what a record holds itself by a reference within it; of several with the same id the first. What it holds is gone through once, and only when it is asked. */
function containedIn({ contained }: JsonObject): (reference: unknown) => JsonObject | undefined {
  let byId: Map<unknown, JsonObject> | undefined
  return reference => {
    if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
    byId ??= new Map(
      list(contained)
        .toReversed()
        .map(each => [each.id, each] as const),
    )
    return byId.get(reference.slice(1))
  }
}

const list = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

import type { FhirResource } from 'fhir/r4.js'
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

/** Whether a record of a medicine tells neither by a code nor by a name which; what it refers to was looked up before. Nobody needs to know of what was never so. */
export function lacksMedicine(resource: FhirResource): boolean {
  const { status, medicationCodeableConcept: concept, medicationReference } = resource as unknown as JsonObject
  if (!MEDICATED.has(resource.resourceType) || status === 'entered-in-error') return false
  if (codingsOf(concept).length > 0 || namesOf(concept).length > 0) return false
  return !(isObject(medicationReference) && typeof medicationReference.display === 'string')
}

/** Types of a patient's records that are about a medicine. */
const MEDICATED: ReadonlySet<string> = new Set(['MedicationRequest', 'MedicationStatement'])

function withMedicineCode(record: JsonObject, find: Finder): JsonObject {
  if (record.medicationReference === undefined || record.medicationCodeableConcept !== undefined) return record
  const { medicationReference, ...rest } = record
  const referred: Referred = reference => referredTo(reference, record, find)
  const code = codeOf(referred(medicationReference), referred)
  return code ? { ...rest, medicationCodeableConcept: code } : record
}

/** What a reference in a record leads to. */
type Referred = (reference: unknown) => JsonObject | undefined

/** The code of a medicine where it has one or a name, else what it is made of: the codes of all ingredients, and their names. */
function codeOf(medicine: JsonObject | undefined, referred: Referred): JsonObject | undefined {
  if (!medicine) return undefined
  if (codingsOf(medicine.code).length > 0 || namesOf(medicine.code).length > 0) return medicine.code as JsonObject
  const ingredients = list(medicine.ingredient).map(each => ingredientCode(each, referred))
  const [coding, names] = [ingredients.flatMap(codingsOf), ingredients.flatMap(code => namesOf(code).slice(0, 1))]
  return coding.length + names.length === 0
    ? undefined
    : { ...(coding.length > 0 && { coding }), ...(names.length > 0 && { text: names.join(' + ') }) }
}

/** The code of an ingredient, or of the medicine or substance that it refers to; R5 writes either as one element. */
function ingredientCode({ itemCodeableConcept, itemReference, item }: JsonObject, referred: Referred): unknown {
  const { concept, reference } = isObject(item) ? item : {}
  return itemCodeableConcept ?? concept ?? referred(itemReference ?? reference)?.code
}

const codingsOf = (code: unknown): JsonObject[] => (isObject(code) ? list(code.coding).filter(isTold) : [])

const isTold = ({ code, display }: JsonObject): boolean => code !== undefined || display !== undefined

/** What a concept is called: by its text, else by its codings. */
const namesOf = (code: unknown): string[] =>
  isObject(code)
    ? [code.text, ...list(code.coding).map(({ display }) => display)].flatMap(name =>
        typeof name === 'string' && name !== '' ? [name] : [],
      )
    : []

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

function referredTo(reference: unknown, record: JsonObject, find: Finder): JsonObject | undefined {
  const written = isObject(reference) ? reference.reference : undefined
  return containedIn(record)(written) ?? (typeof written === 'string' ? (find(written) as JsonObject | undefined) : undefined)
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

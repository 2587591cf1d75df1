import type { FhirResource } from 'fhir/r4.js'
import { isObject } from '../plain-values/json.js'

type Json = Readonly<Record<string, unknown>>

/** Resource types of older releases by what they are called in R4. */
const RENAMED: Readonly<Record<string, string>> = {
  MedicationOrder: 'MedicationRequest',
  ProcedureRequest: 'ServiceRequest',
  ReferralRequest: 'ServiceRequest',
  DiagnosticOrder: 'ServiceRequest',
}

/** What R4 calls elements that another release calls otherwise, by resource type; both hold the same. */
const RENAMED_ELEMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Condition: { assertedDate: 'recordedDate', dateRecorded: 'recordedDate' },
  Encounter: { actualPeriod: 'period' },
  Procedure: { occurrenceDateTime: 'performedDateTime', occurrencePeriod: 'performedPeriod' },
}

/** Elements by resource type that another release writes as one value of two kinds, with their two R4 names. */
const CODE_OR_REFERENCE: Readonly<Record<string, Readonly<Record<string, readonly [concept: string, reference: string]>>>> = {
  MedicationRequest: { medication: ['medicationCodeableConcept', 'medicationReference'] },
  MedicationStatement: { medication: ['medicationCodeableConcept', 'medicationReference'] },
  MedicationAdministration: { medication: ['medicationCodeableConcept', 'medicationReference'] },
  MedicationDispense: { medication: ['medicationCodeableConcept', 'medicationReference'] },
  DeviceRequest: { code: ['codeCodeableConcept', 'codeReference'] },
  ServiceRequest: { code: ['code', 'code'] },
}

/**
 * A resource in the shape of R4, where it came in one that an older or newer release gives the elements our rules
 * read: a medicine or code as CodeableReference (R5) or without its type, orders under their older names (DSTU2, STU3),
 * reasons as CodeableReference (R5) or in one element (STU3), days and periods under other names, a questionnaire as
 * Reference (STU3). Handed on as it is in any other case.
 */
export function asR4(resource: FhirResource): FhirResource {
  const { resourceType } = resource
  const name = Object.hasOwn(RENAMED, resourceType) ? RENAMED[resourceType] : undefined
  const named = name === undefined ? (resource as unknown as Json) : inNewerShape({ ...resource, resourceType: name })
  const shaped = withReasons(withCodes(withR4Names(named)))
  return withCanonical(shaped) as unknown as FhirResource
}

/** What older releases called otherwise: the service of a referral, the tests of an order, one reason, who orders. */
function inNewerShape({ serviceRequested, item, reasonCodeableConcept, prescriber, orderer, ...rest }: Json): Json {
  const [code] = [serviceRequested, Array.isArray(item) ? item.map(each => (isObject(each) ? each.code : undefined)) : undefined]
    .flat()
    .filter(isObject)
  const requester = prescriber ?? orderer
  return {
    ...(code && { code }),
    ...(isObject(reasonCodeableConcept) && { reasonCode: [reasonCodeableConcept] }),
    ...(isObject(requester) && { requester }),
    ...rest,
  }
}

function withCodes(resource: Json): Json {
  const elements = CODE_OR_REFERENCE[String(resource.resourceType)]
  if (!elements) return resource
  return Object.entries(elements).reduce((shaped, [name, [conceptName, referenceName]]) => {
    const value = shaped[name]
    const { concept, reference } = partsOf(value)
    if (concept === undefined && reference === undefined) return shaped
    if (concept === value) return conceptName === name ? shaped : renamed(shaped, name, { [conceptName]: concept })
    return renamed(shaped, name, {
      ...(concept !== undefined && { [conceptName]: concept }),
      ...(reference !== undefined && referenceName !== name && { [referenceName]: reference }),
    })
  }, resource)
}

/** The code and the reference in a value that may be either, or both as R5 writes them. */
function partsOf(value: unknown): { concept?: unknown; reference?: unknown } {
  if (!isObject(value)) return {}
  if (value.concept !== undefined || isObject(value.reference)) return { concept: value.concept, reference: value.reference }
  return typeof value.reference === 'string' ? { reference: value } : { concept: value }
}

function renamed(resource: Json, name: string, values: Json): Json {
  const { [name]: _, ...rest } = resource
  return { ...rest, ...values }
}

function withR4Names(resource: Json): Json {
  const names = RENAMED_ELEMENTS[String(resource.resourceType)]
  if (!names) return resource
  return Object.entries(names).reduce(
    (shaped, [name, ours]) =>
      shaped[name] === undefined || shaped[ours] !== undefined ? shaped : renamed(shaped, name, { [ours]: shaped[name] }),
    resource,
  )
}

/** Reasons of R5, of which encounters have several in one, and of STU3 in the two elements that R4 has for them. */
function withReasons(resource: Json): Json {
  if (!Array.isArray(resource.reason) || !resource.reason.every(isObject)) return resource
  const { reason, ...rest } = resource as { reason: Json[] }
  const each = reason.flatMap(one => (Array.isArray(one.value) ? one.value.filter(isObject) : [one]))
  const concepts = each.flatMap(one => (isConcept(one) ? one : (one.concept ?? [])))
  const references = each.flatMap(({ reference }) => reference ?? [])
  if (concepts.length === 0 && references.length === 0) return resource
  return { ...rest, ...(concepts.length > 0 && { reasonCode: concepts }), ...(references.length > 0 && { reasonReference: references }) }
}

const isConcept = ({ coding, text }: Json): boolean => coding !== undefined || text !== undefined

function withCanonical(resource: Json): Json {
  const { questionnaire } = resource
  return isObject(questionnaire) && typeof questionnaire.reference === 'string'
    ? { ...resource, questionnaire: questionnaire.reference }
    : resource
}

import type { FhirResource, QuestionnaireResponse } from 'fhir/r4.js'
import { demoPeople } from '../../src/demo/people.js'
import { isPublishable } from '../../src/cds-hooks/prefetch-template.js'
import { TEST_NOW, testKnowledge } from './service.js'

/** The services of this repository, in the order of discovery. */
export const SERVICES = [
  'low-back-pain-encounter-start',
  'low-back-pain-order-select',
  'low-back-pain-order-sign',
  'low-back-pain-patient-view',
  'start-back-risk',
] as const
export type ServiceId = (typeof SERVICES)[number]

export const HOOK_INSTANCE = '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b'
export const USER = 'Practitioner/COREPRACTITIONER1'

/** A request as a test takes it apart; members may be replaced by anything. */
export type Json = Record<string, unknown>

export interface HookCall extends Json {
  hook: string
  hookInstance: string
  context: Json
  prefetch?: Prefetch
}

/** Prefetched data by key. */
export type Prefetch = Record<string, unknown>

/** A legal patient-view call; `members` are put beside or in place of its own. */
export function patientView(patientId: string, members: Json = {}): HookCall {
  return { hook: 'patient-view', hookInstance: HOOK_INSTANCE, context: { userId: USER, patientId }, ...members }
}

/** A legal call with everything that the service asks for as prefetch, from a synthetic person. */
export function prefetchedCall(person: string, service: ServiceId, members: Json = {}): HookCall & { prefetch: Prefetch } {
  return {
    ...hookCall(person, service, members),
    prefetch: { ...prefetchOf(person, service), ...(members.prefetch as Prefetch | undefined) },
  }
}

/** A legal call of a service's hook without prefetch; `members` are put beside or in place of its own. */
export function hookCall(patientId: string, service: ServiceId, members: Json = {}): HookCall {
  const { hook, context } = HOOK_OF[service]
  const call = patientView(patientId)
  return { ...call, hook, context: { ...call.context, ...context(patientId) }, ...members }
}

interface CalledHook {
  hook: string
  /** What the hook's context holds beside user and patient. */
  context: (patientId: string) => Json
}

const PATIENT_VIEW: CalledHook = { hook: 'patient-view', context: () => ({}) }

const HOOK_OF: Readonly<Record<ServiceId, CalledHook>> = {
  'low-back-pain-encounter-start': { hook: 'encounter-start', context: () => ({ encounterId: 'this-contact' }) },
  'low-back-pain-order-select': {
    hook: 'order-select',
    context: patientId => ({ draftOrders: draftOrders(patientId), selections: ['MedicationRequest/pain-relief'] }),
  },
  'low-back-pain-order-sign': { hook: 'order-sign', context: patientId => ({ draftOrders: draftOrders(patientId) }) },
  'low-back-pain-patient-view': PATIENT_VIEW,
  'start-back-risk': PATIENT_VIEW,
}

/** Paracetamol and an MR scan of the lumbar spine, about to be ordered. */
function draftOrders(patientId: string): Json {
  const members = { status: 'draft', intent: 'order', subject: { reference: `Patient/${patientId}` }, requester: { reference: USER } }
  const painRelief = {
    resourceType: 'MedicationRequest',
    id: 'pain-relief',
    ...members,
    medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code: 'N02BE01' }] },
  }
  const scan = {
    resourceType: 'ServiceRequest',
    id: 'scan',
    ...members,
    code: { coding: [{ system: 'http://loinc.org', code: '24968-0' }] },
  }
  return { resourceType: 'Bundle', type: 'collection', entry: [painRelief, scan].map(resource => ({ resource })) }
}

const QUESTIONNAIRE = 'https://columna.example.org/fhir/Questionnaire'
const answersTo = (name: string) => (resource: FhirResource) =>
  resource.resourceType === 'QuestionnaireResponse' && (resource as QuestionnaireResponse).questionnaire === `${QUESTIONNAIRE}/${name}`
const ofType = (type: string) => (resource: FhirResource) => resource.resourceType === type

/** Which of a person's resources belong under a prefetch key. */
const BELONGS: Readonly<Record<string, (resource: FhirResource) => boolean>> = {
  carePlans: ofType('CarePlan'),
  conditions: ofType('Condition'),
  consultationResponses: answersTo('low-back-consultation'),
  diagnosticReports: ofType('DiagnosticReport'),
  encounters: ofType('Encounter'),
  episodesOfCare: ofType('EpisodeOfCare'),
  imagingStudies: ofType('ImagingStudy'),
  medicationRequests: ofType('MedicationRequest'),
  medicationStatements: ofType('MedicationStatement'),
  observations: ofType('Observation'),
  procedures: ofType('Procedure'),
  serviceRequests: ofType('ServiceRequest'),
  startBackResponses: answersTo('start-back'),
  userRoles: ofType('PractitionerRole'),
}

/** Keys under which a service asks for searches; all read `patient` as well, and some the role of a user who calls in a role. */
export const searchKeysOf = (service: ServiceId): string[] =>
  testKnowledge()
    .services.get(service)
    ?.requirements.filter(({ template }) => template.includes('?') && isPublishable(template))
    .map(({ key }) => key) ?? []

/** What a client prefetches for a synthetic person: the patient as a resource, all else as searchsets. */
export function prefetchOf(person: string, service: ServiceId): Prefetch {
  const resources = resourcesOf(person)
  const searched = searchKeysOf(service).map(key => [key, searchset(resources.filter(resource => BELONGS[key]?.(resource)))] as const)
  return { patient: resources.find(ofType('Patient')), ...Object.fromEntries(searched) }
}

/** A search result that holds everything it found. */
export function searchset(resources: readonly unknown[], members: Json = {}): Json {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: resources.length,
    ...(resources.length > 0 && { entry: resources.map(resource => ({ resource })) }),
    ...members,
  }
}

/** The resources in a prefetched searchset, to be changed by a test. */
export function entriesOf(prefetch: Prefetch, key: string): Json[] {
  return ((prefetch[key] as { entry?: { resource: Json }[] }).entry ?? []).map(({ resource }) => resource)
}

/** An OperationOutcome with one issue of a severity. */
export function outcome(severity: string): Json {
  return { resourceType: 'OperationOutcome', issue: [{ severity, code: 'exception' }] }
}

const everybody = demoPeople(TEST_NOW) as FhirResource[]

/** Ids of all synthetic people. */
export const PEOPLE: readonly string[] = everybody.flatMap(({ resourceType, id }) =>
  resourceType === 'Patient' && id !== undefined ? [id] : [],
)

const resourcesByPerson = new Map(
  PEOPLE.map(person => [
    person,
    everybody.filter(resource => resource.id === person || JSON.stringify(resource).includes(`"Patient/${person}"`)),
  ]),
)

/** All resources of a synthetic person, dated from the test clock; each call gives a copy of its own. */
export function resourcesOf(person: string): FhirResource[] {
  return structuredClone(resourcesByPerson.get(person) ?? [])
}

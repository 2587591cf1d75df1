import type { FhirResource, QuestionnaireResponse } from 'fhir/r4.js'
import { demoPeople } from '../../src/demo/people.js'
import { TEST_NOW } from './service.js'

/** The services of this repository, in the order of discovery. */
export const SERVICES = ['low-back-pain-patient-view', 'start-back-risk'] as const
export type ServiceId = (typeof SERVICES)[number]

export const HOOK_INSTANCE = '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b'
export const USER = 'Practitioner/COREPRACTITIONER1'

/** A request as a test takes it apart; members may be replaced by anything. */
export type Json = Record<string, unknown>

export interface PatientView extends Json {
  hook: string
  hookInstance: string
  context: Json
  prefetch?: Prefetch
}

/** Prefetched data by key. */
export type Prefetch = Record<string, unknown>

/** A legal patient-view call; `members` are put beside or in place of its own. */
export function patientView(patientId: string, members: Json = {}): PatientView {
  return { hook: 'patient-view', hookInstance: HOOK_INSTANCE, context: { userId: USER, patientId }, ...members }
}

/** A legal call with everything that the service asks for as prefetch, from a synthetic person. */
export function prefetchedView(person: string, service: ServiceId, members: Json = {}): PatientView & { prefetch: Prefetch } {
  return { ...patientView(person, members), prefetch: { ...prefetchOf(person, service), ...(members.prefetch as Prefetch | undefined) } }
}

const QUESTIONNAIRE = 'https://columna.example.org/fhir/Questionnaire'
const answersTo = (name: string) => (resource: FhirResource) =>
  resource.resourceType === 'QuestionnaireResponse' && (resource as QuestionnaireResponse).questionnaire === `${QUESTIONNAIRE}/${name}`
const ofType = (type: string) => (resource: FhirResource) => resource.resourceType === type

/** Which of a person's resources belong under a prefetch key. */
const BELONGS: Readonly<Record<string, (resource: FhirResource) => boolean>> = {
  conditions: ofType('Condition'),
  consultationResponses: answersTo('low-back-consultation'),
  encounters: ofType('Encounter'),
  episodesOfCare: ofType('EpisodeOfCare'),
  observations: ofType('Observation'),
  serviceRequests: ofType('ServiceRequest'),
  startBackResponses: answersTo('start-back'),
}

/** Search keys of each service; both read `patient` as well. */
export const SEARCH_KEYS: Readonly<Record<ServiceId, readonly string[]>> = {
  'low-back-pain-patient-view': ['serviceRequests', 'observations', 'startBackResponses', 'consultationResponses', 'conditions', 'episodesOfCare', 'encounters'],
  'start-back-risk': ['startBackResponses', 'observations', 'consultationResponses', 'conditions', 'episodesOfCare', 'encounters'],
}

/** What a client prefetches for a synthetic person: the patient as a resource, all else as searchsets. */
export function prefetchOf(person: string, service: ServiceId): Prefetch {
  const resources = resourcesOf(person)
  const searched = SEARCH_KEYS[service].map(key => [key, searchset(resources.filter(resource => BELONGS[key]?.(resource)))] as const)
  return { patient: resources.find(ofType('Patient')), ...Object.fromEntries(searched) }
}

/** A search result that holds everything it found. */
export function searchset(resources: readonly unknown[], members: Json = {}): Json {
  return { resourceType: 'Bundle', type: 'searchset', total: resources.length, ...(resources.length > 0 && { entry: resources.map(resource => ({ resource })) }), ...members }
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
export const PEOPLE: readonly string[] = everybody.flatMap(({ resourceType, id }) => (resourceType === 'Patient' && id !== undefined ? [id] : []))

const resourcesByPerson = new Map(PEOPLE.map(person => [person, everybody.filter(resource => resource.id === person || JSON.stringify(resource).includes(`"Patient/${person}"`))]))

/** All resources of a synthetic person, dated from the test clock; each call gives a copy of its own. */
export function resourcesOf(person: string): FhirResource[] {
  return structuredClone(resourcesByPerson.get(person) ?? [])
}

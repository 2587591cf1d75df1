import type { Bundle, FhirResource, QuestionnaireResponse } from 'fhir/r4.js'
import { demoPeople } from '../../src/demo/people.js'

const BASE = 'https://columna.example.org/fhir'
const ICPC = 'urn:oid:1.2.208.176.2.31'
const SKS = 'urn:oid:1.2.208.176.2.4.12'

export interface MeasuredPatient {
  /** Body of a call of a hook with all prefetch keys. */
  body: (hook: BenchmarkedHook) => string
}

export type BenchmarkedHook = 'patient-view' | 'encounter-start' | 'order-sign'

/** How many records of each kind a patient has beside those that matter. */
interface Size {
  conditions: number
  encounters: number
  observations: number
}

const PATIENT = 'bench'
const subject = { reference: `Patient/${PATIENT}` }

function daysAgo(days: number, today: Date): string {
  return new Date(today.getTime() - days * 86_400_000).toISOString().slice(0, 10)
}

function bundle(resources: readonly FhirResource[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: resources.length,
    entry: resources.map(resource => ({ fullUrl: `http://ehr.example.org/fhir/${resource.resourceType}/${resource.id}`, resource })),
  }
}

/** A patient as an EHR would send it, with the prefetch keys of our services. */
export function generatePatient(hasBackPain: boolean, size: Size, today: Date): MeasuredPatient {
  const records: FhirResource[] = [
    {
      resourceType: 'Patient',
      id: PATIENT,
      gender: 'female',
      birthDate: '1980-05-05',
      name: [{ family: 'Testperson', given: ['Bænk'] }],
    },
    ...(hasBackPain ? [backPain(today), consultation(today), startBack(today)] : []),
    ...background(size, today, hasBackPain ? 'back' : undefined),
  ]
  return { body: hook => hookRequest(hook, PATIENT, records) }
}

/** A person of the demonstration with many other records beside their own. */
export function demoPatient(id: string, size: Size, today: Date): MeasuredPatient {
  const own = demoPeople(today) as FhirResource[]
  const isTheirs = (resource: FhirResource) =>
    resource.resourceType === 'Patient' ? resource.id === id : subjectOf(resource) === `Patient/${id}`
  const others = background(size, today).map(resource => ({ ...resource, subject: { reference: `Patient/${id}` } }) as FhirResource)
  return { body: hook => hookRequest(hook, id, [...own.filter(isTheirs), ...others]) }
}

const subjectOf = (resource: FhirResource): string | undefined => {
  const { subject: of, patient } = resource as { subject?: { reference?: string }; patient?: { reference?: string } }
  return (of ?? patient)?.reference
}

/** What an EHR prefetches under each key. */
const PREFETCHED: Readonly<Record<string, (resource: FhirResource) => boolean>> = {
  conditions: ofType('Condition'),
  episodesOfCare: ofType('EpisodeOfCare'),
  encounters: ofType('Encounter'),
  consultationResponses: ofForm('low-back-consultation'),
  startBackResponses: ofForm('start-back'),
  observations: ofType('Observation'),
  serviceRequests: ofType('ServiceRequest'),
  procedures: ofType('Procedure'),
  carePlans: ofType('CarePlan'),
  diagnosticReports: ofType('DiagnosticReport'),
  imagingStudies: ofType('ImagingStudy'),
  userRoles: ofType('PractitionerRole'),
  medicationStatements: ofType('MedicationStatement'),
  medicationRequests: ofType('MedicationRequest'),
}

function ofType(type: string): (resource: FhirResource) => boolean {
  return ({ resourceType }) => resourceType === type
}

function ofForm(form: string): (resource: FhirResource) => boolean {
  return resource =>
    resource.resourceType === 'QuestionnaireResponse' && resource.questionnaire?.split('|')[0] === `${BASE}/Questionnaire/${form}`
}

function hookRequest(hook: BenchmarkedHook, patientId: string, records: readonly FhirResource[]): string {
  return JSON.stringify({
    hook,
    hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
    context: { userId: 'Practitioner/p', patientId, ...contextOf(hook, patientId) },
    prefetch: {
      patient: records.find(ofType('Patient')),
      ...Object.fromEntries(Object.entries(PREFETCHED).map(([key, isIn]) => [key, bundle(records.filter(isIn))])),
    },
  })
}

/** What a hook's context holds beside user and patient: the contact, or an NSAID about to be ordered. */
function contextOf(hook: BenchmarkedHook, patientId: string): object {
  if (hook === 'encounter-start') return { encounterId: 'now' }
  if (hook !== 'order-sign') return {}
  const draft = { ...medicine('draft', 'M01AE01', 'draft'), subject: { reference: `Patient/${patientId}` } }
  return { draftOrders: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: draft }] } }
}

function backPain(today: Date): FhirResource {
  return {
    ...otherProblem(0, today),
    id: 'back',
    code: {
      coding: [
        { system: ICPC, code: 'L03', display: 'Lænd symptomer/klager' },
        { system: SKS, code: 'DM545', display: 'Lændesmerter UNS' },
      ],
      text: 'Lændesmerter',
    },
    onsetDateTime: daysAgo(20, today),
  }
}

/** What stands in a chart beside what matters. @param about the problem that the last contact was about. */
function background({ conditions, encounters, observations }: Size, today: Date, about?: string): FhirResource[] {
  const list = (length: number, make: (index: number) => FhirResource) => Array.from({ length }, (_, index) => make(index))
  return [
    ...list(conditions, index => otherProblem(index, today)),
    ...list(encounters, index => visit(index, today, index === 0 && about !== undefined ? about : `c${index % Math.max(conditions, 1)}`)),
    ...list(observations, index => result(index, today)),
    medicine('pressure', 'C09AA05', 'active'),
  ]
}

function otherProblem(index: number, today: Date): FhirResource & { resourceType: 'Condition' } {
  return {
    resourceType: 'Condition',
    id: `c${index}`,
    subject,
    clinicalStatus: { coding: [{ code: 'active' }] },
    code: {
      coding: [
        { system: ICPC, code: 'K86', display: 'Hypertension ukompliceret' },
        { system: SKS, code: `DI1${index % 10}9`, display: 'Essentiel hypertension' },
      ],
      text: 'Forhøjet blodtryk',
    },
    onsetDateTime: daysAgo(20, today),
    recordedDate: daysAgo(300 + index, today),
  }
}

function visit(index: number, today: Date, problem: string): FhirResource {
  return {
    resourceType: 'Encounter',
    id: `e${index}`,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    subject,
    period: { start: `${daysAgo(3 + index * 9, today)}T09:00:00+01:00`, end: `${daysAgo(3 + index * 9, today)}T09:15:00+01:00` },
    reasonReference: [{ reference: `Condition/${problem}` }],
    serviceProvider: { display: 'Lægerne i Bænkeby' },
  }
}

function result(index: number, today: Date): FhirResource {
  return {
    resourceType: 'Observation',
    id: `o${index}`,
    status: 'final',
    code: { coding: [{ system: 'http://npu-terminology.org', code: 'NPU19748', display: 'P—C-reaktivt protein; massek. = ? mg/L' }] },
    subject,
    effectiveDateTime: daysAgo(5 + index, today),
    valueQuantity: { value: 2 + (index % 5), unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' },
    referenceRange: [{ high: { value: 10, unit: 'mg/L' } }],
  }
}

const medicine = (id: string, code: string, status: string): FhirResource =>
  ({
    resourceType: 'MedicationRequest',
    id,
    status,
    intent: 'order',
    subject,
    medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code }] },
  }) as FhirResource

function consultation(today: Date): QuestionnaireResponse {
  const no = (linkId: string) => ({ linkId, answer: [{ valueBoolean: false }] })
  const redFlags = [
    'relevantTrauma',
    'osteoporosis',
    'cancerDiagnosis',
    'unexplainedWeightLoss',
    'fever',
    'progressiveParesis',
    'severeParesis',
    'saddleSensoryDisturbance',
    'flatusIncontinence',
    'urinaryRetention',
  ]
  return {
    resourceType: 'QuestionnaireResponse',
    id: 'consultation',
    status: 'completed',
    subject,
    authored: `${daysAgo(3, today)}T09:10:00+01:00`,
    questionnaire: `${BASE}/Questionnaire/low-back-consultation`,
    item: [
      { linkId: 'redFlag', item: redFlags.map(flag => no(`redFlag.${flag}`)) },
      { linkId: 'exam', item: [no('exam.percussionPain')] },
      { linkId: 'pain', item: [no('pain.belowKnee')] },
    ],
  }
}

function startBack(today: Date): QuestionnaireResponse {
  const yes = ['1', '3', '4', '5', '6', '7', '8']
  return {
    resourceType: 'QuestionnaireResponse',
    id: 'start-back',
    status: 'completed',
    subject,
    authored: `${daysAgo(2, today)}T09:10:00+01:00`,
    questionnaire: `${BASE}/Questionnaire/start-back`,
    item: [
      ...['1', '2', '3', '4', '5', '6', '7', '8'].map(linkId => ({ linkId, answer: [{ valueBoolean: yes.includes(linkId) }] })),
      { linkId: '9', answer: [{ valueCoding: { system: `${BASE}/CodeSystem/consultation-answer`, code: 'bother-3' } }] },
    ],
  }
}

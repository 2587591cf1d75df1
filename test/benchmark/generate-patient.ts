import type { Bundle, FhirResource } from 'fhir/r4.js'

const BASE = 'https://columna.example.org/fhir'
const ICPC = 'urn:oid:1.2.208.176.2.31'
const SKS = 'urn:oid:1.2.208.176.2.4.12'

export interface GeneratedPatient {
  name: string
  /** Body of a call of a hook with all prefetch keys. */
  body: (hook: BenchmarkedHook) => string
}

export type BenchmarkedHook = 'patient-view' | 'encounter-start' | 'order-sign'

/** How many records of each kind a generated patient has. */
interface Size {
  conditions: number
  encounters: number
  observations: number
}

const subject = { reference: 'Patient/bench' }

function daysAgo(days: number, today: Date): string {
  return new Date(today.getTime() - days * 86_400_000).toISOString().slice(0, 10)
}

function bundle(resources: FhirResource[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: resources.length,
    entry: resources.map(resource => ({ fullUrl: `http://ehr.example.org/fhir/${resource.resourceType}/${resource.id}`, resource })),
  }
}

/** A patient as an EHR would send it, with the prefetch keys of our services. */
export function generatePatient(
  name: string,
  hasBackPain: boolean,
  { conditions, encounters, observations }: Size,
  today: Date,
): GeneratedPatient {
  const back = {
    resourceType: 'Condition',
    id: 'back',
    subject,
    clinicalStatus: { coding: [{ code: 'active' }] },
    code: {
      coding: [
        { system: ICPC, code: 'L03', display: 'Lænd symptomer/klager' },
        { system: SKS, code: 'DM545', display: 'Lændesmerter UNS' },
      ],
      text: 'Lændesmerter',
    },
    onsetDateTime: daysAgo(20, today),
  }
  const other = Array.from({ length: conditions }, (_, index) => ({
    ...back,
    id: `c${index}`,
    code: {
      coding: [
        { system: ICPC, code: 'K86', display: 'Hypertension ukompliceret' },
        { system: SKS, code: `DI1${index % 10}9`, display: 'Essentiel hypertension' },
      ],
      text: 'Forhøjet blodtryk',
    },
    recordedDate: daysAgo(300 + index, today),
  }))
  const visits = Array.from({ length: encounters }, (_, index) => ({
    resourceType: 'Encounter',
    id: `e${index}`,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    subject,
    period: { start: `${daysAgo(3 + index * 9, today)}T09:00:00+01:00`, end: `${daysAgo(3 + index * 9, today)}T09:15:00+01:00` },
    reasonReference: [{ reference: index === 0 && hasBackPain ? 'Condition/back' : `Condition/c${index % Math.max(conditions, 1)}` }],
    serviceProvider: { display: 'Lægerne i Bænkeby' },
  }))
  const results = Array.from({ length: observations }, (_, index) => ({
    resourceType: 'Observation',
    id: `o${index}`,
    status: 'final',
    code: { coding: [{ system: 'http://npu-terminology.org', code: 'NPU19748', display: 'P—C-reaktivt protein; massek. = ? mg/L' }] },
    subject,
    effectiveDateTime: daysAgo(5 + index, today),
    valueQuantity: { value: 2 + (index % 5), unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' },
    referenceRange: [{ high: { value: 10, unit: 'mg/L' } }],
  }))
  const prefetch = {
    patient: {
      resourceType: 'Patient',
      id: 'bench',
      gender: 'female',
      birthDate: '1980-05-05',
      name: [{ family: 'Testperson', given: ['Bænk'] }],
    },
    conditions: bundle([...(hasBackPain ? [back] : []), ...other] as FhirResource[]),
    episodesOfCare: bundle([]),
    encounters: bundle(visits as FhirResource[]),
    consultationResponses: bundle(hasBackPain ? [consultation(today)] : []),
    startBackResponses: bundle(hasBackPain ? [startBack(today)] : []),
    observations: bundle(results as FhirResource[]),
    serviceRequests: bundle([]),
    procedures: bundle([]),
    carePlans: bundle([]),
    diagnosticReports: bundle([]),
    imagingStudies: bundle([]),
    userRoles: bundle([]),
    medicationStatements: bundle([]),
    medicationRequests: bundle([medicine('pressure', 'C09AA05', 'active')]),
  }
  const body = (hook: BenchmarkedHook) =>
    JSON.stringify({
      hook,
      hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
      context: { userId: 'Practitioner/p', patientId: 'bench', ...CONTEXT[hook] },
      prefetch,
    })
  return { name, body }
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

/** What a hook's context holds beside user and patient: the contact, or an NSAID about to be ordered. */
const CONTEXT: Readonly<Record<BenchmarkedHook, object>> = {
  'patient-view': {},
  'encounter-start': { encounterId: 'now' },
  'order-sign': {
    draftOrders: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: medicine('draft', 'M01AE01', 'draft') }] },
  },
}

function consultation(today: Date): FhirResource {
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
  } as FhirResource
}

function startBack(today: Date): FhirResource {
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
  } as FhirResource
}

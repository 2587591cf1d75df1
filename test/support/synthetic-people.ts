import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FhirResource } from 'fhir/r4.js'

/** How a bulk export of invented people is made. */
export interface SyntheticOptions {
  patients: number
  /** The same seed makes the same people. */
  seed?: number
  /** The day on which the export is taken. */
  today?: Date
  /** Share of the patients that have a back problem. */
  withBackProblem?: number
  /** How many records of each kind a chart holds beside those that matter, on average. */
  beside?: number
}

const BASE = 'https://columna.example.org/fhir'
const ICPC = 'urn:oid:1.2.208.176.2.31'
const SKS = 'urn:oid:1.2.208.176.2.4.12'
const ATC = 'http://www.whocc.no/atc'
const SERVER = 'https://ehr.example.org/fhir'
const INVENTED = 'https://ehr.example.org/invented-people'

/** Records of one file; an export has several files of a type that has many. */
const RECORDS_PER_FILE = 200_000

/** Numbers that look like chance and are the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Writes invented people as a FHIR server exports them in bulk: files of a type, records of a person anywhere in them. */
export function writeSyntheticExport(folder: string, { patients, seed = 1, ...options }: SyntheticOptions): void {
  mkdirSync(folder, { recursive: true })
  const files = new Map<string, { count: number; held: string[] }>()
  const flush = (type: string, { count, held }: { count: number; held: string[] }): void => {
    const part = String(Math.floor((count - 1) / RECORDS_PER_FILE)).padStart(3, '0')
    appendFileSync(join(folder, `${type}.${part}.ndjson`), held.join(''))
    held.length = 0
  }
  const write = (resource: FhirResource): void => {
    const file = files.get(resource.resourceType) ?? { count: 0, held: [] }
    files.set(resource.resourceType, file)
    file.held.push(`${JSON.stringify(resource)}\n`)
    file.count += 1
    if (file.held.length >= 2_000 || file.count % RECORDS_PER_FILE === 0) flush(resource.resourceType, file)
  }
  for (const medicine of MEDICINES) write(medicine)
  for (let index = 0; index < patients; index += 1) for (const record of syntheticPerson(index, { ...options, seed })) write(record)
  for (const [type, file] of files) if (file.held.length > 0) flush(type, file)
}

const medicineId = (code: string): string => `medicine-${code}`

const MEDICINES: readonly FhirResource[] = ['M01AE01', 'N02BE01', 'N02AX02', 'C09AA05'].map(code => ({
  resourceType: 'Medication',
  id: medicineId(code),
  code: { coding: [{ system: ATC, code }] },
}))

/** The records of one invented person. */
export function syntheticPerson(
  index: number,
  { seed = 1, today = new Date('2026-03-30T10:00:00Z'), withBackProblem = 0.15, beside = 15 }: Omit<SyntheticOptions, 'patients'>,
): FhirResource[] {
  const next = chance(seed * 1_000_003 + index)
  const upTo = (most: number): number => Math.floor(next() * (most + 1))
  const oneOf = <T>(values: readonly T[]): T => values[upTo(values.length - 1)] as T
  const id = `p${index}`
  const day = (days: number): string => new Date(today.getTime() - days * 86_400_000).toISOString().slice(0, 10)
  const identifier = { system: INVENTED, value: `invented-${index}` }
  // Exports name their patients in every form that FHIR has.
  const subject = oneOf([
    { reference: `Patient/${id}` },
    { reference: `Patient/${id}` },
    { reference: `${SERVER}/Patient/${id}` },
    { reference: `Patient/${id}/_history/1` },
  ])
  const list = (most: number, make: (place: number) => FhirResource): FhirResource[] =>
    Array.from({ length: upTo(most) }, (_, place) => make(place))
  const other = (place: number): FhirResource => ({
    resourceType: 'Condition',
    id: `${id}-c${place}`,
    subject,
    clinicalStatus: { coding: [{ code: 'active' }] },
    code: {
      coding: [
        { system: ICPC, code: oneOf(['K86', 'T90', 'R96', 'P76', 'A97']) },
        { system: SKS, code: `DI1${upTo(9)}9` },
      ],
    },
    onsetDateTime: day(200 + upTo(2_000)),
    recordedDate: day(100 + upTo(900)),
  })
  const visit = (place: number): FhirResource => ({
    resourceType: 'Encounter',
    id: `${id}-e${place}`,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject,
    period: { start: `${day(30 + upTo(700))}T09:00:00+01:00` },
    serviceProvider: { display: 'Lægerne i Bænkeby' },
  })
  const result = (place: number): FhirResource => ({
    resourceType: 'Observation',
    id: `${id}-o${place}`,
    status: 'final',
    code: { coding: [{ system: 'http://npu-terminology.org', code: oneOf(['NPU19748', 'NPU01566', 'NPU18016']) }] },
    subject,
    effectiveDateTime: day(5 + upTo(700)),
    valueQuantity: { value: 2 + upTo(60), unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' },
  })
  const prescription = (place: number, code: string, days: number): FhirResource => ({
    resourceType: 'MedicationRequest',
    id: `${id}-m${place}`,
    status: 'active',
    intent: 'order',
    subject,
    authoredOn: day(days),
    ...(next() < 0.5
      ? { medicationReference: { reference: `Medication/${medicineId(code)}` } }
      : { medicationCodeableConcept: { coding: [{ system: ATC, code }] } }),
  })
  const person: FhirResource = {
    resourceType: 'Patient',
    id,
    identifier: [identifier],
    gender: oneOf(['female', 'male']),
    birthDate: `${1935 + upTo(75)}-0${1 + upTo(8)}-1${upTo(9)}`,
    name: [{ family: 'Testperson', given: [`Nr. ${index}`] }],
  }
  const background = [...list(beside, other), ...list(2 * beside, visit), ...list(beside, result), prescription(90, 'C09AA05', 60)]
  if (next() >= withBackProblem) return [person, ...background]
  const began = 5 + upTo(80)
  const isOld = next() < 0.3
  const onset = isOld ? 150 + upTo(200) : began
  const back: FhirResource = {
    resourceType: 'Condition',
    id: `${id}-back`,
    subject: next() < 0.9 ? subject : { identifier },
    clinicalStatus: { coding: [{ code: 'active' }] },
    code: {
      coding: [
        oneOf([
          { system: ICPC, code: 'L03' },
          { system: SKS, code: 'DM545' },
          { system: ICPC, code: 'L86' },
        ]),
      ],
      text: 'Lændesmerter',
    },
    onsetDateTime: day(onset),
    recordedDate: day(began),
  }
  const contact: FhirResource = {
    resourceType: 'Encounter',
    id: `${id}-back-visit`,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject,
    period: { start: `${day(began)}T09:00:00+01:00`, end: `${day(began)}T09:15:00+01:00` },
    reasonReference: [{ reference: `Condition/${id}-back` }],
  }
  const forms = [...(next() < 0.7 ? [consultation()] : []), ...(next() < 0.5 ? [startBack()] : [])]
  const orders = [
    ...(next() < 0.4 ? [prescription(1, oneOf(['M01AE01', 'N02BE01', 'N02AX02']), upTo(began))] : []),
    ...(next() < 0.2 ? [imaging()] : []),
  ]
  return [person, ...background, back, contact, ...forms, ...orders]

  function consultation(): FhirResource {
    const answer = (linkId: string, value: boolean) => ({ linkId, answer: [{ valueBoolean: value }] })
    const flags = [
      'relevantTrauma',
      'osteoporosis',
      'cancerDiagnosis',
      'unexplainedWeightLoss',
      'fever',
      'progressiveParesis',
      'severeParesis',
    ]
    const acute = ['saddleSensoryDisturbance', 'flatusIncontinence', 'urinaryRetention']
    return {
      resourceType: 'QuestionnaireResponse',
      id: `${id}-consultation`,
      status: 'completed',
      subject,
      authored: `${day(upTo(began))}T09:10:00+01:00`,
      questionnaire: `${BASE}/Questionnaire/low-back-consultation`,
      item: [
        {
          linkId: 'redFlag',
          item: [
            ...flags.map(flag => answer(`redFlag.${flag}`, next() < 0.04)),
            ...acute.map(flag => answer(`redFlag.${flag}`, next() < 0.005)),
          ],
        },
        { linkId: 'exam', item: [answer('exam.percussionPain', next() < 0.03)] },
        { linkId: 'pain', item: [answer('pain.belowKnee', next() < 0.25)] },
      ],
    }
  }

  function startBack(): FhirResource {
    return {
      resourceType: 'QuestionnaireResponse',
      id: `${id}-start-back`,
      status: 'completed',
      subject,
      authored: `${day(upTo(began))}T09:10:00+01:00`,
      questionnaire: `${BASE}/Questionnaire/start-back`,
      item: [
        ...['1', '2', '3', '4', '5', '6', '7', '8'].map(linkId => ({ linkId, answer: [{ valueBoolean: next() < 0.5 }] })),
        { linkId: '9', answer: [{ valueCoding: { system: `${BASE}/CodeSystem/consultation-answer`, code: `bother-${upTo(4)}` } }] },
      ],
    }
  }

  function imaging(): FhirResource {
    return {
      resourceType: 'ServiceRequest',
      id: `${id}-imaging`,
      status: 'active',
      intent: 'order',
      subject,
      code: { coding: [{ system: `${BASE}/CodeSystem/order-kind`, code: 'mr-lumbar-spine' }] },
      authoredOn: day(upTo(began)),
    }
  }
}

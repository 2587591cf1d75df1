// One broken value in any element of any record takes nothing else down: the critical card stays, and nothing is undecided.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import supertest from 'supertest'
import type { Listening } from '../support/listen.js'
import { entriesOf, prefetchedCall, searchset, type Json, type Prefetch } from '../support/hook-requests.js'
import { startTestService } from '../support/service.js'

const PERSON = 'red-flag-cauda-equina'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

const subject = { reference: `Patient/${PERSON}` }
const coded = (system: string, code: string) => ({ coding: [{ system, code, display: 'x' }], text: 'x' })
const icpc = 'urn:oid:1.2.208.176.2.31'

/** Records of every type that the rules read, beside those of the person. */
const BESIDE: Readonly<Record<string, readonly Json[]>> = {
  conditions: [
    {
      resourceType: 'Condition',
      id: 'cold',
      subject,
      clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
      verificationStatus: coded('http://terminology.hl7.org/CodeSystem/condition-ver-status', 'confirmed'),
      code: coded(icpc, 'R74'),
      onsetDateTime: '2026-03-20',
      recordedDate: '2026-03-21',
    },
    {
      resourceType: 'Condition',
      id: 'back-too',
      subject,
      clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
      code: coded(icpc, 'L84'),
      bodySite: [coded('http://snomed.info/sct', '1')],
      category: [coded('x', 'y')],
      onsetPeriod: { start: '2026-03-10', end: '2026-03-12' },
      recordedDate: '2026-03-11T10:00:00+01:00',
      meta: { versionId: '1', lastUpdated: '2026-03-11T10:00:00Z' },
    },
  ],
  observations: [
    {
      resourceType: 'Observation',
      id: 'crp',
      subject,
      status: 'final',
      code: coded('urn:oid:1.2.208.176.2.1', 'NPU19748'),
      effectiveDateTime: '2026-03-25',
      valueQuantity: { value: 48, unit: 'mg/L', code: 'mg/L', system: 'http://unitsofmeasure.org' },
      interpretation: [coded('x', 'H')],
      referenceRange: [{ high: { value: 10, unit: 'mg/L' } }],
    },
  ],
  encounters: [
    {
      resourceType: 'Encounter',
      id: 'before',
      subject,
      status: 'finished',
      class: { code: 'AMB' },
      period: { start: '2026-03-24T08:00:00+01:00', end: '2026-03-24T08:20:00+01:00' },
      reasonReference: [{ reference: 'Condition/back-too' }],
      reasonCode: [coded(icpc, 'L84')],
    },
  ],
  episodesOfCare: [
    {
      resourceType: 'EpisodeOfCare',
      id: 'course',
      patient: subject,
      status: 'active',
      period: { start: '2026-03-20' },
      diagnosis: [{ condition: { reference: 'Condition/back-too' } }],
    },
  ],
  serviceRequests: [
    {
      resourceType: 'ServiceRequest',
      id: 'lab',
      subject,
      status: 'active',
      intent: 'order',
      code: coded('https://columna.example.org/fhir/CodeSystem/order-kind', 'back-pain-lab-panel'),
      authoredOn: '2026-03-25',
      reasonReference: [{ reference: 'Condition/back-too' }],
    },
  ],
  procedures: [
    {
      resourceType: 'Procedure',
      id: 'done',
      subject,
      status: 'completed',
      code: coded('http://snomed.info/sct', '1'),
      performedDateTime: '2026-03-25',
    },
  ],
  startBackResponses: [
    {
      resourceType: 'QuestionnaireResponse',
      id: 'start',
      subject,
      status: 'completed',
      questionnaire: 'https://columna.example.org/fhir/Questionnaire/start-back',
      authored: '2026-03-28T08:00:00+02:00',
      item: [
        { linkId: '1', answer: [{ valueBoolean: true }] },
        { linkId: '9', answer: [{ valueCoding: { code: 'bother-3' } }] },
      ],
    },
  ],
  consultationResponses: [
    {
      resourceType: 'QuestionnaireResponse',
      id: 'second',
      subject,
      status: 'completed',
      questionnaire: 'https://columna.example.org/fhir/Questionnaire/low-back-consultation',
      authored: '2026-03-20T08:00:00+02:00',
      item: [
        { linkId: 'pain', item: [{ linkId: 'pain.night', answer: [{ valueBoolean: true }] }] },
        { linkId: 'followUp.course', answer: [{ valueCoding: { code: 'worse' } }] },
        { linkId: 'treatment.tried', item: [{ linkId: 'treatment.kind', answer: [{ valueCoding: { code: 'exercise' } }] }] },
      ],
    },
  ],
}

function prefetch(): Prefetch {
  const { prefetch: own } = prefetchedCall(PERSON, 'low-back-pain-patient-view')
  const patient = { identifier: [{ system: 'urn:x', value: 'y' }], name: [{ family: 'Prøve', given: ['Petra'] }], ...(own.patient as Json) }
  const beside = Object.entries(BESIDE)
    .filter(([key]) => Object.hasOwn(own, key))
    .map(([key, records]) => [key, searchset([...entriesOf(own, key), ...structuredClone(records)])])
  return { ...own, patient, ...(Object.fromEntries(beside) as Prefetch) }
}

/** Paths of all values below a value, as lists of keys. */
function pathsIn(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[...path]]
  const below = Array.isArray(value)
    ? value.map((each, index) => pathsIn(each, [...path, index]))
    : Object.entries(value).map(([key, each]) => pathsIn(each, [...path, key]))
  return [...(path.length > 0 ? [[...path]] : []), ...below.flat()]
}

const sound = prefetch()
const besideIds = new Set(
  Object.values(BESIDE)
    .flat()
    .map(({ id }) => id),
)

/** Every place in a record that is not the red flag itself; ids and types say which record it is. */
const places = Object.keys(BESIDE)
  .concat('patient')
  .filter(key => Object.hasOwn(sound, key))
  .flatMap(key => {
    const records = key === 'patient' ? [sound.patient as Json] : entriesOf(sound, key)
    return records.flatMap((record, index) =>
      key !== 'patient' && !besideIds.has(record.id)
        ? []
        : pathsIn(record)
            .filter(([first]) => !['id', 'resourceType'].includes(String(first)))
            .map(path => ({ key, index, path })),
    )
  })

const BROKEN: readonly unknown[] = [
  'nonsense',
  '0000-00-00',
  '2026-02-30',
  '2026-03-20T10:00:00Z',
  '1500 m',
  '',
  ' ',
  7,
  -1.5,
  true,
  null,
  [],
  {},
  [[]],
  [null],
  { value: 'x' },
  { reference: 'x' },
  { coding: 'x' },
  { start: 'x' },
  { extension: [{ url: 'x', valueCode: 'unknown' }] },
  ['a', 'b'],
]

function withBroken({ key, index, path }: (typeof places)[number], broken: unknown): Prefetch {
  const changed = prefetch()
  const record = key === 'patient' ? (changed.patient as Json) : entriesOf(changed, key)[index]!
  const owner = path.slice(0, -1).reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], record)
  ;(owner as Record<string | number, unknown>)[path.at(-1)!] = broken
  return changed
}

interface Reply {
  cards: { indicator: string; extension: Record<string, string[]> }[]
  extension?: Record<string, unknown>
}

async function answer(given: Prefetch): Promise<Reply> {
  const { body } = await supertest(service.url)
    .post('/cds-services/low-back-pain-patient-view')
    .send(prefetchedCall(PERSON, 'low-back-pain-patient-view', { prefetch: given }))
    .expect(200)
  return body as Reply
}

const criticalPoints = ({ cards }: Reply) =>
  cards.filter(({ indicator }) => indicator === 'critical').flatMap(({ extension }) => extension['org.columna.decision-points'] ?? [])

test('the sound chart has the critical card, and nothing is left out of it', async () => {
  const reply = await answer(sound)
  expect(criticalPoints(reply)).toContain('RN-151')
  expect(reply.extension).toBeUndefined()
  expect(places.length).toBeGreaterThan(150)
})

test('whatever one value becomes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), fc.constantFrom(...BROKEN), async (place, broken) => {
      const reply = await answer(withBroken(place, broken))
      expect(criticalPoints(reply)).toContain('RN-151')
      expect(reply.extension?.['org.columna.undecided']).toBeUndefined()
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 400) },
  )
})

test("a value of another type is named with its record and element, by no word of the patient's", async () => {
  const { extension } = await answer(withBroken({ key: 'observations', index: 0, path: ['valueQuantity', 'value'] }, 'hemmelig'))
  expect(extension).toEqual({
    'org.columna.not-read': [
      {
        key: 'observations',
        kind: 'unusable',
        label: 'dele af målinger og prøvesvar',
        resource: 'Observation/crp',
        element: 'Observation.valueQuantity.value',
        reason: 'is no number',
      },
    ],
  })
})

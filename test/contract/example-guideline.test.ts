// The example of docs/authoring.md for another field of medicine: sound, made of its source, spoken for by its cases, and served.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { conditionCoverage } from '../../src/cases/condition-coverage.js'
import { conditionGapLines, gapLines } from '../../src/cases/coverage-page.js'
import { coverageOf } from '../../src/cases/coverage.js'
import { faultsOfCase, recordCases } from '../../src/cases/record.js'
import { renderFolder, sourceFilesOf, staleFiles } from '../../src/cli/knowledge-source.js'
import { readCases } from '../../src/cli/read-cases.js'
import type { Suggestion } from '../../src/cds-hooks/types.js'
import { guidelineAt } from '../support/guideline-service.js'
import type { Listening } from '../support/listen.js'

const { folder: FOLDER, loaded, start } = guidelineAt('examples/hypertension', { CDS_HOME_MONITORS: 'on' })
const { faults } = loaded

let service: Listening
beforeAll(async () => {
  service = await start()
})
afterAll(async () => service.close())

const subject = { reference: 'Patient/p1' }
const PATIENT = { resourceType: 'Patient', id: 'p1', birthDate: '1966-03-01' }
const bundle = (...resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map(resource => ({ resource })),
})
const pressure = (code: string, value: number) => ({
  resourceType: 'Observation',
  id: code,
  status: 'final',
  subject,
  code: { coding: [{ system: 'http://loinc.org', code }] },
  effectiveDateTime: '2026-03-27',
  valueQuantity: { value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
})
const medicine = (id: string, status: string, code: string) => ({
  resourceType: 'MedicationRequest',
  id,
  status,
  intent: 'order',
  subject,
  medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code }] },
})

const ask = async (id: string, hook: string, context: object, prefetch: object) => {
  const { body } = await supertest(service.url)
    .post(`/cds-services/${id}`)
    .send({
      hook,
      hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
      context: { userId: 'Practitioner/d1', patientId: 'p1', ...context },
      prefetch: { patient: PATIENT, conditions: bundle(), ...prefetch },
    })
  return body
}

test('it has no fault and no warning, and its resources are what its source says', () => {
  const files = sourceFilesOf(FOLDER) ?? []
  const rendered = renderFolder(FOLDER, files)
  expect([faults.faults, faults.warnings, rendered.faults]).toEqual([[], [], []])
  expect(staleFiles(FOLDER, rendered)).toEqual({ unlike: new Map(), unmade: [] })
})

test('its cases are as expected, and leave no rule, action or condition unspoken for', async () => {
  const { runner, cases, coverage } = readCases(FOLDER, undefined, loaded)
  const recording = await recordCases(runner, cases)
  const wrong = cases.flatMap((each, index) => {
    const recorded = recording.cases[index]
    return recorded ? faultsOfCase(each, recorded, recording.places, runner.language) : [`${each.file} was not answered`]
  })
  expect(wrong).toEqual([])
  expect([...gapLines(coverageOf(loaded, cases, coverage).gaps), ...conditionGapLines(conditionCoverage(recording), coverage)]).toEqual([])
  expect(cases.length).toBeGreaterThan(40)
})

test('a visit is answered in its language, under its names and by its settings', async () => {
  const prefetch = { readings: bundle(pressure('8480-6', 152), pressure('8462-4', 96)) }
  const { cards } = await ask('hypertension-patient-view', 'patient-view', {}, prefetch)
  expect(cards).toEqual([
    expect.objectContaining({
      summary: 'Blood pressure 152/96: confirm by ambulatory monitoring',
      detail: expect.stringContaining('A monitor can be borrowed here.'),
      extension: expect.objectContaining({ 'org.example.hypertension.decision-points': ['HTN-01', 'HTN-02'] }),
    }),
  ])
  const [{ resource }] = cards[0].suggestions[0].actions
  expect(resource).toMatchObject({ resourceType: 'ServiceRequest', code: { coding: [{ code: 'ambulatory-blood-pressure' }] } })
})

test('of two orders that must not be combined either can be taken away, and never both at once', async () => {
  const drafts = bundle(medicine('ramipril', 'draft', 'C09AA05'), medicine('losartan', 'draft', 'C09CA01'))
  const asked = [
    ['hypertension-order-sign', 'order-sign', { draftOrders: drafts }],
    ['hypertension-order-select', 'order-select', { draftOrders: drafts, selections: ['MedicationRequest/ramipril'] }],
  ] as const
  for (const [id, hook, context] of asked) {
    const { cards } = await ask(id, hook, context, { prescriptions: bundle() })
    const offered = (cards[0].suggestions as Suggestion[]).map(({ label, actions = [] }) => [
      label,
      actions.map(({ resourceId }) => resourceId),
    ])
    expect(offered).toEqual([
      ['Remove the ACE inhibitor', ['MedicationRequest/ramipril']],
      ['Remove the ARB', ['MedicationRequest/losartan']],
    ])
  }
})

test('an order of what must not be combined can be taken away', async () => {
  const drafts = bundle(medicine('ramipril', 'draft', 'C09AA05'))
  const prefetch = { prescriptions: bundle(medicine('losartan', 'active', 'C09CA01')) }
  const { cards } = await ask('hypertension-order-sign', 'order-sign', { draftOrders: drafts }, prefetch)
  expect(cards).toEqual([
    expect.objectContaining({
      indicator: 'warning',
      suggestions: [
        {
          label: 'Remove the order',
          uuid: expect.any(String),
          actions: [{ type: 'delete', description: 'Remove the order', resourceId: 'MedicationRequest/ramipril' }],
        },
      ],
    }),
  ])
})

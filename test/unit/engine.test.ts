// The engine by its face alone, with a guideline that is not about backs.
import { expect, test } from '@jest/globals'
import type { FhirResource, PlanDefinition } from 'fhir/r4.js'
import {
  applyPlan,
  clockAt,
  compileKnowledge,
  explainPlan,
  FaultList,
  openScope,
  toCards,
  type Answer,
  type ToldCards,
} from '../../src/engine/index.js'

const inEnglish = (text: string) => ({
  extension: [
    {
      url: 'http://hl7.org/fhir/StructureDefinition/translation',
      extension: [
        { url: 'lang', valueCode: 'en' },
        { url: 'content', valueString: text },
      ],
    },
  ],
})

const PLAN = {
  resourceType: 'PlanDefinition',
  id: 'influenza',
  language: 'da',
  url: 'https://example.org/fhir/PlanDefinition/influenza',
  version: '1.0.0',
  status: 'draft',
  title: 'Influenza',
  _title: inEnglish('Influenza'),
  action: [
    {
      id: 'offer',
      title: 'Tilbyd vaccination',
      _title: inEnglish('Offer vaccination'),
      priority: 'urgent',
      trigger: [{ type: 'named-event', name: 'patient-view' }],
      condition: [
        {
          kind: 'applicability',
          expression: {
            language: 'text/fhirpath',
            expression: '%patient.birthDate <= today() - 65 years',
            description: 'Personen er fyldt 65 år.',
            _description: inEnglish('The person is 65 or older.'),
          },
        },
      ],
      input: [{ type: 'Patient' }],
    },
  ],
} as unknown as PlanDefinition

const knowledge = (() => {
  const faults = new FaultList()
  const compiled = compileKnowledge([{ file: 'influenza.json', resource: PLAN }], faults)
  faults.throwIfAny()
  return compiled
})()

function answerFor(patient: object): { told: ToldCards; answers: (Answer | 'error')[] } {
  const plan = knowledge.plan('influenza')
  if (!plan) throw new Error('The plan is not there.')
  const records = [{ resourceType: 'Patient', id: 'p1', ...patient } as FhirResource]
  const context = { patientId: 'p1', language: 'en', terminology: knowledge.terminology }
  const scope = openScope(plan.variables, {
    recordsOfType: type => records.filter(({ resourceType }) => resourceType === type),
    context,
    clock: clockAt(new Date('2026-10-01T10:00:00Z'), 'Europe/Copenhagen'),
    stopAt: performance.now() + 60_000,
  })
  const told = toCards([{ plan, ...applyPlan(plan, scope, context) }], {
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    language: 'en',
    knowledge,
    notRead: [],
    readInPart: [],
  })
  return { told, answers: explainPlan(plan, scope).map(({ applies }) => applies) }
}

test.each<[string, object, string[], Answer]>([
  ['yes', { birthDate: '1961-10-01' }, ['Offer vaccination'], 'yes'],
  ['no, a day too young', { birthDate: '1961-10-02' }, [], 'no'],
  ['cannot tell, of a year alone', { birthDate: '1961' }, [], 'cannot-tell'],
])('compiles, applies, explains and tells: %s', (_, patient, summaries, answer) => {
  const { told, answers } = answerFor(patient)
  expect(told.cards.map(({ summary }) => summary)).toEqual(summaries)
  expect(told.cards.map(({ indicator, source }) => [indicator, source.label])).toEqual(summaries.map(() => ['warning', 'Influenza']))
  expect({ answers, undecided: told.undecided }).toEqual({ answers: [answer], undecided: [] })
})

// STarT Back through the real knowledge: all 1,280 ways to answer the nine items, against the rule as a clinician would count it.
import type { QuestionnaireResponse, RequestGroup } from 'fhir/r4.js'
import { applyPlan } from '../../src/engine/apply/apply-plan.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { openScope } from '../../src/engine/expression/scope.js'
import { testKnowledge } from '../support/knowledge.js'

const BASE = 'https://columna.example.org/fhir'
const clock = clockAt(new Date('2026-03-30T10:00:00+02:00'), 'Europe/Copenhagen')

const { knowledge } = testKnowledge()
const plan = knowledge.plan('start-back')!

const patient = { resourceType: 'Patient', id: 'testperson', birthDate: '1980-01-01' } as const

/** Answers to items 1-8, and item 9 from 0 (least) to 4 (most). */
interface Answers {
  statements: readonly boolean[]
  bother: number
}

function response({ statements, bother }: Answers): QuestionnaireResponse {
  return {
    resourceType: 'QuestionnaireResponse',
    id: 'svar',
    questionnaire: `${BASE}/Questionnaire/start-back`,
    status: 'completed',
    authored: '2026-03-30T08:00:00+02:00',
    item: [
      ...statements.map((valueBoolean, index) => ({ linkId: String(index + 1), answer: [{ valueBoolean }] })),
      { linkId: '9', answer: [{ valueCoding: { system: `${BASE}/CodeSystem/consultation-answer`, code: `bother-${bother}` } }] },
    ],
  }
}

/** What the one risk card says. */
function riskOf(answers: Answers): { total: number; distressSubscore: number; risk: string } {
  const records: Record<string, unknown[]> = { Patient: [patient], QuestionnaireResponse: [response(answers)] }
  const scope = openScope(plan.variables, { recordsOfType: type => (records[type] ?? []) as never, context: {}, clock, stopAt: Infinity })
  const { requestGroup, undecided } = applyPlan(plan, scope, {
    patientId: patient.id,
    hook: 'patient-view',
    language: 'da',
    terminology: knowledge.terminology,
  })
  expect(undecided).toEqual([])
  const [card, ...others] = cardExtensions(requestGroup)
  expect(others).toEqual([])
  return card as ReturnType<typeof riskOf>
}

function cardExtensions({ action = [] }: RequestGroup): Record<string, unknown>[] {
  return action
    .flatMap(({ extension = [] }) => extension)
    .filter(({ url }) => url === `${BASE}/StructureDefinition/card-extension`)
    .map(({ extension = [] }) =>
      Object.fromEntries(extension.flatMap(part => (part.url === 'name' ? [] : [[part.url, part.valueInteger ?? part.valueString]]))),
    )
}

const ALL_PATTERNS: readonly Answers[] = Array.from({ length: 256 }, (_, bits) =>
  Array.from({ length: 8 }, (__, item) => (bits >> item) % 2 === 1),
).flatMap(statements => [0, 1, 2, 3, 4].map(bother => ({ statements, bother })))

/** Counted by hand from the scoring rule: yes is one point, the two highest answers to item 9 are one point. */
function counted({ statements, bother }: Answers) {
  const points = statements.map(Number)
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)
  const distressSubscore = sum(points.slice(4)) + (bother >= 3 ? 1 : 0)
  const total = sum(points.slice(0, 4)) + distressSubscore
  return { total, distressSubscore, risk: distressSubscore >= 4 ? 'high' : total >= 4 ? 'medium' : 'low' }
}

/** Answers with `physical` points from items 1-4 and `distress` points from items 5-9. */
function withPoints(total: number, distress: number): Answers {
  const physical = total - distress
  const statements = [0, 1, 2, 3].map(item => item < physical).concat([0, 1, 2, 3].map(item => item < distress))
  return { statements, bother: distress === 5 ? 3 : 0 }
}

test('divides the 1,280 ways to answer into 353 of low, 719 of medium and 208 of high risk', () => {
  const found = ALL_PATTERNS.map(riskOf)
  expect(found).toEqual(ALL_PATTERNS.map(counted))
  const number = (risk: string) => found.filter(each => each.risk === risk).length
  expect({ low: number('low'), medium: number('medium'), high: number('high') }).toEqual({ low: 353, medium: 719, high: 208 })
}, 60_000)

test.each([
  [0, 0, 'low'],
  [3, 3, 'low'],
  [4, 0, 'medium'],
  [4, 3, 'medium'],
  [4, 4, 'high'],
  [7, 3, 'medium'],
  [8, 4, 'high'],
  [9, 5, 'high'],
])('total %i with subscore %i is %s risk', (total, distressSubscore, risk) => {
  expect(riskOf(withPoints(total, distressSubscore))).toEqual({ total, distressSubscore, risk })
})

test.each([
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 1],
  [4, 1],
])('answer %i of item 9 gives %i points, in the total and in the subscore', (bother, points) => {
  const { total, distressSubscore } = riskOf({ statements: Array<boolean>(8).fill(false), bother })
  expect({ total, distressSubscore }).toEqual({ total: points, distressSubscore: points })
})

// What must hold whatever facts a chart holds together: few cards, no reassurance beside a red flag, and no dependence on the order of facts.
import fc from 'fast-check'
import type { Card } from '../../src/cds-hooks/types.js'
import { CaseCalendar } from './calendar.js'
import type { CasePatient, Given } from './case-format.js'
import { resourcesOf } from './patient-facts.js'
import { answer, decisionPointsOf, prepareCall } from './runner.js'

const now = new Date('2026-03-30T10:00:00+02:00')
const SERVICES = ['start-back-risk', 'low-back-pain-patient-view']

/** Facts of which each makes a strong red flag positive. */
const STRONG: readonly Given[] = [
  { consultation: { 'redFlag.progressiveParesis': 'ja' }, authored: 'i dag kl. 07:01' },
  { consultation: { 'redFlag.saddleSensoryDisturbance': 'ja' }, authored: 'i dag kl. 07:02' },
  { consultation: { 'redFlag.sphincterDisturbance': 'ja' }, authored: 'i dag kl. 07:03' },
  { consultation: { 'redFlag.suspectedRootIncarceration': 'ja' }, authored: 'i dag kl. 07:04' },
  { consultation: { 'redFlag.suspectedSpinalCordAffection': 'ja' }, authored: 'i dag kl. 07:05' },
  { consultation: { 'exam.strengthAnkleLeft': 2 }, authored: 'i dag kl. 07:06' },
  { consultation: { 'redFlag.relevantTrauma': 'ja' }, authored: 'i dag kl. 07:07' },
  { consultation: { 'exam.percussionPain': 'ja' }, authored: 'i dag kl. 07:08' },
  { consultation: { 'redFlag.fever': 'ja' }, authored: 'i dag kl. 07:09' },
  { condition: 'SKS:DR339', onset: '2 dage siden' },
  { condition: 'ICPC:L95', onset: '2 år siden' },
  { condition: 'SKS:DC509', clinicalStatus: 'resolved' },
  { observation: 'NPU:NPU19748', interpretation: 'H', date: '1 dag siden' },
]

const BACK: readonly Given[] = [
  { condition: 'ICPC:L03', onset: '20 dage siden' },
  { condition: 'ICPC:L84', onset: '50 dage siden' },
  { condition: 'ICPC:L86', onset: '90 dage siden' },
  { condition: 'SKS:DM480', onset: '60 dage siden' },
  { condition: 'SKS:DM545', recorded: '10 dage siden' },
]

/** Facts that make no strong red flag positive. */
const OTHER: readonly Given[] = [
  { consultation: { 'all red flags': 'nej' }, authored: '5 dage siden' },
  { consultation: { 'urination.changed': 'ja' }, authored: 'i dag kl. 06:01' },
  { consultation: { 'pain.night': 'ja' }, authored: 'i dag kl. 06:02' },
  { consultation: { 'redFlag.tiredness': 'ja' }, authored: 'i dag kl. 06:03' },
  { consultation: { 'redFlag.affectedGeneralCondition': 'ja' }, authored: 'i dag kl. 06:04' },
  { consultation: { 'pain.belowKnee': 'ja' }, authored: 'i dag kl. 06:05' },
  { consultation: { 'triage.group': 'group-3' }, authored: 'i dag kl. 06:06' },
  { consultation: { 'exam.strengthAnkleRight': 4 }, authored: 'i dag kl. 06:07' },
  { 'start-back': { yes: [], bother: 0 }, authored: '5 dage siden' },
  { 'start-back': { yes: [1, 2, 3, 4], bother: 0 }, authored: '4 dage siden', 'stored total': 7 },
  { 'start-back': { yes: [5, 6, 7, 8], bother: 4 }, authored: '3 dage siden' },
  { 'start-back': { yes: [1, 2, 3], missing: [9] }, authored: '2 dage siden' },
  { 'start-back': { yes: [1], bother: 1 }, authored: '40 dage siden' },
  { observation: 'NPU:NPU03404', value: 5, 'reference range': { high: 20 } },
  { 'service request': 'order-kind:back-pain-lab-panel', status: 'completed', date: '2 dage siden' },
  { encounter: '-', reason: 'ICPC:L03', date: '15 dage siden' },
  { condition: 'ICPC:L03', onset: '3 år siden', clinicalStatus: 'resolved' },
]

/** Mostly adults; `deceased` is left out of the chart unless it is so. */
const patients: fc.Arbitrary<CasePatient> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ age: fc.constantFrom(16, 45, 60) }) },
  { weight: 2, arbitrary: fc.record({ age: fc.constantFrom(9, 15) }) },
  { weight: 1, arbitrary: fc.constant({ age: 45, deceased: true }) },
)

/** No strong red flag in half of the charts. */
const strongFlags: fc.Arbitrary<Given[]> = fc.oneof(fc.constant<Given[]>([]), fc.shuffledSubarray([...STRONG], { maxLength: 3 }))

const charts = fc.record({
  patient: patients,
  back: fc.shuffledSubarray([...BACK], { maxLength: 3 }),
  strong: strongFlags,
  other: fc.shuffledSubarray([...OTHER], { maxLength: 8 }),
})

/** The chart's resources, each with an id of its own, in the order of the facts. */
const chart = (patient: CasePatient, facts: readonly Given[]) =>
  resourcesOf(patient, facts.map((fact, index) => ({ ...fact, id: `f${index + 1}` })), new CaseCalendar(now))

async function cardsFor(resources: ReturnType<typeof chart>): Promise<readonly Card[]> {
  const { cards, faults } = await answer(SERVICES.map(id => prepareCall(id, resources, now)))
  expect(faults).toEqual([])
  return cards
}

const saysAnyOf = (ids: readonly string[]) => (card: Card) => decisionPointsOf(card).some(id => ids.includes(id))
const isRisk = saysAnyOf(['RN-27', 'RN-30', 'RN-31', 'RN-32'])
const isGuideline = saysAnyOf(['LBP-03', 'LBP-04', 'LBP-07', 'LBP-09'])
const RUNS = { numRuns: 120 }

test('there is never more than one critical card, one card about risk or the form, one about red flags and one guideline card', () =>
  fc.assert(fc.asyncProperty(charts, async ({ patient, back, strong, other }) => {
    const cards = await cardsFor(chart(patient, [...back, ...strong, ...other]))
    const redFlags = cards.filter(card => !isRisk(card) && !isGuideline(card))
    expect(cards.filter(({ indicator }) => indicator === 'critical').length).toBeLessThanOrEqual(1)
    expect(cards.filter(isRisk).length).toBeLessThanOrEqual(1)
    expect(cards.filter(isGuideline).length).toBeLessThanOrEqual(1)
    expect(redFlags.length).toBeLessThanOrEqual(1)
  }), RUNS), 60_000)

test('a positive strong red flag is shown, and no reassurance stands beside it', () =>
  fc.assert(fc.asyncProperty(charts, fc.constantFrom(...BACK), fc.constantFrom(...STRONG), async ({ patient: { age }, strong, other }, back, flag) => {
    const cards = await cardsFor(chart({ age }, [back, flag, ...strong.filter(each => each !== flag), ...other]))
    expect(cards.filter(card => isRisk(card) || isGuideline(card))).toEqual([])
    expect(cards.map(({ indicator }) => indicator)).toEqual([expect.stringMatching(/^(critical|warning)$/)])
  }), RUNS), 60_000)

test('the same facts in another order give the same cards', () =>
  fc.assert(fc.asyncProperty(charts.chain(({ patient, back, strong, other }) => {
    const resources = chart(patient, [...back, ...strong, ...other])
    return fc.tuple(fc.constant(resources), fc.shuffledSubarray(resources, { minLength: resources.length }))
  }), async ([resources, shuffled]) => {
    expect(await cardsFor(shuffled)).toEqual(await cardsFor(resources))
  }), { numRuns: 300 }), 60_000)

test('every card names the decision points that speak in it', () =>
  fc.assert(fc.asyncProperty(charts, async ({ patient, back, strong, other }) => {
    const cards = await cardsFor(chart(patient, [...back, ...strong, ...other]))
    expect(cards.filter(card => decisionPointsOf(card).length === 0)).toEqual([])
  }), RUNS), 60_000)

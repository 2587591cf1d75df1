// The decision point by which a card is overridden: the one that leads it, whatever lines stand first.
import type { ClinicalCase, Given } from '../../src/cases/format.js'
import { callService } from '../../src/calls/call-service.js'
import { decisionPointsWithin } from '../../src/engine/cards/card-extension.js'
import { answerCase, callsOf, cases, decisionPointsOf, loaded } from '../support/cases.js'

async function headlinesFor(
  given: Given[],
  overridden: string[] = [],
  service = 'low-back-pain-patient-view',
): Promise<(string | undefined)[]> {
  const each: ClinicalCase = {
    name: 'overskrift',
    answer: 'yes',
    today: '2026-03-30T10:00:00+02:00',
    service,
    patient: { age: 45 },
    given,
    overridden,
  }
  const { cards, faults } = await answerCase(each)
  expect(faults).toEqual([])
  return cards.map(card => decisionPointsOf(card)[0])
}

const BACK: Given = { condition: 'ICPC:L03', onset: '40 dage siden' }
const EPISODE: Given = { 'episode of care': 'c1', start: '30 dage siden' }
const WAITING: Given = { 'service request': 'order-kind:referral-back-clinic', date: '40 dage siden' }

test('the guideline card is headed by its advice, also where unanswered red flags stand first', async () => {
  expect(await headlinesFor([{ condition: 'ICPC:L03', onset: '10 dage siden' }])).toEqual(['LBP-03'])
})

test('the next step is headed by the point of its title, not by the line that stands first', async () => {
  const given = [BACK, EPISODE, WAITING, { consultation: { 'all red flags': 'nej', 'work.sickListed': 'ja' }, authored: 'i dag' }]
  expect(await headlinesFor(given)).toContain('RN-48')
  expect(await headlinesFor(given, ['RN-48'])).toContain('RN-74')
  expect(await headlinesFor(given, ['RN-48', 'RN-74'])).toContain('RN-88')
})

test('the contact card is headed by what leads it, also where something to ask again stands first', async () => {
  const contact = (given: Given[], overridden: string[] = []) => headlinesFor(given, overridden, 'low-back-pain-encounter-start')
  expect(await contact([BACK, { encounter: 'c1', date: '5 dage siden' }])).toEqual(['RN-40'])
  expect(await contact([BACK, { encounter: 'c1', date: '5 dage siden' }], ['RN-40'])).toEqual([])
  expect(
    await contact([
      BACK,
      { encounter: 'c1', date: '35 dage siden' },
      {
        consultation: {
          'redFlag.fever': 'ja',
          'redFlag.progressiveParesis': 'nej',
          'redFlag.saddleSensoryDisturbance': 'nej',
          'redFlag.flatusIncontinence': 'nej',
          'redFlag.urinaryRetention': 'nej',
        },
        authored: '30 dage siden',
      },
    ]),
  ).toEqual(['RN-21'])
})

test('an answer lists every decision point that applies, on a card or beside the cards, and no other', async () => {
  // Every so many, so that all folders of cases are among them.
  const calls = cases.filter((_, index) => index % 29 === 0).flatMap(each => callsOf(each.case))
  const { names } = loaded.knowledge.terminology
  for (const { service, request, environment, arrival } of calls) {
    const { response, applied } = await callService(service, request, 'da', environment, arrival)
    const apply = applied.flatMap(({ requestGroup }) => (requestGroup.action ?? []).flatMap(action => decisionPointsWithin(action, names)))
    const listed = [...response.cards.flatMap(decisionPointsOf), ...decisionPointsOf(response)]
    expect([...new Set(listed)].toSorted()).toEqual([...new Set(apply)].toSorted())
  }
  expect(calls.length).toBeGreaterThan(100)
})

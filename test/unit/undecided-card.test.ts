import { expect, test } from '@jest/globals'
import { undecidedCard } from '../../src/engine/cards/undecided-card.js'
import { CARD_TOPIC_SYSTEM, EXTENSION } from '../support/house.js'
import { faultsOfResponse } from '../support/check-response.js'
import { canonical, codeSystem, english, knowledgeOf, plan, topAction } from '../support/knowledge-builder.js'

const named = (id: string, da: string, en: string, more = {}) =>
  plan([topAction(`${id}-action`)], { id, title: da, _title: english(en), ...more })

const knowledge = knowledgeOf(
  named('flags', 'Røde flag', 'Red flags', { extension: [{ url: EXTENSION.undecidedPriority, valueCode: 'urgent' }] }),
  named('advice', 'Råd', 'Advice'),
  ...['b', 'c', 'd', 'e'].map(id => named(id, `Plan ${id}`, `Plan ${id}`)),
  codeSystem(CARD_TOPIC_SYSTEM, { undecided: ['ikke afgjort', 'undecided'] }),
)

const of = (applied: string, more = {}) => ({
  plan: `${canonical('PlanDefinition', applied)}|2026.1.0`,
  applied: `${canonical('PlanDefinition', applied)}|2026.1.0`,
  action: 'some-action',
  code: 'CDS_EXPRESSION_FAILED',
  points: ['RN-15', 'RN-151'],
  plansWithin: [] as string[],
  ...more,
})

const cardOf = (undecided: readonly ReturnType<typeof of>[], language = 'da') =>
  undecidedCard(undecided, { hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b', language, knowledge })

test('one plain line tells what could not be decided and why; codes are not for the reader', () => {
  const card = cardOf([of('advice'), of('advice', { points: ['RN-15'] })])
  expect(card.summary).toBe('Kunne ikke afgøres: »Råd«')
  expect(card.detail).toMatch(/^»Råd« kunne ikke afgøres, fordi .+ det er ikke et nej.*\.$/)
  expect(card.detail).not.toContain('\n')
  expect(card.summary + card.detail).not.toMatch(/CDS_|some-action|https?:|`/)
  expect(cardOf([of('advice')], 'en').detail).toMatch(/^“Advice” could not be decided, because/)
  expect(faultsOfResponse({ cards: [card] })).toEqual([])
})

test('decision points of what was not decided stand apart, since they do not speak', () => {
  expect(cardOf([of('advice'), of('advice')]).extension).toEqual({
    'org.columna.undecided-decision-points': ['RN-15', 'RN-151'],
    'org.columna.knowledge': `${canonical('PlanDefinition', 'advice')}|2026.1.0`,
  })
})

test('it is information, and a warning where a plan of red flags is among them, also within another plan', () => {
  expect(cardOf([of('advice'), of('b')]).indicator).toBe('info')
  expect(cardOf([of('advice'), of('flags')]).indicator).toBe('warning')
  expect(cardOf([of('advice', { plan: of('flags').plan })]).indicator).toBe('warning')
  expect(cardOf([of('advice', { plansWithin: [of('b').plan, of('flags').plan] })]).indicator).toBe('warning')
})

test('red flags are named first, and a long list is cut', () => {
  expect(cardOf(['advice', 'b'].map(id => of(id))).summary).toBe('Kunne ikke afgøres: »Råd« og »Plan b«')
  expect(cardOf(['advice', 'b', 'c', 'd'].map(id => of(id))).summary).toBe('Kunne ikke afgøres: »Råd«, »Plan b«, »Plan c« og »Plan d«')
  expect(cardOf(['advice', 'b', 'c', 'd', 'e', 'flags'].map(id => of(id))).summary).toBe(
    'Kunne ikke afgøres: »Røde flag«, »Råd«, »Plan b« og 3 andre',
  )
})

test('time that ran out is worded apart, as a matter for operations', () => {
  const late = cardOf([of('advice', { code: 'CDS_DEADLINE_PASSED' })])
  expect(late.detail).toMatch(/^»Råd« nåede ikke .*driften.*$/)
  expect(late.detail).not.toMatch(/journalen/)
  const both = cardOf([of('advice', { code: 'CDS_DEADLINE_PASSED' }), of('b')])
  expect(both.detail).toMatch(/^»Plan b« kunne ikke afgøres.* »Råd« nåede ikke/)
})

test('it has a topic of its own', () => {
  expect(cardOf([of('advice')]).source).toEqual({
    label: 'Råd',
    topic: { system: CARD_TOPIC_SYSTEM, code: 'undecided', display: 'ikke afgjort' },
  })
})

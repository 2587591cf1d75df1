import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BUDGET } from '../../src/engine/cards/budget.js'
import { cardWords } from '../../src/engine/cards/card-words.js'
import { visibleLength } from '../../src/engine/cards/visible-text.js'
import { namesWithin } from '../../src/engine/cards/names-within.js'
import { notReadCard } from '../../src/engine/cards/not-read-card.js'
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
  expect(card.detail).toMatch(/^En oplysning i journalen kunne ikke bruges .+ det er ikke et nej.*\.$/)
  expect(card.detail).not.toContain('\n')
  expect(card.summary + card.detail).not.toMatch(/CDS_|some-action|https?:|`/)
  expect(cardOf([of('advice')], 'en').detail).toMatch(/^Something in the record could not be used/)
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
  expect(late.detail).toMatch(/^Systemet var for længe .*driften.*$/)
  expect(late.detail).not.toMatch(/journalen/)
  const both = cardOf([of('advice', { code: 'CDS_DEADLINE_PASSED' }), of('b')])
  expect(both.detail).toMatch(/journalen.*driften/)
})

test('it has a topic of its own', () => {
  expect(cardOf([of('advice')]).source).toEqual({
    label: 'Råd',
    topic: { system: CARD_TOPIC_SYSTEM, code: 'undecided', display: 'ikke afgjort' },
  })
})

/** Most characters of the one line of a card that says what could not be decided or read. */
const LONGEST_LINE = 200

const longNames = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 40 })

test('it keeps within its budget, however many plans are undecided, for whatever reason and whatever their names', () => {
  fc.assert(
    fc.property(longNames, fc.constantFrom('da', 'en'), fc.infiniteStream(fc.boolean()), (names, language, late) => {
      const known = knowledgeOf(...names.map((name, index) => named(`p${index}`, name, name)))
      const undecided = names.map((_, index) =>
        of(`p${index}`, { code: late.next().value ? 'CDS_DEADLINE_PASSED' : 'CDS_EXPRESSION_FAILED' }),
      )
      const { summary, detail = '' } = undecidedCard(undecided, { hookInstance: 'h', language, knowledge: known })
      expect(visibleLength(summary)).toBeLessThanOrEqual(BUDGET.summary)
      expect(visibleLength(detail)).toBeLessThanOrEqual(LONGEST_LINE)
    }),
    { numRuns: 20 },
  )
})

test('the card on what was not read keeps within its budget, however much that is', () => {
  fc.assert(
    fc.property(longNames, fc.constantFrom('da', 'en'), (names, language) => {
      const plan = { canonical: 'urn:p', source: { label: 'Plan' } }
      const { summary, detail = '' } = notReadCard(names, 'h', language, plan, knowledge.terminology.names)
      expect(visibleLength(summary)).toBeLessThanOrEqual(BUDGET.summary)
      expect(visibleLength(detail)).toBeLessThanOrEqual(LONGEST_LINE)
    }),
  )
})

test('as many whole names are written as fit, then how many others there are', () => {
  const danish = cardWords('da')
  expect(namesWithin([], danish, { room: 40 })).toBe('')
  expect(namesWithin(['diagnoser', 'prøvesvar'], danish, { room: 40 })).toBe('diagnoser og prøvesvar')
  expect(namesWithin(['diagnoser', 'prøvesvar', 'forløb'], danish, { room: 30 })).toBe('diagnoser, prøvesvar og forløb')
  expect(namesWithin(['diagnoser', 'prøvesvar', 'forløb'], danish, { room: 29 })).toBe('diagnoser og 2 andre')
  expect(namesWithin(['konsultationsskemaer', 'forløb'], danish, { room: 20, write: danish.quoted })).toBe('»konsul…« og 1 anden')
})

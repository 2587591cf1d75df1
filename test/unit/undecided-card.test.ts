import { expect, test } from '@jest/globals'
import { undecidedCard } from '../../src/cards/undecided-card.js'
import { faultsOfResponse } from '../support/check-response.js'

const undecided = [
  { plan: 'https://example.org/PlanDefinition/a|1', action: 'first', code: 'CDS_EXPRESSION_FAILED', points: ['RN-15', 'RN-151'] },
  { plan: 'https://example.org/PlanDefinition/a|1', action: 'second', code: 'CDS_DEADLINE_PASSED', points: ['RN-151'] },
]
const titles = new Map([['https://example.org/PlanDefinition/a|1', 'Red flags']])

test('an evaluation that failed is said on a card of its own, with codes for operations and the decision points it leaves open', () => {
  const card = undecidedCard(undecided, '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b', 'en', titles)
  expect(card.indicator).toBe('warning')
  expect(card.summary).toMatch(/could be decided/)
  expect(card.detail).toContain('Red flags')
  expect(card.detail).toContain('`first` (CDS_EXPRESSION_FAILED), `second` (CDS_DEADLINE_PASSED)')
  expect(card.extension).toEqual({
    'org.columna.decision-points': ['RN-15', 'RN-151'],
    'org.columna.knowledge': 'https://example.org/PlanDefinition/a|1',
  })
  expect(faultsOfResponse({ cards: [card] })).toEqual([])
})

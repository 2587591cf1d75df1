import { expect, test } from '@jest/globals'
import type { Card } from '../../src/cds-hooks/types.js'
import { createOverrideMemory } from '../../src/record/override-memory.js'

const card = (uuid: string, ...points: string[]): Card =>
  ({ uuid, summary: 's', indicator: 'info', source: { label: 'l' }, extension: { 'org.columna.decision-points': points } })
const overridden = (uuid: string) => ({ card: uuid, outcome: 'overridden' as const, outcomeTimestamp: '2026-03-30T10:00:00Z' })

test('an overridden card is remembered for its patient with the decision point that leads it', () => {
  const memory = createOverrideMemory()
  memory.remember('p1', [card('a', 'LBP-10', 'RN-102')])
  memory.remember('p2', [card('b', 'LBP-11')])
  memory.note([overridden('a'), overridden('a')])
  expect(memory.overridesOf('p1')).toEqual([{ point: 'LBP-10', at: '2026-03-30T10:00:00Z' }])
  expect(memory.overridesOf('p2')).toEqual([])
})

test('an accepted card, and a card nobody was answered with, change nothing', () => {
  const memory = createOverrideMemory()
  memory.remember('p1', [card('a', 'LBP-10')])
  memory.note([{ card: 'a', outcome: 'accepted', acceptedSuggestions: [{ id: 's' }], outcomeTimestamp: '2026-03-30T10:00:00Z' }, overridden('unknown')])
  expect(memory.overridesOf('p1')).toEqual([])
})

test('an override at no instant is not remembered', () => {
  const memory = createOverrideMemory()
  memory.remember('p1', [card('a', 'LBP-10')])
  memory.note([{ ...overridden('a'), outcomeTimestamp: '2026-06-30T23:59:60Z' }])
  expect(memory.overridesOf('p1')).toEqual([])
})

test('the oldest cards are forgotten when there are too many', () => {
  const memory = createOverrideMemory(2)
  memory.remember('p1', [card('a', 'LBP-10'), card('b', 'LBP-11'), card('c', 'LBP-12')])
  memory.note([overridden('a'), overridden('c')])
  expect(memory.overridesOf('p1').map(({ point }) => point)).toEqual(['LBP-12'])
})

import { describe, expect, test } from '@jest/globals'
import type { Card, Feedback } from '../../src/cds-hooks/types.js'
import { createOverrideMemory } from '../../src/record/override-memory.js'

const card = (uuid: string, ...points: string[]): Card =>
  ({ uuid, summary: 's', indicator: 'info', source: { label: 'l' }, extension: { 'org.columna.decision-points': points } })
const RECEIVED = '2026-03-30T12:00:00Z'
const overridden = (uuid: string) => ({ card: uuid, outcome: 'overridden' as const, outcomeTimestamp: '2026-03-30T10:00:00Z' })

test('an overridden card is remembered for its patient with the decision point that leads it', () => {
  const memory = createOverrideMemory()
  memory.remember({ patient: 'p1', cards: [card('a', 'LBP-10', 'RN-102')] })
  memory.remember({ patient: 'p2', cards: [card('b', 'LBP-11')] })
  memory.note([overridden('a'), overridden('a')], RECEIVED)
  expect(memory.overridesOf('p1')).toEqual([{ point: 'LBP-10', at: '2026-03-30T10:00:00Z' }])
  expect(memory.overridesOf('p2')).toEqual([])
})

test('an accepted card, and a card nobody was answered with, change nothing', () => {
  const memory = createOverrideMemory()
  memory.remember({ patient: 'p1', cards: [card('a', 'LBP-10')] })
  memory.note([{ card: 'a', outcome: 'accepted', acceptedSuggestions: [{ id: 's' }], outcomeTimestamp: '2026-03-30T10:00:00Z' }, overridden('unknown')], RECEIVED)
  expect(memory.overridesOf('p1')).toEqual([])
})

test('an override at no instant is not remembered', () => {
  const memory = createOverrideMemory()
  memory.remember({ patient: 'p1', cards: [card('a', 'LBP-10')] })
  memory.note([{ ...overridden('a'), outcomeTimestamp: '2026-06-30T23:59:60Z' }], RECEIVED)
  expect(memory.overridesOf('p1')).toEqual([])
})

test('of many overrides of one patient the newest are kept', () => {
  const memory = createOverrideMemory()
  for (let count = 1; count <= 300; count += 1) {
    memory.remember({ patient: 'p1', cards: [card('a', `P-${count}`)] })
    memory.note([overridden('a')], RECEIVED)
  }
  const points = memory.overridesOf('p1').map(({ point }) => point)
  expect(points).toHaveLength(100)
  expect(points.at(-1)).toBe('P-300')
})

test('the patient who was heard of last is forgotten last', () => {
  const memory = createOverrideMemory(2)
  for (const patient of ['p1', 'p2', 'p1', 'p3']) {
    memory.remember({ patient, cards: [card('a', 'LBP-10')] })
    memory.note([overridden('a')], RECEIVED)
  }
  expect(['p1', 'p2', 'p3'].map(patient => memory.overridesOf(patient).length)).toEqual([2, 0, 1])
})

test('the oldest cards are forgotten when there are too many', () => {
  const memory = createOverrideMemory(2)
  memory.remember({ patient: 'p1', cards: [card('a', 'LBP-10'), card('b', 'LBP-11'), card('c', 'LBP-12')] })
  memory.note([overridden('a'), overridden('c')], RECEIVED)
  expect(memory.overridesOf('p1').map(({ point }) => point)).toEqual(['LBP-12'])
})

test('a time yet to come counts as the time of receipt', () => {
  const memory = createOverrideMemory()
  memory.remember({ patient: 'p1', cards: [card('a', 'LBP-10')] })
  memory.note([{ ...overridden('a'), outcomeTimestamp: '2036-03-30T10:00:00Z' }], RECEIVED)
  expect(memory.overridesOf('p1')).toEqual([{ point: 'LBP-10', at: RECEIVED }])
})

describe('of an override is remembered', () => {
  const noted = (overrideReason: Feedback['overrideReason'], encounter?: string) => {
    const memory = createOverrideMemory()
    memory.remember({ patient: 'p1', cards: [card('a', 'LBP-10')], ...(encounter !== undefined && { encounter }) })
    memory.note([{ ...overridden('a'), ...(overrideReason && { overrideReason }) }], RECEIVED)
    return memory.overridesOf('p1')
  }
  const plain = { point: 'LBP-10', at: '2026-03-30T10:00:00Z' }

  test('the code of its reason, and that only words were given', () => {
    expect(noted({ reason: { code: 'seen', system: 's' }, userComment: 'x' })).toEqual([{ ...plain, reason: 'seen' }])
    expect(noted({ userComment: 'x' })).toEqual([{ ...plain, reason: 'comment' }])
    expect(noted(undefined)).toEqual([plain])
  })

  test('the encounter of the call that brought the card', () => {
    expect(noted(undefined, 'contact-1')).toEqual([{ ...plain, encounter: 'contact-1' }])
  })

  test('the reason that a later report of the same card adds', () => {
    const memory = createOverrideMemory()
    memory.remember({ patient: 'p1', cards: [card('a', 'LBP-10')] })
    memory.note([overridden('a')], RECEIVED)
    memory.note([{ ...overridden('a'), overrideReason: { reason: { code: 'seen' } } }], RECEIVED)
    memory.note([{ ...overridden('a'), overrideReason: { reason: { code: 'other' } } }], RECEIVED)
    expect(memory.overridesOf('p1')).toEqual([{ ...plain, reason: 'seen' }])
  })
})

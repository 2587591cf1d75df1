import { expect, test } from '@jest/globals'
import { toldEverywhere } from '../../apps/shared/told-everywhere.js'
import type { Explanation, ToldAction } from '../../src/calls/explain-call.js'

const action = (id: string, more: Partial<ToldAction> = {}): ToldAction => ({
  id,
  listensToHook: true,
  applies: 'yes',
  met: 0,
  of: 0,
  conditions: [],
  actions: [],
  ...more,
})

const explanation = (...plans: ToldAction[][]): Explanation => ({
  service: 's',
  clock: { now: '', today: '' },
  notRead: [],
  plans: plans.map((actions, index) => ({ plan: `p${index}`, title: '', actions })),
  facts: {},
  response: { cards: [] },
})

const tree = (actions: readonly ToldAction[]): unknown[] => actions.map(({ id, actions: below }) => [id, ...tree(below)])

test('what is told once stands below each action that it stands below, in its own plan', () => {
  const told = toldEverywhere(
    explanation(
      [action('first', { actions: [action('line', { actions: [action('deep')] })] }), action('again', { toldAt: 'first' })],
      [action('first', { actions: [action('other')] }), action('outer', { actions: [action('again', { toldAt: 'first' })] })],
    ),
  )
  expect(told.plans.map(({ actions }) => tree(actions))).toEqual([
    [
      ['first', ['line', ['deep']]],
      ['again', ['line', ['deep']]],
    ],
    [
      ['first', ['other']],
      ['outer', ['again', ['other']]],
    ],
  ])
})

test('an explanation without anything told once is as it was', () => {
  const whole = explanation([action('first', { actions: [action('line')], leftOut: 2 })])
  expect(toldEverywhere(whole)).toEqual(whole)
})

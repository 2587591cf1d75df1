// Which cards were near, as every page tells it.
import { describe, expect, test } from '@jest/globals'
import { cardActions, nearMisses } from '../../apps/shared/near-misses.js'
import type { ToldAction, ToldCondition } from '../../src/calls/explain-call.js'

const condition = (answer: ToldCondition['answer'], facts: string[] = []): ToldCondition => ({
  description: `asks ${answer}`,
  expression: `%${answer}`,
  answer,
  facts,
  resources: [],
})

/** An action that did not become a card, with what its conditions make of it. */
function action(id: string, answers: ToldCondition['answer'][], more: Partial<ToldAction> = {}): ToldAction {
  const conditions = answers.map(answer => condition(answer))
  const applies = (['no', 'error', 'cannot-tell'] as const).find(each => answers.includes(each)) ?? 'yes'
  const met = answers.filter(answer => answer === 'yes').length
  const told: ToldAction = { id, listensToHook: true, applies, met, of: answers.length, conditions, actions: [] }
  return { ...told, noCardBecause: 'told by the service', ...more }
}

const PLAN = 'https://example.org/PlanDefinition/plan|1'
const explained = (actions: ToldAction[], facts = {}) => ({ plans: [{ plan: PLAN, title: 'Plan', actions }], facts })
const idsOf = (found: readonly { action: ToldAction }[]) => found.map(({ action: { id } }) => id)

describe('what can become a card', () => {
  test('is of a group what stands in it, and not what stands below that', () => {
    const { noCardBecause: _, ...below } = action('line', ['no'])
    const { noCardBecause: __, ...card } = action('two', ['yes'], { card: 'uuid' })
    const group = action('group', ['yes'], { actions: [action('one', ['no'], { actions: [below] }), card] })
    const found = cardActions(explained([group, action('three', ['no'])]))
    expect(idsOf(found)).toEqual(['one', 'two', 'three'])
    expect(new Set(found.map(({ plan }) => plan))).toEqual(new Set([PLAN]))
  })
})

describe('what was near', () => {
  test('is what one cannot tell before what is refused, then what lacks least, then what has most in common', () => {
    const actions = [
      action('two-missing', ['yes', 'no', 'no']),
      action('one-missing', ['yes', 'no']),
      action('one-missing-of-many', ['yes', 'yes', 'no']),
      action('open', ['yes', 'cannot-tell', 'cannot-tell']),
      action('partly-open', ['yes', 'no', 'no', 'cannot-tell']),
    ]
    const order = ['open', 'one-missing-of-many', 'one-missing', 'two-missing', 'partly-open']
    expect(idsOf(nearMisses([explained(actions)]))).toEqual(order)
  })

  test('is told over all services, five of it at most', () => {
    const many = Array.from({ length: 9 }, (_, index) => action(`a${index}`, ['yes', 'no']))
    const misses = nearMisses([explained(many), explained([action('open', ['cannot-tell'])])])
    expect(idsOf(misses)).toEqual(['open', 'a0', 'a1', 'a2', 'a3'])
  })

  test('begins with what is about an order', () => {
    const conditions = [condition('yes', ['orders']), condition('no'), condition('no')]
    const aboutOrder = action('about-order', ['yes', 'no', 'no'], { conditions })
    const facts = {
      orders: { name: 'orders', description: 'Orders', value: [], uses: [], resources: ['ServiceRequest/draft-1'] },
    }
    const misses = nearMisses([explained([action('open', ['cannot-tell']), aboutOrder], facts)], ['ServiceRequest/draft-1'])
    expect(misses.map(({ action: { id }, isAboutOrder }) => ({ id, isAboutOrder }))).toEqual([
      { id: 'about-order', isAboutOrder: true },
      { id: 'open', isAboutOrder: false },
    ])
  })

  test.each<[string, ToldAction]>([
    ['became a card', action('it', ['cannot-tell'], { card: 'uuid' })],
    ['listens to another hook', action('it', ['cannot-tell'], { listensToHook: false })],
    ['stands on pages alone', action('it', ['cannot-tell'], { shownOn: 'page' })],
    ['has nothing in common with the patient', action('it', ['no', 'cannot-tell'])],
    ['lacks nothing', action('it', ['yes'])],
    ['could not be evaluated', action('it', ['yes', 'error'])],
  ])('is not what %s', (_, it) => {
    expect(nearMisses([explained([it])])).toEqual([])
  })
})

import { describe, expect, test } from '@jest/globals'
import type { PlanDefinitionAction } from 'fhir/r4.js'
import type { Card } from '../../src/cds-hooks/types.js'
import { action, activity, applyTo, canonical, cardsIn, fhirpath, knowledgeOf, plan, topAction } from '../support/knowledge-builder.js'

const act = canonical('ActivityDefinition', 'act')
const resource = (id: string, more: PlanDefinitionAction = {}) => action(id, { definitionCanonical: act, ...more })

function card(top: PlanDefinitionAction): Card {
  const knowledge = knowledgeOf(plan([top]), activity('act', { code: { text: 'x' } }))
  const { requestGroup, undecided } = applyTo(knowledge)
  expect(undecided).toEqual([])
  const [only] = cardsIn(knowledge, requestGroup, 'da')
  if (!only) throw new Error('no card')
  return only
}

const behaving = (selectionBehavior: PlanDefinitionAction['selectionBehavior'], ...children: PlanDefinitionAction[]) =>
  card(topAction('a', { ...(selectionBehavior && { selectionBehavior }), action: children }))

describe('suggestions', () => {
  test('are the children that yield a resource; a card without any has no selectionBehavior', () => {
    const { suggestions, selectionBehavior } = behaving(undefined, resource('b'), action('text'), resource('c'))
    expect(suggestions?.map(({ label }) => label)).toEqual(['b på dansk', 'c på dansk'])
    expect(selectionBehavior).toBe('any')
    expect(behaving(undefined, action('text'))).not.toHaveProperty('selectionBehavior')
    expect(behaving(undefined, action('text'))).not.toHaveProperty('suggestions')
  })

  test('of an action that yields a resource itself', () => {
    const { suggestions } = card({ ...topAction('a'), definitionCanonical: act, action: [action('text')] })
    expect(suggestions).toHaveLength(1)
    expect(suggestions?.[0]).toMatchObject({ label: 'a på dansk', actions: [{ type: 'create', description: 'a på dansk' }] })
  })

  test('are never of a definition that stands elsewhere, which is a line of its card', () => {
    const elsewhere = { definitionUri: 'https://example.org/protocol' }
    const { suggestions, detail } = card({ ...topAction('a'), ...elsewhere, action: [action('b', elsewhere), resource('c')] })
    expect(suggestions?.map(({ label, actions = [] }) => [label, actions.map(each => 'resource' in each)])).toEqual([
      ['c på dansk', [true]],
    ])
    expect(detail).toContain('b på dansk')
  })

  test('hold the resources of the third level and of any below', () => {
    const { suggestions, detail } = behaving(
      'any',
      action('b', { action: [resource('x'), resource('y')] }),
      action('c', { action: [{ id: 'group', action: [resource('deep')] }] }),
    )
    expect(suggestions?.map(({ actions = [] }) => actions.map(({ description }) => description))).toEqual([
      ['x på dansk', 'y på dansk'],
      ['deep på dansk'],
    ])
    expect(detail).toBeUndefined()
  })

  test.each<[NonNullable<PlanDefinitionAction['selectionBehavior']>, string]>([
    ['any', 'any'],
    ['one-or-more', 'any'],
    ['at-most-one', 'at-most-one'],
    ['exactly-one', 'at-most-one'],
  ])('%s becomes %s', (behavior, expected) => {
    const { suggestions, selectionBehavior } = behaving(behavior, resource('b'), resource('c'))
    expect(selectionBehavior).toBe(expected)
    expect(suggestions).toHaveLength(2)
  })

  test.each(['all', 'all-or-none'] as const)('%s becomes one suggestion with all actions', behavior => {
    const { suggestions, selectionBehavior } = behaving(behavior, resource('b'), resource('c', { precheckBehavior: 'yes' }))
    expect(selectionBehavior).toBe('at-most-one')
    expect(suggestions).toEqual([expect.objectContaining({ label: 'b på dansk + c på dansk', isRecommended: true })])
    expect(suggestions?.[0]?.actions).toHaveLength(2)
  })

  test('one suggestion for all has a label though its actions have none', () => {
    const { suggestions } = behaving('all', { id: 'b', definitionCanonical: act }, { id: 'c', definitionCanonical: act })
    expect(suggestions?.map(({ label, isRecommended }) => [label, isRecommended])).toEqual([['a på dansk', undefined]])
  })
})

describe('isRecommended', () => {
  const recommended = (behavior: PlanDefinitionAction['selectionBehavior'], ...prechecks: ('yes' | 'no')[]) =>
    behaving(behavior, ...prechecks.map((precheckBehavior, index) => resource(`s${index}`, { precheckBehavior }))).suggestions?.map(
      ({ isRecommended }) => isRecommended,
    )

  test('comes from precheckBehavior', () => {
    expect(recommended('any', 'yes', 'no', 'yes')).toEqual([true, undefined, true])
  })

  test.each(['at-most-one', 'exactly-one'] as const)('is true once at most with %s', behavior => {
    expect(recommended(behavior, 'no', 'yes', 'yes')).toEqual([undefined, true, undefined])
    expect(recommended(behavior, 'no', 'no')).toEqual([undefined, undefined])
  })
})

describe('actions', () => {
  const of = (code: string | undefined, more: PlanDefinitionAction = {}) =>
    behaving('any', resource('b', { ...(code && { type: { coding: [{ code }] } }), ...more })).suggestions?.[0]?.actions?.[0]
  const onOrder = { dynamicValue: [{ path: 'id', expression: fhirpath("'order-7'") }] }

  test.each([undefined, 'create'])('%s: the resource without an id, which the EHR gives', code => {
    const created = of(code)
    expect(created).toMatchObject({
      type: 'create',
      description: 'b på dansk',
      resource: { resourceType: 'ServiceRequest', status: 'draft' },
    })
    expect(created?.resource).not.toHaveProperty('id')
    expect(created).not.toHaveProperty('resourceId')
  })

  test('update: the resource with the id of the record', () => {
    expect(of('update', onOrder)).toMatchObject({ type: 'update', resource: { resourceType: 'ServiceRequest', id: 'order-7' } })
  })

  test('remove: only the reference of the record', () => {
    expect(of('remove', onOrder)).toEqual({ type: 'delete', description: 'b på dansk', resourceId: 'ServiceRequest/order-7' })
  })
})

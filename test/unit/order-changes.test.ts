import { describe, expect, test } from '@jest/globals'
import type { Extension, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import { applyPlan } from '../../src/engine/apply/apply-plan.js'
import { draftOrdersIn } from '../../src/patient-data/draft-orders.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { openScope } from '../../src/engine/expression/scope.js'
import { EXTENSION } from '../support/house.js'
import { deepFrozen, NOW } from '../support/evaluate.js'
import { emptyRecord } from '../support/records.js'
import { action, canonical, cardsIn, fhirpath, knowledgeOf, onHook, plan, planOf, topAction } from '../support/knowledge-builder.js'

const tablets = { resourceType: 'MedicationRequest', id: 'm1', status: 'draft', medicationCodeableConcept: { text: 'tablets' } }
const drops = { resourceType: 'MedicationRequest', id: 'm2', status: 'draft', dispenseRequest: { quantity: { value: 1 } } }
const scan = { resourceType: 'ServiceRequest', id: 's1', status: 'draft' }

const draftOrders = { resourceType: 'Bundle', entry: [{ resource: tablets }, { resource: drops }, { resource: scan }] }

const changes = (expression: string): Extension => ({
  url: EXTENSION.orders,
  valueExpression: { ...fhirpath(expression), name: 'MedicationRequest' },
})
const typed = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/action-type', code }] })

function cardsFor(
  child: PlanDefinitionAction | readonly PlanDefinitionAction[],
  context: Record<string, unknown>,
  ...nested: readonly PlanDefinition[]
) {
  const top = topAction('card', { trigger: [onHook('order-select')], action: [child].flat() })
  const knowledge = knowledgeOf(plan([top]), ...nested)
  const hook = deepFrozen({ patientId: 'p1', ...context })
  const orders = draftOrdersIn(hook, emptyRecord('p1'))
  const scope = openScope(planOf(knowledge).variables, {
    recordsOfType: () => [],
    context: hook,
    clock: clockAt(NOW, 'Europe/Copenhagen'),
    orders,
    stopAt: Infinity,
  })
  const { requestGroup, undecided } = applyPlan(planOf(knowledge), scope, {
    patientId: 'p1',
    language: 'en',
    terminology: knowledge.terminology,
    asSent: orders.asSent,
  })
  expect(undecided).toEqual([])
  return cardsIn(knowledge, requestGroup, 'en')
}

describe('the orders of a hook', () => {
  const ordersOf = (context: Record<string, unknown>) => {
    const { drafts, chosen } = draftOrdersIn({ patientId: 'p1', ...context }, emptyRecord('p1'))
    return { drafts, chosen }
  }

  test('are all drafts where nothing is selected, and the selected ones where something is', () => {
    expect(ordersOf({ patientId: 'p1', draftOrders }).chosen).toEqual([tablets, drops, scan])
    expect(ordersOf({ patientId: 'p1', draftOrders, selections: ['ServiceRequest/s1'] })).toEqual({
      drafts: [tablets, drops, scan],
      chosen: [scan],
    })
    expect(ordersOf({ patientId: 'p1', draftOrders, selections: [] }).chosen).toEqual([])
  })

  test('leave out whatever is no resource, and are none for a hook without orders', () => {
    expect(
      ordersOf({
        patientId: 'p1',
        draftOrders: { entry: [null, {}, { resource: 'x' }, { resource: { id: 'no type' } }, { resource: scan }] },
      }).drafts,
    ).toEqual([scan])
    expect(ordersOf({ patientId: 'p1' })).toEqual({ drafts: [], chosen: [] })
    expect(ordersOf({ patientId: 'p1', draftOrders: { entry: 'x' } }).drafts).toEqual([])
    expect(ordersOf({ patientId: 'p1', draftOrders, selections: [null, { toString: 1, valueOf: 1 }, 'ServiceRequest/s1'] }).chosen).toEqual(
      [scan],
    )
  })
})

describe('a suggestion on orders that exist', () => {
  const remove = action('remove', { type: typed('remove'), extension: [changes('%orders.ofType(MedicationRequest)')] })
  const update = action('update', {
    type: typed('update'),
    extension: [changes('%orders.ofType(MedicationRequest)')],
    dynamicValue: [{ path: 'dispenseRequest.validityPeriod.end', expression: fhirpath('today() + 14 days') }],
  })

  test('to remove names each order and sends no resource', () => {
    const [card] = cardsFor(remove, { draftOrders })
    expect(card?.suggestions?.[0]?.actions).toEqual([
      expect.objectContaining({ type: 'delete', resourceId: 'MedicationRequest/m1' }),
      expect.objectContaining({ type: 'delete', resourceId: 'MedicationRequest/m2' }),
    ])
    expect(card?.suggestions?.[0]?.actions?.some(each => 'resource' in each)).toBe(false)
  })

  test('to update sends the whole changed order under its own id and leaves the draft itself alone', () => {
    const [card] = cardsFor(update, { draftOrders, selections: ['MedicationRequest/m2'] })
    expect(card?.suggestions?.[0]?.actions).toEqual([
      expect.objectContaining({
        type: 'update',
        resource: { ...drops, dispenseRequest: { quantity: { value: 1 }, validityPeriod: { end: '2026-04-13' } } },
      }),
    ])
    expect(drops.dispenseRequest).toEqual({ quantity: { value: 1 } })
  })

  test('calls every change by its title and makes it once, however often the order is named', () => {
    const twice = action('remove', {
      type: typed('remove'),
      extension: [changes('%orders.ofType(MedicationRequest).combine(%draftOrders.ofType(MedicationRequest))')],
    })
    const [card] = cardsFor(twice, { draftOrders })
    expect(card?.suggestions?.[0]?.actions).toEqual(
      ['m1', 'm2'].map(id => ({ type: 'delete', description: 'remove in English', resourceId: `MedicationRequest/${id}` })),
    )
  })

  const updateTo = (id: string, days: number) =>
    action(id, {
      ...update,
      id,
      dynamicValue: [{ path: 'dispenseRequest.validityPeriod.end', expression: fhirpath(`today() + ${days} days`) }],
    })
  const changed = (end: string) => ({ ...drops, dispenseRequest: { quantity: { value: 1 }, validityPeriod: { end } } })
  const resourcesIn = (cards: ReturnType<typeof cardsFor>) =>
    cards.flatMap(({ suggestions = [] }) => suggestions.flatMap(({ actions = [] }) => actions.map(({ resource }) => resource)))

  test('keeps the id of the order, whatever else changes the same one', () => {
    const cards = cardsFor([updateTo('sooner', 1), updateTo('later', 2)], { draftOrders, selections: ['MedicationRequest/m2'] })
    expect(resourcesIn(cards)).toEqual([changed('2026-03-31'), changed('2026-04-01')])
  })

  test('also where the changes stand in plans of their own', () => {
    const nested = [updateTo('sooner', 1), updateTo('later', 2)].map(child => plan([child], { id: `plan-${child.id}` }))
    const calls = nested.map(({ id = '' }) => ({ id: `calls-${id}`, definitionCanonical: canonical('PlanDefinition', id) }))
    const cards = cardsFor(calls, { draftOrders, selections: ['MedicationRequest/m2'] }, ...nested)
    expect(resourcesIn(cards)).toEqual([changed('2026-03-31'), changed('2026-04-01')])
  })

  test('is not made on an order whose id is none', () => {
    const [card] = cardsFor(remove, {
      draftOrders: { entry: [{ resource: { ...tablets, id: { x: 1 } } }, { resource: { ...tablets, id: '' } }] },
    })
    expect(card).not.toHaveProperty('suggestions')
  })

  test('is not made where there is no such order, or only one that has no id', () => {
    const [none] = cardsFor(remove, { draftOrders, selections: ['ServiceRequest/s1'] })
    expect(none).not.toHaveProperty('suggestions')
    const { id: _, ...nameless } = tablets
    const [unnamed] = cardsFor(update, { draftOrders: { entry: [{ resource: nameless }] } })
    expect(unnamed).not.toHaveProperty('suggestions')
    expect(unnamed?.detail ?? '').not.toContain('update')
  })
})

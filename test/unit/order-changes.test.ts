import { describe, expect, test } from '@jest/globals'
import type { Extension, PlanDefinitionAction } from 'fhir/r4.js'
import { applyPlan } from '../../src/apply/apply-plan.js'
import { buildCards } from '../../src/cards/build-cards.js'
import { ordersOf } from '../../src/cds-hooks/orders.js'
import { clockAt } from '../../src/expression/clock.js'
import { openScope } from '../../src/expression/scope.js'
import { EXTENSION } from '../../src/knowledge/extensions.js'
import { deepFrozen, NOW } from '../support/evaluate.js'
import { action, fhirpath, knowledgeOf, onHook, plan, planOf, topAction } from '../support/knowledge-builder.js'

const tablets = { resourceType: 'MedicationRequest', id: 'm1', status: 'draft', medicationCodeableConcept: { text: 'tablets' } }
const drops = { resourceType: 'MedicationRequest', id: 'm2', status: 'draft', dispenseRequest: { quantity: { value: 1 } } }
const scan = { resourceType: 'ServiceRequest', id: 's1', status: 'draft' }

const draftOrders = { resourceType: 'Bundle', entry: [{ resource: tablets }, { resource: drops }, { resource: scan }] }

const changes = (expression: string): Extension => ({ url: EXTENSION.orders, valueExpression: { ...fhirpath(expression), name: 'MedicationRequest' } })
const typed = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/action-type', code }] })

function cardsFor(child: PlanDefinitionAction, context: Record<string, unknown>) {
  const top = topAction('card', { trigger: [onHook('order-select')], action: [child] })
  const knowledge = knowledgeOf(plan([top]))
  const hook = deepFrozen({ patientId: 'p1', ...context })
  const scope = openScope(planOf(knowledge).variables, {
    recordsOfType: () => [], context: hook, clock: clockAt(NOW, 'Europe/Copenhagen'), orders: ordersOf(hook), stopAt: Infinity,
  })
  const { requestGroup, undecided } = applyPlan(planOf(knowledge), scope, { patientId: 'p1', language: 'en', terminology: knowledge.terminology })
  expect(undecided).toEqual([])
  return buildCards(requestGroup, { hookInstance: 'h', language: 'en', plan: 'p|1', planSource: { label: 'plan' }, notRead: [] })
}

describe('the orders of a hook', () => {
  test('are all drafts where nothing is selected, and the selected ones where something is', () => {
    expect(ordersOf({ patientId: 'p1', draftOrders }).chosen).toEqual([tablets, drops, scan])
    expect(ordersOf({ patientId: 'p1', draftOrders, selections: ['ServiceRequest/s1'] })).toEqual({ drafts: [tablets, drops, scan], chosen: [scan] })
    expect(ordersOf({ patientId: 'p1', draftOrders, selections: [] }).chosen).toEqual([])
  })

  test('leave out whatever is no resource, and are none for a hook without orders', () => {
    expect(ordersOf({ patientId: 'p1', draftOrders: { entry: [null, {}, { resource: 'x' }, { resource: { id: 'no type' } }, { resource: scan }] } }).drafts).toEqual([scan])
    expect(ordersOf({ patientId: 'p1' })).toEqual({ drafts: [], chosen: [] })
    expect(ordersOf({ patientId: 'p1', draftOrders: { entry: 'x' } }).drafts).toEqual([])
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

  test('is not made where there is no such order, or only one that has no id', () => {
    const [none] = cardsFor(remove, { draftOrders, selections: ['ServiceRequest/s1'] })
    expect(none).not.toHaveProperty('suggestions')
    const { id: _, ...nameless } = tablets
    const [unnamed] = cardsFor(update, { draftOrders: { entry: [{ resource: nameless }] } })
    expect(unnamed).not.toHaveProperty('suggestions')
    expect(unnamed?.detail ?? '').not.toContain('update')
  })
})

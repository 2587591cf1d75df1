// What the workbench makes of what the service tells: pure, so without a browser.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ServiceRequest } from 'fhir/r4.js'
import { parse } from 'yaml'
import { clinicalCase } from '../../apps/workbench/clinical-case.js'
import { shownActions } from '../../apps/workbench/explained.js'
import { instantIn } from '../../apps/workbench/instant.js'
import type { ActionView, KnowledgeView, PlanView } from '../../apps/workbench/knowledge.js'
import { taken } from '../../apps/workbench/orders.js'
import { planGraph, wholeGraph } from '../../apps/workbench/pathway-graph.js'
import { reasonFor } from '../../apps/workbench/reasons.js'
import { compared, edited, leavesOf, removalOf, sentResources, withEdit } from '../../apps/workbench/what-if.js'
import { toYaml, type Writable } from '../../apps/workbench/yaml.js'
import type { ToldAction, ToldCondition } from '../../src/calls/explain-call.js'
import type { Card } from '../../src/cds-hooks/types.js'

type Answer = ToldCondition['answer']

const condition = (answer: Answer, facts: string[] = []): ToldCondition => ({
  description: `asks ${answer}`,
  expression: `%${answer}`,
  answer,
  facts,
  resources: [],
})

function action(id: string, answers: Answer[], more: Partial<ToldAction> = {}): ToldAction {
  const conditions = answers.map(answer => condition(answer))
  return {
    id,
    listensToHook: true,
    applies: 'no',
    met: answers.filter(answer => answer === 'yes').length,
    of: answers.length,
    conditions,
    noCardBecause: 'told by the service',
    actions: [],
    ...more,
  }
}

const PLAN = 'https://example.org/PlanDefinition/plan|1'

describe('why an action has no card', () => {
  const told = (extension?: Record<string, unknown>) => ({ response: { cards: [], ...(extension && { extension }) } })

  test('is a no before what one cannot tell', () => {
    expect(reasonFor(action('a', ['yes', 'cannot-tell', 'no']), PLAN, told())).toEqual({
      kind: 'condition',
      answer: 'no',
      description: 'asks no',
    })
    expect(reasonFor(action('a', ['yes', 'cannot-tell']), PLAN, told())).toMatchObject({ answer: 'cannot-tell' })
  })

  test('is what a user answered, or was shown, before', () => {
    const held = { plan: PLAN, action: 'a', summary: 'S', point: 'P-1', outcome: 'overridden', since: '2026-03-01', until: '2026-04-01' }
    expect(reasonFor(action('a', ['yes']), PLAN, told({ 'org.example.held-back': [held] }))).toEqual({ kind: 'held back', held })
    const before = { plan: PLAN, action: 'a', summary: 'S', since: '2026-03-01' }
    expect(reasonFor(action('a', ['yes']), PLAN, told({ 'org.example.already-told': [before] }))).toEqual({
      kind: 'told before',
      since: '2026-03-01',
    })
  })

  test('is another hook before all else, and nothing where there is a card', () => {
    expect(reasonFor(action('a', ['no'], { listensToHook: false }), PLAN, told())).toEqual({ kind: 'other hook' })
    const { noCardBecause: _, ...withCard } = action('a', ['yes'], { card: 'c1' })
    expect(reasonFor(withCard, PLAN, told())).toBeUndefined()
  })
})

test('a group without a title or condition is shown as what it holds', () => {
  const frame = action('frame', [], {
    actions: [action('one', ['no'], { title: 'One' }), action('inner', [], { actions: [action('two', ['no'])] })],
  })
  expect(shownActions([frame]).map(({ id }) => id)).toEqual(['one', 'two'])
})

const REQUEST = {
  hook: 'order-select',
  hookInstance: 'h',
  context: {
    userId: 'Practitioner/u1',
    patientId: 'p1',
    encounterId: 'e1',
    selections: ['MedicationRequest/draft-1'],
    draftOrders: {
      resourceType: 'Bundle',
      entry: [
        { resource: { resourceType: 'MedicationRequest', id: 'draft-1', status: 'draft', subject: { reference: 'Patient/p1' } } },
        { resource: { resourceType: 'MedicationRequest', id: 'draft-2', status: 'draft', subject: { reference: 'Patient/p1' } } },
      ],
    },
  },
  prefetch: {
    patient: { resourceType: 'Patient', id: 'p1', name: [{ family: 'Secret' }], birthDate: '1980-01-02', address: [{ city: 'Town' }] },
    conditions: {
      resourceType: 'Bundle',
      entry: [
        {
          resource: {
            resourceType: 'Condition',
            id: 'c1',
            subject: { reference: 'https://ehr.example.org/fhir/Patient/p1', display: 'Secret' },
            onsetDateTime: '2026-03-01T08:00:00+01:00',
          },
        },
        {
          resource: {
            resourceType: 'Condition',
            id: 'c2',
            onsetDateTime: '2026-02-01',
            recorder: { reference: 'Practitioner/u1', display: 'Dr Secret' },
          },
        },
      ],
    },
    observations: null,
  },
}

describe('what if', () => {
  test('every resource of a request is found, drafts too', () => {
    expect(sentResources(REQUEST).map(({ reference }) => reference)).toEqual([
      'MedicationRequest/draft-1',
      'MedicationRequest/draft-2',
      'Patient/p1',
      'Condition/c1',
      'Condition/c2',
    ])
  })

  test('a value is changed in a copy', () => {
    const [, , , condition1] = sentResources(REQUEST)
    const leaf = condition1 && leavesOf(condition1).find(({ name }) => name === 'onsetDateTime')
    expect(leaf).toMatchObject({ kind: 'date', value: '2026-03-01T08:00:00+01:00' })
    const changed = edited(REQUEST, withEdit([{ path: leaf?.path ?? [], value: 'first' }], { path: leaf?.path ?? [], value: '2026-03-29' }))
    expect(JSON.stringify(changed)).toContain('"onsetDateTime":"2026-03-29"')
    expect(JSON.stringify(changed)).not.toContain('first')
    expect(JSON.stringify(REQUEST)).toContain('2026-03-01T08')
  })

  test('several resources of one Bundle can be left out', () => {
    const left = sentResources(REQUEST).filter(({ reference }) => reference.startsWith('Condition'))
    const changed = edited(REQUEST, left.map(removalOf))
    expect(sentResources(changed).map(({ reference }) => reference)).toEqual([
      'MedicationRequest/draft-1',
      'MedicationRequest/draft-2',
      'Patient/p1',
    ])
  })

  test('an answer of a form keeps its question, and references are not to be changed', () => {
    const response = {
      reference: 'QuestionnaireResponse/r',
      path: ['prefetch', 'r'],
      resource: {
        resourceType: 'QuestionnaireResponse',
        item: [{ linkId: 'g', item: [{ linkId: 'q1', answer: [{ valueBoolean: true }] }] }],
      },
    } as unknown as Parameters<typeof leavesOf>[0]
    expect(leavesOf(response)).toEqual([
      {
        path: ['prefetch', 'r', 'item', 0, 'item', 0, 'answer', 0, 'valueBoolean'],
        name: 'item.item.answer.valueBoolean',
        kind: 'boolean',
        value: true,
        question: 'q1',
      },
    ])
  })

  test('cards are told apart by what they say', () => {
    const card = (uuid: string, summary: string): Card => ({ uuid, summary, indicator: 'info', source: { label: 'S' } })
    const result = compared(
      { cards: [card('a', 'A'), card('b', 'B'), card('c', 'C')] },
      { cards: [card('b', 'B2'), card('c', 'C'), card('d', 'D')] },
    )
    expect([result.added, result.removed, result.same].map(cards => cards.map(({ uuid }) => uuid))).toEqual([['d'], ['a'], ['c']])
    expect(result.changed.map(({ before, after }) => [before.summary, after.summary])).toEqual([['B', 'B2']])
  })
})

describe('an instant of the clock', () => {
  test.each([
    ['2026-03-30T12:00', '2026-03-30T12:00:00+02:00'],
    ['2026-01-30T12:00', '2026-01-30T12:00:00+01:00'],
    ['2026-10-25T12:00', '2026-10-25T12:00:00+01:00'],
    ['2026-03-29T00:30', '2026-03-29T00:30:00+01:00'],
  ])('%s in Denmark is %s', (local, instant) => {
    expect(instantIn(local, 'Europe/Copenhagen')).toBe(instant)
  })

  test('west of Greenwich the offset is negative', () => {
    expect(instantIn('2026-07-01T12:00', 'America/St_Johns')).toBe('2026-07-01T12:00:00-02:30')
  })
})

describe('a suggestion that is taken up', () => {
  const draft = (id: string): ServiceRequest => ({ resourceType: 'ServiceRequest', id, status: 'draft', intent: 'order', subject: {} })

  test('changes drafts in the page where something is ordered', () => {
    const drafts = [draft('draft-1'), draft('draft-2')]
    const actions = [
      { type: 'delete', description: '', resourceId: 'ServiceRequest/draft-1' },
      { type: 'update', description: '', resource: { ...draft('draft-2'), priority: 'asap' } },
      { type: 'create', description: '', resource: { ...draft('x') } },
    ] as const
    const result = taken(actions, drafts, true)
    expect(result.forServer).toEqual([])
    expect(result.drafts).toEqual([{ ...draft('draft-2'), priority: 'asap' }, { ...draft('draft-1') }])
  })

  test('is for the server where a record is open, and where it is about anything else', () => {
    const task = { type: 'create', description: '', resource: { resourceType: 'Task', status: 'requested', intent: 'order' } } as const
    expect(taken([task], [draft('draft-1')], true)).toEqual({ drafts: [draft('draft-1')], forServer: [task] })
    const create = { type: 'create', description: '', resource: draft('x') } as const
    expect(taken([create], [], false).forServer).toEqual([create])
  })
})

describe('YAML', () => {
  const writable: fc.Arbitrary<Writable> = fc.letrec<{ value: Writable }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.constantFrom('true', 'No', 'null', '2026-03-30', '1', 'a: b', '- x', 'Ægte æøå', ' x', 'x ', '#', ''),
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 4 }),
    ),
  })).value

  test('reads back as what it was', () => {
    fc.assert(fc.property(writable, value => expect(parse(toYaml(value)) as unknown).toEqual(value)))
  })
})

test('a call becomes a case that names nobody', () => {
  const card: Card = {
    uuid: 'u',
    summary: 'Say this: now',
    indicator: 'warning',
    source: { label: 'S' },
    extension: { 'org.example.decision-points': ['P-1', 'P-2'] },
  }
  const held = {
    plan: PLAN,
    action: 'a',
    summary: 'S',
    point: 'P-9',
    outcome: 'overridden',
    reason: 'other',
    since: '2026-03-01',
    until: '2026-04-01',
  }
  const text = clinicalCase({
    name: 'A case',
    service: 'service-1',
    request: REQUEST,
    response: { cards: [card], extension: { 'org.example.held-back': [held] } },
    now: '2026-03-30T12:00:00.000+02:00',
    isUsualLanguage: true,
  })
  expect(text).not.toMatch(/Secret|Town|p1/)
  expect(parse(text)).toEqual({
    cases: [
      {
        name: 'A case',
        answer: 'yes',
        today: '2026-03-30T12:00:00.000+02:00',
        service: 'service-1',
        patient: { birthDate: '1980-01-02' },
        user: 'Practitioner/u1',
        encounter: 'e1',
        given: [
          { draft: { resourceType: 'MedicationRequest', id: 'draft-1', status: 'draft', subject: { reference: 'Patient/testperson' } } },
          {
            draft: { resourceType: 'MedicationRequest', id: 'draft-2', status: 'draft', subject: { reference: 'Patient/testperson' } },
            'not chosen': true,
          },
          {
            resource: {
              resourceType: 'Condition',
              id: 'c1',
              subject: { reference: 'Patient/testperson' },
              onsetDateTime: '2026-03-01T08:00:00+01:00',
            },
          },
          { resource: { resourceType: 'Condition', id: 'c2', onsetDateTime: '2026-02-01', recorder: { reference: 'Practitioner/u1' } } },
        ],
        overridden: ['P-9 2026-03-01 (other)'],
        recommends: ['P-1', 'P-2'],
        cards: 1,
        indicator: 'warning',
        says: ['Say this: now'],
      },
    ],
  })
})

describe('the graph of the pathway', () => {
  const part = (id: string, uses?: string, hooks: string[] = []): ActionView => ({
    id,
    title: id.toUpperCase(),
    conditions: [],
    hooks,
    uses,
    points: [],
    actions: [],
  })
  const lines: PlanView = { id: 'lines', title: 'Lines', description: '', version: '1', isApplied: false, actions: [part('x')] }
  const plan: PlanView = {
    id: 'plan',
    title: 'Plan',
    description: '',
    version: '1',
    isApplied: true,
    actions: [
      { ...part('a', 'PlanDefinition/lines', ['patient-view']), actions: [part('within', 'ActivityDefinition/order')] },
      part('b', 'Questionnaire/form', ['order-sign']),
    ],
  }
  const knowledge: KnowledgeView = {
    plans: [plan, lines],
    facts: [],
    valueSets: [],
    titles: new Map([
      ['PlanDefinition/lines', 'Lines'],
      ['ActivityDefinition/order', 'Order'],
    ]),
    review: { warnings: [] },
  }

  test('goes from hooks over plans to what they use, each once', () => {
    const { nodes, edges, columns } = wholeGraph(knowledge)
    expect(columns).toBe(3)
    expect(nodes.map(({ kind, label, column }) => [kind, label, column])).toEqual(
      expect.arrayContaining([
        ['hook', 'patient-view', 0],
        ['hook', 'order-sign', 0],
        ['plan', 'Plan', 1],
        ['lines', 'Lines', 2],
        ['proposal', 'Order', 2],
        ['form', 'Questionnaire/form', 2],
      ]),
    )
    expect(nodes).toHaveLength(6)
    expect(edges).toHaveLength(5)
  })

  test('of one plan has its recommendations, with what stands within them', () => {
    const { nodes, edges } = planGraph(plan, knowledge)
    expect(nodes.filter(({ kind }) => kind === 'action').map(({ label, row }) => [label, row])).toEqual([
      ['A', 0],
      ['B', 1],
    ])
    expect(edges).toContainEqual({ from: 'action/a', to: 'ActivityDefinition/order' })
    expect(edges).toContainEqual({ from: 'hook/order-sign', to: 'action/b' })
  })
})

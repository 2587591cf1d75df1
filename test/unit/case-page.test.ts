// What the patient's page makes of what it is told, without a browser.
import { describe, expect, test } from '@jest/globals'
import type { Condition, Observation } from 'fhir/r4.js'
import { cardIn } from '../../apps/case/app-context.js'
import { actionNamed, plainTitle, questionsFor, untold } from '../../apps/case/reasons.js'
import { resourceWords } from '../../apps/case/resource-words.js'
import type { Explanation, ToldAction } from '../../src/calls/explain-call.js'
import type { OpenQuestions } from '../../src/calls/open-questions.js'

const action = (id: string, more: Partial<ToldAction> = {}): ToldAction => ({
  id,
  title: id,
  listensToHook: true,
  applies: 'no',
  met: 1,
  of: 2,
  conditions: [],
  actions: [],
  noCardBecause: 'The answer is no.',
  ...more,
})

const explanation = (...actions: ToldAction[]): Explanation => ({
  service: 's',
  clock: { now: '', today: '' },
  notRead: [],
  plans: [{ plan: 'https://example.org/fhir/PlanDefinition/plan|1.0', title: 'Plan', actions }],
  facts: {},
  response: { cards: [] },
})

test('what can become a card is found by its id, and by that of what stands below it', () => {
  const { noCardBecause: _, ...below } = action('line')
  const told = explanation(action('group', { actions: [action('one', { actions: [below] }), action('two', { card: 'uuid' })] }))
  expect(actionNamed(told, 'line')?.action.id).toBe('one')
  expect(actionNamed(told, 'two')?.action.id).toBe('two')
  expect(actionNamed(told, 'other')).toBeUndefined()
})

test('what cannot be told is told once, also of what stands below', () => {
  const unknown = (description: string) => ({ description, expression: '', answer: 'cannot-tell' as const, facts: [], resources: [] })
  const below = action('below', { conditions: [unknown('B'), unknown('A')] })
  expect(untold(action('it', { conditions: [unknown('A'), { ...unknown('C'), answer: 'yes' }], actions: [below] }))).toEqual(['A', 'B'])
})

test('asks for what could decide an action of its plan, in the words of the form, and for nothing else', () => {
  const deciding = (plan: string, id: string) => ({ plan, action: id, title: '', points: [], indicator: 'info' as const })
  const item = (linkId: string, actions: OpenQuestions['items'][number]['actions']) => ({
    linkId,
    questionnaire: 'urn:q',
    actions,
    isAcute: false,
  })
  const open = {
    items: [
      item('a', [deciding('https://example.org/PlanDefinition/plan|1', 'it')]),
      item('b', [deciding('https://example.org/PlanDefinition/other', 'it')]),
      item('c', [deciding('https://example.org/PlanDefinition/plan', 'another')]),
    ],
    questionnaires: [
      {
        resourceType: 'Questionnaire',
        status: 'active',
        url: 'urn:q',
        item: [{ linkId: 'g', type: 'group', item: ['a', 'b', 'c'].map(linkId => ({ linkId, type: 'boolean', text: `Text ${linkId}` })) }],
      },
    ],
  } as unknown as OpenQuestions
  expect(questionsFor(open, { plan: 'https://example.org/PlanDefinition/plan|2', action: action('it') })).toEqual(['Text a'])
})

test.each([
  ['Rødt flag: …', 'Rødt flag'],
  ['Spørg nu til …', 'Spørg nu til …'],
  ['Uge 2', 'Uge 2'],
])('the title %j is told as %j', (title, told) => {
  expect(plainTitle(action('it', { title }))).toBe(told)
})

describe('the card that an EHR hands on', () => {
  const card = {
    v: 1,
    service: 'start-back-risk',
    hook: 'patient-view',
    hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
    plan: 'p|1',
    action: 'high-risk',
  }
  const { v: _, plan: __, ...asked } = card

  test('is read as text and as what that stands for', () => {
    expect(cardIn(JSON.stringify(card))).toEqual(asked)
    expect(cardIn(card)).toEqual(asked)
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no JSON', '{'],
    ['null', 'null'],
    ['another version', { ...card, v: 2 }],
    ['a service that is a path', { ...card, service: '../page-settings' }],
    ['an action that is none', { ...card, action: 7 }],
    ['a hook that is missing', { ...card, hook: undefined }],
  ])('is not read of %s', (_, told) => {
    expect(cardIn(told)).toBeUndefined()
  })
})

test('a resource is told in its own words: what, which value, which day', () => {
  const condition: Condition = {
    resourceType: 'Condition',
    subject: {},
    code: { coding: [{ code: 'x' }, { display: 'Shown' }] },
    recordedDate: '2026-03-01T10:00:00Z',
  }
  expect(resourceWords(condition)).toEqual({ text: 'Shown', date: '2026-03-01' })
  const observation: Observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'CRP' },
    valueQuantity: { value: 12, unit: 'mg/L' },
    effectiveDateTime: '2026-02',
  }
  expect(resourceWords(observation)).toEqual({ text: 'CRP: 12 mg/L', date: '2026-02' })
  expect(resourceWords({ resourceType: 'Basic', code: {} })).toEqual({})
})

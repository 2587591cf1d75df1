import { describe, expect, test } from '@jest/globals'
import type { PlanDefinitionAction } from 'fhir/r4.js'
import { explainPlan, hasAction, type ExplainedAction, type ExplainedFact, type Selection } from '../../src/engine/apply/explain-plan.js'
import { EXTENSION } from '../support/house.js'
import {
  action,
  applyTo,
  canonical,
  knowledgeOf,
  library,
  onHook,
  plan,
  planOf,
  scopeOf,
  topAction,
  valueSet,
  when,
} from '../support/knowledge-builder.js'

const coded = (resourceType: string, id: string, code: string, more: object = {}) => ({
  resourceType,
  id,
  code: { coding: [{ system: 's', code }] },
  ...more,
})

const RECORDS = [
  { resourceType: 'Patient', id: 'p1', birthDate: '1961-04-23' },
  coded('Condition', 'c1', 'a', { onsetDateTime: '2026-01-05' }),
  coded('Condition', 'c2', 'b', { onsetDateTime: '2026-02' }),
  coded('Condition', 'c3', 'a', { onsetDateTime: '2026-03-01' }),
  coded('Observation', 'o1', 'x', { valueQuantity: { value: 5 } }),
  coded('Observation', 'o2', 'y', { valueQuantity: { value: 7 } }),
  { resourceType: 'QuestionnaireResponse', id: 'q1', authored: '2026-03-01', item: [{ linkId: '1', answer: [{ valueBoolean: true }] }] },
  { resourceType: 'QuestionnaireResponse', id: 'q2', authored: '2026-03-02', item: [{ linkId: '2', answer: [{ valueBoolean: false }] }] },
]

/** The facts of the last explanation, by name. */
let told = new Map<string, ExplainedFact>()

function explain(actions: PlanDefinitionAction[], facts: Record<string, string> = {}, selection?: Selection): ExplainedAction[] {
  const aSet = valueSet('a-set', { include: [{ system: 's', concept: [{ code: 'a' }] }] })
  const knowledge = knowledgeOf(plan(actions), library(facts), aSet)
  told = new Map()
  return explainPlan(planOf(knowledge), scopeOf(knowledge, { records: RECORDS }, true), 'patient-view', selection, told)
}

/** What a condition looked at, itself or through the facts behind it. */
function behind({ facts, resources }: { facts: readonly string[]; resources: readonly string[] }): string[] {
  const further = facts.flatMap(name => {
    const { uses, resources: own } = told.get(name)!
    return behind({ facts: uses, resources: own })
  })
  return [...new Set([...resources, ...further])].sort()
}

test('whether only the page shows an action is told beside its conditions, with what it rests on', () => {
  const shownOn = { url: EXTENSION.shownOn, valueExpression: when('%seen').expression }
  const [first] = explain([topAction('a', { extension: [shownOn], condition: [when('true')] })], { seen: '%patient.birthDate.exists()' })
  expect(first).toMatchObject({ applies: 'yes', conditions: [{ answer: 'yes' }], onlyOnPage: { answer: 'yes', facts: ['seen'] } })
})

function explained(expression: string, facts: Record<string, string> = {}) {
  const condition = explain([topAction('a', { condition: [when(expression)] })], facts)[0]?.conditions[0]
  if (!condition) throw new Error('no condition')
  return condition
}

const A_SET = canonical('ValueSet', 'a-set')

describe('the resources of a condition are those that led to the answer, not all that were searched', () => {
  test.each([
    [`%Condition.codedIn('${A_SET}').exists()`, ['Condition/c1', 'Condition/c3']],
    [`%Condition.codedIn('${A_SET}').where(id = 'c3').exists()`, ['Condition/c3']],
    [`true and %Condition.codedIn('${A_SET}').where(id = 'c3').exists()`, ['Condition/c3']],
    [`true and %Condition.codedIn('${A_SET}').where(id = 'none').exists()`, []],
    ["%Condition.where(code.coding.code = 'b').exists()", ['Condition/c2']],
    ["%Condition.where(code.coding.code = 'b').onset <= today()", ['Condition/c2']],
    ["%Condition.where(code.coding.code = 'b').exists().not()", ['Condition/c2']],
    ["%Condition.where(code.coding.code = 'none').exists()", []],
    ["%Condition.where(code.coding.code = 'none').onset <= today()", []],
    [`%Condition.codedIn('${A_SET}').where(id = 'none').exists()`, []],
    ["%Condition.where(id = 'c2').onset <= @2026-02-15", ['Condition/c2']],
    [
      "%Observation.where(code.coding.code = 'x').value.ofType(Quantity).value > 4 and %Condition.where(id = 'c1').exists()",
      ['Observation/o1', 'Condition/c1'],
    ],
    ["%QuestionnaireResponse.answer('1')", ['QuestionnaireResponse/q1']],
    ["%QuestionnaireResponse.answer('2').not()", ['QuestionnaireResponse/q2']],
    ["%QuestionnaireResponse.answer('3').exists()", []],
    ['%patient.birthDate <= today() - 18 years', ['Patient/p1']],
    [`%Condition.where(id = 'c1').code.memberOf('${A_SET}')`, ['Condition/c1']],
    ['%Encounter.exists()', []],
    ['false and %Condition.exists()', []],
  ])('%s', (expression, resources) => {
    expect(behind(explained(expression))).toEqual([...resources].sort())
  })
})

test('of a path that goes on from a function of ours, those that the rest of the path kept', () => {
  expect(
    explained(`%Condition.codedIn('${A_SET}').where(id = 'c3').onset.calendarDate().difference(today(), 'day') + 1 > 3`).resources,
  ).toEqual(['Condition/c3'])
  expect(explained(`%Condition.codedIn('${A_SET}').code.coding.where(code = 'none').exists()`).resources).toEqual([])
})

describe('the facts of a condition', () => {
  const facts = {
    inner: "%Condition.where(id = 'c1')",
    outer: '%inner.exists()',
    other: "%Observation.where(id = 'o1').exists()",
    unused: '%Patient.exists()',
    failing: '(1 | 2).single()',
  }

  test('are those it asked for; each is told once, those behind them included, with value, resources and what it used', () => {
    const { facts: used, answer, ...condition } = explained('%outer and %other', facts)
    expect(answer).toBe('yes')
    expect(used).toEqual(['outer', 'other'])
    expect([...told.values()]).toEqual([
      { name: 'outer', description: 'What outer says', value: [true], uses: ['inner'], resources: expect.any(Array) },
      { name: 'inner', description: 'What inner says', value: ['Condition/c1'], uses: [], resources: ['Condition/c1'] },
      { name: 'other', description: 'What other says', value: [true], uses: [], resources: ['Observation/o1'] },
    ])
    expect(behind({ facts: used, resources: condition.resources })).toEqual(['Condition/c1', 'Observation/o1'])
  })

  test('that were not asked for are not told', () => {
    expect(explained('%other or %outer', facts).facts).toEqual(['other'])
    expect([...told.keys()]).toEqual(['other'])
  })

  test('keep their resources when another condition asked for them first', () => {
    const [action_] = explain([topAction('a', { condition: [when('%outer'), when('%outer.not().not()')] })], facts)
    expect(action_?.conditions.map(behind)).toEqual([['Condition/c1'], ['Condition/c1']])
    expect([...told.keys()]).toEqual(['outer', 'inner'])
  })

  test('that fail have the code of the error and no value', () => {
    expect(explained('%failing', facts).answer).toBe('error')
    expect(told.get('failing')).toMatchObject({ value: [], error: 'CDS_EXPRESSION_FAILED' })
  })

  test('are described in the language that is asked for', () => {
    const knowledge = knowledgeOf(plan([topAction('a', { condition: [when('%one')] })]), library({ one: 'true' }))
    const described = (language: string) => {
      const found = new Map<string, ExplainedFact>()
      const [action_] = explainPlan(planOf(knowledge), scopeOf(knowledge, {}, true), undefined, undefined, found, language)
      return [found.get('one')?.description, action_?.conditions[0]?.description.get(language)]
    }
    expect(described('en')).toEqual(['What one says in English', 'When %one in English'])
    expect(described('da')).toEqual(['What one says', 'When %one'])
  })
})

describe('what is explained', () => {
  const child = (id: string) => action(id, { condition: [when('%inChild')] })
  const actions = [
    topAction('yes', {
      condition: [when('true')],
      action: [child('b'), action('c', { condition: [when('false')], action: [child('d')] })],
    }),
    topAction('no', { condition: [when('false')], action: [child('e'), action('f', { action: [child('g'), child('h')] })] }),
    topAction('deaf', { trigger: [onHook('order-sign')], condition: [when('true')], action: [child('i')] }),
  ]
  const facts = { inChild: 'true' }
  const tree = (explained: readonly ExplainedAction[]): unknown[] =>
    explained.map(({ id, actions: below, leftOut }) => [id, leftOut, ...tree(below)])

  test('is all of it where nothing else is asked', () => {
    expect(tree(explain(actions, facts))).toEqual([
      ['yes', 0, ['b', 0], ['c', 0, ['d', 0]]],
      ['no', 0, ['e', 0], ['f', 0, ['g', 0], ['h', 0]]],
      ['deaf', 0, ['i', 0]],
    ])
  })

  test('below an action that does not apply or listen may be left out, and is not evaluated then', () => {
    expect(tree(explain(actions, facts, { isWhole: false }))).toEqual([
      ['yes', 0, ['b', 0], ['c', 1]],
      ['no', 2],
      ['deaf', 1],
    ])
    explain([actions[1]!], facts, { isWhole: false })
    expect(told.size).toBe(0)
  })

  test('may be one action, with the way to it, whether or not that applies', () => {
    expect(tree(explain(actions, facts, { isWhole: false, only: 'g' }))).toEqual([['no', 1, ['f', 1, ['g', 0]]]])
    expect(tree(explain(actions, facts, { isWhole: false, only: 'c' }))).toEqual([['yes', 1, ['c', 1]]])
    expect(tree(explain(actions, facts, { isWhole: true, only: 'c' }))).toEqual([['yes', 1, ['c', 0, ['d', 0]]]])
    expect(explain(actions, facts, { isWhole: false, only: 'nowhere' })).toEqual([])
  })

  test('is found in plans within plans', () => {
    const inner = plan([action('i', { condition: [when('true')] }), action('j')], { id: 'inner' })
    const knowledge = knowledgeOf(
      plan([topAction('a', { condition: [when('false')], definitionCanonical: canonical('PlanDefinition', 'inner') }), topAction('z')]),
      inner,
    )
    const outer = planOf(knowledge)
    expect(
      [
        ['a', true],
        ['i', true],
        ['j', true],
        ['x', false],
      ].filter(([id, isThere]) => hasAction(outer, String(id)) !== isThere),
    ).toEqual([])
    expect(tree(explainPlan(outer, scopeOf(knowledge, {}, true), 'patient-view', { isWhole: false, only: 'j' }))).toEqual([
      ['a', 1, ['j', 0]],
    ])
  })
})

describe('answers', () => {
  test.each([
    ['true', 'yes'],
    ['false', 'no'],
    ['{}', 'cannot-tell'],
    ['(1 | 2).single()', 'error'],
    ["'text'", 'error'],
  ])('%s is %s', (expression, answer) => {
    expect(explained(expression).answer).toBe(answer)
  })

  test('errors tell their code and quote no record', () => {
    expect(explained('%Condition.single().exists()').error).toMatch(/^CDS_EXPRESSION_FAILED: /)
    expect(explained('%Condition.single().exists()').error).not.toContain('c1')
  })

  test.each([
    [['true', 'true'], 'yes'],
    [['true', 'false'], 'no'],
    [['{}', 'false'], 'no'],
    [['{}', 'true'], 'cannot-tell'],
    [[], 'yes'],
    // As the call decides: what comes after a no is not asked, and an error before it is not hidden.
    [['false', '(1 | 2).single()'], 'no'],
    [['(1 | 2).single()', 'false'], 'error'],
    [['{}', '(1 | 2).single()'], 'error'],
  ])('%j together are %s', (expressions, applies) => {
    expect(explain([topAction('a', { condition: expressions.map(when) })])[0]?.applies).toBe(applies)
  })

  test('every action is told, also those that do not listen and children of those that do not apply', () => {
    const actions = [
      topAction('a', { condition: [when('false')], action: [action('b', { condition: [when('true')] })] }),
      topAction('c', { trigger: [onHook('order-sign')] }),
    ]
    const [first, second] = explain(actions)
    expect(first).toMatchObject({
      id: 'a',
      listensToHook: true,
      applies: 'no',
      actions: [{ id: 'b', applies: 'yes', listensToHook: true }],
    })
    expect(second).toMatchObject({ id: 'c', listensToHook: false })
  })

  test('actions of a plan within a plan listen to every hook', () => {
    const inner = plan([action('i', { condition: [when('true')] })], { id: 'inner' })
    const knowledge = knowledgeOf(plan([topAction('a', { definitionCanonical: canonical('PlanDefinition', 'inner') })]), inner)
    const [outer] = explainPlan(planOf(knowledge), scopeOf(knowledge, {}, true), 'patient-view')
    expect(outer?.actions).toEqual([expect.objectContaining({ id: 'i', listensToHook: true, applies: 'yes' })])
  })
})

test('an explained call answers as a plain one does', () => {
  const facts = { one: "%Condition.where(id = 'c1').exists()", two: '%one and %Observation.count() = 2' }
  const knowledge = knowledgeOf(
    plan([topAction('a', { condition: [when('%two')] }), topAction('b', { condition: [when('%two.not()')] })]),
    library(facts),
  )
  const applied = applyTo(knowledge, { records: RECORDS }).requestGroup.action?.map(({ id }) => id)
  const told = explainPlan(planOf(knowledge), scopeOf(knowledge, { records: RECORDS }, true), 'patient-view')
    .filter(({ applies }) => applies === 'yes')
    .map(({ id }) => id)
  expect(told).toEqual(applied)
})

describe('an explained condition is answered as it is in a call, errors included', () => {
  const facts = { failing: '(1 | 2).single()', two: 'true.combine(false)', none: '%Encounter' }
  test.each([
    "%none.where(id = 'x').since(%failing).exists()",
    "%none.where(id = 'x').since(%failing).empty()",
    '%none.first().referringTo(%failing).exists()',
    '%none.select(%failing).exists()',
    `iif(%two, %Condition, %Observation).codedIn('${A_SET}').where(id = 'c1').exists()`,
    `%Condition.codedIn('${A_SET}').where(%failing).exists()`,
    `%Condition.codedIn('${A_SET}').where(%two).exists()`,
    `%Condition.codedIn('${A_SET}').where(id = 'none').select(%failing).exists()`,
    `iif(%Condition.codedIn('${A_SET}').exists(), %failing, 1).exists()`,
    'false and %failing',
    'true or %failing',
    '%failing and false',
    '%failing or true',
    '%failing and true',
  ])('%s', expression => {
    const knowledge = knowledgeOf(
      plan([topAction('a', { condition: [when(expression)] })]),
      library(facts),
      valueSet('a-set', { include: [{ system: 's', concept: [{ code: 'a' }] }] }),
    )
    const applies = (isExplained: boolean) =>
      explainPlan(planOf(knowledge), scopeOf(knowledge, { records: RECORDS }, isExplained))[0]?.applies
    expect(applies(true)).toBe(applies(false))
  })
})

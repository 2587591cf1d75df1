import { describe, expect, test } from '@jest/globals'
import type { PlanDefinitionAction } from 'fhir/r4.js'
import { explainPlan, type ExplainedAction } from '../../src/apply/explain-plan.js'
import { action, applyTo, canonical, knowledgeOf, library, onHook, plan, planOf, scopeOf, topAction, valueSet, when } from '../support/knowledge-builder.js'

const coded = (resourceType: string, id: string, code: string, more: object = {}) => ({ resourceType, id, code: { coding: [{ system: 's', code }] }, ...more })

const RECORDS = [
  { resourceType: 'Patient', id: 'p1', birthDate: '1961-04-23' },
  coded('Condition', 'c1', 'a', { onsetDateTime: '2026-01-05' }), coded('Condition', 'c2', 'b', { onsetDateTime: '2026-02' }), coded('Condition', 'c3', 'a', { onsetDateTime: '2026-03-01' }),
  coded('Observation', 'o1', 'x', { valueQuantity: { value: 5 } }), coded('Observation', 'o2', 'y', { valueQuantity: { value: 7 } }),
  { resourceType: 'QuestionnaireResponse', id: 'q1', authored: '2026-03-01', item: [{ linkId: '1', answer: [{ valueBoolean: true }] }] },
  { resourceType: 'QuestionnaireResponse', id: 'q2', authored: '2026-03-02', item: [{ linkId: '2', answer: [{ valueBoolean: false }] }] },
]

function explain(actions: PlanDefinitionAction[], facts: Record<string, string> = {}, hook = 'patient-view'): ExplainedAction[] {
  const aSet = valueSet('a-set', { include: [{ system: 's', concept: [{ code: 'a' }] }] })
  const knowledge = knowledgeOf(plan(actions), library(facts), aSet)
  return explainPlan(planOf(knowledge), scopeOf(knowledge, { records: RECORDS }, true), hook)
}

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
    ["%Observation.where(code.coding.code = 'x').value.ofType(Quantity).value > 4 and %Condition.where(id = 'c1').exists()", ['Observation/o1', 'Condition/c1']],
    ["%QuestionnaireResponse.answer('1')", ['QuestionnaireResponse/q1']],
    ["%QuestionnaireResponse.answer('2').not()", ['QuestionnaireResponse/q2']],
    ["%QuestionnaireResponse.answer('3').exists()", []],
    ["%patient.birthDate <= today() - 18 years", ['Patient/p1']],
    [`%Condition.where(id = 'c1').code.memberOf('${A_SET}')`, ['Condition/c1']],
    ['%Encounter.exists()', []],
    ['false and %Condition.exists()', []],
  ])('%s', (expression, resources) => {
    expect([...explained(expression).resources].sort()).toEqual([...resources].sort())
  })
})

test('of a path that goes on from a function of ours, those that the rest of the path kept', () => {
  expect(explained(`%Condition.codedIn('${A_SET}').where(id = 'c3').onset.calendarDate().difference(today(), 'day') + 1 > 3`).resources).toEqual(['Condition/c3'])
  expect(explained(`%Condition.codedIn('${A_SET}').code.coding.where(code = 'none').exists()`).resources).toEqual([])
})

describe('the facts of a condition', () => {
  const facts = { inner: "%Condition.where(id = 'c1')", outer: '%inner.exists()', other: "%Observation.where(id = 'o1').exists()", unused: '%Patient.exists()' }

  test('are those it asked for, those behind them included, with value and resources', () => {
    const { facts: used, resources, answer } = explained('%outer and %other', facts)
    expect(answer).toBe('yes')
    expect(used).toEqual([
      { name: 'outer', description: 'What outer says', value: [true], resources: expect.any(Array) },
      { name: 'inner', description: 'What inner says', value: ['Condition/c1'], resources: ['Condition/c1'] },
      { name: 'other', description: 'What other says', value: [true], resources: ['Observation/o1'] },
    ])
    expect([...resources].sort()).toEqual(['Condition/c1', 'Observation/o1'])
  })

  test('that were not asked for are not told', () => {
    expect(explained('%other or %outer', facts).facts.map(({ name }) => name)).toEqual(['other'])
  })

  test('keep their resources when another condition asked for them first', () => {
    const [action_] = explain([topAction('a', { condition: [when('%outer'), when('%outer.not().not()')] })], facts)
    expect(action_?.conditions.map(({ resources }) => resources)).toEqual([['Condition/c1'], ['Condition/c1']])
  })
})

describe('answers', () => {
  test.each([['true', 'yes'], ['false', 'no'], ['{}', 'cannot-tell'], ['(1 | 2).single()', 'error'], ["'text'", 'error']])('%s is %s', (expression, answer) => {
    expect(explained(expression).answer).toBe(answer)
  })

  test('errors tell their code and quote no record', () => {
    expect(explained('%Condition.single().exists()').error).toMatch(/^CDS_EXPRESSION_FAILED: /)
    expect(explained('%Condition.single().exists()').error).not.toContain('c1')
  })

  test.each([[['true', 'true'], 'yes'], [['true', 'false'], 'no'], [['{}', 'false'], 'no'], [['{}', 'true'], 'cannot-tell'], [[], 'yes'],
    // As the call decides: what comes after a no is not asked, and an error before it is not hidden.
    [['false', '(1 | 2).single()'], 'no'], [['(1 | 2).single()', 'false'], 'error'], [['{}', '(1 | 2).single()'], 'error']])('%j together are %s', (expressions, applies) => {
    expect(explain([topAction('a', { condition: expressions.map(when) })])[0]?.applies).toBe(applies)
  })

  test('every action is told, also those that do not listen and children of those that do not apply', () => {
    const actions = [topAction('a', { condition: [when('false')], action: [action('b', { condition: [when('true')] })] }), topAction('c', { trigger: [onHook('order-sign')] })]
    const [first, second] = explain(actions)
    expect(first).toMatchObject({ id: 'a', listensToHook: true, applies: 'no', actions: [{ id: 'b', applies: 'yes', listensToHook: true }] })
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
  const knowledge = knowledgeOf(plan([topAction('a', { condition: [when('%two')] }), topAction('b', { condition: [when('%two.not()')] })]), library(facts))
  const applied = applyTo(knowledge, { records: RECORDS }).requestGroup.action?.map(({ id }) => id)
  const told = explainPlan(planOf(knowledge), scopeOf(knowledge, { records: RECORDS }, true), 'patient-view').filter(({ applies }) => applies === 'yes').map(({ id }) => id)
  expect(told).toEqual(applied)
})

describe('an explained condition is answered as it is in a call, errors included', () => {
  const facts = { failing: '(1 | 2).single()', two: 'true.combine(false)', none: '%Encounter' }
  test.each([
    "%none.where(id = 'x').since(%failing).exists()", "%none.where(id = 'x').since(%failing).empty()", '%none.first().referringTo(%failing).exists()', "%none.select(%failing).exists()",
    `iif(%two, %Condition, %Observation).codedIn('${A_SET}').where(id = 'c1').exists()`, `%Condition.codedIn('${A_SET}').where(%failing).exists()`, `%Condition.codedIn('${A_SET}').where(%two).exists()`,
    `%Condition.codedIn('${A_SET}').where(id = 'none').select(%failing).exists()`, `iif(%Condition.codedIn('${A_SET}').exists(), %failing, 1).exists()`, 'false and %failing', 'true or %failing', '%failing and false', '%failing or true', '%failing and true',
  ])('%s', expression => {
    const knowledge = knowledgeOf(plan([topAction('a', { condition: [when(expression)] })]), library(facts), valueSet('a-set', { include: [{ system: 's', concept: [{ code: 'a' }] }] }))
    const applies = (isExplained: boolean) => explainPlan(planOf(knowledge), scopeOf(knowledge, { records: RECORDS }, isExplained))[0]?.applies
    expect(applies(true)).toBe(applies(false))
  })
})

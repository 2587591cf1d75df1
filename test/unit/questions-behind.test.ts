// On which questions of a form an action rests: what is not asked for cannot matter, and whatever cannot be seen through may.
import { expect, test } from '@jest/globals'
import type { QuestionnaireResponse } from 'fhir/r4.js'
import { QuestionsBehind } from '../../src/engine/apply/questions-behind.js'
import { openScope } from '../../src/engine/expression/scope.js'
import { canonical, english, knowledgeOf, library, plan, planOf, scopeOf, topAction, when } from '../support/knowledge-builder.js'

const FORM = {
  resourceType: 'QuestionnaireResponse',
  id: 'as-if',
  status: 'completed',
  questionnaire: canonical('Questionnaire', 'weather'),
} as const

const FACTS = {
  said: "%QuestionnaireResponse.answer('rain')",
  saidLater: "iif(%Condition.exists(), %QuestionnaireResponse.answer('snow'), {})",
  behindFact: '%said.exists()',
}

/** Which of some questions can matter to an action with a condition. */
function mattering(condition: string, { records = [], stopAt }: { records?: readonly object[]; stopAt?: number } = {}): string[] {
  const questionnaire = {
    resourceType: 'Questionnaire' as const,
    id: 'weather',
    version: '2026.1.0',
    url: canonical('Questionnaire', 'weather'),
    status: 'active' as const,
    item: ['rain', 'snow', 'wind'].map(linkId => ({ linkId, type: 'boolean' as const, text: linkId, _text: english(linkId) })),
  }
  const knowledge = knowledgeOf(plan([topAction('act', { condition: [when(condition)] })]), library(FACTS), questionnaire)
  const compiled = planOf(knowledge)
  const asked = { plan: compiled, action: compiled.actions[0]!, way: [{ plan: compiled, action: compiled.actions[0]! }] }
  const behind = new QuestionsBehind(FORM, (form: QuestionnaireResponse) => {
    const { state } = scopeOf(knowledge)
    const all = [...records, form] as QuestionnaireResponse[]
    return openScope(compiled.variables, {
      ...state,
      ...(stopAt !== undefined && { stopAt }),
      recordsOfType: type => all.filter(({ resourceType }) => resourceType === type),
    })
  })
  behind.learn(asked)
  return ['rain', 'snow', 'wind'].filter(linkId => behind.canMatter(linkId, asked))
}

test.each([
  ["%QuestionnaireResponse.answer('rain') = true", ['rain']],
  ['%behindFact', ['rain']],
  ["%behindFact or %QuestionnaireResponse.answering('wind', true).exists()", ['rain', 'wind']],
  ["%QuestionnaireResponse.unanswered('rain', 'snow').empty()", ['rain', 'snow']],
  ["%QuestionnaireResponse.answeredYes('snow').exists()", ['snow']],
  ['%QuestionnaireResponse.exists()', []],
  ['%patient.exists()', []],
])('%s rests on %j', (condition, questions) => {
  expect(mattering(condition)).toEqual(questions)
})

test('what a record leads to being asked is asked, and what it keeps from being asked is not', () => {
  expect(mattering('%saidLater.exists()')).toEqual([])
  expect(mattering('%saidLater.exists()', { records: [{ resourceType: 'Condition' }] })).toEqual(['snow'])
})

test.each([
  "%QuestionnaireResponse.repeat(item).where(linkId = 'rain').exists()",
  "%QuestionnaireResponse.item.where(linkId = 'rain').exists()",
  '%QuestionnaireResponse.descendants().count() > 9',
])('of who looks into the form itself, nobody knows what for, however often: %s', condition => {
  expect(mattering(condition)).toEqual(['rain', 'snow', 'wind'])
  expect(mattering(`%behindFact or (${condition} and ${condition})`)).toEqual(['rain', 'snow', 'wind'])
})

test('what there was no time to evaluate may rest on everything', () => {
  const records = Array.from({ length: 100 }, () => ({ resourceType: 'Condition', code: { text: 'x' } }))
  const condition = "%Condition.where(code.text = 'y').exists() or %QuestionnaireResponse.answer('rain') = true"
  expect(mattering(condition, { records })).toEqual(['rain'])
  expect(mattering(condition, { records, stopAt: 0 })).toEqual(['rain', 'snow', 'wind'])
})

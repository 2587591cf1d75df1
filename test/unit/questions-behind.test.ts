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
  forms: '%QuestionnaireResponse',
  countOfForms: '%forms.count()',
}

interface Given {
  records?: readonly object[]
  stopAt?: number
}

/** What an action with a condition rests on, how its call is opened with a form, and where the value of a fact is kept. */
function learnt(condition: string, { records = [], stopAt }: Given = {}) {
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
  const open = (form: QuestionnaireResponse, isExplained = false) => {
    const { state } = scopeOf(knowledge)
    const all = [...records, form] as QuestionnaireResponse[]
    const data = {
      ...state,
      ...(stopAt !== undefined && { stopAt }),
      recordsOfType: (type: string) => all.filter(({ resourceType }) => resourceType === type),
    }
    return openScope(compiled.variables, data, isExplained)
  }
  const behind = new QuestionsBehind(FORM, [asked], form => open(form, true))
  behind.learn(asked)
  const placeOf = (name: string) => compiled.variables.find(name)?.place ?? Number.NaN
  return { behind, asked, open, placeOf }
}

const QUESTIONS = ['rain', 'snow', 'wind']

/** Which of some questions can matter to an action with a condition. */
function mattering(condition: string, given?: Given): string[] {
  const { behind, asked } = learnt(condition, given)
  return QUESTIONS.filter(linkId => behind.canMatter(linkId, asked))
}

/** The facts that a scope with an answer to a question is told, of those that the condition asked for. */
function told(condition: string, linkId: string): string[] {
  const { behind, open, placeOf } = learnt(condition)
  const scope = behind.besides(linkId)(open({ ...FORM, item: [{ linkId, answer: [{ valueBoolean: true }] }] }))
  return Object.keys(FACTS).filter(name => scope.state.known[placeOf(name)] !== undefined)
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

test.each<[string, string, string, string[]]>([
  ['what asks for another question', '%behindFact', 'snow', ['said', 'behindFact']],
  ['nothing that asks for this one, itself or through another fact', '%behindFact', 'rain', []],
  ['what was never asked for', '%behindFact or %saidLater', 'snow', ['said', 'saidLater', 'behindFact']],
  ['not the form itself, which now has an answer, but what comes of it whatever it says', '%countOfForms > 0', 'rain', ['countOfForms']],
  ['nothing that was found out where somebody looked into the form', '%said.exists() or %forms.item.exists()', 'snow', []],
])('a scope with an answer is told %s', (_, condition, linkId, facts) => {
  expect(told(condition, linkId)).toEqual(facts)
})

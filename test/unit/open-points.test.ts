import { describe, expect, test } from '@jest/globals'
import type { PlanDefinitionAction } from 'fhir/r4.js'
import { DECISION_POINT_SYSTEM } from '../support/house.js'
import { askedActions, lettersOf, placesOf, type AskedAction } from '../../src/cases/asked.js'
import type { ClinicalCase, FoundCase } from '../../src/cases/format.js'
import { closedPoints, openAsNo } from '../../src/cases/open-points.js'
import { action, canonical, compileResources, onHook, plan, planOf, scopeOf, topAction, when } from '../support/knowledge-builder.js'

const speaks = (point: string) => ({ code: [{ coding: [{ system: DECISION_POINT_SYSTEM, code: point }] }] })
const yes = when('true')
const no = when('false')
const open = when('{}')
const fails = when("%Patient.birthDate.matches('x')")

/** Two patients, of whom the condition `fails` cannot take the birth date of one. */
const RECORDS = [
  { resourceType: 'Patient', id: 'p1', birthDate: '1961' },
  { resourceType: 'Patient', id: 'p2', birthDate: '1962' },
]

/** What the actions of `plan` answer, written down and read again. */
function asked(actions: PlanDefinitionAction[], ...nested: ReturnType<typeof plan>[]): AskedAction[] {
  // The points of these tests stand in no code system, and their actions have neither grade nor source.
  const { knowledge } = compileResources(plan(actions), ...nested)
  const compiled = planOf(knowledge)
  const service = { id: 's', hook: 'patient-view', title: '', description: '', plans: [compiled], requirements: [] }
  return askedActions(placesOf(service), lettersOf(service, scopeOf(knowledge, { records: RECORDS }), 'patient-view'))
}

/** What is wrong with X-1 standing under `cannot tell`. */
const closed = (...given: Parameters<typeof asked>): string[] => closedPoints({ 'cannot tell': ['X-1'] } as ClinicalCase, asked(...given))

describe('a point is open', () => {
  test.each<[string, ...Parameters<typeof asked>]>([
    ['where its action answers cannot-tell', [topAction('a', { ...speaks('X-1'), condition: [yes, open] })]],
    [
      'where the action around it answers cannot-tell',
      [topAction('a', { condition: [open], action: [action('b', { ...speaks('X-1'), condition: [yes] })] })],
    ],
    [
      'where one action answers cannot-tell and another no',
      [topAction('a', { ...speaks('X-1'), condition: [no] }), topAction('b', { ...speaks('X-1'), condition: [open] })],
    ],
    [
      'in a plan within a plan',
      [topAction('a', { condition: [yes], definitionCanonical: canonical('PlanDefinition', 'within') })],
      plan([action('b', { ...speaks('X-1'), condition: [open] })], { id: 'within' }),
    ],
    [
      'where the action that would speak does not listen to the hook',
      [
        topAction('a', { ...speaks('X-1'), condition: [open] }),
        action('b', { ...speaks('X-1'), condition: [yes], trigger: [onHook('order-sign')] }),
      ],
    ],
  ])('%s', (_, ...given) => {
    expect(closed(...given)).toEqual([])
  })
})

describe('a point is not open, and the sentence names action, conditions and answers', () => {
  test.each<[string, string, ...Parameters<typeof asked>]>([
    [
      'where its action answers no beside something open',
      'X-1 should be open, but is answered: plan/a answers no (a: "When false" no)',
      [topAction('a', { ...speaks('X-1'), condition: [open, no] })],
    ],
    [
      'where an action around it answers no',
      'X-1 should be open, but is answered: plan/a/b answers no (a: "When false" no)',
      [topAction('a', { condition: [no], action: [action('b', { ...speaks('X-1'), condition: [open] })] })],
    ],
    [
      'where it answers no within something open',
      'X-1 should be open, but is answered: plan/a/b answers no (b: "When false" no)',
      [topAction('a', { condition: [open], action: [action('b', { ...speaks('X-1'), condition: [no] })] })],
    ],
    [
      'where a plan within answers no',
      'X-1 should be open, but is answered: plan/a/within/b answers no (b: "When false" no)',
      [topAction('a', { condition: [open], definitionCanonical: canonical('PlanDefinition', 'within') })],
      plan([action('b', { ...speaks('X-1'), condition: [no] })], { id: 'within' }),
    ],
    [
      'where another action answers yes',
      'X-1 should be open, but is spoken: plan/b answers yes',
      [topAction('a', { ...speaks('X-1'), condition: [open] }), topAction('b', { ...speaks('X-1'), condition: [yes] })],
    ],
    [
      'where its evaluation fails',
      'X-1 should be open, but is answered: plan/a answers error (a: "When %Patient.birthDate.matches(\'x\')" error)',
      [topAction('a', { ...speaks('X-1'), condition: [open, fails] })],
    ],
    [
      'where no action of the service carries it',
      'X-1 should be open, but no action of the called services carries it',
      [topAction('a', { ...speaks('X-2'), condition: [open] })],
    ],
    [
      'where its only action listens to another hook',
      'X-1 should be open, but no action of the called services carries it',
      [action('a', { ...speaks('X-1'), condition: [open], trigger: [onHook('order-sign')] })],
    ],
  ])('%s', (_, sentence, ...given) => {
    expect(closed(...given)).toEqual([sentence])
  })

  test('every action that carries it is told', () => {
    expect(
      closed([topAction('a', { ...speaks('X-1'), condition: [no] }), topAction('b', { ...speaks('X-1'), condition: [yes, no] })]),
    ).toEqual(['X-1 should be open, but is answered: plan/a answers no (a: "When false" no); plan/b answers no (b: "When false" no)'])
  })
})

test('points that a case does not call open are not asked', () => {
  expect(
    closedPoints({ 'does not recommend': ['X-1'] } as ClinicalCase, asked([topAction('a', { ...speaks('X-1'), condition: [no] })])),
  ).toEqual([])
})

/** A case in the folder X-1 that does not recommend X-1. */
const notX1: Pick<ClinicalCase, 'answer' | 'does not recommend'> = { answer: 'no', 'does not recommend': ['X-1'] }

/** What is wrong with a case in the folder X-1. */
const wrongIn = (each: Partial<ClinicalCase>, ...given: Parameters<typeof asked>): string[] =>
  openAsNo({ about: 'X-1', file: 'X-1/a.yaml', case: each as ClinicalCase } satisfies FoundCase, asked(...given))

describe('a case whose answer is no', () => {
  test.each<[string, string, ...Parameters<typeof asked>]>([
    [
      'where the action of its point is open, with the condition that is',
      'X-1 is said to be no, but is open: plan/a answers cannot-tell (a: "When {}" cannot-tell)',
      [topAction('a', { ...speaks('X-1'), condition: [yes, open] })],
    ],
    [
      'where an action around it is open',
      'X-1 is said to be no, but is open: plan/a/b answers cannot-tell (a: "When {}" cannot-tell)',
      [topAction('a', { condition: [open], action: [action('b', { ...speaks('X-1'), condition: [yes] })] })],
    ],
    [
      'where one action is open beside one that answers no',
      'X-1 is said to be no, but is open: plan/b answers cannot-tell (b: "When {}" cannot-tell)',
      [topAction('a', { ...speaks('X-1'), condition: [no] }), topAction('b', { ...speaks('X-1'), condition: [open] })],
    ],
  ])('is refused %s', (_, sentence, ...given) => {
    expect(wrongIn(notX1, ...given)).toEqual([sentence])
  })

  test.each<[string, ...Parameters<typeof asked>]>([
    ['a no decides beside something open', [topAction('a', { ...speaks('X-1'), condition: [open, no] })]],
    [
      'its point is spoken, as another expectation tells',
      [topAction('a', { ...speaks('X-1'), condition: [open] }), topAction('b', { ...speaks('X-1'), condition: [yes] })],
    ],
    ['only another point is open', [topAction('a', { ...speaks('X-2'), condition: [open] })]],
    ['the open action listens to another hook', [action('a', { ...speaks('X-1'), condition: [open], trigger: [onHook('order-sign')] })]],
  ])('stands where %s', (_, ...given) => {
    expect(wrongIn(notX1, ...given)).toEqual([])
  })

  test.each<[string, Partial<ClinicalCase>]>([
    ['stands for a yes', { ...notX1, answer: 'yes' }],
    ['stands for a cannot tell', { ...notX1, answer: 'cannot-tell' }],
    ['is silent about the point of its folder, as one that was saved from a call', { answer: 'no' }],
    ['does not recommend another point', { answer: 'no', 'does not recommend': ['X-2'] }],
  ])('is not refused where it %s', (_, each) => {
    expect(wrongIn(each, [topAction('a', { ...speaks('X-1'), condition: [open] })])).toEqual([])
  })
})

test('letters of another service are refused', () => {
  expect(() => askedActions([], '+y')).toThrow('The letters are not of these places.')
})

// Every card names the family it belongs to, and no two families share a code: a client may remember an override by it.
import { describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import type { PlanDefinitionAction } from 'fhir/r4.js'
import type { Card } from '../../src/cds-hooks/types.js'
import type { CompiledPlan } from '../../src/engine/knowledge/compiled.js'
import { extensionOf } from '../../src/engine/model/extensions.js'
import { CARD_TOPIC_SYSTEM, EXTENSION } from '../support/house.js'
import { recordedPass } from '../support/recorded.js'
import { PEOPLE, prefetchedCall, SERVICES } from '../support/hook-requests.js'
import { startTestService, testKnowledge } from '../support/service.js'

/** Families that several plans make up; every other topic belongs to one plan. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  'guideline-advice': [
    'long-lasting-pain-guideline',
    'recent-onset-low-back-pain',
    'root-affection-guideline',
    'spinal-stenosis-guideline',
  ],
  'professional-role': ['analgesic-orders', 'referral-orders'],
  'red-flags-acute': ['red-flags', 'red-flags-at-orders'],
  'red-flags-serious-disease': ['red-flags', 'red-flags-at-orders'],
  'red-flags-urination': ['red-flags', 'red-flags-at-orders'],
  'red-flags': ['red-flags', 'red-flags-at-orders'],
  'red-flags-second-look': ['pathway-next-step', 'red-flags-at-orders'],
}

const { knowledge, services } = testKnowledge()
const plans = [...new Set([...services.values()].flatMap(service => service.plans))]
const isAboutRedFlags = ({ resource }: CompiledPlan) => extensionOf(resource, EXTENSION.undecidedPriority)?.valueCode === 'urgent'

const topicOf = (plan: CompiledPlan, action: PlanDefinitionAction) =>
  extensionOf(action, EXTENSION.cardTopic)?.valueCoding ?? plan.resource.topic?.[0]?.coding?.[0]
const topLevel = plans.flatMap(plan => plan.actions.map(({ resource }) => ({ plan, action: resource, topic: topicOf(plan, resource) })))

/** Ids of the plans whose cards have a topic, by its code. */
function plansByTopic(cards: readonly { code: string; plan: string }[]): Record<string, string[]> {
  const codes = [...new Set(cards.map(({ code }) => code))].sort()
  return Object.fromEntries(
    codes.map(code => [code, [...new Set(cards.filter(card => card.code === code).map(({ plan }) => plan))].sort()]),
  )
}

const undeclared = (byTopic: Record<string, string[]>) =>
  Object.entries(byTopic).filter(([code, ids]) => ids.length > 1 && ids.some(id => !SHARED[code]?.includes(id)))

describe('in the knowledge', () => {
  test('every card that a service can give has a topic of ours, in Danish and in English', () => {
    expect(topLevel.length).toBeGreaterThan(80)
    const nameless = topLevel.filter(({ topic }) => {
      const words = topic?.system === CARD_TOPIC_SYSTEM ? knowledge.terminology.display(topic.system, topic.code) : undefined
      return !words?.get('da') || !words.get('en')
    })
    expect(nameless.map(({ action }) => action.id)).toEqual([])
  })

  test('no topic belongs to two families, and those of several plans are those we mean', () => {
    const byTopic = plansByTopic(topLevel.map(({ plan, topic }) => ({ plan: plan.resource.id ?? '', code: topic?.code ?? '' })))
    expect(undeclared(byTopic)).toEqual([])
    expect(Object.keys(SHARED).filter(code => code !== 'red-flags' && (byTopic[code]?.length ?? 0) < 2)).toEqual([])
  })

  test('red flags share no topic with anything else, and acute ones none with other red flags', () => {
    const flags = topLevel.filter(({ plan, action }) => isAboutRedFlags(plan) || action.priority === 'stat')
    const others = topLevel.filter(each => !flags.includes(each) && !each.topic?.code?.startsWith('red-flags-'))
    const codes = (cards: typeof topLevel) => new Set(cards.map(({ topic }) => topic?.code))
    expect([...codes(flags)].filter(code => !code?.startsWith('red-flags') || codes(others).has(code))).toEqual([])
    const acute = codes(flags.filter(({ action }) => action.priority === 'stat'))
    expect([...acute].filter(code => codes(flags.filter(({ action }) => action.priority !== 'stat')).has(code))).toEqual([])
  })
})

/** What is wrong with the topics of some answers. */
function faultsOf(cards: readonly Card[]): unknown[] {
  const told = cards.map(({ source: { topic }, extension }) => ({
    topic,
    code: topic?.code ?? '',
    plan: /PlanDefinition\/([^|]+)/.exec(String(extension?.['org.columna.knowledge']))?.[1] ?? '',
  }))
  return [...told.filter(({ topic }) => topic?.system !== CARD_TOPIC_SYSTEM || !topic.display), ...undeclared(plansByTopic(told))]
}

describe('in answers', () => {
  test('to the people of the demonstration', async () => {
    const service = await startTestService()
    const cards: Card[] = []
    for (const id of SERVICES) {
      for (const person of PEOPLE) {
        const { body } = await supertest(service.url).post(`/cds-services/${id}`).send(prefetchedCall(person, id))
        cards.push(...(body as { cards: Card[] }).cards)
      }
    }
    await service.close()
    expect(cards.length).toBeGreaterThan(20)
    expect(faultsOf(cards)).toEqual([])
  })

  test('to the clinical cases', async () => {
    const { cases } = (await recordedPass()).recording
    const cards = cases.flatMap(({ answered }) => answered.cards)
    expect(new Set(cards.map(({ source }) => source.topic?.code)).size).toBeGreaterThan(15)
    expect(faultsOf(cards)).toEqual([])
  }, 900_000)
})

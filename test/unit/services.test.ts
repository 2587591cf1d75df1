import { describe, expect, test } from '@jest/globals'
import { FaultList } from '../../src/engine/model/faults.js'
import { buildServices, describeService, type ServiceFile } from '../../src/knowledge-files/services.js'
import { canonical, knowledgeOf, library, onHook, plan, topAction, when } from '../support/knowledge-builder.js'

const PLAN = canonical('PlanDefinition', 'plan')
const service = (more: Partial<ServiceFile['service']> = {}): ServiceFile['service'] => ({
  id: 'one',
  publish: { hook: 'patient-view', title: 'Titel', description: 'Beskrivelse' },
  apply: [PLAN],
  ...more,
})

const own = (id: string, limit: number) => library({ [id]: '%Condition.exists()' }, { id, dataRequirement: [{ type: 'Condition', limit }] })
const topic = [{ coding: [{ system: 'https://example.org/topic', code: 'one', display: 'Emnet' }] }]
const reading = (id: string, fact: string) =>
  plan([topAction(`${id}-action`, { condition: [when(`%${fact}`)] })], { id, topic, library: [canonical('Library', fact)] })

const KNOWLEDGE = knowledgeOf(
  plan([topAction('a', { condition: [when('%Condition.exists()')] })], { topic }),
  plan([topAction('d')], { id: 'draft', status: 'draft', topic }),
  plan([topAction('s', { trigger: [onHook('order-sign')] })], { id: 'signing', topic }),
  plan([topAction('n')], { id: 'nameless' }),
  reading('few', 'few'),
  reading('many', 'many'),
  own('few', 5),
  own('many', 50),
)

function build(services: ServiceFile['service'][], isServed?: Parameters<typeof buildServices>[3]) {
  // Languages are asked of the examples in test/broken/.
  const faults = new FaultList().judgedBy({ severities: { TRANSLATION_MISSING: 'accepted' } })
  const registry = buildServices(
    services.map((each, index) => ({ file: `cds-services/${index}.json`, service: each })),
    KNOWLEDGE,
    faults,
    isServed,
  )
  return { registry, faults: faults.faults.map(({ code, element, message }) => `${code} ${element} ${message}`) }
}

describe('a service', () => {
  test('is bound to its plans by canonical, with or without version', () => {
    const { registry, faults } = build([service(), service({ id: 'two', apply: [`${PLAN}|2026.1.0`] })])
    expect(faults).toEqual([])
    expect([...registry.values()].map(({ id, plans }) => [id, plans.map(({ resource }) => resource.id)])).toEqual([
      ['one', ['plan']],
      ['two', ['plan']],
    ])
  })

  test('is described as CDS Hooks describes one', () => {
    const { registry } = build([service()])
    expect([...registry.values()].map(each => describeService(each))).toEqual([
      {
        id: 'one',
        hook: 'patient-view',
        title: 'Titel',
        description: 'Beskrivelse',
        prefetch: { condition: 'Condition?patient={{context.patientId}}&_count=200' },
        version: 'STU2',
        hookVersion: '1.0',
      },
    ])
  })

  test('that reads nothing has no prefetch', () => {
    const { registry } = build([service({ apply: [canonical('PlanDefinition', 'draft')] })])
    expect([...registry.values()].map(each => describeService(each))[0]).not.toHaveProperty('prefetch')
  })

  test('shows usage requirements where there are some', () => {
    const { registry } = build([service({ publish: { hook: 'patient-view', title: 'T', description: 'D', usageRequirements: 'U' } })])
    expect([...registry.values()].map(each => describeService(each))[0]?.usageRequirements).toBe('U')
  })

  test('is described in another language where it has one, else in its first', () => {
    const english = { title: 'T', description: 'D', usageRequirements: 'U' }
    const { registry } = build([
      service({
        publish: {
          hook: 'patient-view',
          title: 'Titel',
          description: 'Beskrivelse',
          usageRequirements: 'Krav',
          translation: { en: english },
        },
      }),
    ])
    const titles = ['da', 'en', 'de'].map(language => [...registry.values()].map(each => describeService(each, language).title)[0])
    expect(titles).toEqual(['Titel', 'T', 'Titel'])
    expect(describeService([...registry.values()][0]!, 'en')).toMatchObject(english)
  })

  test('leaves out plans that are not served, and is not published without any', () => {
    const services = [
      service({ apply: [PLAN, canonical('PlanDefinition', 'draft')] }),
      service({ id: 'two', apply: [canonical('PlanDefinition', 'draft')] }),
    ]
    const { registry, faults } = build(services, ({ resource }) => resource.status === 'active')
    expect(faults).toEqual([])
    expect([...registry.values()].map(({ id, plans }) => [id, plans.length])).toEqual([['one', 1]])
  })
})

describe('a fault', () => {
  test.each<[string, Partial<ServiceFile['service']>, string]>([
    ['without an id', { id: '' }, 'SERVICE_INVALID id '],
    ['with an id that a path would misread', { id: 'a/b' }, 'SERVICE_INVALID id '],
    ['without publish', { publish: {} }, 'SERVICE_INVALID publish.hook '],
    ['for an unknown hook', { publish: { hook: 'patient-vieww', title: 'T', description: 'D' } }, 'SERVICE_INVALID publish.hook '],
    ['for a hook that only objects have', { publish: { hook: 'toString', title: 'T', description: 'D' } }, 'SERVICE_INVALID publish.hook '],
    ['with a blank title', { publish: { hook: 'patient-view', title: ' ', description: 'D' } }, 'SERVICE_INVALID publish.title '],
    ['without a description', { publish: { hook: 'patient-view', title: 'T' } }, 'SERVICE_INVALID publish.description '],
    [
      'without a description in a translation',
      { publish: { hook: 'patient-view', title: 'T', description: 'D', translation: { en: { title: 'T' } } } },
      'SERVICE_INVALID publish.translation.en ',
    ],
    [
      'whose translation does not say what it requires',
      {
        publish: {
          hook: 'patient-view',
          title: 'T',
          description: 'D',
          usageRequirements: 'U',
          translation: { en: { title: 'T', description: 'D' } },
        },
      },
      'SERVICE_INVALID publish.translation.en ',
    ],
    ['without plans', { apply: [] }, 'SERVICE_INVALID apply '],
    ['with an unknown plan', { apply: ['https://example.org/none'] }, 'SERVICE_INVALID apply There is no'],
    ['with another version of a plan', { apply: [`${PLAN}|1.0.0`] }, 'SERVICE_INVALID apply There is no'],
    ['with a plan for another hook', { apply: [canonical('PlanDefinition', 'signing')] }, 'SERVICE_INVALID apply '],
    ['with a plan that has no topic', { apply: [canonical('PlanDefinition', 'nameless')] }, 'TOPIC_MISSING apply '],
    [
      'with two queries under one key',
      { apply: [canonical('PlanDefinition', 'few'), canonical('PlanDefinition', 'many')] },
      'SERVICE_INVALID apply Two plans ask for different data under the prefetch key condition',
    ],
  ])('%s', (_, more, expected) => {
    const { registry, faults } = build([service(more)])
    expect(faults).toContainEqual(expect.stringContaining(expected))
    expect(registry.size).toBe(0)
  })

  test('an id that is used twice, also when one of the two is not served', () => {
    expect(build([service(), service()]).faults).toEqual(['SERVICE_INVALID id The id one is used twice.'])
    const hidden = build(
      [service({ apply: [canonical('PlanDefinition', 'draft')] }), service()],
      ({ resource }) => resource.status === 'active',
    )
    expect(hidden.faults).toEqual(['SERVICE_INVALID id The id one is used twice.'])
  })
})

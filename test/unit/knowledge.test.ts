import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Expression, FhirResource, Library, PlanDefinition, PlanDefinitionAction, RequestGroupAction } from 'fhir/r4.js'
import { type ActionWithId, withIds } from '../../src/engine/knowledge/action-ids.js'
import { checkTitles } from '../../src/engine/knowledge/check-titles.js'
import { compileKnowledge } from '../../src/engine/knowledge/compile-knowledge.js'
import { plainR4, type KnowledgeProfile } from '../../src/engine/knowledge/profile.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { CANONICAL_BASE, EXTENSION, HOUSE } from '../support/house.js'
import {
  action,
  activity,
  applyTo,
  canonical,
  codeSystem,
  compileResources,
  english,
  fact,
  faultsIn,
  fhirpath,
  knowledgeOf,
  library,
  plan,
  scopeOf,
  topAction,
  valueSet,
  when,
} from '../support/knowledge-builder.js'

const dependsOn = (id: string): Library['relatedArtifact'] => [{ type: 'depends-on', resource: canonical('Library', id) }]
const base = { dataRequirement: [] }

describe('sound knowledge', () => {
  test('compiles without faults, and its plans are found by id, url and canonical', () => {
    const knowledge = knowledgeOf(plan([topAction('a', { condition: [when('%isTrue')] })]), library({ isTrue: 'true' }))
    const url = canonical('PlanDefinition', 'plan')
    for (const name of ['plan', url, `${url}|2026.1.0`]) expect(knowledge.plan(name)?.canonical).toBe(`${url}|2026.1.0`)
    expect(knowledge.plan(`${url}|1.0.0`)).toBeUndefined()
    expect(knowledge.plan('plan')?.hooks).toEqual(new Set(['patient-view']))
    expect(knowledge.plan('plan')?.facts.get('isTrue')?.get('da')).toBe('What isTrue says')
  })

  test('facts may stand in any order and come from libraries that libraries depend on', () => {
    const knowledge = knowledgeOf(
      plan([topAction('a', { condition: [when('%top')] })]),
      library({ top: '%middle and %far', middle: '%far' }, { relatedArtifact: dependsOn('far') }),
      library({ far: 'true' }, { ...base, id: 'far' }),
    )
    expect(applyTo(knowledge).requestGroup.action).toHaveLength(1)
  })

  test('a plan adds facts of its own; two plans may use one name for different facts', () => {
    const own = (id: string, value: string) => plan([topAction(id, { condition: [when('%own')] })], { id, extension: [fact('own', value)] })
    const knowledge = knowledgeOf(own('one', 'true'), own('two', 'false'))
    expect(applyTo(knowledge, { planId: 'one' }).requestGroup.action).toHaveLength(1)
    expect(applyTo(knowledge, { planId: 'two' }).requestGroup.action).toBeUndefined()
  })

  test('libraries may be compiled in any order of files', () => {
    const files = [
      library({ upper: '%middle' }, { relatedArtifact: dependsOn('middle') }),
      library({ middle: '%lower' }, { ...base, id: 'middle', relatedArtifact: dependsOn('lower') }),
      library({ lower: 'true' }, { ...base, id: 'lower' }),
    ]
    for (const order of [files, [...files].reverse()])
      expect(faultsIn(plan([topAction('a', { condition: [when('%upper')] })]), ...order)).toEqual([])
  })
})

describe('a fault of facts', () => {
  test.each<[string, Library[], string]>([
    ['that need each other', [library({ a: '%b', b: '%a' })], 'FACT_CYCLE'],
    ['that need themselves', [library({ a: '%a' })], 'FACT_CYCLE'],
    [
      'in libraries that need each other',
      [library({}, { relatedArtifact: dependsOn('x') }), library({}, { ...base, id: 'x', relatedArtifact: dependsOn('facts') })],
      'CANONICAL_CYCLE',
    ],
    [
      'named twice',
      [library({ a: '1' }, { relatedArtifact: dependsOn('x') }), library({ a: '2' }, { ...base, id: 'x' })],
      'FACT_DUPLICATE',
    ],
    ['named like a record type', [library({ Condition: '1' })], 'FACT_DUPLICATE'],
    ['without a usable name', [library({ 'two words': '1' })], 'NAME_UNKNOWN'],
    ['of a library out of reach', [library({ a: '%b' }), library({ b: '1' }, { ...base, id: 'x' })], 'NAME_UNKNOWN'],
    ['that do not parse', [library({ a: '1 +' })], 'EXPRESSION_INVALID'],
    ['that are empty', [library({ a: ' ' })], 'EXPRESSION_INVALID'],
    ['in a library that is not there', [library({}, { relatedArtifact: dependsOn('none') })], 'CANONICAL_UNKNOWN'],
    [
      'in another version of a library',
      [
        library({}, { relatedArtifact: [{ type: 'depends-on', resource: `${canonical('Library', 'x')}|1.0` }] }),
        library({}, { ...base, id: 'x' }),
      ],
      'CANONICAL_UNKNOWN',
    ],
  ])('%s', (_, libraries, code) => {
    const found = faultsIn(plan([topAction('a')]), ...libraries)
    expect(new Set(found.map(fault => fault.split(' ')[0]))).toEqual(new Set([code]))
  })

  test('in another language, or without a description in each language', () => {
    const odd = library(
      {},
      {
        extension: [
          {
            url: EXTENSION.fact,
            valueExpression: { name: 'a', language: 'text/cql', expression: 'true', description: 'x', _description: english('x') },
          },
          { url: EXTENSION.fact, valueExpression: { name: 'b', ...fhirpath('true') } },
          { url: EXTENSION.fact, valueExpression: { name: 'c', ...fhirpath('true'), description: 'x' } },
        ],
      },
    )
    expect(faultsIn(odd)).toEqual([
      expect.stringMatching(/^LANGUAGE_UNSUPPORTED .*\(a\)/),
      expect.stringMatching(/^DESCRIPTION_MISSING .*\(b\)/),
      expect.stringMatching(/^TRANSLATION_MISSING .*\(c\)/),
    ])
  })
})

describe('a title that waits for more words', () => {
  const told = (...titles: string[]): string[] => {
    const faults = new FaultList()
    checkTitles(knowledgeOf(plan(titles.map((title, at) => action(`a${at}`, { title: 'Råd', _title: english(title) })))), faults)
    return faults.faults.map(({ element }) => element)
  }

  test.each(['Ask:', 'Consider, ', 'Ask;', 'Ask –', 'Training or', 'Training AND ', 'On {{ 1 }}:'])(
    '%s is told, in whatever language',
    title => {
      expect(told('Advice', title)).toEqual(['PlanDefinition.action[1].title'])
    },
  )

  test.each(['Ask: yes', 'Ask: {{ 1 }}', 'L3-L4-', 'Doctor', 'Band', 'Why?'])('%s is a whole one', title => {
    expect(told(title)).toEqual([])
  })
})

describe('a fault of an action', () => {
  const POINT = canonical('CodeSystem', 'decision-point')
  const graded = (code: string, more: PlanDefinitionAction = {}) =>
    topAction('a', { code: [{ coding: [{ system: POINT, code }] }], ...more })
  const grade = [
    { url: EXTENSION.strength, valueCodeableConcept: { text: 'x' } },
    { url: EXTENSION.direction, valueCodeableConcept: { text: 'x' } },
  ]
  const toRemove = { coding: [{ code: 'remove' }] }
  const ordersNamed = (name: string) => ({ url: EXTENSION.orders, valueExpression: { ...fhirpath('%orders'), name } })
  const documentation: PlanDefinitionAction['documentation'] = [{ type: 'documentation', url: 'https://example.org' }]
  const points = codeSystem(POINT, { 'T-01': ['Et', 'One'] })

  test.each<[string, PlanDefinitionAction[], string[]]>([
    ['without an id', [{ ...topAction('a'), id: '' }], ['ACTION_ID_INVALID PlanDefinition.action[0]']],
    ['with an id twice', [topAction('a', { action: [action('a')] })], ['ACTION_ID_INVALID PlanDefinition.action[0].action[0]']],
    ['with priority asap', [topAction('a', { priority: 'asap' })], ['PRIORITY_REFUSED PlanDefinition.action[0].priority']],
    [
      'with an unknown hook',
      [topAction('a', { trigger: [{ type: 'named-event', name: 'patient-vieww' }] })],
      ['TRIGGER_UNSUPPORTED PlanDefinition.action[0].trigger'],
    ],
    [
      'with a periodic trigger',
      [topAction('a', { trigger: [{ type: 'periodic', name: 'patient-view' }] })],
      ['TRIGGER_UNSUPPORTED PlanDefinition.action[0].trigger'],
    ],
    ['without a trigger beside one with', [topAction('a'), action('b')], ['TRIGGER_UNSUPPORTED PlanDefinition.action[1]']],
    [
      'with a trigger below the top',
      [topAction('a', { action: [topAction('b')] })],
      ['TRIGGER_UNSUPPORTED PlanDefinition.action[0].action[0].trigger'],
    ],
    ['without English', [{ ...topAction('a'), _title: {} }], ['TRANSLATION_MISSING PlanDefinition.action[0].title']],
    [
      'with a condition in Danish alone',
      [topAction('a', { condition: [{ kind: 'applicability', expression: { ...fhirpath('true'), description: 'Altid' } }] })],
      ['TRANSLATION_MISSING PlanDefinition.action[0].condition[0]'],
    ],
    ['with half a description', [topAction('a', { description: 'x' })], ['TRANSLATION_MISSING PlanDefinition.action[0].description']],
    [
      'with a condition in CQL',
      [
        topAction('a', {
          condition: [
            {
              kind: 'applicability',
              expression: { language: 'text/cql', expression: 'x', description: 'x', _description: english('x') },
            },
          ],
        }),
      ],
      ['LANGUAGE_UNSUPPORTED PlanDefinition.action[0].condition[0]'],
    ],
    [
      'with a condition that nobody explains',
      [topAction('a', { condition: [{ kind: 'applicability', expression: fhirpath('true') }] })],
      ['DESCRIPTION_MISSING PlanDefinition.action[0].condition[0]'],
    ],
    [
      'with a misspelt name in a condition',
      [topAction('a', { condition: [when('%Condition.codee.exists()')] })],
      ['NAME_UNKNOWN PlanDefinition.action[0].condition[0]'],
    ],
    [
      'with a misspelt name in a text',
      [topAction('a', { title: '{{%nothing}}', _title: english('x') })],
      ['NAME_UNKNOWN PlanDefinition.action[0].title'],
    ],
    [
      'with a misspelt name in a translation',
      [topAction('a', { title: 'x', _title: english('{{%nothing}}') })],
      ['NAME_UNKNOWN PlanDefinition.action[0].title'],
    ],
    [
      'with an unknown value set',
      [topAction('a', { condition: [when("%Condition.codedIn( 'https://example.org/none').exists()")] })],
      ['VALUE_SET_UNKNOWN PlanDefinition.action[0].condition[0]'],
    ],
    [
      'with an unknown definition',
      [topAction('a', { definitionCanonical: 'https://example.org/none' })],
      ['CANONICAL_UNKNOWN PlanDefinition.action[0].definitionCanonical'],
    ],
    [
      'with another version of a definition',
      [topAction('a', { definitionCanonical: `${canonical('ActivityDefinition', 'act')}|1.0.0` })],
      ['CANONICAL_UNKNOWN PlanDefinition.action[0].definitionCanonical'],
    ],
    [
      'that sets what an action does not have',
      [topAction('a', { dynamicValue: [{ path: 'code', expression: fhirpath("'x'") }] })],
      ['DYNAMIC_PATH_INVALID PlanDefinition.action[0].dynamicValue[0]'],
    ],
    [
      'that sets what the resource does not have',
      [
        topAction('a', {
          definitionCanonical: canonical('ActivityDefinition', 'act'),
          dynamicValue: [{ path: 'codee.text', expression: fhirpath("'x'") }],
        }),
      ],
      ['DYNAMIC_PATH_INVALID PlanDefinition.action[0].dynamicValue[0]'],
    ],
    [
      'with a card extension in CQL',
      [
        topAction('a', {
          extension: [
            {
              url: EXTENSION.cardExtension,
              extension: [
                { url: 'name', valueString: 'x' },
                { url: 'member', valueExpression: { name: 'm', language: 'text/cql', expression: 'x' } },
              ],
            },
          ],
        }),
      ],
      ['LANGUAGE_UNSUPPORTED PlanDefinition.action[0].extension'],
    ],
    [
      'with unknown override reasons',
      [topAction('a', { extension: [{ url: EXTENSION.overrideReasons, valueCanonical: 'https://example.org/none' }] })],
      ['CANONICAL_UNKNOWN PlanDefinition.action[0].extension'],
    ],
    [
      'on orders without saying what becomes of them',
      [topAction('a', { extension: [ordersNamed('MedicationRequest')] })],
      ['SHAPE_INVALID PlanDefinition.action[0].type'],
    ],
    [
      'on orders of no type',
      [topAction('a', { type: toRemove, extension: [ordersNamed('Order')] })],
      ['SHAPE_INVALID PlanDefinition.action[0].extension'],
    ],
    [
      'on orders and something new',
      [
        topAction('a', {
          type: toRemove,
          extension: [ordersNamed('MedicationRequest')],
          definitionCanonical: canonical('ActivityDefinition', 'act'),
        }),
      ],
      ['SHAPE_INVALID PlanDefinition.action[0].definitionCanonical'],
    ],
    [
      'with a source that is not there',
      [topAction('a', { documentation: [{ type: 'documentation', resource: 'https://example.org/none#1' }] })],
      ['SOURCE_MISSING PlanDefinition.action[0].documentation[0]'],
    ],
    [
      'for a decision point without grade and source',
      [graded('T-01')],
      ['GRADE_MISSING PlanDefinition.action[0]', 'GRADE_MISSING PlanDefinition.action[0]', 'SOURCE_MISSING PlanDefinition.action[0]'],
    ],
    [
      'for a decision point without direction',
      [graded('T-01', { extension: grade.slice(0, 1), documentation })],
      ['GRADE_MISSING PlanDefinition.action[0]'],
    ],
    [
      'with a certainty that no code system puts into words',
      [
        graded('T-01', {
          extension: [
            ...grade,
            { url: EXTENSION.quality, valueCodeableConcept: { coding: [{ system: 'https://example.org', code: 'x' }] } },
          ],
          documentation,
        }),
      ],
      ['CANONICAL_UNKNOWN PlanDefinition.action[0].extension'],
    ],
    [
      'with a strength that no code system puts into words',
      [
        graded('T-01', {
          extension: [
            { url: EXTENSION.strength, valueCodeableConcept: { coding: [{ system: 'https://example.org', code: 'x' }] } },
            ...grade.slice(1),
          ],
          documentation,
        }),
      ],
      ['CANONICAL_UNKNOWN PlanDefinition.action[0].extension'],
    ],
    [
      'for an unknown decision point',
      [graded('T-99', { extension: grade, documentation })],
      ['CANONICAL_UNKNOWN PlanDefinition.action[0].code'],
    ],
    ['for a decision point, with all it needs', [graded('T-01', { extension: grade, documentation })], []],
  ])('%s', (_, actions, faults) => {
    expect(faultsIn(plan(actions), points, activity('act'))).toEqual(faults)
  })
})

describe('a fault of a definition', () => {
  const using = (...more: Parameters<typeof activity>) =>
    faultsIn(plan([topAction('a', { definitionCanonical: canonical('ActivityDefinition', 'act') })]), activity(...more))

  test.each([
    ['of a kind that becomes nothing', { kind: 'Claim' as const }, ['ACTIVITY_KIND_UNSUPPORTED ActivityDefinition.kind']],
    [
      'of a kind that cannot say no',
      { kind: 'ImmunizationRecommendation' as const, productCodeableConcept: { text: 'x' }, doNotPerform: true },
      ['ACTIVITY_KIND_UNSUPPORTED ActivityDefinition.kind'],
    ],
    [
      'that sets a misspelt element',
      { dynamicValue: [{ path: 'note.textt', expression: fhirpath("'x'") }] },
      ['DYNAMIC_PATH_INVALID ActivityDefinition.dynamicValue[0]'],
    ],
    [
      'with a path that is none',
      { dynamicValue: [{ path: 'note[0].text!', expression: fhirpath("'x'") }] },
      ['DYNAMIC_PATH_INVALID ActivityDefinition.dynamicValue[0]'],
    ],
    ['that may say no', { doNotPerform: true }, []],
  ])('%s', (_, more, faults) => {
    expect(using('act', more)).toEqual(faults)
  })

  test('is told once, however many actions use it', () => {
    const uses = ['a', 'b'].map(id => topAction(id, { definitionCanonical: canonical('ActivityDefinition', 'act') }))
    const bad = activity('act', { kind: 'Claim' })
    expect(faultsIn(plan(uses), plan(uses, { id: 'other' }), bad)).toEqual(['ACTIVITY_KIND_UNSUPPORTED ActivityDefinition.kind'])
  })
})

describe('plans within plans', () => {
  const calls = (id: string, target: string, more: PlanDefinitionAction = {}) =>
    topAction(id, { definitionCanonical: canonical('PlanDefinition', target), ...more })

  test('need no triggers, and bring their requirements', () => {
    const inner = plan([action('inner', { condition: [when('%Observation.empty()')] })], { id: 'inner' })
    const knowledge = knowledgeOf(plan([calls('outer', 'inner')]), inner)
    expect(knowledge.plan('plan')?.requirements.map(({ type }) => type)).toEqual(['Observation'])
  })

  test('may not contain themselves', () => {
    expect(faultsIn(plan([calls('a', 'other')]), plan([calls('b', 'plan')], { id: 'other' }))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^CANONICAL_CYCLE/)]),
    )
    expect(faultsIn(plan([calls('a', 'plan')]))).toEqual(['CANONICAL_CYCLE PlanDefinition.action[0].definitionCanonical'])
  })

  test('may not share an id with the plan around them, but may be called twice', () => {
    const inner = plan([action('same')], { id: 'inner' })
    expect(faultsIn(plan([calls('same', 'inner')]), inner)).toEqual(['ACTION_ID_INVALID PlanDefinition.action[0].definitionCanonical'])
    expect(faultsIn(plan([calls('one', 'inner'), calls('two', 'inner')]), inner)).toEqual([])
  })
})

describe('a fault of a resource', () => {
  test('with the url of another', () => {
    expect(faultsIn(valueSet('one', undefined), { ...valueSet('two', undefined), url: canonical('ValueSet', 'one') })).toEqual([
      'RESOURCE_DUPLICATE ValueSet.url',
    ])
  })

  test('that nothing can refer to', () => {
    const { version: _, ...unversioned } = plan([topAction('a')])
    expect(faultsIn(unversioned)).toEqual(['CANONICAL_MISSING PlanDefinition.version'])
  })

  test('leaves what is sound around it compiled', () => {
    const { knowledge, faults } = compileResources(plan([topAction('a', { priority: 'asap' }), topAction('b')]))
    expect(faults.faults).toHaveLength(1)
    expect(knowledge.plan('plan')?.actions).toHaveLength(2)
    expect(() => faults.throwIfAny()).toThrow('The knowledge has 1 fault; columna check')
  })

  test('library cycles do not hang a plan that uses them', () => {
    const cyclic = [
      library({}, { relatedArtifact: dependsOn('x') }),
      library({}, { ...base, id: 'x', relatedArtifact: dependsOn('facts') }),
    ]
    expect(faultsIn(plan([topAction('a', { condition: [when('%Condition.exists()')] })]), ...cyclic)).toEqual([
      expect.stringMatching(/^CANONICAL_CYCLE/),
    ])
  })
})

describe('plain R4', () => {
  const BASE = 'https://plain.example.org/fhir'
  const compilePlain = (...resources: readonly FhirResource[]) => {
    const faults = new FaultList()
    const files = resources.map(resource => ({ file: `${resource.resourceType}/${resource.id}.json`, resource }))
    const knowledge = compileKnowledge(files, faults, { profile: plainR4({ base: BASE, languages: ['fr', 'en'] }) })
    const told = (findings: readonly { code: string; element: string }[]) => findings.map(({ code, element }) => `${code} ${element}`)
    return { knowledge, faults: told(faults.faults), warnings: told(faults.warnings) }
  }
  const TASK = { status: 'active', kind: 'Task', code: { text: 'x' } } as const
  const bare = (actions: PlanDefinitionAction[], more: Partial<PlanDefinition> = {}): PlanDefinition => ({
    resourceType: 'PlanDefinition',
    id: 'bare',
    status: 'active',
    action: actions,
    ...more,
  })
  const asking = (expression: string) => ({ kind: 'applicability' as const, expression: fhirpath(expression) })
  const idsOf = (actions: readonly RequestGroupAction[] = []): unknown[] =>
    actions.map(({ id, action: below }) => (below ? [id, idsOf(below)] : id))

  test('asks for no url, version, ids, words, languages or data requirements', () => {
    const { knowledge, faults, warnings } = compilePlain(bare([{ title: 'Conseil', condition: [asking('%Observation.exists().not()')] }]))
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
    const { requestGroup } = applyTo(knowledge, { planId: 'bare', language: 'en' })
    expect(requestGroup).toMatchObject({
      instantiatesCanonical: [`${BASE}/PlanDefinition/bare`],
      action: [{ id: 'action-1', title: 'Conseil' }],
    })
    expect([...(knowledge.plan('bare')?.actions[0]?.texts.title.keys() ?? [])]).toEqual(['fr'])
    expect(['bare', `${BASE}/PlanDefinition/bare`, 'PlanDefinition/bare'].map(name => knowledge.plan(name)?.canonical)).toEqual(
      Array(3).fill(`${BASE}/PlanDefinition/bare`),
    )
  })

  test('the same is a fault each under the rules of the house', () => {
    const codes = compileResources(bare([{ title: 'Råd', condition: [asking('%Observation.exists().not()')] }])).faults.faults.map(
      ({ code }) => code,
    )
    expect([...new Set(codes)].sort()).toEqual([
      'ACTION_ID_INVALID',
      'CANONICAL_MISSING',
      'DATA_NOT_ASKED_FOR',
      'DESCRIPTION_MISSING',
      'TRANSLATION_MISSING',
    ])
  })

  test('ids are made of places, whatever ids others have', () => {
    const title = 'x'
    const { knowledge } = compilePlain(
      bare([
        { title, action: [{ title }, { title, id: 'own' }, { title, id: 'own' }] },
        { title, id: 'action-1' },
      ]),
    )
    expect(idsOf(applyTo(knowledge, { planId: 'bare' }).requestGroup.action)).toEqual([
      ['action-1-', ['action-1.1', 'own', 'action-1.3']],
      'action-1',
    ])
  })

  test('every action of any tree has one id of its own, and the same again', () => {
    const tree = fc.letrec<{ action: PlanDefinitionAction }>(tie => ({
      action: fc.record(
        {
          id: fc.option(fc.constantFrom('a', 'action-1', 'action-1.1', 'action-1-', ''), { nil: undefined }),
          action: fc.array(tie('action'), { maxLength: 2, depthIdentifier: 'actions' }),
        },
        { requiredKeys: [] },
      ) as fc.Arbitrary<PlanDefinitionAction>,
    })).action
    const flat = (all: readonly ActionWithId[]): string[] => all.flatMap(({ id, below }) => [id, ...flat(below)])
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), actions => {
        const ids = flat(withIds(actions))
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.every(id => id !== '')).toBe(true)
        expect(flat(withIds(actions))).toEqual(ids)
      }),
      { numRuns: 50 },
    )
  })

  test.each<readonly [string, string, Partial<PlanDefinition>, readonly FhirResource[]]>([
    ['contained', '#task', { contained: [{ resourceType: 'ActivityDefinition', id: 'task', ...TASK }] }, []],
    [
      'contained, of an id with a hash of its own',
      '#task',
      { contained: [{ resourceType: 'ActivityDefinition', id: '#task', ...TASK }] },
      [],
    ],
    ['by type and id', 'ActivityDefinition/task', {}, [{ resourceType: 'ActivityDefinition', id: 'task', ...TASK }]],
    [
      'by type and id although it has a url',
      'ActivityDefinition/task',
      {},
      [{ resourceType: 'ActivityDefinition', id: 'task', url: 'urn:task', ...TASK }],
    ],
    ['by its made-up canonical', `${BASE}/ActivityDefinition/task`, {}, [{ resourceType: 'ActivityDefinition', id: 'task', ...TASK }]],
  ])('a definition is found: %s', (_, definitionCanonical, more, others) => {
    const { knowledge, faults, warnings } = compilePlain(bare([{ title: 'x', definitionCanonical }], more), ...others)
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
    expect(applyTo(knowledge, { planId: 'bare' }).requestGroup.contained).toEqual([
      expect.objectContaining({ resourceType: 'Task', code: { text: 'x' } }),
    ])
  })

  test('a contained library and a contained plan serve the plan around them, and nobody else', () => {
    const inner: PlanDefinition = {
      resourceType: 'PlanDefinition',
      id: 'inner',
      status: 'active',
      library: ['#logic'],
      action: [{ title: 'inner', condition: [asking('%isTrue')] }],
    }
    const logic: Library = {
      resourceType: 'Library',
      id: 'logic',
      status: 'active',
      type: {},
      extension: [{ url: EXTENSION.fact, valueExpression: { ...fhirpath('true'), name: 'isTrue' } }],
    }
    const { knowledge, faults } = compilePlain(bare([{ title: 'outer', definitionCanonical: '#inner' }], { contained: [inner, logic] }))
    expect(faults).toEqual([])
    expect(applyTo(knowledge, { planId: 'bare' }).requestGroup.action?.[0]?.action?.map(({ title }) => title)).toEqual(['inner'])
    expect(knowledge.plans).toHaveLength(1)
    expect(compilePlain(bare([], { contained: [logic] }), bare([], { id: 'other', library: ['#logic'] })).warnings).toEqual([
      'CANONICAL_UNKNOWN PlanDefinition.library[0]',
    ])
  })

  test('what is not there, and what nobody does, is told and does not stop it', () => {
    const { knowledge, faults, warnings } = compilePlain(
      bare(
        [
          {
            title: 'a',
            definitionCanonical: 'urn:nowhere',
            priority: 'asap',
            trigger: [
              { type: 'named-event', name: 'patient-view' },
              { type: 'named-event', name: 'plan-activation' },
            ],
            output: [{ type: 'Task' }],
          },
          {
            title: 'b',
            condition: [{ kind: 'start', expression: fhirpath('%patient.exists()') }],
            code: [{ coding: [{ system: 'urn:other/CodeSystem/decision-point', code: 'x' }] }],
          },
        ],
        { library: ['Library/none', 'Library/cql'] },
      ),
      {
        resourceType: 'Library',
        id: 'cql',
        status: 'active',
        type: {},
        content: [{ contentType: 'text/cql' }],
        relatedArtifact: ['http://snomed.info/sct', 'http://x/ValueSet/v', 'http://x/Library/gone'].map(resource => ({
          type: 'depends-on' as const,
          resource,
        })),
      },
      {
        resourceType: 'ValueSet',
        id: 'v',
        url: 'urn:v',
        status: 'active',
        compose: { include: [{ system: 'http://snomed.info/sct', filter: [{ property: 'concept', op: 'is-a', value: '1' }] }] },
      },
    )
    expect(faults).toEqual([])
    expect([...warnings].sort()).toEqual([
      'CANONICAL_UNKNOWN Library.relatedArtifact[2]',
      'CANONICAL_UNKNOWN PlanDefinition.action[0].definitionCanonical',
      'CANONICAL_UNKNOWN PlanDefinition.library[0]',
      'ELEMENT_NOT_CARRIED Library.content',
      'ELEMENT_NOT_CARRIED PlanDefinition.action[0].output',
      'ELEMENT_NOT_CARRIED PlanDefinition.action[1].code[0]',
      'PRIORITY_REFUSED PlanDefinition.action[0].priority',
      'TRIGGER_UNSUPPORTED PlanDefinition.action[0].trigger',
      'TRIGGER_UNSUPPORTED PlanDefinition.action[1]',
      'VALUE_SET_UNSUPPORTED ValueSet.compose.include[0]',
    ])
    expect(applyTo(knowledge, { planId: 'bare' }).requestGroup.action?.map(({ title }) => title)).toEqual(['a', 'b'])
    expect(applyTo(knowledge, { planId: 'bare', hook: 'patient-view' }).requestGroup.action?.map(({ title }) => title)).toEqual(['a'])
  })

  test.each<[string, FhirResource[], string]>([
    [
      'nonsense in a condition that starts an action',
      [bare([{ title: 'a', condition: [{ kind: 'start', expression: fhirpath('%nobody') }] }])],
      'NAME_UNKNOWN PlanDefinition.action[0].condition[0]',
    ],
    [
      'logic in another language',
      [bare([{ title: 'a', condition: [{ kind: 'applicability', expression: { language: 'text/cql', expression: 'x' } }] }])],
      'LANGUAGE_UNSUPPORTED PlanDefinition.action[0].condition[0]',
    ],
    [
      'what modifies an action',
      [bare([{ title: 'a', modifierExtension: [{ url: 'urn:not' }] }])],
      'MODIFIER_UNKNOWN PlanDefinition.action[0].modifierExtension',
    ],
    [
      'a value set that is asked and cannot be read',
      [
        bare([{ title: 'a', condition: [asking("%Condition.where(code.memberOf('urn:v')).exists()")] }]),
        {
          resourceType: 'ValueSet',
          id: 'v',
          url: 'urn:v',
          status: 'active',
          compose: { include: [{ system: 'urn:s', filter: [{ property: 'concept', op: 'is-a', value: '1' }] }] },
        },
      ],
      'VALUE_SET_UNKNOWN PlanDefinition.action[0].condition[0]',
    ],
  ])('is still refused: %s', (_, resources, fault) => {
    expect(compilePlain(...resources).faults).toEqual([fault])
  })

  test('an alternative in FHIRPath stands for an expression in another language', () => {
    const expression = {
      language: 'text/cql' as const,
      expression: 'Anything',
      extension: [{ url: EXTENSION.alternative, valueExpression: fhirpath('%patient.active') }],
    }
    const { knowledge, faults } = compilePlain(bare([{ title: 'a', condition: [{ kind: 'applicability', expression }] }]))
    expect(faults).toEqual([])
    expect(knowledge.plan('bare')?.actions[0]?.conditions[0]).toMatchObject({ expression: '%patient.active' })
    const records = (active: boolean) => ({ planId: 'bare', records: [{ resourceType: 'Patient', id: 'p1', active }] })
    expect([true, false].map(active => applyTo(knowledge, records(active)).requestGroup.action?.length ?? 0)).toEqual([1, 0])
  })
})

describe('plans share the facts of libraries', () => {
  const L = canonical('Library', 'other')
  const knowledge = knowledgeOf(
    plan([topAction('b', { condition: [when('%one')] })], { id: 'b', library: [L] }),
    plan([topAction('c', { condition: [when('%one')] })], { id: 'c', library: [], extension: [fact('one', 'false')] }),
    library({ unread: 'true' }),
    library({ one: 'true' }, { id: 'other', url: L }),
    plan([topAction('d', { condition: [when('%one')] })], { id: 'd', library: [L] }),
  )

  test('a plan brings its own names and no others, so that what libraries bring costs the others nothing', () => {
    const found = (name: string) => ['b', 'c', 'd'].map(planId => scopeOf(knowledge, { planId }).variables.find(name))
    expect(found('one').map(variable => variable === found('one')[0])).toEqual([true, false, true])
    expect(['rootResource', 'unread', 'Condition'].map(name => new Set(found(name)).size)).toEqual([3, 1, 1])
  })

  test('one expression in several plans asks each for its own', () => {
    const applied = (planId: string) => applyTo(knowledge, { planId }).requestGroup.action?.length ?? 0
    expect(['b', 'c', 'd', 'c', 'b'].map(applied)).toEqual([1, 0, 1, 0, 1])
  })
})

test('a condition of no known kind is a fault in any profile: passed over, its action would apply to everybody', () => {
  const faultsOf = (kind: string | undefined): string[] => {
    const faults = new FaultList()
    const condition = { ...when('false'), kind } as NonNullable<PlanDefinitionAction['condition']>[number]
    compileKnowledge([{ file: 'plan.json', resource: plan([topAction('a', { condition: [condition] })]) }], faults, { profile: plainR4() })
    return faults.faults.map(({ code, element }) => `${code} ${element}`)
  }
  expect(['applicability', 'start', 'stop'].flatMap(faultsOf)).toEqual([])
  expect(['applicabilty', undefined].map(faultsOf)).toEqual(Array(2).fill(['MODIFIER_UNKNOWN PlanDefinition.action[0].condition[0].kind']))
})

describe('JSON that is not what R4 says', () => {
  /** Something of everything that is read. */
  const WIDE: readonly FhirResource[] = [
    plan(
      [
        topAction('a', {
          condition: [when('%isTrue'), { kind: 'stop', expression: fhirpath('false') }],
          code: [{ coding: [{ system: HOUSE.names.decisionPoints, code: 'A1' }] }],
          documentation: [{ type: 'citation', label: '1', resource: `${canonical('Library', 'source')}#one` }],
          relatedAction: [{ actionId: 'b', relationship: 'after' }],
          participant: [{ type: 'patient', role: { text: 'self' } }],
          input: [{ type: 'Condition', codeFilter: [{ path: 'code', valueSet: canonical('ValueSet', 'vs') }], id: 'backs' }],
          goalId: ['g'],
          timingTiming: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
          dynamicValue: [{ path: 'description', expression: fhirpath("'x'") }],
          definitionCanonical: canonical('ActivityDefinition', 'order'),
          extension: [
            { url: HOUSE.names.extension.overrideReasons, valueCanonical: canonical('ValueSet', 'vs') },
            {
              url: HOUSE.names.extension.cardExtension,
              extension: [
                { url: 'name', valueString: 'x' },
                { url: 'member', valueExpression: { ...fhirpath('%isTrue'), name: 'y' } },
              ],
            },
            { url: HOUSE.names.extension.cardTopic, valueCoding: { system: HOUSE.names.cardTopics, code: 'backs' } },
            { url: EXTENSION.strength, valueCodeableConcept: { coding: [{ system: HOUSE.names.decisionPoints, code: 'A1' }] } },
          ],
          action: [
            action('b', { definitionCanonical: '#inner' }),
            action('c', { definitionCanonical: canonical('Questionnaire', 'form') }),
          ],
        }),
        topAction('d', {
          type: { coding: [{ code: 'remove' }] },
          extension: [
            { url: HOUSE.names.extension.orders, valueExpression: { ...fhirpath('%draftOrders'), name: 'ServiceRequest' as 'CarePlan' } },
          ],
        }),
      ],
      {
        topic: [{ coding: [{ system: HOUSE.names.cardTopics, code: 'backs' }] }],
        goal: [{ id: 'g', description: { text: 'better' }, addresses: [{ text: 'pain' }] }],
        contained: [activity('inner', { kind: 'Task', description: 'Ask' })],
        subjectCodeableConcept: { coding: [{ code: 'Patient' }] },
        extension: [fact('own', '%isTrue')],
      },
    ),
    activity('order', {
      code: { text: 'x' },
      intent: 'proposal',
      dynamicValue: [{ path: 'note[0].text', expression: fhirpath("'n'") }],
      library: [canonical('Library', 'facts')],
      extension: [{ url: EXTENSION.activityKind, valueCode: 'ServiceRequest' }],
    }),
    library({ isTrue: 'true' }, { relatedArtifact: dependsOn('source'), parameter: [{ name: 'p', use: 'in', type: 'string' }] }),
    library(
      {},
      {
        id: 'source',
        relatedArtifact: [{ type: 'citation', label: 'one', extension: [{ url: HOUSE.names.extension.anchor, valueString: 'one' }] }],
      },
    ),
    {
      ...valueSet('vs', {
        include: [
          { system: 'http://snomed.info/sct', concept: [{ code: '1', display: 'one' }] },
          { valueSet: [canonical('ValueSet', 'other')] },
        ],
        exclude: [{ system: 'http://snomed.info/sct', concept: [{ code: '2' }] }],
      }),
      expansion: { timestamp: '2026-01-01', contains: [{ system: 'http://snomed.info/sct', code: '1' }] },
    } as FhirResource,
    valueSet('other', { include: [{ system: HOUSE.names.decisionPoints, filter: [{ property: 'concept', op: 'is-a', value: 'A1' }] }] }),
    codeSystem(HOUSE.names.decisionPoints, { A1: ['a', 'b'] }),
    codeSystem(HOUSE.names.cardTopics, { backs: ['a', 'b'] }),
    {
      resourceType: 'NamingSystem',
      id: 'names',
      name: 'names',
      status: 'active',
      kind: 'codesystem',
      date: '2026-01-01',
      uniqueId: [
        { type: 'uri', value: 'http://snomed.info/sct', preferred: true },
        { type: 'oid', value: '2.16.840.1.113883.6.96' },
      ],
      extension: [{ url: HOUSE.names.extension.systemPrefix, valueUri: 'http://snomed.info/sct/' }],
    },
    {
      resourceType: 'Questionnaire',
      id: 'form',
      url: canonical('Questionnaire', 'form'),
      version: '1',
      status: 'active',
      item: [
        {
          linkId: '1',
          type: 'group',
          item: [{ linkId: '1.1', type: 'choice', text: 'x', answerOption: [{ valueCoding: { code: 'y' } }] }],
        },
        { linkId: '2', type: 'choice', answerValueSet: canonical('ValueSet', 'vs') },
      ],
    },
  ]

  /** Places within a value, each by the object or list that it stands in and its name there. */
  const placesIn = (value: unknown): (readonly [owner: Record<string, unknown>, name: string])[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, member]) => [[value as Record<string, unknown>, name] as const, ...placesIn(member)])
      : []

  const compiled = (resources: readonly FhirResource[], profile: KnowledgeProfile): FaultList => {
    const faults = new FaultList()
    compileKnowledge(
      resources.map((resource, index) => ({ file: `${index}.json`, resource })),
      faults,
      { profile },
    )
    return faults
  }

  test.each([HOUSE, plainR4({ base: CANONICAL_BASE })])(
    'is refused with file and element, or answered; it never throws, whatever stands anywhere',
    profile => {
      const odd = fc.constantFrom<unknown[]>(undefined, null, [], {}, '', 'x', '12', 5, -1.5, true, [[]], [null], [{}], { a: [] })
      const change = fc.tuple(fc.nat(placesIn(WIDE).length - 1), odd)
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), changes => {
          const resources = structuredClone(WIDE)
          const places = placesIn(resources)
          for (const [at, value] of changes) {
            const [owner, name] = places[at] ?? [{}, '']
            if (value === undefined && !Array.isArray(owner)) delete owner[name]
            else owner[name] = structuredClone(value)
          }
          for (const { file, element, message } of compiled(resources, profile).faults) {
            expect(file).toMatch(/^\d+\.json/)
            expect(element).toMatch(/^\S/)
            expect(message).not.toBe('')
          }
        }),
        { numRuns: 150 },
      )
    },
  )

  const faultsOfAction = (changed: object): string[] =>
    compiled([{ ...plan([]), library: [], action: [{ ...topAction('a'), ...changed }] } as FhirResource], plainR4()).faults.map(
      ({ code, element, message }) => `${code} ${element.replace('PlanDefinition.action[0]', '')} ${message}`,
    )

  test.each<[string, object, string[]]>([
    [
      'conditions',
      { conditions: [when('false')] },
      ['ELEMENT_UNKNOWN .conditions R4 has no element conditions here; did you mean condition?'],
    ],
    ['trigers', { trigers: [] }, ['ELEMENT_UNKNOWN .trigers R4 has no element trigers here; did you mean trigger?']],
    [
      'dynamicValues',
      { dynamicValues: [] },
      ['ELEMENT_UNKNOWN .dynamicValues R4 has no element dynamicValues here; did you mean dynamicValue?'],
    ],
    ['a name that is near none', { whenever: 'x' }, ['ELEMENT_UNKNOWN .whenever R4 has no element whenever here.']],
    ['what objects have by nature', { constructor: 1 }, ['ELEMENT_UNKNOWN .constructor R4 has no element constructor here.']],
    ['an object for a list', { condition: {} }, ['ELEMENT_MISSHAPEN .condition Expected a list; found an object.']],
    ['null in a list', { action: [null] }, ['ELEMENT_MISSHAPEN .action[0] Expected an object; found null.']],
    ['a number for a text', { title: 5 }, ['ELEMENT_MISSHAPEN .title Expected a text; found a number.']],
    [
      'a text for true or false',
      { trigger: [{ type: 'data-added', data: [{ type: 'Patient', mustSupport: 'x' }] }] },
      ['ELEMENT_MISSHAPEN .trigger[0].data[0].mustSupport Expected a list; found a text.'],
    ],
    [
      'an unknown name in a translation',
      { _title: { extensions: [] } },
      ['ELEMENT_UNKNOWN ._title.extensions R4 has no element extensions here; did you mean extension?'],
    ],
    [
      'an unknown name in an extension',
      { extension: [{ url: 'urn:x', valueExpresion: {} }] },
      ['ELEMENT_UNKNOWN .extension[0].valueExpresion R4 has no element valueExpresion here; did you mean valueExpression?'],
    ],
  ])('in an action is a fault in any profile: %s', (_, changed, expected) => {
    expect(faultsOfAction(changed)).toEqual(expected)
  })

  test('an unknown name is told wherever it stands: in a contained resource, an expression, and at the top', () => {
    const found = compiled(
      [
        {
          ...plan([
            topAction('a', {
              condition: [{ kind: 'applicability', expression: { ...fhirpath('true'), expresion: 'false' } as Expression }],
            }),
          ]),
          library: [],
          actions: [],
          contained: [{ ...activity('x'), kinds: 'Task' } as FhirResource],
        } as FhirResource,
        { resourceType: 'Libary' } as unknown as FhirResource,
        null as unknown as FhirResource,
      ],
      plainR4(),
    ).faults
    expect(found.map(({ code, file, element }) => `${code} ${file} ${element}`).sort()).toEqual([
      'ELEMENT_MISSHAPEN 2.json $',
      'ELEMENT_UNKNOWN 0.json PlanDefinition.action[0].condition[0].expression.expresion',
      'ELEMENT_UNKNOWN 0.json PlanDefinition.actions',
      'ELEMENT_UNKNOWN 0.json PlanDefinition.contained[0].kinds',
      'ELEMENT_UNKNOWN 1.json Libary.resourceType',
    ])
  })

  test('a number in quotation marks, as some tools write it, is no fault of plain R4', () => {
    const timed = plan([topAction('a', { timingTiming: { repeat: { frequency: '1' as unknown as number } } })], { library: [] })
    expect(compiled([timed], plainR4()).faults).toEqual([])
    expect(compiled([timed], HOUSE).faults.map(({ code, element }) => `${code} ${element}`)).toContain(
      'SHAPE_INVALID PlanDefinition.action[0].timingTiming.repeat.frequency',
    )
  })

  test('what stands too deep is a fault, not a stack that ends', () => {
    let deep: object = {}
    for (let depth = 0; depth < 20_000; depth += 1) deep = { action: [deep] }
    expect(compiled([{ ...plan([]), library: [], ...deep } as FhirResource], plainR4()).faults.map(({ code }) => code)).toEqual([
      'ELEMENT_MISSHAPEN',
    ])
  })
})

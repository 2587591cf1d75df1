import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { PlanDefinition, PlanDefinitionAction, RequestGroup, RequestGroupAction } from 'fhir/r4.js'
import { DECISION_POINT_SYSTEM, EXTENSION } from '../support/house.js'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import {
  action,
  activity,
  applyTo,
  canonical,
  codeSystem,
  compileResources,
  english,
  fact,
  fhirpath,
  knowledgeOf,
  library,
  onHook,
  plan,
  topAction,
  valueSet,
  when,
  type Call,
} from '../support/knowledge-builder.js'

const FACTS = library({ yes: 'true', no: 'false', unknown: '{}', broken: '(1 | 2) and true', text: "'not a truth value'" })

const apply = (actions: PlanDefinitionAction[], call: Call = {}, more: Partial<PlanDefinition> = {}) =>
  applyTo(knowledgeOf(plan(actions, more), FACTS), call)

/** Ids of the actions that applied, children indented by dots. */
function idsOf({ action: actions = [] }: RequestGroup | RequestGroupAction, depth = ''): string[] {
  return actions.flatMap(each => [`${depth}${each.id}`, ...idsOf(each, `${depth}.`)])
}

const conditioned = (id: string, ...expressions: string[]) => topAction(id, { condition: expressions.map(when) })

describe('triggers', () => {
  const actions = [
    topAction('both', { trigger: [onHook('patient-view'), onHook('order-sign')] }),
    topAction('sign', { trigger: [onHook('order-sign')] }),
    topAction('view', { action: [action('child')] }),
  ]

  test.each([
    ['patient-view', ['both', 'view', '.child']],
    ['order-sign', ['both', 'sign']],
    ['order-select', []],
  ])('on %s', (hook, ids) => {
    expect(idsOf(apply(actions, { hook }).requestGroup)).toEqual(ids)
  })

  test('without a hook every action is asked', () => {
    expect(idsOf(apply(actions).requestGroup)).toEqual(['both', 'sign', 'view', '.child'])
  })
})

describe('conditions', () => {
  test.each([
    [['%yes'], true],
    [['%no'], false],
    [['%unknown'], false],
    [['%yes', '%yes'], true],
    [['%yes', '%no'], false],
    [['%no', '%yes'], false],
    [['%unknown', '%yes'], false],
    [['%yes', '%unknown'], false],
    [[], true],
  ])('%j', (expressions, applies) => {
    const { requestGroup, undecided } = apply([conditioned('a', ...expressions)])
    expect(idsOf(requestGroup)).toEqual(applies ? ['a'] : [])
    expect(undecided).toEqual([])
  })

  test.each([[['%broken']], [['%yes', '%broken']], [['%unknown', '%broken']], [['%text']], [['%yes and %broken']]])(
    '%j is an error: undecided, never a quiet no',
    expressions => {
      const { requestGroup, undecided } = apply([conditioned('a', ...expressions), conditioned('sound', '%yes')])
      expect(idsOf(requestGroup)).toEqual(['sound'])
      expect(undecided).toEqual([
        {
          plan: `${canonical('PlanDefinition', 'plan')}|2026.1.0`,
          action: 'a',
          code: 'CDS_EXPRESSION_FAILED',
          points: [],
          plansWithin: [],
        },
      ])
    },
  )

  test('an error behind a no is not met', () => {
    expect(apply([conditioned('a', '%no', '%broken')]).undecided).toEqual([])
  })

  test('what to say when one cannot tell is knowledge', () => {
    const actions = [conditioned('advice', '%unknown'), conditioned('ask', '%unknown.empty()')]
    expect(idsOf(apply(actions).requestGroup)).toEqual(['ask'])
  })

  test('a false parent removes its children; a false child leaves its parent', () => {
    const children = { action: [action('c1', { condition: [when('%no')] }), action('c2', { action: [action('g')] })] }
    expect(idsOf(apply([{ ...conditioned('p', '%no'), ...children }]).requestGroup)).toEqual([])
    expect(idsOf(apply([{ ...conditioned('p', '%yes'), ...children }]).requestGroup)).toEqual(['p', '.c2', '..g'])
  })

  test('an error in a child leaves its parent and siblings', () => {
    const { requestGroup, undecided } = apply([
      topAction('p', { action: [action('bad', { condition: [when('%broken')] }), action('good')] }),
    ])
    expect(idsOf(requestGroup)).toEqual(['p', '.good'])
    expect(undecided.map(({ action: id }) => id)).toEqual(['bad'])
  })

  test('of other kinds decide nothing', () => {
    expect(
      idsOf(apply([topAction('a', { condition: [{ kind: 'start', expression: { ...fhirpath('%no'), description: 'x' } }] })]).requestGroup),
    ).toEqual(['a'])
  })
})

describe('what is carried over', () => {
  const carried = {
    prefix: '1.',
    priority: 'urgent',
    code: [{ text: 'x' }],
    timingDuration: { value: 2, unit: 'weeks', system: 'http://unitsofmeasure.org', code: 'wk' },
    type: { coding: [{ code: 'create' }] },
    groupingBehavior: 'visual-group',
    selectionBehavior: 'any',
    requiredBehavior: 'could',
    precheckBehavior: 'yes',
    cardinalityBehavior: 'single',
    documentation: [{ type: 'documentation', label: 'x', url: 'https://example.org/x' }],
    relatedAction: [{ actionId: 'b', relationship: 'before-start', offsetDuration: { value: 1, unit: 'd' } }],
  } satisfies PlanDefinitionAction

  test('everything that design.md names, as it stands', () => {
    const { requestGroup } = apply([topAction('a', carried), topAction('b')])
    expect(requestGroup.action?.[0]).toMatchObject(carried)
    expect(faultsOfShape(requestGroup)).toEqual([])
  })

  test('a relation to an action that did not apply is dropped, one to an action anywhere in the group is kept', () => {
    const related = (...ids: string[]) => ({ relatedAction: ids.map(actionId => ({ actionId, relationship: 'after' as const })) })
    const actions = [
      topAction('a', related('gone', 'deep')),
      conditioned('gone', '%no'),
      topAction('p', { action: [action('deep', related('gone'))] }),
    ]
    const [first, second] = apply(actions).requestGroup.action ?? []
    expect(first?.relatedAction?.map(({ actionId }) => actionId)).toEqual(['deep'])
    expect(second?.action?.[0]).not.toHaveProperty('relatedAction')
  })

  test('participants: the patient, the user, and others by their role', () => {
    const participant = [
      { type: 'patient' as const },
      { type: 'practitioner' as const, role: { text: 'læge' } },
      { type: 'related-person' as const, role: { text: 'pårørende' } },
    ]
    const of = (call: Call) => apply([topAction('a', { participant })], call).requestGroup.action?.[0]?.participant
    expect(of({ userId: 'Practitioner/d1' })).toEqual([
      { reference: 'Patient/p1' },
      { reference: 'Practitioner/d1', display: 'læge' },
      { display: 'pårørende' },
    ])
    expect(of({ userId: 'Patient/p1' })).toEqual([{ reference: 'Patient/p1' }, { display: 'læge' }, { display: 'pårørende' }])
  })

  test('goals, and which action pertains to them', () => {
    const goal = [
      {
        id: 'g',
        description: { text: 'Målet' },
        priority: { text: 'high' },
        target: [{ detailQuantity: { value: 3 }, due: { value: 4, unit: 'wk' } }],
      },
    ]
    const { requestGroup } = apply([topAction('a', { goalId: ['g'] })], {}, { goal })
    expect(requestGroup.contained).toEqual([
      expect.objectContaining({
        resourceType: 'Goal',
        id: 'goal-g',
        lifecycleStatus: 'proposed',
        description: { text: 'Målet' },
        subject: { reference: 'Patient/p1' },
      }),
    ])
    expect(requestGroup.action?.[0]?.extension).toEqual([
      { url: 'http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal', valueReference: { reference: '#goal-g' } },
    ])
    expect(faultsOfShape(requestGroup)).toEqual([])
  })

  test('subject, encounter, plan and language', () => {
    expect(apply([topAction('a')], { encounterId: 'e1', language: 'en' }).requestGroup).toMatchObject({
      instantiatesCanonical: [`${canonical('PlanDefinition', 'plan')}|2026.1.0`],
      status: 'draft',
      intent: 'proposal',
      language: 'en',
      subject: { reference: 'Patient/p1' },
      encounter: { reference: 'Encounter/e1' },
    })
  })

  test('the grade with its words, in the language of the reply', () => {
    const strength = { url: EXTENSION.strength, valueCodeableConcept: { coding: [{ system: 'https://example.org/grade', code: 'weak' }] } }
    const knowledge = knowledgeOf(
      plan([topAction('a', { extension: [strength] })]),
      codeSystem('https://example.org/grade', { weak: ['svag', 'weak'] }),
    )
    const text = (language: string) => applyTo(knowledge, { language }).requestGroup.action?.[0]?.extension?.[0]?.valueCodeableConcept?.text
    expect([text('da'), text('en')]).toEqual(['svag', 'weak'])
  })

  test('sources by their place, with document, section, year and standing', () => {
    const source = library(
      {},
      {
        id: 'doc',
        title: 'Dokumentet',
        date: '2016-05',
        publisher: 'Styrelsen',
        dataRequirement: [],
        extension: [{ url: EXTENSION.standing, valueString: 'ikke i kraft' }],
        relatedArtifact: [
          { type: 'documentation', url: 'https://example.org/doc.pdf' },
          { type: 'documentation', display: 'Afsnit 3', extension: [{ url: EXTENSION.anchor, valueString: '3' }] },
        ],
      },
    )
    const documentation: PlanDefinitionAction['documentation'] = [
      { type: 'citation', url: 'https://example.org/other' },
      { type: 'documentation', resource: `${canonical('Library', 'doc')}#3` },
    ]
    const { requestGroup } = applyTo(knowledgeOf(plan([topAction('a', { documentation })]), source))
    expect(requestGroup.action?.[0]?.documentation).toEqual([
      { type: 'citation', url: 'https://example.org/other' },
      expect.objectContaining({
        display: 'Dokumentet',
        label: 'Styrelsen 2016',
        citation: 'Dokumentet, Afsnit 3 (2016, ikke i kraft)',
        url: 'https://example.org/doc.pdf',
      }),
    ])
    expect(faultsOfShape(requestGroup)).toEqual([])
  })
})

describe('card extensions and override reasons', () => {
  const reasons = valueSet('reasons', { include: [{ system: 'https://example.org/reason', concept: [{ code: 'r1' }, { code: 'r2' }] }] })
  const cardExtension = (...members: [string, string][]) => ({
    url: EXTENSION.cardExtension,
    extension: [
      { url: 'name', valueString: 'org.example' },
      ...members.map(([name, expression]) => ({ url: 'member', valueExpression: { ...fhirpath(expression), name } })),
    ],
  })
  const extensionsOf = (...extension: NonNullable<PlanDefinitionAction['extension']>) =>
    applyTo(knowledgeOf(plan([topAction('a', { extension })]), reasons, codeSystem('https://example.org/reason', { r1: ['Et', 'One'] })), {
      language: 'en',
    })

  test('are computed from facts, by the type of their value', () => {
    const { requestGroup } = extensionsOf(
      cardExtension(['number', '1 + 1'], ['decimal', '1.5'], ['truth', 'true'], ['list', "'a' | 'b'"], ['nothing', '{}']),
    )
    expect(requestGroup.action?.[0]?.extension?.[0]?.extension).toEqual([
      { url: 'name', valueString: 'org.example' },
      { url: 'number', valueInteger: 2 },
      { url: 'decimal', valueDecimal: 1.5 },
      { url: 'truth', valueBoolean: true },
      { url: 'list', valueString: 'a' },
      { url: 'list', valueString: 'b' },
    ])
  })

  test('with nothing to say are left out', () => {
    expect(extensionsOf(cardExtension(['nothing', '{}'])).requestGroup.action?.[0]).not.toHaveProperty('extension')
  })

  test('that are no plain value leave the action undecided', () => {
    expect(extensionsOf(cardExtension(['odd', "Coding { code: 'x' }"])).undecided).toHaveLength(1)
  })

  test('reasons are written out', () => {
    const { requestGroup } = extensionsOf({ url: EXTENSION.overrideReasons, valueCanonical: canonical('ValueSet', 'reasons') })
    expect(requestGroup.action?.[0]?.extension?.map(({ valueCoding }) => [valueCoding?.code, valueCoding?.display])).toEqual([
      ['r1', 'One'],
      ['r2', 'r2'],
    ])
  })
})

describe('plans within plans', () => {
  const inner = plan(
    [action('i1', { condition: [when('%own')] }), action('i2', { definitionCanonical: canonical('ActivityDefinition', 'act') })],
    { id: 'inner', extension: [fact('own', '%yes')] },
  )
  const outer = (more: PlanDefinitionAction) =>
    plan([{ ...more, id: 'outer', trigger: [onHook('patient-view')], definitionCanonical: canonical('PlanDefinition', 'inner') }], {
      extension: [fact('own', '%no')],
    })

  test('are children of an action with a text, with their own facts and resources', () => {
    const { requestGroup } = applyTo(
      knowledgeOf(outer({ title: 'x', _title: english('x'), action: [action('last')] }), inner, FACTS, activity('act')),
      { hook: 'patient-view' },
    )
    expect(idsOf(requestGroup)).toEqual(['outer', '.i1', '.i2', '.last'])
    expect(requestGroup.contained).toHaveLength(1)
    expect(requestGroup.action?.[0]?.action?.[1]?.resource?.reference).toBe(`#${requestGroup.contained?.[0]?.id}`)
  })

  test('stand in the place of an action without one', () => {
    expect(idsOf(applyTo(knowledgeOf(outer({}), inner, FACTS, activity('act'))).requestGroup)).toEqual(['i1', 'i2'])
  })

  test('are undecided with the action that they stand in, and so are their decision points', () => {
    const coded = (code: string) => ({ code: [{ coding: [{ system: DECISION_POINT_SYSTEM, code }] }] })
    const inmost = plan([action('deep', coded('P-3'))], { id: 'inmost' })
    const within = plan(
      [action('i', { ...coded('P-2'), action: [action('ii', { definitionCanonical: canonical('PlanDefinition', 'inmost') })] })],
      { id: 'inner' },
    )
    const points = codeSystem(DECISION_POINT_SYSTEM, { 'P-1': ['a', 'a'], 'P-2': ['b', 'b'], 'P-3': ['c', 'c'] })
    // Their grades are not what is asked here, so the faults of the plans are left alone.
    const { knowledge } = compileResources(outer({ ...coded('P-1'), condition: [when('%broken')] }), within, inmost, points, FACTS)
    const { undecided } = applyTo(knowledge)
    expect(undecided).toMatchObject([
      {
        action: 'outer',
        points: ['P-1', 'P-2', 'P-3'],
        plansWithin: ['inner', 'inmost'].map(id => `${canonical('PlanDefinition', id)}|2026.1.0`),
      },
    ])
  })
})

describe('a group, which has children and says nothing itself', () => {
  const group = (id: string, gate: string, ...children: PlanDefinitionAction[]): PlanDefinitionAction => ({
    id,
    condition: [when(gate)],
    action: children,
  })
  const listening = (grouped: PlanDefinitionAction) => ({ ...grouped, trigger: [onHook('patient-view')] })
  const gated = (id: string, gate: string) => action(id, { condition: [when(gate)] })

  test('is asked once, and its children stand in its place, at the top for its hook and further down', () => {
    const actions = [
      listening(group('top', '%yes', action('a'), group('inner', '%yes', gated('b', '%yes'), gated('c', '%no')))),
      listening(group('never', '%no', action('d'))),
      topAction('card', { action: [group('lines', '%yes', action('l1'), action('l2')), group('none', '%unknown', action('l3'))] }),
    ]
    expect(idsOf(apply(actions, { hook: 'patient-view' }).requestGroup)).toEqual(['a', 'b', 'card', '.l1', '.l2'])
    expect(idsOf(apply(actions, { hook: 'order-sign' }).requestGroup)).toEqual([])
  })

  test('that cannot be decided is told with the decision points of what it groups', () => {
    const coded = (id: string, code: string) => action(id, { code: [{ coding: [{ system: DECISION_POINT_SYSTEM, code }] }] })
    const points = codeSystem(DECISION_POINT_SYSTEM, { 'P-1': ['a', 'a'], 'P-2': ['b', 'b'] })
    const grouped = listening(group('top', '%broken', coded('a', 'P-1'), group('inner', '%yes', coded('b', 'P-2'))))
    const { undecided } = applyTo(compileResources(plan([grouped]), points, FACTS).knowledge)
    expect(undecided).toMatchObject([{ action: 'top', points: ['P-1', 'P-2'] }])
  })

  test('that only a page shows has nothing on a card', () => {
    const onPage = [{ url: EXTENSION.shownOn, valueCode: 'page' }]
    const { requestGroup } = apply([{ ...listening(group('top', '%yes', action('a'))), extension: onPage }])
    expect(requestGroup.action).toMatchObject([{ id: 'a', extension: onPage }])
  })

  test('that says how its children hang together, or speaks for a point, is no group', () => {
    const whole = listening({ ...group('top', '%yes', action('a')), selectionBehavior: 'exactly-one' })
    expect(idsOf(apply([whole]).requestGroup)).toEqual(['top', '.a'])
  })
})

test("the author's order is kept, and the same input gives the same bytes", () => {
  const knowledge = knowledgeOf(
    plan([
      topAction('z', { priority: 'routine', definitionCanonical: canonical('ActivityDefinition', 'act') }),
      topAction('a', { priority: 'stat' }),
      topAction('m', { action: [action('2'), action('1')] }),
    ]),
    activity('act'),
  )
  const once = () => JSON.stringify(applyTo(knowledge, { records: [{ resourceType: 'Patient', id: 'p1' }] }))
  expect(idsOf(JSON.parse(once()).requestGroup as RequestGroup)).toEqual(['z', 'a', 'm', '.2', '.1'])
  expect(once()).toBe(once())
})

describe('nothing is lost in silence', () => {
  const inner = (id: string, actions: PlanDefinitionAction[], more: Partial<PlanDefinition> = {}) => plan(actions, { id, ...more })
  const calls = (id: string, more: PlanDefinitionAction = {}) => ({ definitionCanonical: canonical('PlanDefinition', id), ...more })

  test('a plan that is nested twice has action ids and goals of its own each time, and its relations stay within it', () => {
    const nested = inner('q', [action('x', { relatedAction: [{ actionId: 'y', relationship: 'before' }], goalId: ['g'] }), action('y')], {
      goal: [{ id: 'g', description: { text: 'Målet' } }, { description: { text: 'uden id' } }],
    })
    const outer = plan([topAction('a', calls('q')), topAction('b', calls('q'))], {
      goal: [{ id: 'g', description: { text: 'Ydre' } }, { description: { text: 'uden id' } }],
    })
    const { requestGroup } = applyTo(knowledgeOf(outer, nested, FACTS))
    expect(idsOf(requestGroup)).toEqual(['a', '.x', '.y', 'b', '.b-x', '.b-y'])
    expect(requestGroup.action?.map(({ action: [first] = [] }) => first?.relatedAction?.[0]?.actionId)).toEqual(['y', 'b-y'])
    const goals = (requestGroup.contained ?? []).map(({ id }) => id)
    expect(new Set(goals).size).toBe(6)
    const pertaining = [requestGroup, ...(requestGroup.action ?? []).flatMap(({ action: children = [] }) => children)].flatMap(
      ({ extension = [] }) => extension.map(({ valueReference }) => valueReference?.reference),
    )
    expect(pertaining).toEqual(['#goal-g', '#goal-2', '#goal-g-2', '#goal-g-3'])
    expect(faultsOfShape(requestGroup)).toEqual([])
  })

  test('whatever ids the actions of nested plans have, those of an answer are unique', () => {
    const id = fc.constantFrom('a', 'b', 'a-a', 'a-b', 'b-a', 'a-b-2')
    const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 3 })
    const own = fc.uniqueArray(id, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(own, own, own, list(fc.constantFrom('leaf', 'middle')), (leaf, middle, outer, nested) => {
        const at = (index: number) => nested[index % nested.length] ?? 'leaf'
        const { knowledge } = compileResources(
          inner(
            'leaf',
            leaf.map(each => action(each)),
          ),
          inner(
            'middle',
            middle.map(each => action(each, calls('leaf'))),
          ),
          plan(outer.map((each, index) => topAction(each, calls(at(index))))),
        )
        const ids = idsOf(applyTo(knowledge).requestGroup).map(each => each.replaceAll('.', ''))
        expect([...new Set(ids)]).toEqual(ids)
      }),
      { numRuns: 60, seed: 20261127 },
    )
  })

  test('a goal without words is sound R4', () => {
    const { requestGroup } = apply([topAction('a')], {}, { goal: [{ id: 'g' } as never] })
    expect(requestGroup.contained).toEqual([
      expect.objectContaining({ id: 'goal-g', description: { extension: [expect.objectContaining({ valueCode: 'unknown' })] } }),
    ])
    expect(faultsOfShape(requestGroup)).toEqual([])
  })

  test('conditions of kind start and stop, definitionUri and extensions of others are carried', () => {
    const condition = [
      { kind: 'start' as const, expression: { language: 'text/cql' as 'text/fhirpath', expression: 'anything' } },
      { kind: 'stop' as const, expression: fhirpath('%yes') },
    ]
    const { requestGroup } = apply([
      topAction('a', { condition, definitionUri: 'urn:uuid:x', extension: [{ url: 'urn:e', valueString: 'x' }] }),
    ])
    expect(requestGroup.action?.[0]).toMatchObject({
      condition,
      resource: { reference: 'urn:uuid:x' },
      extension: [{ url: 'urn:e', valueString: 'x' }],
    })
    expect(
      compileResources(plan([topAction('a', { condition: [{ kind: 'stop', expression: fhirpath('%nobody') }] })])).faults.faults.map(
        ({ code }) => code,
      ),
    ).toEqual(['NAME_UNKNOWN'])
  })

  test('what no RequestGroup can say is told at load and in the answer', () => {
    const stated: PlanDefinitionAction = {
      transform: 'urn:t',
      reason: [{ text: 'r' }],
      output: [{ type: 'Task' }],
      relatedAction: [
        { actionId: 'nowhere', relationship: 'before' },
        { actionId: 'a', relationship: 'after' },
      ],
      goalId: ['none'],
      participant: [{ type: 'device' }, { type: 'patient' }],
    }
    const { knowledge, faults } = compileResources(
      plan([topAction('a'), topAction('b', stated), topAction('c', { ...stated, condition: [when('%no')] })]),
      FACTS,
    )
    const names = ['transform', 'reason', 'output', 'relatedAction[0]', 'goalId[0]', 'participant[0]']
    expect(faults.faults.map(({ code, element }) => `${code} ${element}`)).toEqual(
      [1, 2].flatMap(index => names.map(name => `ELEMENT_NOT_CARRIED PlanDefinition.action[${index}].${name}`)),
    )
    expect(applyTo(knowledge).omissions.map(({ of, element }) => `${of}: ${element}`)).toEqual(names.map(name => `plan action b: ${name}`))
  })

  test('how often a plan is proposed anew is when its action is to be done', () => {
    const timing = { repeat: { frequency: 1, period: 1, periodUnit: 'd' as const } }
    const { knowledge } = compileResources(
      plan([
        topAction('a', { trigger: [{ type: 'periodic', timingTiming: timing }] }),
        topAction('b', { trigger: [{ type: 'periodic', timingTiming: timing }], timingDateTime: '2026-04-01' }),
      ]),
      FACTS,
    )
    expect(applyTo(knowledge).requestGroup.action).toMatchObject([{ timingTiming: timing }, { timingDateTime: '2026-04-01' }])
    expect(applyTo(knowledge).requestGroup.action?.[1]).not.toHaveProperty('timingTiming')
  })

  test('a plan that is not enabled proposes nothing, and says so', () => {
    const { requestGroup, omissions } = apply(
      [topAction('a')],
      {},
      { extension: [{ url: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-enabled', valueBoolean: false }] },
    )
    expect({ actions: requestGroup.action, omitted: omissions.map(({ element }) => element) }).toEqual({
      actions: undefined,
      omitted: ['PlanDefinition.action'],
    })
  })
})

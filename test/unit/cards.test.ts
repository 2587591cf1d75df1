import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CodeSystem, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import { buildCards } from '../../src/engine/cards/build-cards.js'
import { orderCards } from '../../src/engine/cards/order-cards.js'
import type { CardContext } from '../../src/engine/cards/card-context.js'
import { visibleText } from '../../src/engine/cards/visible-text.js'
import { toCards } from '../../src/engine/cards/to-cards.js'
import { planSource } from '../../src/engine/cards/plan-source.js'
import type { Card } from '../../src/cds-hooks/types.js'
import { EXTENSION, HOUSE } from '../support/house.js'
import {
  action,
  activity,
  applyTo,
  canonical,
  codeSystem,
  english,
  fhirpath,
  knowledgeOf,
  library,
  onHook,
  plan,
  planOf,
  topAction,
  valueSet,
  type Call,
} from '../support/knowledge-builder.js'

const HOOK_INSTANCE = '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b'
const POINT = canonical('CodeSystem', 'decision-point')
const GRADE = 'https://example.org/grade'

/** A code system some of whose codes have short words as well. */
const withShortWords = (
  system: CodeSystem,
  words: Readonly<Record<string, readonly (readonly [use: string, da: string, en: string])[]>>,
): CodeSystem => ({
  ...system,
  concept: (system.concept ?? []).map(concept => ({
    ...concept,
    designation: [
      ...(concept.designation ?? []),
      ...(words[concept.code] ?? []).flatMap(([code, da, en]) => [
        { language: 'da', use: { system: HOUSE.names.designationUses, code }, value: da },
        { language: 'en', use: { system: HOUSE.names.designationUses, code }, value: en },
      ]),
    ],
  })),
})

const RESOURCES = [
  codeSystem(HOUSE.names.designationUses, { short: ['Kort', 'Short'], 'short-against': ['Kort, imod', 'Short, against'] }),
  activity('act', { code: { text: 'x' } }),
  codeSystem(POINT, { 'T-01': ['Et', 'One'], 'T-02': ['To', 'Two'], 'T-03': ['Tre', 'Three'] }),
  withShortWords(
    codeSystem(GRADE, {
      'weak-against': ['Svag anbefaling imod', 'Weak recommendation against'],
      weak: ['svag', 'weak'],
      strong: ['stærk', 'strong'],
      low: ['lav', 'low'],
      against: ['imod', 'against'],
      for: ['for', 'for'],
      should: ['Bør', 'Should'],
      'good-practice-against': ['God praksis, imod', 'Good practice, against'],
      'very-low': ['meget lav', 'very low'],
    }),
    {
      should: [
        ['short', 'bør', 'should'],
        ['short-against', 'bør ikke', 'should not'],
      ],
      'weak-against': [['short', 'svag imod', 'weak against']],
      'good-practice-against': [['short', 'god praksis imod', 'good practice against']],
    },
  ),
  valueSet('reasons', { include: [{ system: 'https://example.org/reason', concept: [{ code: 'r1', display: 'Et' }] }] }),
]

interface CardCall extends Call {
  context?: Record<string, unknown>
  hookInstance?: string
  notRead?: string[]
  pageOf?: CardContext['pageOf']
}

/** The cards that a plan with these actions gives. */
function cards(
  actions: PlanDefinitionAction[],
  { hookInstance = HOOK_INSTANCE, notRead = [], pageOf = () => undefined, ...call }: CardCall = {},
  more: Partial<PlanDefinition> = {},
): Card[] {
  const knowledge = knowledgeOf(plan(actions, more), library({ yes: 'true', name: '%patient.name.text' }), ...RESOURCES)
  const { requestGroup, undecided } = applyTo(knowledge, call)
  expect(undecided).toEqual([])
  const compiled = planOf(knowledge)
  const language = call.language ?? 'da'
  const context: CardContext = {
    names: HOUSE.names,
    terminology: knowledge.terminology,
    pageOf,
    hookInstance,
    language,
    plan: compiled.canonical,
    planSource: planSource(compiled, language, knowledge.terminology),
    notRead,
  }
  const built = buildCards([{ group: requestGroup, context }])
  expect(emptyPlaces(built)).toEqual([])
  return built
}

function card(action: PlanDefinitionAction, call: CardCall = {}, more: Partial<PlanDefinition> = {}): Card {
  const [only] = cards([action], call, more)
  if (!only) throw new Error('no card')
  return only
}

/** Paths of empty strings, arrays and objects, of null and undefined: a card has none. */
function emptyPlaces(value: unknown, path = ''): string[] {
  if (value === null || value === undefined || value === '') return [path]
  if (typeof value !== 'object') return []
  const entries = Object.entries(value)
  return entries.length === 0 && path !== '' ? [path] : entries.flatMap(([key, inner]) => emptyPlaces(inner, `${path}.${key}`))
}

const resource = (id: string, more: PlanDefinitionAction = {}) =>
  action(id, { definitionCanonical: canonical('ActivityDefinition', 'act'), ...more })
const point = (code: string): PlanDefinitionAction => ({
  code: [{ coding: [{ system: POINT, code }] }],
  extension: [
    { url: EXTENSION.strength, valueCodeableConcept: { text: 's' } },
    { url: EXTENSION.direction, valueCodeableConcept: { text: 'for' } },
  ],
  documentation: [{ type: 'documentation', display: 'Kilden', url: 'https://example.org/doc' }],
})
const graded = (strength: string, direction: string, quality?: string): PlanDefinitionAction => ({
  extension: [
    { url: EXTENSION.strength, valueCodeableConcept: { coding: [{ system: GRADE, code: strength }] } },
    { url: EXTENSION.direction, valueCodeableConcept: { coding: [{ system: GRADE, code: direction }] } },
    ...(quality ? [{ url: EXTENSION.quality, valueCodeableConcept: { coding: [{ system: GRADE, code: quality }] } }] : []),
  ],
})
const titled = (title: string): PlanDefinitionAction => ({ title, _title: english(title) })

describe('a card', () => {
  test('has all that CDS Hooks demands, and nothing empty', () => {
    expect(card(topAction('a'))).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      summary: 'a på dansk',
      indicator: 'info',
      source: { label: 'Planen', url: canonical('PlanDefinition', 'plan') },
      extension: { 'org.columna.knowledge': `${canonical('PlanDefinition', 'plan')}|2026.1.0` },
    })
  })

  test.each<['routine' | 'urgent' | 'stat', string]>([
    ['routine', 'info'],
    ['urgent', 'warning'],
    ['stat', 'critical'],
  ])('of priority %s is %s', (priority, indicator) => {
    expect(card(topAction('a', { priority })).indicator).toBe(indicator)
  })

  test('speaks the language asked for, its frame included', () => {
    const english_ = card(topAction('a', graded('weak', 'for', 'low')), { language: 'en', notRead: ['results'] })
    expect(english_.summary).toBe('a in English')
    expect(english_.detail).toBe('Could not be read and is not taken into account: results.\n\nweak · low evidence')
    expect(english_.source.label).toBe('The plan')
  })

  test("critical comes before warning before info; otherwise the author's order stands", () => {
    const all = cards([
      topAction('i1'),
      topAction('c1', { priority: 'stat' }),
      topAction('w', { priority: 'urgent' }),
      topAction('i2'),
      topAction('c2', { priority: 'stat' }),
    ])
    expect(orderCards(all).map(({ summary }) => summary.split(' ')[0])).toEqual(['c1', 'c2', 'w', 'i1', 'i2'])
  })
})

describe('the summary', () => {
  const words = (count: number) => Array.from({ length: count }, (_, index) => `ord${index % 10}`).join(' ')

  test.each([
    ['short', 'short'],
    ['x'.repeat(139), 'x'.repeat(139)],
  ])('is the whole title when it fits: %#', (title, summary) => {
    const short = card(topAction('a', titled(title)))
    expect(short.summary).toBe(summary)
    expect(short).not.toHaveProperty('detail')
  })

  test.each([
    [`${words(27)} sidste`],
    [words(29)],
    [`${'x'.repeat(138)} y`],
    ['x'.repeat(200)],
    ['😀'.repeat(100)],
    [`${'😀 '.repeat(60)}`.trim()],
    [`a${'😀'.repeat(70)}`],
  ])('is cut below 140 where it does not: %#', title => {
    const long = card(topAction('a', titled(title)))
    expect(long.summary.length).toBeLessThan(140)
    expect(long.summary.length).toBeGreaterThan(120)
    expect(() => encodeURIComponent(long.summary)).not.toThrow()
    expect(title.startsWith(long.summary.slice(0, -1))).toBe(true)
    if (title.includes(' ')) expect([' ', undefined]).toContain(title[long.summary.length - 1])
    expect(long.detail).toContain(title)
  })

  test('keeps a last word that just fits', () => {
    const title = `${'x'.repeat(130)} 1234567 mere`
    expect(card(topAction('a', titled(title))).summary).toBe(`${'x'.repeat(130)} 1234567…`)
  })
})

describe('the detail', () => {
  test('is the description, a line for each child without a resource, the grade and the source', () => {
    const source = {
      documentation: [{ type: 'documentation' as const, display: 'Kilden', citation: 'Kilden, afsnit 1', url: 'https://example.org/doc' }],
    }
    const child = action('c', { description: 'gør det', _description: english('do it'), ...graded('weak', 'for', 'low') })
    const detail = card(
      topAction('a', {
        description: 'Først dette.',
        _description: english('First this.'),
        ...graded('strong', 'for'),
        ...source,
        action: [child, resource('r')],
      }),
    ).detail
    expect(detail).toBe(['Først dette.', '- **c på dansk** gør det *(svag, lav)*', 'Kilden · stærk · ikke graderet'].join('\n\n'))
  })

  test('has lines of one level, with several paragraphs within a line; what stands below a line is left to the page', () => {
    const detail = card(
      topAction('a', {
        action: [action('c', { description: 'et\n\nto', _description: english('x'), action: [action('g')] }), action('d')],
      }),
    ).detail
    expect(detail).toBe('- **c på dansk** et\n  \n  to\n- **d på dansk**')
  })

  test('a group without a text is no line of its own', () => {
    expect(card(topAction('a', { action: [{ id: 'group', action: [action('c')] }, { id: 'nothing' }] })).detail).toBe('- **c på dansk**')
  })

  test('escapes what a title brings from data', () => {
    const records = [{ resourceType: 'Patient', id: 'p1', name: [{ text: '[x](http://evil.example) <b>' }] }]
    const hostile = topAction('a', { action: [action('c', titled('{{%name}}'))] })
    expect(card(hostile, { records }).detail).not.toMatch(/(?<!\\)[<[]/)
  })
})

describe('the grade', () => {
  const gradeIn = (action: PlanDefinitionAction, language = 'da') => card(topAction('a', action), { language }).detail

  test.each([
    ['weak', 'against', 'da', 'svag, imod · ikke graderet'],
    ['weak', 'against', 'en', 'weak, against · not graded'],
    ['weak-against', 'against', 'da', 'svag anbefaling imod · ikke graderet'],
    ['weak-against', 'against', 'en', 'weak recommendation against · not graded'],
    ['should', 'against', 'da', 'bør ikke · ikke graderet'],
    ['strong', 'for', 'da', 'stærk · ikke graderet'],
  ])('%s %s reads in %s as %s', (strength, direction, language, text) => {
    expect(gradeIn(graded(strength, direction), language)).toBe(text)
  })

  test.each([
    ['da', 'svag · evidens ikke oplyst'],
    ['en', 'weak · evidence not stated'],
  ])('a graded recommendation without a certainty does not read in %s as ungraded', (language, text) => {
    const strength = {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/recommendation-strength', code: 'weak' }],
      text: text.split(' ')[0],
    }
    const weak: PlanDefinitionAction = { extension: [{ url: EXTENSION.strength, valueCodeableConcept: strength }] }
    expect(gradeIn(weak, language)).toBe(text)
  })

  test('a line tells its grade in a short tag where it is another than the card’s, and always which way it points', () => {
    const lines = [
      action('same', { title: 'Same', ...graded('strong', 'for', 'low') }),
      action('other', { title: 'Other', ...graded('weak-against', 'against', 'low') }),
      action('verb', { title: 'Verb', ...graded('should', 'for') }),
      action('not', { title: 'Not', ...graded('should', 'against') }),
      action('long', { title: 'Long', ...graded('good-practice-against', 'against', 'very-low') }),
      action('wordless', { title: 'Wordless', ...graded('weak', 'against', 'low') }),
      action('ungraded', { title: 'Ungraded' }),
    ]
    const tags = (language: string) =>
      card(topAction('a', { ...graded('strong', 'for', 'low'), action: lines }), { language })
        .detail?.split('\n')
        .flatMap(line => /^- \*\*.*?\*\*(.*)$/.exec(line)?.[1]?.trim() ?? [])
    expect(tags('da')).toEqual(['', '*(svag imod, lav)*', '*(bør)*', '*(bør ikke)*', '*(god praksis imod)*', '*(svag imod, lav)*', ''])
    expect(tags('en')?.[3]).toBe('*(should not)*')
  })

  test('the last line names each document once, the card’s own first, and links to the page where there is one', () => {
    const said = (display: string): PlanDefinitionAction => ({
      ...graded('weak', 'for'),
      documentation: [
        { type: 'documentation', display, label: 'SST 2016', document: { title: 'one' }, citation: `${display}, one (2016)` },
      ],
    })
    const lines = [
      action('same', { ...said('A'), title: 'Same' }),
      action('other', { ...said('B'), title: 'Other', action: [action('below', { ...said('C'), title: 'Below' })] }),
      action('again', { ...said('B'), title: 'Again' }),
    ]
    const own = topAction('a', { ...said('A'), action: lines })
    expect(card(own).detail?.split('\n\n').at(-1)).toBe('A, SST 2016 · svag · ikke graderet · B, SST 2016')
    const linked = card(own, { pageOf: id => `https://columna.example.org/guidelines/plan/${id}` })
    expect(linked.detail?.split('\n\n').at(-1)).toBe(
      'A, SST 2016 · svag · ikke graderet · B, SST 2016 · [Anbefaling og evidens](https://columna.example.org/guidelines/plan/a)',
    )
    expect(linked.links).toEqual([
      { label: 'Anbefaling og evidens', url: 'https://columna.example.org/guidelines/plan/a', type: 'absolute' },
    ])
  })

  test('weak against never reads as weak for, also in a line', () => {
    const line = (direction: string) => card(topAction('a', { action: [action('c', graded('weak', direction))] })).detail
    expect(line('against')).toContain('imod')
    expect(line('against')).not.toBe(line('for'))
  })

  test('a grade that no code system of ours names is shown by its display or code', () => {
    const unknown = (coding: object) => gradeIn({ extension: [{ url: EXTENSION.strength, valueCodeableConcept: { coding: [coding] } }] })
    expect(unknown({ system: 'https://example.org/none', code: 'k', display: 'kendt' })).toContain('kendt')
    expect(unknown({ system: 'https://example.org/none', code: 'k' })).toMatch(/^k ·/)
  })
})

describe('source and links', () => {
  const documentation = (...list: NonNullable<PlanDefinitionAction['documentation']>) => card(topAction('a', { documentation: list }))

  test('come from the documentation', () => {
    const cited = documentation(
      { type: 'documentation', label: 'Styrelsen 2016', display: 'Kilden', url: 'https://example.org/doc' },
      { type: 'citation', display: 'Mere', url: 'https://example.org/more' },
    )
    expect(cited.source).toEqual({ label: 'Kilden, Styrelsen 2016', url: 'https://example.org/doc' })
    expect(cited.links).toEqual([
      { label: 'Kilden', url: 'https://example.org/doc', type: 'absolute' },
      { label: 'Mere', url: 'https://example.org/more', type: 'absolute' },
    ])
  })

  test('each address is one link; what is no web address is none', () => {
    const cited = documentation(
      { type: 'documentation', display: 'A', url: 'https://example.org/x' },
      { type: 'documentation', display: 'B', url: 'https://example.org/x' },
      { type: 'citation', display: 'C', url: 'urn:isbn:1' },
      { type: 'citation', display: 'D', url: 'javascript:alert(1)' },
    )
    expect(cited.links?.map(({ url }) => url)).toEqual(['https://example.org/x'])
  })

  test("a source without an address does not borrow the plan's", () => {
    expect(documentation({ type: 'documentation', display: 'Bogen' }).source).toEqual({ label: 'Bogen' })
  })

  test('fall back to the plan, with its topic', () => {
    const topic = { system: 's', code: 'c', display: 'Emnet' }
    const { source } = card(topAction('a'), {}, { topic: [{ coding: [topic] }] })
    expect(source).toEqual({ label: 'Planen', url: canonical('PlanDefinition', 'plan'), topic })
    const translated = card(topAction('a'), { language: 'en' }, { topic: [{ coding: [{ ...topic, _display: english('The topic') }] }] })
    expect(translated.source.topic).toEqual({ system: 's', code: 'c', display: 'The topic' })
  })

  test('have the topic of their own action, in the language of the reply, where it names one', () => {
    const own = { extension: [{ url: EXTENSION.cardTopic, valueCoding: { system: GRADE, code: 'strong' } }] }
    expect(card(topAction('a', own)).source.topic).toEqual({ system: GRADE, code: 'strong', display: 'stærk' })
    expect(card(topAction('a', own), { language: 'en' }).source.topic).toEqual({ system: GRADE, code: 'strong', display: 'strong' })
  })
})

test('override reasons are codings with a display', () => {
  const { overrideReasons } = card(
    topAction('a', { extension: [{ url: EXTENSION.overrideReasons, valueCanonical: canonical('ValueSet', 'reasons') }] }),
  )
  expect(overrideReasons).toEqual([{ system: 'https://example.org/reason', code: 'r1', display: 'Et' }])
})

describe('card extensions', () => {
  test('decision points: the headline first, each once, those of lines and suggestions after', () => {
    const speaking = topAction('a', {
      ...point('T-02'),
      action: [action('b', point('T-01')), resource('c', point('T-03')), action('d', point('T-02'))],
    })
    expect(card(speaking).extension?.['org.columna.decision-points']).toEqual(['T-02', 'T-01', 'T-03'])
  })

  test('members computed from facts stand under their name', () => {
    const extension = [
      {
        url: EXTENSION.cardExtension,
        extension: [
          { url: 'name', valueString: 'org.example.score' },
          ...[
            ['total', '2 + 3'],
            ['zero', '0'],
            ['no', 'false'],
            ['list', '1 | 2'],
          ].map(([name, expression]) => ({ url: 'member', valueExpression: { ...fhirpath(expression ?? ''), name: name ?? '' } })),
        ],
      },
    ]
    expect(card(topAction('a', { extension })).extension?.['org.example.score']).toEqual({ total: 5, zero: 0, no: false, list: [1, 2] })
  })
})

describe('what only the page shows', () => {
  const onPage = (id: string, code: string, more: PlanDefinitionAction = {}): PlanDefinitionAction => {
    const { extension = [], ...said } = point(code)
    return action(id, { ...said, extension: [...extension, { url: EXTENSION.shownOn, valueCode: 'page' }], ...more })
  }
  const listens = { trigger: [onHook('patient-view')] }
  /** The whole answer of a plan, and the ids of its RequestGroup. */
  const answered = (...actions: PlanDefinitionAction[]) => {
    const knowledge = knowledgeOf(plan(actions), library({ yes: 'true' }), ...RESOURCES)
    const { requestGroup, undecided } = applyTo(knowledge)
    const told = toCards([{ plan: planOf(knowledge), requestGroup, undecided }], {
      hookInstance: HOOK_INSTANCE,
      language: 'da',
      knowledge,
      notRead: [],
      readInPart: [],
    })
    return { ...told, requestGroup }
  }

  test('has no words and no draft on the card, and its points there', () => {
    const shown = topAction('a', {
      ...point('T-01'),
      action: [
        onPage('b', 'T-02', { action: [action('c', point('T-03'))] }),
        onPage('d', 'T-02', { definitionCanonical: canonical('ActivityDefinition', 'act') }),
      ],
    })
    const { detail, suggestions, extension } = card(shown)
    expect(detail).toBe('Kilden · s · ikke graderet')
    expect(suggestions).toBeUndefined()
    expect(extension?.['org.columna.decision-points']).toEqual(['T-01', 'T-02', 'T-03'])
  })

  test('brings no card, and its points stand beside the cards unless one of those lists them', () => {
    const {
      cards: told,
      pointsOnPages,
      requestGroup,
    } = answered(
      topAction('a', point('T-01')),
      onPage('b', 'T-01', { ...listens, action: [action('c', point('T-03')), action('d', point('T-02'))] }),
    )
    expect(told.map(({ summary }) => summary)).toEqual(['a på dansk'])
    expect(pointsOnPages).toEqual(['T-03', 'T-02'])
    expect(requestGroup.action?.[1]?.extension).toContainEqual({ url: EXTENSION.shownOn, valueCode: 'page' })
  })
})

describe('what only the page shows for some patients', () => {
  const pageWhen = (expression: string): PlanDefinitionAction['extension'] => [
    {
      url: EXTENSION.shownOn,
      valueExpression: {
        ...fhirpath(expression),
        description: 'Når noget andet leder',
        _description: english('When something else leads'),
      },
    },
  ]
  const told = (expression: string, more: PlanDefinitionAction = {}) => {
    const { extension = [], ...said } = point('T-01')
    const own = topAction('a', { ...said, extension: [...extension, ...(pageWhen(expression) ?? [])], ...more })
    const knowledge = knowledgeOf(plan([own]), library({ yes: 'true', unknown: '{}', six: '6' }), ...RESOURCES)
    const { requestGroup, undecided } = applyTo(knowledge)
    const context = { hookInstance: HOOK_INSTANCE, language: 'da', knowledge, notRead: [], readInPart: [] }
    return { ...toCards([{ plan: planOf(knowledge), requestGroup, undecided }], context), requestGroup }
  }

  test('is left to it where the answer is yes, with its points beside the cards, and the answer is told as a code', () => {
    const { cards: shown, pointsOnPages, requestGroup } = told('%yes', { title: '{{ %six }} uger', action: [action('b', point('T-02'))] })
    expect(shown).toEqual([])
    expect(pointsOnPages).toEqual(['T-01', 'T-02'])
    expect(requestGroup.action?.[0]?.extension?.filter(({ url }) => url === EXTENSION.shownOn)).toEqual([
      { url: EXTENSION.shownOn, valueCode: 'page' },
    ])
  })

  test.each(['%yes.not()', '%unknown'])('stands on the card where the answer to %s is no yes', expression => {
    const { cards: shown, pointsOnPages, requestGroup } = told(expression)
    expect(shown.map(({ summary }) => summary)).toEqual(['a på dansk'])
    expect(pointsOnPages).toEqual([])
    expect(requestGroup.action?.[0]?.extension?.filter(({ url }) => url === EXTENSION.shownOn)).toEqual([])
  })

  test('is undecided where the answer cannot be had, as with any condition', () => {
    expect(told('(1 | 2).single() = 1').undecided).toHaveLength(1)
  })

  test('goes for a line, and for all that a group holds', () => {
    const line = (expression: string) =>
      topAction('a', {
        ...point('T-01'),
        action: [action('b', { ...point('T-02'), extension: [...(point('T-02').extension ?? []), ...(pageWhen(expression) ?? [])] })],
      })
    expect(card(line('%yes')).detail).not.toContain('b på dansk')
    expect(card(line('%yes.not()')).detail).toContain('b på dansk')
    const group = { id: 'g', trigger: [onHook('patient-view')], extension: pageWhen('%yes'), action: [action('a', point('T-01'))] }
    expect(cards([group as PlanDefinitionAction])).toEqual([])
  })
})

describe('several cards of one answer', () => {
  const TEXTS = ['**Ring nu.**', 'Ring nu.', 'Vent.', 'Tal om det.', 'Mål det.']
  const texts = fc.constantFrom(...TEXTS)
  const line = fc.record({ text: texts, isOnPage: fc.boolean(), strength: fc.constantFrom('s', 't') })
  const anyCard = fc.record({
    priority: fc.constantFrom('routine' as const, 'urgent' as const, 'stat' as const),
    first: texts,
    lines: fc.uniqueArray(line, { maxLength: 4, selector: ({ text }) => text.replaceAll('*', '') }),
  })
  type AnyCard = typeof anyCard extends fc.Arbitrary<infer T> ? T : never
  const points = ['T-01', 'T-02', 'T-03']
  const both = (text: string): Pick<PlanDefinitionAction, 'description'> => ({ description: text, _description: english(text) }) as object
  const actionOf = ({ priority, first, lines }: AnyCard, index: number): PlanDefinitionAction => ({
    ...topAction(`a${index}`, { ...point(points[index] ?? 'T-01'), priority }),
    ...both(first),
    action: lines.map(({ text, isOnPage, strength }, at) => {
      const { extension = [], ...said } = point(points[at % 3] ?? 'T-01')
      return {
        id: `b${index}-${at}`,
        ...said,
        ...both(text),
        extension: [
          { url: EXTENSION.strength, valueCodeableConcept: { text: strength } },
          ...extension.slice(1),
          ...(isOnPage ? [{ url: EXTENSION.shownOn, valueCode: 'page' }] : []),
        ],
      }
    }),
  })
  /** What a card says, a text each, without tags and the line that tells where it comes from. */
  const saidBy = ({ detail = '' }: Card): string[] =>
    detail
      .split(/\n+/)
      .map(part => visibleText(part.replace(/ \*\(.*\)\*$/, '')))
      .filter(part => TEXTS.includes(part))

  test('say nothing twice, and list every decision point that applies', () => {
    fc.assert(
      fc.property(fc.array(anyCard, { minLength: 1, maxLength: 3 }), given => {
        const actions = given.map(actionOf)
        const knowledge = knowledgeOf(plan(actions), library({ yes: 'true' }), ...RESOURCES)
        const { requestGroup, undecided } = applyTo(knowledge)
        const context = { hookInstance: HOOK_INSTANCE, language: 'da', knowledge, notRead: [], readInPart: [] }
        const { cards: shown } = toCards([{ plan: planOf(knowledge), requestGroup, undecided }], context)
        const own = shown.map(each => [...new Set(saidBy(each))])
        expect(own.flat()).toEqual([...new Set(own.flat())])
        const wanted = given.flatMap(({ first, lines }) => [first, ...lines.filter(({ isOnPage }) => !isOnPage).map(({ text }) => text)])
        expect(own.flat().toSorted()).toEqual([...new Set(wanted.map(visibleText))].toSorted())
        const listed = (each: Card | undefined) => each?.extension?.['org.columna.decision-points'] as string[]
        for (const [index, each] of actions.entries()) {
          const its = shown.find(({ summary }) => summary === `a${index} på dansk`)
          expect(listed(its)).toEqual([...new Set([points[index], ...(each.action ?? []).map((_, at) => points[at % 3])])])
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('uuids', () => {
  const uuids = (call: CardCall = {}) =>
    cards(
      [topAction('a', { action: [resource('b'), resource('c')] }), topAction('d', resource('d', { trigger: [onHook('patient-view')] }))],
      call,
    ).flatMap(({ uuid, suggestions = [] }) => [uuid, ...suggestions.map(suggestion => suggestion.uuid)])

  test('are the same for the same call, all different within it, and others for another call', () => {
    const first = uuids()
    expect(first).toHaveLength(5)
    expect(new Set(first).size).toBe(5)
    expect(uuids()).toEqual(first)
    expect(uuids({ language: 'en' })).toEqual(first)
    expect(uuids({ hookInstance: 'b0c5a2b1-6f0d-4d5b-9d7f-0d2f4a1c3e5b' }).filter(uuid => first.includes(uuid))).toEqual([])
  })
})

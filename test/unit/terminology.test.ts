import { describe, expect, test } from '@jest/globals'
import type { FhirResource, NamingSystem, ValueSet } from 'fhir/r4.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { EXTENSION, HOUSE_TERMS } from '../support/house.js'
import { KnownCodings, MOST_CODINGS } from '../../src/engine/terminology/known-codings.js'
import { Terminology } from '../../src/engine/terminology/terminology.js'
import { canonical, codeSystem, valueSet } from '../support/knowledge-builder.js'

const FRUIT = 'https://example.org/fruit'
const namingSystem = (
  uris: string[],
  { forms = [], prefix, unmistakable }: { forms?: string[]; prefix?: string; unmistakable?: string } = {},
): NamingSystem => ({
  resourceType: 'NamingSystem',
  id: 'fruit',
  name: 'Fruit',
  status: 'active',
  kind: 'codesystem',
  date: '2026-01-01',
  extension: [
    ...forms.map(valueCode => ({ url: EXTENSION.codeForm, valueCode })),
    ...(prefix ? [{ url: EXTENSION.systemPrefix, valueUri: prefix }] : []),
    ...(unmistakable ? [{ url: EXTENSION.recognisedWithoutSystem, valueString: unmistakable }] : []),
  ],
  uniqueId: uris.map((value, index) => ({ type: 'uri' as const, value, preferred: index === 1 })),
})

function terminologyOf(...resources: FhirResource[]): { terminology: Terminology; faults: string[] } {
  const list = new FaultList()
  const terminology = new Terminology(
    resources.map(resource => ({ file: `${resource.id}.json`, resource })),
    list,
    HOUSE_TERMS,
  )
  return { terminology, faults: list.faults.map(({ code, element }) => `${code} ${element}`) }
}

const codes = (...list: string[]) => ({ system: FRUIT, concept: list.map(code => ({ code })) })
const prefixed = (value: string) => ({ system: FRUIT, filter: [{ property: 'code', op: 'regex' as const, value }] })
const set = (id: string, include: NonNullable<ValueSet['compose']>['include'], exclude?: NonNullable<ValueSet['compose']>['exclude']) =>
  valueSet(id, { include, ...(exclude && { exclude }) })

/** Which of the codes belong to the value set `vs`. */
function members(candidates: string[], resources: FhirResource[], system: string | null = FRUIT): string[] {
  const { terminology, faults } = terminologyOf(...resources)
  expect(faults).toEqual([])
  const isMember = terminology.membership(canonical('ValueSet', 'vs'))
  return candidates.filter(code => isMember?.({ code, ...(system !== null && { system }) }))
}

describe('membership', () => {
  test('is answered alike the second time, whatever was asked in between', () => {
    const { terminology } = terminologyOf(set('vs', [codes('a', 'long'.repeat(100))]))
    const isMember = terminology.membership(canonical('ValueSet', 'vs'))
    for (let round = 0; round < 600; round += 1) {
      const asked = ['a', `x${round}`, 'long'.repeat(100)].map(code => isMember?.({ system: FRUIT, code }))
      expect([...asked, isMember?.({ system: `${FRUIT}/${round}`, code: 'a' })]).toEqual([true, false, true, false])
    }
  })

  test('is by system and code', () => {
    expect(members(['a', 'b', 'A'], [set('vs', [codes('a')])])).toEqual(['a'])
    expect(members(['a'], [set('vs', [codes('a')])], 'https://example.org/other')).toEqual([])
  })

  test('a coding without a system counts where its system says that the code is unmistakable, and nowhere else', () => {
    const naming = namingSystem([FRUIT], { unmistakable: String.raw`[A-Z]{2}\d+` })
    expect(
      members(['AB12', 'ab12', 'AB1', 'a', 'AB12x', 'xAB12'], [naming, set('vs', [codes('AB12', 'a', 'AB12x'), prefixed('ab1.*')])], null),
    ).toEqual(['AB12', 'ab12'])
    expect(members(['AB12', 'a'], [set('vs', [codes('AB12', 'a')])], null)).toEqual([])
  })

  test.each([[null], [undefined], [''], ['  '], ['\u200b'], [7], [{}]])('%j is no system', system => {
    const { terminology } = terminologyOf(namingSystem([FRUIT], { unmistakable: 'a' }), set('vs', [codes('a', 'b')]))
    const isMember = terminology.membership(canonical('ValueSet', 'vs'))
    for (const round of [1, 2]) expect([round, ...['a', 'b'].map(code => isMember?.({ system, code }))]).toEqual([round, true, false])
  })

  test('a plain code, of an element that has no system, belongs by itself', () => {
    const { terminology } = terminologyOf(set('vs', [codes('a'), prefixed('AB.*')]))
    expect(['a', ' a', 'ABC', 'b', ''].map(code => terminology.membership(canonical('ValueSet', 'vs'))?.(code))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    const { terminology: open } = terminologyOf(set('vs', [{ system: FRUIT }]))
    expect(['a', '', ' ', '\u200b'].map(code => open.membership(canonical('ValueSet', 'vs'))?.(code))).toEqual([true, false, false, false])
  })

  test('blanks around a code, hard ones and those without width, and numbers, make no difference', () => {
    const { terminology } = terminologyOf(set('vs', [codes('a', '279039007')]))
    const isMember = terminology.membership(canonical('ValueSet', 'vs'))
    for (const code of ['a', ' a', 'a\u00a0', '\ta\n', '\ufeffa', 'a\u200b', '279039007', 279039007]) {
      expect([code, isMember?.({ system: FRUIT, code })]).toEqual([code, true])
    }
  })

  test.each([[undefined], [null], [''], [' '], [{}], [[]], [true], [1.5], [-1], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 53]])(
    '%p is no code',
    code => {
      const { terminology } = terminologyOf(set('vs', [codes('a', '1', '1.5', 'true', String(2 ** 53)), prefixed('-1.*')]))
      const isMember = terminology.membership(canonical('ValueSet', 'vs'))
      expect([isMember?.({ system: FRUIT, code }), isMember?.({ system: FRUIT, code })]).toEqual([false, false])
    },
  )

  test.each([['urn:oid:1.2.3'], [FRUIT], ['https://example.org/old-fruit'], ['urn:oid:1.9.77']])(
    'takes %s for the one system it is',
    system => {
      const naming = namingSystem(['urn:oid:1.2.3', FRUIT, 'https://example.org/old-fruit'], { prefix: 'urn:oid:1.9.' })
      expect(members(['a', 'x'], [naming, set('vs', [codes('a')])], system)).toEqual(['a'])
    },
  )

  test.each([
    ' https://example.org/fruit',
    'http://example.org/fruit',
    'https://example.org/fruit/',
    'HTTPS://Example.ORG/fruit',
    'https://example.org/Fruit',
    'https://example.org/fruit|2026',
    'https://example.org/fruit#a',
    '1.2.3',
    'urn:oid:1.2.3 ',
    'URN:OID:1.2.3',
    'urn:OID:1.2.3',
    'urn.oid:1.2.3',
    'urn.oid.1.2.3',
    'oid:1.2.3',
    'urn:1.2.3',
    'urn:oid:1.9.77/',
  ])('%j is one of its spellings', system => {
    const naming = namingSystem(['urn:oid:1.2.3', FRUIT], { prefix: 'urn:oid:1.9.' })
    expect(members(['a', 'x'], [naming, set('vs', [codes('a')])], system)).toEqual(['a'])
  })

  test.each([
    'https://example.org/fruits',
    'https://example.org',
    'urn:oid:1.2.3.4',
    'urn:oid:1.2',
    '1.2.30',
    'urn:oid:1.90.7',
    'fruit',
    'https://example.org/fruit-cm',
  ])('%j is another system', system => {
    const naming = namingSystem(['urn:oid:1.2.3', FRUIT], { prefix: 'urn:oid:1.9.' })
    expect(members(['a', 'x'], [naming, set('vs', [codes('a')])], system)).toEqual([])
  })

  test('a system that only a value set writes has its spellings too', () => {
    expect(members(['a'], [set('vs', [codes('a')])], 'http://EXAMPLE.org/fruit/')).toEqual(['a'])
  })

  test('also where the value set is written in another of the URIs', () => {
    const naming = namingSystem(['urn:oid:1.2.3', FRUIT])
    expect(members(['a'], [naming, set('vs', [{ system: 'urn:oid:1.2.3', concept: [{ code: 'a' }] }])])).toEqual(['a'])
  })

  test('by the beginning of a code', () => {
    expect(members(['AB1', 'AB123', 'AB', 'AC1', 'xAB1', 'ab1'], [set('vs', [prefixed('AB1.*')])])).toEqual(['AB1', 'AB123'])
    expect(members(['A.1', 'A.12', 'AX1'], [set('vs', [prefixed(String.raw`A\.1.*`)])])).toEqual(['A.1', 'A.12'])
  })

  test('codes are brought to one form first: case, what follows a plus, dots, blanks, the Danish D', () => {
    const naming = namingSystem(['urn:oid:1.2.3', FRUIT], {
      forms: ['upper-case', 'before-plus', 'without-dots', 'without-blanks', 'without-danish-d'],
    })
    const candidates = ['K12.3', 'k123', 'K 12 3', 'K123+XYZ1', 'DK12.3', 'dk123', 'D12.3', 'K1231', 'K12']
    const same = ['K12.3', 'k123', 'K 12 3', 'K123+XYZ1', 'DK12.3', 'dk123']
    expect(members(candidates, [naming, set('vs', [codes('K12.3')])])).toEqual(same)
    expect(members(candidates, [naming, set('vs', [prefixed(String.raw`K12\.3.*`)])])).toEqual([...same, 'K1231'])
    expect(members(['D12.3', 'DD12.3'], [naming, set('vs', [codes('D12.3')])])).toEqual(['D12.3', 'DD12.3'])
  })

  test('a system named alone stands for all its codes', () => {
    expect(members(['a', 'B 2', ''], [set('vs', [{ system: FRUIT }], [codes('c')])])).toEqual(['a', 'B 2'])
    expect(members(['a'], [set('vs', [{ system: FRUIT }])], 'https://example.org/other')).toEqual([])
    expect(members(['a', 'c'], [set('vs', [{ system: FRUIT }], [codes('c')])])).toEqual(['a'])
    expect(terminologyOf(set('vs', [{ system: FRUIT }])).terminology.isOpen(canonical('ValueSet', 'vs'))).toBe(true)
  })

  test('excludes codes and prefixes', () => {
    expect(members(['A1', 'A2', 'A23'], [set('vs', [prefixed('A.*')], [codes('A1')])])).toEqual(['A2', 'A23'])
    expect(members(['A1', 'A2', 'A23'], [set('vs', [prefixed('A.*')], [prefixed('A2.*')])])).toEqual(['A1'])
  })

  test('of imported value sets, at any depth', () => {
    const chain = [
      set('vs', [codes('own'), { valueSet: [canonical('ValueSet', 'one')] }]),
      set('one', [{ valueSet: [`${canonical('ValueSet', 'two')}|2026.1.0`] }]),
      set('two', [codes('far')]),
    ]
    expect(members(['own', 'far', 'else'], chain)).toEqual(['own', 'far'])
  })

  test('what a set excludes is out, whichever include brought it; what an import excludes binds that import alone', () => {
    const imported = set('one', [codes('a', 'b', 'c')], [codes('c')])
    const outer = set('vs', [{ valueSet: [canonical('ValueSet', 'one')] }, codes('c')], [codes('a')])
    expect(members(['a', 'b', 'c'], [outer, imported])).toEqual(['b', 'c'])
  })

  test('of an unknown value set, or another version, there is none', () => {
    const { terminology } = terminologyOf(set('vs', [codes('a')]))
    expect(terminology.membership(canonical('ValueSet', 'other'))).toBeUndefined()
    expect(terminology.membership(`${canonical('ValueSet', 'vs')}|1.0.0`)).toBeUndefined()
    expect(terminology.membership(`${canonical('ValueSet', 'vs')}|2026.1.0`)).toBeDefined()
  })
})

describe('names', () => {
  const withNames = (each: ValueSet, names: string[], except: string[] = []): ValueSet => ({
    ...each,
    extension: [
      ...names.map(valueString => ({ url: EXTENSION.names, valueString })),
      ...except.map(valueString => ({ url: EXTENSION.namesExcept, valueString })),
    ],
  })
  const named = (resources: FhirResource[], texts: string[], systems: (string | undefined)[] = []) => {
    const { terminology, faults } = terminologyOf(...resources)
    expect(faults).toEqual([])
    const isNamed = terminology.membership(canonical('ValueSet', 'vs'))?.named
    return (
      isNamed &&
      texts.some(name =>
        isNamed(
          name,
          systems.map(system => ({ system, code: 'x' })),
        ),
      )
    )
  }

  test('are found anywhere in the words, whatever their case, but where an exception is found too', () => {
    const fruit = withNames(set('vs', [codes('a')]), ['apple', 'æble'], ['juice'])
    expect(
      [['Two APPLES'], ['pear', 'Æbler'], ['pear'], ['apple juice'], ['apple juice', 'apple'], []].map(texts => named([fruit], texts)),
    ).toEqual([true, true, false, false, true, false])
  })

  test('speak only where there is no code of a system that the set is written in', () => {
    const fruit = [withNames(set('vs', [codes('a')]), ['apple']), namingSystem(['urn:oid:1.2', FRUIT])]
    expect([[FRUIT], ['urn:oid:1.2'], ['https://example.org/other'], [undefined]].map(systems => named(fruit, ['apple'], systems))).toEqual(
      [false, false, true, true],
    )
  })

  test('are silent also where the code alone tells its system, and speak where what is sent is no code', () => {
    const { terminology } = terminologyOf(withNames(set('vs', [codes('a')]), ['apple']), namingSystem([FRUIT], { unmistakable: 'F\\d' }))
    const isNamed = terminology.membership(canonical('ValueSet', 'vs'))?.named
    expect(
      [{ code: 'F1' }, { system: '', code: 'F1' }, { code: 'x' }, { system: FRUIT }, { system: FRUIT, code: ' ' }].map(coding =>
        isNamed?.('apple', [coding]),
      ),
    ).toEqual([false, false, true, true, true])
  })

  test('of an imported set are those of the set that imports it', () => {
    const resources = [set('vs', [{ valueSet: [canonical('ValueSet', 'part')] }]), withNames(set('part', [codes('a')]), ['apple'])]
    expect([['apple'], ['pear']].map(texts => named(resources, texts))).toEqual([true, false])
    expect(named(resources, ['apple'], [FRUIT])).toBe(false)
  })

  test('a set without any has none, and a pattern that does not run in linear time is a fault', () => {
    expect(named([set('vs', [codes('a')])], ['apple'])).toBeUndefined()
    expect(terminologyOf(withNames(set('vs', [codes('a')]), ['(?=apple)'])).faults).toEqual(['VALUE_SET_UNSUPPORTED ValueSet.extension'])
  })
})

describe('faults', () => {
  test.each([
    ['a filter by hierarchy', { system: FRUIT, filter: [{ property: 'concept', op: 'is-a' as const, value: 'a' }] }],
    ['a regex that is more than a beginning', prefixed('A[12].*')],
    ['a regex without .*', prefixed('A1')],
    ['a regex on another property', { system: FRUIT, filter: [{ property: 'display', op: 'regex' as const, value: 'A.*' }] }],
    ['two filters', { system: FRUIT, filter: [...prefixed('A.*').filter, ...prefixed('AB.*').filter] }],
    ['a system with an empty list of filters', { system: FRUIT, filter: [] }],
    ['codes beside a filter', { ...codes('a'), ...prefixed('A.*') }],
    ['codes without a system', { concept: [{ code: 'a' }] }],
    ['an intersection with a value set', { ...codes('a'), valueSet: [canonical('ValueSet', 'vs')] }],
  ])('%s', (_, include) => {
    expect(terminologyOf(set('vs', [codes('a')]), set('odd', [include])).faults).toEqual([
      'VALUE_SET_UNSUPPORTED ValueSet.compose.include[0]',
    ])
  })

  test('an exclude that names a value set', () => {
    const odd = set('odd', [codes('a')], [{ valueSet: [canonical('ValueSet', 'vs')] }])
    expect(terminologyOf(set('vs', [codes('a')]), odd).faults).toEqual(['VALUE_SET_UNSUPPORTED ValueSet.compose.exclude[0]'])
  })

  test('a cycle, once', () => {
    const one = set('one', [{ valueSet: [canonical('ValueSet', 'two')] }])
    const two = set('two', [{ valueSet: [canonical('ValueSet', 'one')] }])
    expect(terminologyOf(one, two).faults).toEqual(['CANONICAL_CYCLE ValueSet.compose'])
  })

  test('an import that is not there', () => {
    expect(terminologyOf(set('vs', [{ valueSet: ['https://example.org/none'] }])).faults).toEqual([
      'CANONICAL_UNKNOWN ValueSet.compose.include',
    ])
  })

  test('a pattern of unmistakable codes that cannot be read', () => {
    expect(terminologyOf(namingSystem([FRUIT], { unmistakable: '[' })).faults).toEqual(['VALUE_SET_UNSUPPORTED NamingSystem.extension'])
  })

  test('a code form that is not known', () => {
    expect(terminologyOf(namingSystem([FRUIT], { forms: ['toString'] })).faults).toEqual(['VALUE_SET_UNSUPPORTED NamingSystem.extension'])
  })
})

describe('near misses', () => {
  /** What is told of codings that are asked in turn, twice each. */
  function told(codings: object[], ...resources: FhirResource[]): string[] {
    const { terminology } = terminologyOf(...resources, set('other', [codes('a', 'AB12')]))
    const heard: string[] = []
    terminology.onNearMiss(({ system, kind }) => heard.push(`${system} ${kind}`))
    for (const id of ['vs', 'other', 'vs']) for (const coding of codings) terminology.membership(canonical('ValueSet', id))?.(coding)
    return heard
  }
  const vs = set('vs', [codes('a', 'AB12')])

  test('are told once, by the name that the knowledge has for the system', () => {
    const naming = namingSystem(['urn:oid:1.2.3', FRUIT])
    expect(told([{ system: `${FRUIT}-cm`, code: 'a' }], naming, vs)).toEqual(['Fruit system'])
    expect(
      told(
        [
          { system: 'urn:oid:1.2.3.4', code: 'a' },
          { system: `${FRUIT}-cm`, code: 'a' },
        ],
        naming,
        vs,
      ),
    ).toEqual(['Fruit system', 'Fruit system'])
    expect(
      told(
        [
          { system: FRUIT, code: 'ab12' },
          { system: FRUIT, code: 'A' },
        ],
        naming,
        vs,
      ),
    ).toEqual(['Fruit code', 'Fruit code'])
    expect(told([{ code: 'a' }], naming, vs)).toEqual(['Fruit without-system'])
    expect(told([{ code: 'a' }], vs)).toEqual([`${FRUIT} without-system`])
  })

  test('nothing is told of members, of codes that are far from any, of foreign systems, or of things that are no codes', () => {
    const far = [
      { system: FRUIT, code: 'a' },
      { system: FRUIT, code: 'b' },
      { code: 'zz' },
      { system: 'https://example.com/other', code: 'a' },
      { system: `${FRUIT}-cm`, code: 'b' },
      {},
      { code: {} },
      { system: 'x'.repeat(10_000), code: 'a' },
    ]
    expect(told(far, namingSystem(['urn:oid:1.2.3', FRUIT]), vs)).toEqual([])
  })
})

describe('expansion', () => {
  const displays = codeSystem(FRUIT, { apple: ['Æble', 'Apple'], 'p.ear': ['Pære', 'Pear'] })

  test('gives each code once as it is written, with what a reader calls it, without what is excluded', () => {
    const naming = namingSystem([FRUIT, FRUIT], { forms: ['upper-case', 'without-dots'] })
    const { terminology } = terminologyOf(
      displays,
      naming,
      set('one', [codes('apple', 'plum')]),
      set('vs', [codes('apple', 'p.ear'), { valueSet: [canonical('ValueSet', 'one')] }], [codes('plum')]),
    )
    const expanded = terminology.expand(canonical('ValueSet', 'vs'))
    expect(expanded.map(({ code }) => code)).toEqual(['apple', 'p.ear'])
    expect(expanded.map(({ display }) => [display.get('da'), display.get('en')])).toEqual([
      ['Æble', 'Apple'],
      ['Pære', 'Pear'],
    ])
  })

  test('displays of codes below codes, and by any of the system URIs', () => {
    const nested = { ...displays, concept: [{ code: 'fruit', display: 'Frugt', concept: [{ code: 'plum', display: 'Blomme' }] }] }
    const { terminology } = terminologyOf(nested, namingSystem(['urn:oid:1.2.3', FRUIT]))
    expect(terminology.display(FRUIT, 'plum')?.get('da')).toBe('Blomme')
    expect(terminology.display('urn:oid:1.2.3', 'plum')?.get('da')).toBe('Blomme')
    expect(terminology.display(FRUIT, 'nothing')).toBeUndefined()
  })
})

describe('what is remembered of codings that were sent', () => {
  test('has one bound, however many systems they are spread over', () => {
    const known = new KnownCodings()
    let most = 0
    for (let system = 0; system < 200; system += 1)
      for (let code = 0; code < 50; code += 1) {
        known.note({ system: `urn:of-client:${system}`, code: `C${code}` }, false)
        most = Math.max(most, known.size)
      }
    expect(most).toBe(MOST_CODINGS)
  })

  test('is what was answered, and nothing of what is too long', () => {
    const known = new KnownCodings()
    known.note({ system: FRUIT, code: 'apple' }, true)
    known.note({ code: 'apple' }, false)
    known.note({ system: FRUIT, code: 'x'.repeat(1_000) }, false)
    expect([known.answerTo({ system: FRUIT, code: 'apple' }), known.answerTo({ code: 'apple' })]).toEqual([true, false])
    expect(known.answerTo({ system: FRUIT, code: 'pear' })).toBeUndefined()
    expect(known.size).toBe(2)
  })
})

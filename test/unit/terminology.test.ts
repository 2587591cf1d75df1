import { describe, expect, test } from '@jest/globals'
import type { FhirResource, NamingSystem, ValueSet } from 'fhir/r4.js'
import { FaultList } from '../../src/knowledge/faults.js'
import { EXTENSION } from '../../src/knowledge/extensions.js'
import { Terminology } from '../../src/knowledge/terminology.js'
import { canonical, codeSystem, valueSet } from '../support/knowledge-builder.js'

const FRUIT = 'https://example.org/fruit'
const namingSystem = (uris: string[], { forms = [], prefix }: { forms?: string[]; prefix?: string } = {}): NamingSystem => ({
  resourceType: 'NamingSystem', id: 'fruit', name: 'Fruit', status: 'active', kind: 'codesystem', date: '2026-01-01',
  extension: [
    ...forms.map(valueCode => ({ url: EXTENSION.codeForm, valueCode })),
    ...(prefix ? [{ url: EXTENSION.systemPrefix, valueUri: prefix }] : []),
  ],
  uniqueId: uris.map((value, index) => ({ type: 'uri' as const, value, preferred: index === 1 })),
})

function terminologyOf(...resources: FhirResource[]): { terminology: Terminology; faults: string[] } {
  const list = new FaultList()
  const terminology = new Terminology(resources.map(resource => ({ file: `${resource.id}.json`, resource })), list)
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

  test('a coding without a system is judged by its code alone', () => {
    const { terminology } = terminologyOf(set('vs', [codes('a')]))
    const isMember = terminology.membership(canonical('ValueSet', 'vs'))
    expect([{ code: 'a' }, { code: 'b' }, {}].map(coding => isMember?.(coding))).toEqual([true, false, false])
  })

  test('without a system, a beginning of letters alone is not enough', () => {
    expect(members(['AB12', 'A1', 'Apple'], [set('vs', [prefixed('A.*')])], null)).toEqual([])
    expect(members(['AB12', 'AB1', 'AB'], [set('vs', [prefixed('AB1.*')])], null)).toEqual(['AB12', 'AB1'])
  })

  test.each([['urn:oid:1.2.3'], [FRUIT], ['https://example.org/old-fruit'], ['urn:oid:1.9.77']])('takes %s for the one system it is', system => {
    const naming = namingSystem(['urn:oid:1.2.3', FRUIT, 'https://example.org/old-fruit'], { prefix: 'urn:oid:1.9.' })
    expect(members(['a', 'x'], [naming, set('vs', [codes('a')])], system)).toEqual(['a'])
  })

  test('also where the value set is written in another of the URIs', () => {
    const naming = namingSystem(['urn:oid:1.2.3', FRUIT])
    expect(members(['a'], [naming, set('vs', [{ system: 'urn:oid:1.2.3', concept: [{ code: 'a' }] }])])).toEqual(['a'])
  })

  test('by the beginning of a code', () => {
    expect(members(['AB1', 'AB123', 'AB', 'AC1', 'xAB1', 'ab1'], [set('vs', [prefixed('AB1.*')])])).toEqual(['AB1', 'AB123'])
    expect(members(['A.1', 'A.12', 'AX1'], [set('vs', [prefixed(String.raw`A\.1.*`)])])).toEqual(['A.1', 'A.12'])
  })

  test('codes are brought to one form first: case, what follows a plus, dots', () => {
    const naming = namingSystem(['urn:oid:1.2.3', FRUIT], { forms: ['upper-case', 'before-plus', 'without-dots'] })
    const candidates = ['K12.3', 'k123', 'K123+XYZ1', 'K1231', 'K12']
    expect(members(candidates, [naming, set('vs', [codes('K12.3')])])).toEqual(['K12.3', 'k123', 'K123+XYZ1'])
    expect(members(candidates, [naming, set('vs', [prefixed(String.raw`K12\.3.*`)])])).toEqual(['K12.3', 'k123', 'K123+XYZ1', 'K1231'])
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
    extension: [...names.map(valueString => ({ url: EXTENSION.names, valueString })), ...except.map(valueString => ({ url: EXTENSION.namesExcept, valueString }))],
  })
  const named = (resources: FhirResource[], texts: string[], systems: (string | undefined)[] = []) => {
    const { terminology, faults } = terminologyOf(...resources)
    expect(faults).toEqual([])
    return terminology.membership(canonical('ValueSet', 'vs'))?.named?.({ texts, systems })
  }

  test('are found anywhere in the words, whatever their case, but where an exception is found too', () => {
    const fruit = withNames(set('vs', [codes('a')]), ['apple', 'æble'], ['juice'])
    expect([['Two APPLES'], ['pear', 'Æbler'], ['pear'], ['apple juice'], ['apple juice', 'apple'], []].map(texts => named([fruit], texts))).toEqual([true, true, false, false, true, false])
  })

  test('speak only where there is no code of a system that the set is written in', () => {
    const fruit = [withNames(set('vs', [codes('a')]), ['apple']), namingSystem(['urn:oid:1.2', FRUIT])]
    expect([[FRUIT], ['urn:oid:1.2'], ['https://example.org/other'], [undefined]].map(systems => named(fruit, ['apple'], systems))).toEqual([false, false, true, true])
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
    ['a whole system', { system: FRUIT }],
    ['codes beside a filter', { ...codes('a'), ...prefixed('A.*') }],
    ['codes without a system', { concept: [{ code: 'a' }] }],
    ['an intersection with a value set', { ...codes('a'), valueSet: [canonical('ValueSet', 'vs')] }],
  ])('%s', (_, include) => {
    expect(terminologyOf(set('vs', [codes('a')]), set('odd', [include])).faults).toEqual(['VALUE_SET_UNSUPPORTED ValueSet.compose.include[0]'])
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
    expect(terminologyOf(set('vs', [{ valueSet: ['https://example.org/none'] }])).faults).toEqual(['CANONICAL_UNKNOWN ValueSet.compose.include'])
  })

  test('a code form that is not known', () => {
    expect(terminologyOf(namingSystem([FRUIT], { forms: ['toString'] })).faults).toEqual(['VALUE_SET_UNSUPPORTED NamingSystem.extension'])
  })
})

describe('expansion', () => {
  const displays = codeSystem(FRUIT, { apple: ['Æble', 'Apple'], 'p.ear': ['Pære', 'Pear'] })

  test('gives each code once as it is written, with what a reader calls it, without what is excluded', () => {
    const naming = namingSystem([FRUIT, FRUIT], { forms: ['upper-case', 'without-dots'] })
    const { terminology } = terminologyOf(displays, naming, set('one', [codes('apple', 'plum')]),
      set('vs', [codes('apple', 'p.ear'), { valueSet: [canonical('ValueSet', 'one')] }], [codes('plum')]))
    const expanded = terminology.expand(canonical('ValueSet', 'vs'))
    expect(expanded.map(({ code }) => code)).toEqual(['apple', 'p.ear'])
    expect(expanded.map(({ display }) => [display.get('da'), display.get('en')])).toEqual([['Æble', 'Apple'], ['Pære', 'Pear']])
  })

  test('displays of codes below codes, and by any of the system URIs', () => {
    const nested = { ...displays, concept: [{ code: 'fruit', display: 'Frugt', concept: [{ code: 'plum', display: 'Blomme' }] }] }
    const { terminology } = terminologyOf(nested, namingSystem(['urn:oid:1.2.3', FRUIT]))
    expect(terminology.display(FRUIT, 'plum')?.get('da')).toBe('Blomme')
    expect(terminology.display('urn:oid:1.2.3', 'plum')?.get('da')).toBe('Blomme')
    expect(terminology.display(FRUIT, 'nothing')).toBeUndefined()
  })
})

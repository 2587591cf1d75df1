import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DEEPEST_JSON, jsonFault } from '../../src/trust/json-scan.js'

const bytes = (text: string) => Buffer.from(text)

/** How deep lists and objects stand within one another. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

/** Text that tries to look like the structure around it. */
const treacherous = fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', 'é', '∢', 'a', '\n'), maxLength: 12 })

const json = fc.letrec(tie => ({
  value: fc.oneof({ maxDepth: 12, depthSize: 'large' }, treacherous, fc.integer(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(treacherous, tie('value'), { maxKeys: 4 }),
})).value

/** A value within so many lists that its depth is the one asked for. */
const within = (value: unknown, depth: number): unknown => Array.from({ length: depth - depthOf(value) }).reduce(inner => [inner], value)

/** How many lists, objects and commas a value is written with. */
function partsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const members = Object.values(value)
  return members.reduce<number>((sum, member) => sum + partsOf(member), 1 + Math.max(0, members.length - 1))
}

describe('what JSON costs is told from its bytes, as it is from the value', () => {
  const written = (value: unknown, isIndented: boolean) => bytes(JSON.stringify(value, null, isIndented ? 2 : 0))

  test('its depth, whatever its texts hold', () => {
    fc.assert(
      fc.property(json, fc.boolean(), (value, isIndented) => {
        const [fits, exceeds] = [DEEPEST_JSON, DEEPEST_JSON + 1].map(depth =>
          jsonFault(written(within(value, depth), isIndented), Infinity),
        )
        expect([fits, exceeds]).toEqual([undefined, 'too-deep'])
      }),
      { numRuns: 1_000 },
    )
  })

  test('its parts', () => {
    fc.assert(
      fc.property(json, fc.boolean(), (value, isIndented) => {
        const parts = partsOf(value)
        expect(jsonFault(written(value, isIndented), parts)).toBeUndefined()
        if (parts > 0) expect(jsonFault(written(value, isIndented), parts - 1)).toBe('too-many')
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('what is refused', () => {
  test.each<[string, string, string]>([
    ['lists', '['.repeat(101), 'too-deep'],
    ['objects', '{"a":'.repeat(101), 'too-deep'],
    ['both, spaced', '{ "a" : [ '.repeat(51), 'too-deep'],
    ['lists behind a text that ends in an escaped backslash', `{"a":"\\\\","b":${'['.repeat(100)}`, 'too-deep'],
    ['lists behind a byte order mark', `\uFEFF${'['.repeat(101)}`, 'too-deep'],
    [
      'an object of 1,001 members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, index]))),
      'too-wide',
    ],
    [
      'one within another, and behind one',
      JSON.stringify({ a: { b: 1 }, c: Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, { x: {} }])) }),
      'too-wide',
    ],
  ])('before its end is known: %s', (_, text, fault) => {
    expect(jsonFault(bytes(text), 100_000)).toBe(fault)
  })

  test.each([
    ['100 levels', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['brackets in a text', JSON.stringify(['['.repeat(1_000)])],
    ['brackets behind an escaped quote', JSON.stringify([`"${'['.repeat(1_000)}`])],
    ['a text without an end', `["${'['.repeat(1_000)}`],
    ['a text that ends in half an escape', '["\\'],
    ['nothing', ''],
    ['many, one behind the other', `[${'[],'.repeat(1_000)}[]]`],
    ['an object of 1,000 members', JSON.stringify(Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`m${index}`, ':::'])))],
    ['many objects of a few members', JSON.stringify(Array.from({ length: 2_000 }, () => ({ a: 1, b: { c: 2 } })))],
  ])('and no other: %s', (_, text) => {
    expect(jsonFault(bytes(text), 100_000)).toBeUndefined()
  })
})

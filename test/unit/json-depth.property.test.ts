import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isDeeperThan } from '../../src/trust/json-depth.js'

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

describe('the depth of JSON is told from its bytes', () => {
  test('for any JSON, whatever its texts hold, as for the value it is', () => {
    fc.assert(fc.property(json, fc.boolean(), (value, isIndented) => {
      const depth = depthOf(value)
      const written = bytes(JSON.stringify(value, null, isIndented ? 2 : 0))
      expect([isDeeperThan(depth, written), isDeeperThan(depth - 1, written)]).toEqual([false, depth > 0])
    }), { numRuns: 2_000 })
  })

  test.each([
    ['lists', '['.repeat(101)],
    ['objects', '{"a":'.repeat(101)],
    ['both, spaced', '{ "a" : [ '.repeat(51)],
    ['behind a text that ends in an escaped backslash', `{"a":"\\\\","b":${'['.repeat(100)}`],
    ['behind a byte order mark', `\uFEFF${'['.repeat(101)}`],
  ])('before its end is known: %s', (_, text) => {
    expect(isDeeperThan(100, bytes(text))).toBe(true)
  })

  test.each([
    ['100 levels', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['brackets in a text', JSON.stringify(['['.repeat(1_000)])],
    ['brackets behind an escaped quote', JSON.stringify([`"${'['.repeat(1_000)}`])],
    ['a text without an end', `["${'['.repeat(1_000)}`],
    ['a text that ends in half an escape', '["\\'],
    ['nothing', ''],
    ['many, one behind the other', `[${'[],'.repeat(1_000)}[]]`],
  ])('and no other is refused: %s', (_, text) => {
    expect(isDeeperThan(100, bytes(text))).toBe(false)
  })
})

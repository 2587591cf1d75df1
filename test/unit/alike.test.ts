// Records that say the same of what they are are held against a value set together, and no answer is another for it.
import { describe, expect, jest, test } from '@jest/globals'
import { codedIn } from '../../src/engine/expression/functions/coded.js'
import type { SentCoding, ValueSetTest } from '../../src/engine/expression/functions/value-set-test.js'
import { openScope, Variables } from '../../src/engine/expression/scope.js'
import { bareNode, plain, type Collection } from '../../src/engine/expression/values.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { TEST_NOW } from '../support/service.js'

const stateOfACall = () =>
  openScope(new Variables(), {
    recordsOfType: () => [],
    context: {},
    clock: clockAt(TEST_NOW, 'Europe/Copenhagen'),
    stopAt: Infinity,
  }).state

/** A value set of a code in one system, and of a name where a record has no code of that system. */
function setOf(code: string, name: string): ValueSetTest & { asked: () => number } {
  const holds = jest.fn((coding: SentCoding | string) =>
    typeof coding === 'string' ? coding === code : coding.system === 'ours' && coding.code === code,
  )
  const named: ValueSetTest['named'] = (text, codings) => text === name && !codings.some(coding => coding?.system === 'ours')
  return Object.assign(holds, { named, asked: () => holds.mock.calls.length })
}

const condition = (code: unknown, id = '') => bareNode({ resourceType: 'Condition', id, ...(code !== undefined && { code }) })
const coded = (...coding: unknown[]) => ({ coding })

/** Concepts each of which differs from another in one thing alone. */
const CONCEPTS: readonly unknown[] = [
  coded({ system: 'ours', code: 'a' }),
  coded({ system: 'theirs', code: 'a' }),
  coded({ code: 'a' }),
  coded({ system: 'ours', code: 'b' }),
  coded({ system: 'theirs', code: 'a', display: 'a name' }),
  coded({ system: 'theirs', code: 'a', display: 'another' }),
  { ...coded({ system: 'theirs', code: 'a' }), text: 'a name' },
  coded({ system: 'theirs', code: 'a' }, { system: 'ours', code: 'a' }),
  coded({ system: 'theirs', code: 'a' }, { system: 'ours', code: 'b' }),
  coded(null, { system: 'ours', code: 'a' }),
  coded(null, null),
  coded(),
  { text: 'a name' },
  { system: 'ours', code: 'a' },
  'a',
  'b',
  null,
  undefined,
]

const ask = (items: Collection, tests: readonly ValueSetTest[], state = stateOfACall()): Collection[] =>
  tests.map(each => codedIn(items, [['set']], state, { valueSets: () => each } as unknown as Parameters<typeof codedIn>[3]))

describe('records that are alike', () => {
  const tests = [setOf('a', 'a name'), setOf('b', 'another'), setOf('none', 'none'), setOf('a', 'another')]

  test('belong to a value set as each of them by itself', () => {
    const records = [...CONCEPTS, ...CONCEPTS.toReversed(), ...CONCEPTS].map((concept, index) => condition(concept, `c${index}`))
    const alone = tests.map((_, at) => records.filter(record => ask([record], tests)[at]?.length === 1))
    expect(alone.map(({ length }) => length)).toEqual([24, 12, 0, 18])
    expect(ask(records, tests).map(kept => kept.map(plain))).toEqual(alone.map(kept => kept.map(plain)))
    // Codes that belong to no record.
    expect(ask(CONCEPTS.map(bareNode), tests)).toEqual(
      tests.map((_, at) => CONCEPTS.map(bareNode).filter(one => ask([one], tests)[at]?.length)),
    )
  })

  test('are held against it once for all of them', () => {
    const records = Array.from({ length: 100 }, (_, index) => condition(coded({ system: 'theirs', code: `${index % 4}` })))
    const [first, second] = [setOf('1', 'none'), setOf('2', 'none')]
    ask(records, [first, second])
    expect([first.asked(), second.asked()]).toEqual([4, 4])
  })

  test('are found among however many that share their first code', () => {
    const others = (times: number) =>
      Array.from({ length: 50 * times }, (_, index) =>
        condition(coded({ system: 'theirs', code: 'x' }, { system: 'ours', code: `${index % 50}` })),
      )
    const kept = ask(others(3), [setOf('49', 'none')])[0] ?? []
    expect(kept).toHaveLength(3)
  })
})

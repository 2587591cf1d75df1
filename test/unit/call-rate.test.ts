// How often something may be done: by name, and no name takes of another's.
import { expect, test } from '@jest/globals'
import { createRate, ratesByName } from '../../src/trust/call-rate.js'

test('each name has its own, and of more names than are counted the one not asked for longest begins anew', () => {
  const rateOf = ratesByName({ perMinute: 1, burst: 1 }, 2)
  const take = (name: string) => rateOf(name).take() === undefined
  expect(['a', 'a', 'b', 'a', 'b'].map(take)).toEqual([true, false, true, false, false])
  // `a` is the one of the two that was not asked for longest.
  expect(['c', 'b', 'a'].map(take)).toEqual([true, false, true])
})

test('what is given back can be taken again, and no more than that', () => {
  const { take, giveBack } = createRate({ perMinute: 1, burst: 1 })
  giveBack()
  expect(take()).toBeUndefined()
  expect(take()).toBeGreaterThan(50)
  giveBack()
  expect([take(), take() === undefined]).toEqual([undefined, false])
})

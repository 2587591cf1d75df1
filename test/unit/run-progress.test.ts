import { describe, expect, test } from '@jest/globals'
import { progressLine, runProgress } from '../../src/cli/run-progress.js'
import { Teller } from '../../src/cli/teller.js'

describe('how far a run is', () => {
  test.each([
    ['bytes' as const, { done: 1_500_000, total: 4_000_000_000, rate: 0 }, 'sorted 1.5 of 4,000 MB'],
    ['bytes' as const, { done: 2e9, total: 4e9, rate: 1e8 }, 'sorted 2,000 of 4,000 MB, 100 MB a second, 20 s left'],
    ['patients' as const, { done: 500, total: 6_000_000, rate: 800 }, 'asked 500 of 6,000,000 patients, 800 a second, 2 h 5 min left'],
    ['patients' as const, { done: 900, total: 900, rate: 12.4 }, 'asked 900 of 900 patients, 12 a second'],
  ])('%s: %j', (unit, state, words) => {
    expect(progressLine(unit, state)).toBe(words)
  })

  test('is a line now and then where nobody writes over it, and one line that changes on a terminal', () => {
    for (const [isTerminal, expected] of [
      [
        false,
        [
          'asked 20 of 100 patients\n',
          'asked 60 of 100 patients, 2 a second, 20 s left\n',
          'asked 60 of 100 patients, 2 a second, 20 s left\n',
        ],
      ],
      [
        true,
        [
          '\r\u001b[Kasked 20 of 100 patients',
          '\r\u001b[Kasked 40 of 100 patients, 5 a second, 12 s left',
          '\r\u001b[Kasked 60 of 100 patients, 2 a second, 20 s left',
          '\r\u001b[K',
          'asked 60 of 100 patients, 2 a second, 20 s left\n',
        ],
      ],
    ] as const) {
      const [told, clock] = [[] as string[], { ms: 0 }]
      const err = { write: (text: string) => void told.push(text), isTTY: isTerminal }
      const progress = runProgress(new Teller({ out: { write: () => expect(true).toBe(false) }, err }, false), () => clock.ms)
      // What an earlier run did counts as done, and not for the rate.
      progress.begin('patients', 100, 20)
      clock.ms = 4_000
      progress.add(20)
      clock.ms = 20_000
      progress.add(20)
      progress.end()
      expect(told).toEqual(expected)
    }
  })
})

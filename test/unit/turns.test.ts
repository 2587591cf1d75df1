import { describe, expect, test } from '@jest/globals'
import { createTurns, type Turns } from '../../src/server/turns.js'
import { hold } from '../support/hold.js'

/** Lets pieces of work of a length take their turns; tells in what order they ran, and when the loop had come round between them. */
async function orderOf(turns: Turns, lengths: readonly number[]): Promise<string[]> {
  const order: string[] = []
  let isOver = false
  const watch = () => {
    if (order.at(-1) !== 'round') order.push('round')
    if (!isOver) setTimeout(watch, 0)
  }
  setTimeout(watch, 0)
  await Promise.all(
    lengths.map(async (length, index) => {
      await turns.take()
      order.push(`work ${index + 1}`)
      hold(length)
    }),
  )
  isOver = true
  return order.filter((each, index) => each !== 'round' || (index > 0 && index < order.length - 1))
}

describe('turns of the event loop', () => {
  test('are given in the order in which they were asked for; after long work the loop comes round first', async () => {
    expect(await orderOf(createTurns(), [80, 80, 80])).toEqual(['work 1', 'round', 'work 2', 'round', 'work 3'])
  })

  test('are given to short work without a round between, so that the process does not go to whoever it turns away', async () => {
    const order = await orderOf(
      createTurns(),
      Array.from({ length: 20 }, () => 1),
    )
    expect(order.filter(each => each !== 'round')).toEqual(Array.from({ length: 20 }, (_, index) => `work ${index + 1}`))
    expect(order.filter(each => each === 'round').length).toBeLessThan(10)
  })

  test('are kept by who asks again within his own, unless he has worked long', async () => {
    const turns = createTurns()
    const order: string[] = []
    const work = async (name: string, length: number) => {
      await turns.take()
      order.push(`${name} begins`)
      hold(length)
      await turns.take()
      order.push(`${name} goes on`)
    }
    await Promise.all([work('short', 0), work('long', 40), work('other', 0)])
    expect(order).toEqual(['short begins', 'short goes on', 'long begins', 'other begins', 'other goes on', 'long goes on'])
  })

  test('are first of all for those whose requests came first, however late they ask', async () => {
    const turns = createTurns()
    const now = performance.now()
    const order: string[] = []
    const work = (name: string, arrivedAt?: number) => turns.take(arrivedAt).then(() => order.push(name))
    await Promise.all([
      work('second', now - 20),
      work('fourth'),
      work('third', now - 20),
      work('first', now - 300),
      work('last', performance.now() + 1_000),
    ])
    expect(order).toEqual(['first', 'second', 'third', 'fourth', 'last'])
  })

  test('stand back for connections that are let in, but not for longer than those who wait can bear', async () => {
    const turns = createTurns()
    let connections = 0
    let isOver = false
    const flood = () => {
      connections += 1
      turns.noteConnection()
      hold(5)
      if (!isOver) setImmediate(flood)
    }
    flood()
    await turns.take()
    isOver = true
    expect(connections).toBeGreaterThan(2)
    expect(connections).toBeLessThan(30)
  })

  test('tell how long who asks now will wait: as long as the first in the line has, or longer where many are before him', async () => {
    const turns = createTurns()
    expect(turns.expectedWait()).toBe(0)
    const first = turns.take()
    hold(30)
    expect(turns.expectedWait()).toBeGreaterThanOrEqual(30)
    await first
    expect(turns.expectedWait()).toBe(0)
    // Longer than anybody keeps his turn.
    for (let time = 0; time < 10; time += 1) await turns.take().then(() => hold(21))
    const all = Array.from({ length: 50 }, () => turns.take())
    expect(turns.expectedWait()).toBeGreaterThan(100)
    await Promise.all(all)
    expect(turns.expectedWait()).toBe(0)
  })

  test('count as waiting what the loop does beside the work, such as turning others away', async () => {
    const turns = createTurns()
    let isOver = false
    const turnAway = () => {
      hold(10)
      if (!isOver) setImmediate(turnAway)
    }
    turnAway()
    for (let time = 0; time < 20; time += 1) await turns.take().then(() => new Promise(setImmediate))
    const all = Array.from({ length: 50 }, () => turns.take())
    const expected = turns.expectedWait()
    isOver = true
    await Promise.all(all)
    expect(expected).toBeGreaterThan(100)
    expect(turns.waiting()).toBe(0)
  })
})

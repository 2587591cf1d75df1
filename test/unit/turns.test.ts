import { describe, expect, test } from '@jest/globals'
import { createTurns } from '../../src/server/turns.js'
import { hold } from '../support/hold.js'

describe('turns of the event loop', () => {
  test('are given in the order in which they were asked for, one a turn, so that everything else has its turn between', async () => {
    const turns = createTurns()
    const order: string[] = []
    const work = async (name: string) => {
      await turns.take()
      order.push(name)
      setImmediate(() => order.push(`the turn after ${name}`))
    }
    await Promise.all([work('first'), work('second'), work('third')])
    await new Promise(resolve => setImmediate(resolve))
    expect(order).toEqual(['first', 'second', 'the turn after first', 'third', 'the turn after second', 'the turn after third'])
  })

  test('go on when who had one asks for another', async () => {
    const turns = createTurns()
    for (let time = 0; time < 3; time += 1) await turns.take()
    await turns.take().then(() => turns.take())
  })

  test('stand back for connections that are let in, but not for ever', async () => {
    const turns = createTurns()
    let connections = 0
    const connect = () => {
      connections += 1
      turns.noteConnection()
    }
    const taken = turns.take()
    connect()
    setImmediate(connect)
    await taken
    expect(connections).toBe(2)
    const storm = setInterval(connect, 0)
    const flood = () => void (turns.noteConnection(), (isOver ||= connections > 10_000) || setImmediate(flood))
    let isOver = false
    flood()
    await turns.take()
    expect(isOver).toBe(false)
    isOver = true
    clearInterval(storm)
  })

  test('tell how long the first in the line has waited', async () => {
    const turns = createTurns()
    expect(turns.longestWait()).toBe(0)
    const [first, second] = [turns.take(), turns.take()]
    hold(30)
    expect(turns.longestWait()).toBeGreaterThanOrEqual(30)
    await first
    await second
    expect(turns.longestWait()).toBe(0)
  })
})

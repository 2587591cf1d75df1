// A host that fails is left alone, one that answers is not, and none is asked too much at once.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createHostGuard, HostCrowded, HostLeftAlone } from '../../src/patient-data/host-guard.js'

class Broken extends Error {}

const URL_OF = 'https://a.example/fhir/Patient/1'
let now = 1_000_000
beforeEach(() => void jest.spyOn(Date, 'now').mockImplementation(() => now))
afterEach(() => void jest.restoreAllMocks())

const build = () => createHostGuard<number>({ ofError: error => error instanceof Broken, ofAnswer: status => status >= 500 })
type Guard = ReturnType<typeof build>

const answers = (guard: Guard, status: number, url = URL_OF) => guard.send(url, () => Promise.resolve(status))
const breaks = (guard: Guard, error: Error = new Broken()) =>
  guard.send(URL_OF, () => Promise.reject(error)).catch((raised: unknown) => raised)
const times = async (count: number, act: () => Promise<unknown>) => {
  for (let done = 0; done < count; done += 1) await act()
}

describe('five failures in a row', () => {
  test.each<[string, (guard: Guard) => Promise<unknown>]>([
    ['errors', breaks],
    ['answers of failure', guard => answers(guard, 503)],
  ])('have the host left alone for two seconds, without a request: %s', async (_, fail) => {
    const guard = build()
    await times(5, () => fail(guard))
    const send = jest.fn(() => Promise.resolve(200))
    now += 1_999
    await expect(guard.send(URL_OF, send)).rejects.toThrow(HostLeftAlone)
    expect(send).not.toHaveBeenCalled()
    now += 1
    await expect(guard.send(URL_OF, send)).resolves.toBe(200)
  })

  test('are not four, nor five with an answer between them, nor what was no failure of the host', async () => {
    const guard = build()
    await times(4, () => breaks(guard))
    await expect(answers(guard, 404)).resolves.toBe(404)
    await times(4, () => breaks(guard))
    await times(10, () => breaks(guard, new Error('ended by us')))
    await expect(answers(guard, 200)).resolves.toBe(200)
  })

  test('of one host say nothing of another', async () => {
    const guard = build()
    await times(5, () => breaks(guard))
    await expect(answers(guard, 200, 'https://a.example:8443/fhir')).resolves.toBe(200)
    await expect(answers(guard, 200)).rejects.toThrow(HostLeftAlone)
  })
})

describe('the one request that tries the host again', () => {
  const opened = async () => {
    const guard = build()
    await times(5, () => breaks(guard))
    now += 2_000
    return guard
  }

  test('has others wait for it, who go on when it is answered', async () => {
    const guard = await opened()
    let answer: (status: number) => void = () => undefined
    const first = guard.send(URL_OF, () => new Promise<number>(resolve => (answer = resolve)))
    const sent = jest.fn(() => Promise.resolve(200))
    const others = [guard.send(URL_OF, sent), guard.send(URL_OF, sent)]
    await Promise.resolve()
    expect(sent).not.toHaveBeenCalled()
    answer(200)
    expect(await Promise.all([first, ...others])).toEqual([200, 200, 200])
  })

  test.each<[string, (guard: Guard) => Promise<unknown>]>([
    ['fails', breaks],
    ['is answered with a failure', guard => answers(guard, 500)],
    ['is ended by us', guard => breaks(guard, new Error('ended by us'))],
  ])('keeps the host left alone when it %s', async (_, trial) => {
    const guard = await opened()
    await trial(guard)
    await expect(answers(guard, 200)).rejects.toThrow(HostLeftAlone)
  })
})

test('32 requests to a host are under way at one time and 256 wait; one more is turned away', async () => {
  const guard = build()
  const ends: (() => void)[] = []
  let underWay = 0
  let most = 0
  const send = () =>
    new Promise<number>(resolve => {
      most = Math.max(most, (underWay += 1))
      ends.push(() => {
        underWay -= 1
        resolve(200)
      })
    })
  const requests = Array.from({ length: 32 + 256 }, () => guard.send(URL_OF, send))
  await expect(guard.send(URL_OF, send)).rejects.toThrow(HostCrowded)
  while (ends.length > 0) {
    ends.shift()?.()
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(await Promise.all(requests)).toHaveLength(288)
  expect(most).toBe(32)
})

test('hosts that were asked long ago are forgotten, so that their number cannot grow', async () => {
  const guard = build()
  await times(5, () => breaks(guard))
  for (let port = 1; port <= 256; port += 1) await answers(guard, 200, `https://b.example:${port}/`)
  await expect(answers(guard, 200)).resolves.toBe(200)
})

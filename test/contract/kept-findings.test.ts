// Requests that once did harm, as fuzzing found them: each is answered as any other, and holds the loop no longer.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KEPT } from '../fuzz/kept.js'
import { faultOf, holdsMarker } from '../fuzz/judge.js'
import { openWire, type Wire } from '../fuzz/wire.js'
import { cpuMs } from '../support/cpu.js'
import { captureLog } from '../support/captured-log.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

/** Twice what the largest such request may take, since the caller runs in this process too. */
const CPU_LIMIT_MS = 1_000

const captured = captureLog()
let service: Listening
let wire: Wire

beforeAll(async () => {
  service = await startTestService({ log: captured.log, bodyLimit: 4_000_000 })
  wire = openWire(Number(new URL(service.url).port))
  await Promise.all(
    KEPT.map(({ call: { target } }) =>
      wire.send({ kind: 'first', method: 'POST', target, headers: { 'content-type': 'application/json' }, body: '{}' }),
    ),
  )
})

afterAll(() => {
  wire.close()
  return service.close()
})

test.each(KEPT.map(({ did, call }) => [did, call] as const))('%s', async (_, call) => {
  expect(await cpuMs(CPU_LIMIT_MS, async () => expect(faultOf(call, await wire.send(call))).toBeUndefined())).toBeLessThan(CPU_LIMIT_MS)
  expect(holdsMarker(captured.text())).toBe(false)
})

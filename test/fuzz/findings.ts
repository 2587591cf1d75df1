import type { FuzzCall } from './fuzz-call.js'
import type { WatchedService } from '../support/watched-service.js'
import { faultOf, holdsMarker } from './judge.js'
import { shrink } from './shrink.js'
import type { Wire, WireAnswer } from './wire.js'

/** A fault, and the smallest request found that shows it. */
export interface Finding {
  fault: string
  call: FuzzCall
}

/** A request that was sent, and when; epoch milliseconds. */
export interface Sent {
  call: FuzzCall
  from: number
  to: number
}

/** CPU that one request may take the loop, by the size of its body: milliseconds. */
export const loopLimitMs = ({ body }: FuzzCall): number => (body.length < 2_000_000 ? 250 : 500)

/** Milliseconds for the messages and lines of another process to arrive. */
const SETTLE_MS = 30

const settled = () => new Promise(resolve => setTimeout(resolve, SETTLE_MS))

/**
 * The longest hold of the loop while a request is answered alone, in milliseconds of CPU. What is near its limit is
 * sent a few times and the least counts, since compiling code and collecting garbage are not the request's own.
 */
export async function holdAlone(call: FuzzCall, wire: Wire, service: WatchedService, tries = 3): Promise<number> {
  const ms = await holdOnce(call, wire, service)
  return tries > 1 && ms > loopLimitMs(call) / 2 ? Math.min(ms, await holdAlone(call, wire, service, tries - 1)) : ms
}

async function holdOnce(call: FuzzCall, wire: Wire, { holds }: WatchedService): Promise<number> {
  await settled()
  holds.length = 0
  await wire.send(call)
  await settled()
  return Math.max(0, ...holds.map(({ ms }) => ms))
}

/** Whether the answer to a request, sent again alone, has a fault of the same kind. */
export const sameFault =
  (fault: string, wire: Wire) =>
  async (call: FuzzCall): Promise<boolean> => {
    const again: WireAnswer = await wire.send(call)
    return kindOf(faultOf(call, again)) === kindOf(fault)
  }

const kindOf = (fault: string | undefined): string | undefined => fault?.split(':')[0]

/** Whether a request, sent alone, makes the service write something that was planted. */
export const leaksIntoLog =
  (wire: Wire, { lines }: WatchedService) =>
  async (call: FuzzCall): Promise<boolean> => {
    const before = lines.length
    await wire.send(call)
    await settled()
    return lines.slice(before).some(holdsMarker)
  }

/** Whether a request, sent alone, holds the loop longer than it may. */
export const holdsTooLong =
  (wire: Wire, service: WatchedService) =>
  async (call: FuzzCall): Promise<boolean> =>
    (await holdAlone(call, wire, service)) > loopLimitMs(call)

/** The first of some requests that shows a fault alone, made as small as can be; undefined where none does. */
export async function firstOf(suspects: readonly FuzzCall[], fails: (call: FuzzCall) => Promise<boolean>): Promise<FuzzCall | undefined> {
  for (const call of suspects) if (await fails(call)) return shrink(call, fails)
  return undefined
}

import type { HookRequest } from '../cds-hooks/types.js'
import type { CdsService } from '../knowledge-files/services.js'
import { gatherCall, refuseIfLate, type GatheredCall } from './call-service.js'
import type { Arrival, CallEnvironment } from './environment.js'

const lines = new WeakMap<CallEnvironment['turns'], Promise<unknown>>()

/**
 * Works when all side work that was asked for before is done and the calls that wait have had their turn. Of all that explains
 * and tries one piece waits for its turn at a time, so that a call has one of them before it and not as many as there are pages open.
 */
export function behindCalls<Result>(turns: CallEnvironment['turns'], work: () => Result): Promise<Result> {
  const own = (lines.get(turns) ?? Promise.resolve()).then(async () => {
    await turns.take()
    return work()
  })
  lines.set(
    turns,
    own.catch(() => undefined),
  )
  return own
}

/**
 * Gathers what a call would, and works on it behind the calls.
 * @throws CdsError as a call.
 */
export async function gatheredBehindCalls<Result>(
  service: CdsService,
  request: HookRequest,
  environment: CallEnvironment,
  arrival: Arrival,
  work: (gathered: GatheredCall) => Result,
): Promise<Result> {
  const gathered = await gatherCall(service, request, environment, arrival)
  return behindCalls(environment.turns, () => {
    refuseIfLate(gathered.stopAt)
    return work(gathered)
  })
}

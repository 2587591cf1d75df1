import type { CdsResponse, HookRequest } from '../cds-hooks/types.js'
import type { CdsService } from '../knowledge-files/services.js'
import { gatheredBehindCalls } from './behind-calls.js'
import { answerCall, withSilence } from './call-service.js'
import type { Arrival, CallEnvironment } from './environment.js'
import { inShadowOf, shadowResponse } from './shadow.js'

/**
 * Answers what a call would be answered, and remembers nothing of it: what is tried, such as a form that is not saved, was said of
 * no patient, so that nobody was told it before.
 * @throws CdsError as a call.
 */
export async function tryCall(
  service: CdsService,
  request: HookRequest,
  language: string,
  environment: CallEnvironment,
  arrival: Arrival = {},
): Promise<CdsResponse> {
  return gatheredBehindCalls(service, request, environment, arrival, gathered => {
    if (inShadowOf(service.id, arrival.caller) !== undefined) return shadowResponse(environment.knowledge)
    return answerCall(withSilence(gathered, language, environment), language, environment).response
  })
}

import { explainCall, type Explanation } from '../calls/explain-call.js'
import type { CallEnvironment } from '../calls/environment.js'
import { parseHookRequest } from '../cds-hooks/parse-hook-request.js'
import type { Selection } from '../engine/apply/explain-plan.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { atLeisure } from './at-leisure.js'
import type { PreparedCall } from './run.js'

/** How a recorded request is asked anew. */
export interface RequestOptions {
  now: Date
  timeZone: string
  /** What a deployment chooses for the knowledge; as the knowledge says unless given. */
  settings?: CallEnvironment['knowledgeSettings']
  /** Id of the one service that is asked; all that listen to the hook unless given. */
  service?: string | undefined
}

/**
 * The calls that the body of a CDS Hooks request makes, one for each service of its hook. All data must be its prefetch: nothing is read.
 * @throws CdsError when the body is no request of its hook.
 */
export function callsOfRequest(loaded: LoadedKnowledge, body: unknown, options: RequestOptions): PreparedCall[] {
  const { now, timeZone, settings = {}, service: wanted } = options
  const usual = atLeisure(loaded)
  const environment = { ...usual, now: () => now, timeZone, knowledgeSettings: { ...usual.knowledgeSettings, ...settings } }
  const hook = (body as { hook?: unknown } | null)?.hook
  const request = parseHookRequest(body, typeof hook === 'string' ? hook : '')
  return [...loaded.services.values()]
    .filter(({ id, hook: listened }) => listened === request.hook && (wanted === undefined || id === wanted))
    .map(service => ({ service, request, environment, arrival: {} }))
}

/** Why a call is answered as it is. @param language of the texts. */
export const explainPrepared = (
  { service, request, environment, arrival }: PreparedCall,
  language: string,
  options: Selection,
): Promise<Explanation> => explainCall(service, request, language, environment, options, arrival)

export type { Explanation }
export type { ToldAction, ToldCondition } from '../calls/explain-call.js'

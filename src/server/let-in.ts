import type { Request, RequestHandler, Response } from 'express'
import { CallerRefused } from '../trust/caller-refused.js'
import type { Caller, LetIn, RequestHead } from '../trust/calling-client.js'
import { noteCaller, noteRefusal } from './call-log.js'
import type { Metrics } from './metrics.js'

const callers = new WeakMap<Response, Caller>()

/** Asks who calls, before anything of the body is read; whoever is refused is answered at once. */
export function letting(letIn: LetIn, { countToken }: Pick<Metrics, 'countToken'>): RequestHandler {
  return async (request, response, next) => {
    const caller = await letIn(headOf(request)).catch((error: unknown) => {
      if (error instanceof CallerRefused) {
        countToken(error.refusal)
        noteRefusal(response, error.refusal)
      }
      throw error
    })
    callers.set(response, caller)
    if (caller.name !== undefined) {
      countToken('accepted')
      noteCaller(response, caller.name)
      // What one client is told no cache may tell another, whatever the route says of its answers.
      response.setHeader('Cache-Control', 'no-store')
    }
    // A page whose origin another client registered must not read what this one is answered.
    if (caller.origins?.has(request.headers.origin ?? '') === false) response.removeHeader('Access-Control-Allow-Origin')
    // Nothing of a body is read for who has gone meanwhile.
    if (!response.closed) next()
  }
}

const headOf = ({ method, headers, originalUrl }: Request): RequestHead => ({
  method,
  path: originalUrl.split('?', 1)[0] ?? '',
  headers,
})

/** Who calls; undefined where the route asks nobody. */
export const callerOf = (response: Response): Caller | undefined => callers.get(response)

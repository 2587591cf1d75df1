import type { Request, RequestHandler, Response } from 'express'
import { askRecord, wasAskedAbout, type AskingEnvironment } from '../calls/ask-record.js'
import type { Caller, LetIn, RequestHead } from '../trust/calling-client.js'
import { noteCaller } from './call-log.js'

const callers = new WeakMap<Response, Caller>()

/** Asks who calls, before anything of the body is read; whoever is refused is answered at once. */
export function letting(letIn: LetIn): RequestHandler {
  return async (request, response, next) => {
    const caller = await letIn(headOf(request))
    callers.set(response, caller)
    if (caller.name !== undefined) {
      noteCaller(response, caller.name)
      // What one client is told no cache may tell another, whatever the route says of its answers.
      response.setHeader('Cache-Control', 'no-store')
    }
    if (caller.cookie !== undefined) response.append('Set-Cookie', caller.cookie)
    // A page whose origin another client registered must not read what this one is answered.
    if (caller.origins?.has(request.headers.origin ?? '') === false) response.removeHeader('Access-Control-Allow-Origin')
    // Nothing of a body is read for who has gone meanwhile.
    if (!response.closed) next()
  }
}

/** What asks the record about the token of a request, and for how long. */
type Confirming = AskingEnvironment & { readonly deadlineMs: number }

/** Asks the record about the token of a request before anything of its body is read. */
export const confirming =
  (environment: Confirming): RequestHandler =>
  async (_request, response, next) => {
    const token = callerOf(response)?.token
    if (token) await askRecord({ token }, environment.deadlineMs, environment)
    if (!response.closed) next()
  }

/**
 * Leaves it to whoever answers to ask the record about the token together with what else it wants to know. A token of
 * which nobody asked before the request ended, since it was refused for something else, counts as used all the same.
 */
export const confirmingLater =
  (environment: Confirming): RequestHandler =>
  (_request, response, next) => {
    const token = callerOf(response)?.token
    if (token)
      response.once('close', () => {
        if (!wasAskedAbout(token)) askRecord({ token }, environment.deadlineMs, environment).catch(() => undefined)
      })
    next()
  }

/** What is known of a request before its body is read. */
export const headOf = ({ method, headers, originalUrl, socket: { remoteAddress } }: Request): RequestHead => ({
  method,
  path: originalUrl.split('?', 1)[0] ?? '',
  headers,
  ...(remoteAddress !== undefined && { address: remoteAddress }),
})

/** Who calls; undefined where the route asks nobody. */
export const callerOf = (response: Response): Caller | undefined => callers.get(response)

import type { Request, RequestHandler, Response } from 'express'
import type { Caller, LetIn, RequestHead } from '../trust/calling-client.js'

const callers = new WeakMap<Response, Caller>()

/** Asks who calls, before anything of the body is read; whoever is refused is answered at once. */
export function letting(letIn: LetIn): RequestHandler {
  return async (request, response, next) => {
    callers.set(response, await letIn(headOf(request)))
    next()
  }
}

const headOf = ({ method, protocol, headers, originalUrl }: Request): RequestHead => ({
  method,
  url: `${protocol}://${headers.host ?? ''}${originalUrl}`,
  headers,
})

/** Who calls; undefined where the route asks nobody. */
export const callerOf = (response: Response): Caller | undefined => callers.get(response)

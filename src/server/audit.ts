import type { Request, RequestHandler, Response } from 'express'
import type { NotedCall, Operation } from '../calls/environment.js'
import { defined } from '../plain-values/defined.js'
import { stackFrames } from '../errors.js'
import { noteFailure, outcomeOf } from './call-log.js'
import type { ServerEnvironment } from './environment.js'
import { callerOf } from './let-in.js'

type Members = () => Partial<NotedCall>

/** What is told of requests that are under way. */
const told = new WeakMap<Response, Members[]>()

/**
 * Has what a client asks kept for auditors, whatever is answered: it stands behind the check of who calls, so that nobody can
 * fill the record who may not call, and before anything of a body is read. Undefined where nothing is kept.
 */
export function auditing(operation: Operation | undefined, { record, now, log, digest }: ServerEnvironment): RequestHandler | undefined {
  if (operation === undefined || !record.asked) return undefined
  return (_request: Request, response: Response, next) => {
    const at = now().getTime()
    const members: Members[] = []
    told.set(response, members)
    // The log's own listener came first, and knows what became of the request.
    const keep = async (): Promise<void> => {
      const outcome = outcomeOf(response)
      if (!outcome) return
      const sender = callerOf(response)?.sender
      const noted: NotedCall = { operation, at, notRead: [], cardNotes: [], ...outcome, ...defined({ sender, knowledge: digest }) }
      for (const each of members) Object.assign(noted, each())
      await record.asked?.(noted)
    }
    response.on('close', () => {
      keep().catch((error: unknown) => noteFailure(response, { code: 'CDS_INTERNAL', stack: stackFrames(error) }, log))
    })
    next()
  }
}

/** Notes more of a request; nothing of it is worked out before its response has ended. */
export const noteCall = (response: Response, members: Members): void => void told.get(response)?.push(members)

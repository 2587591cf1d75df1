import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { CdsError } from '../errors.js'
import type { Turns } from './turns.js'

/** Milliseconds by which the loop, or work that waits for its turn, may be late before new work is turned away. */
const MOST_LATE_MS = 200

/** How often the loop is asked for a sign of life, in milliseconds. */
const BEAT_MS = 10

/** Paths by which an operator watches a process that has too much to do; they hold the loop for next to nothing. */
const WATCHES = /^\/(health\/|metrics$)/

/**
 * Turns requests away before their bodies are read while the process is late with what it has: a caller who is told at
 * once can act without advice, one who waits in vain cannot.
 */
export function shedWhenLate(isLate: () => boolean): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    if (!WATCHES.test(request.path) && isLate()) {
      throw new CdsError('CDS_BUSY', 'The service has more to do than it can do in time. Send the request again a little later.')
    }
    next()
  }
}

/**
 * Watches from now on whether the process is late: the event loop with its timers, or work with its turn. How many
 * calls are in flight would not tell, since each is answered in one go.
 */
export function watchLateness(turns: Turns): () => boolean {
  let expected = performance.now() + BEAT_MS
  let late = 0
  setInterval(() => {
    const now = performance.now()
    late = now - expected
    expected = now + BEAT_MS
  }, BEAT_MS).unref()
  return () => Math.max(late, performance.now() - expected, turns.longestWait()) > MOST_LATE_MS
}

import { bulkhead } from 'cockatiel'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { CdsError } from '../errors.js'
import type { Turns } from './turns.js'

/** Milliseconds by which the loop may be late before new work is turned away: a process that is late with all can be on time with none. */
const MOST_LATE_MS = 200

/**
 * Part of the deadline for which a call may wait for its turn; the rest is for reading, evaluation and the way back:
 * 200 ms of 450.
 */
const WAITING_SHARE = 4 / 9

/**
 * Milliseconds after which a caller is turned away. Who calls again at once, as many do whatever `Retry-After` says, would
 * else leave the process no time but for turning him away: it can do so thousands of times a second.
 */
const TURN_AWAY_MS = 100

/** How often the loop is asked for a sign of life, in milliseconds. */
const BEAT_MS = 10

/**
 * Paths by which an operator watches a process that has too much to do, at which a client learns what there is (it would
 * else think that there is nothing until it asks again), and at which a page gets its parts: a browser does not ask again
 * for a script, so that the page would stay empty. They hold the loop for no longer than turning them away.
 */
const ALWAYS_ANSWERED = /^\/(health\/|metrics$|cds-services\/?$|assets\/|page-settings$|favicon\.ico$)/

/** Made once: a stack for each of them would be much of what turning away costs. */
const BUSY = new CdsError('CDS_BUSY', 'The service has more to do than it can do in time. Send the request again a little later.')

/** Whether a process has more to do than it can do in time. */
export interface Lateness {
  /** Whether it is late with anything: the event loop with its timers, or work with its turn. */
  isLate: () => boolean
  /** Whether work that comes now would wait too long for its turn. */
  isWaitLong: () => boolean
}

/**
 * Turns requests away before their bodies are read while the process is late with what it has: a caller who is told
 * soon can act without advice, one who waits in vain cannot.
 */
export function shedWhenLate({ isLate }: Lateness): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    if (!ALWAYS_ANSWERED.test(request.path) && isLate()) turnAway(response, next)
    else next()
  }
}

/** Turns away a request whose body has come, before it is parsed, when too many others have come with it. */
export function shedWhenWaitIsLong({ isWaitLong }: Lateness): RequestHandler {
  return (_request: Request, response: Response, next: NextFunction) => {
    if (isWaitLong()) turnAway(response, next)
    else next()
  }
}

/** Explanations that are read and evaluated at a time: enough to read for some while others are evaluated. */
const EXPLAINED_AT_ONCE = 4

/** Explanations that wait, their bodies in memory: who sends his slowly takes nobody's place. */
const MOST_TO_EXPLAIN = 40

/**
 * Lets a few explanations through at a time, those that came first, until each is answered. An explanation takes as long as
 * many calls: they would else fill the line in which calls wait, until it is so long that calls are turned away.
 */
export function explainFewAtOnce(): RequestHandler {
  const line = bulkhead(EXPLAINED_AT_ONCE, MOST_TO_EXPLAIN)
  return (_request: Request, response: Response, next: NextFunction) => {
    const untilAnswered = () =>
      new Promise<void>(done => {
        if (response.closed) return done()
        response.once('close', done)
        next()
      })
    line.execute(untilAnswered).catch(() => turnAway(response, next))
  }
}

/** After a moment; meanwhile nothing more is read of who is turned away than fits between him and us. */
function turnAway(response: Response, next: NextFunction): void {
  setTimeout(() => {
    if (!response.closed) next(BUSY)
  }, TURN_AWAY_MS)
}

/**
 * Watches from now on whether the process is late. How many calls are in flight would not tell, since each is answered
 * in one go once its turn has come.
 * @param deadlineMs milliseconds that one call may take in all.
 */
export function watchLateness(turns: Turns, deadlineMs: number): Lateness {
  const mostWait = deadlineMs * WAITING_SHARE
  let expected = performance.now() + BEAT_MS
  let late = 0
  let begunBefore = 0
  let turnedAway = 0
  setInterval(() => {
    const now = performance.now()
    // A process that did nothing but turn callers away would else be late for ever.
    late = turnedAway > 0 && turns.begun() === begunBefore ? 0 : now - expected
    expected = now + BEAT_MS
    begunBefore = turns.begun()
    turnedAway = 0
  }, BEAT_MS).unref()
  return {
    isLate: () => {
      const isLate = Math.max(late, performance.now() - expected) > MOST_LATE_MS || turns.expectedWait() > mostWait
      if (isLate) turnedAway += 1
      return isLate
    },
    isWaitLong: () => turns.expectedWait() > mostWait,
  }
}

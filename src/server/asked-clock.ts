import { CdsError } from '../errors.js'
import type { ServerEnvironment } from './environment.js'
import type { Asked } from './reply.js'

/** Date and time with an offset, so that it is the same instant wherever it is read. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i

/**
 * The environment of an explanation: with the time that explanations have, since nobody waits for one with a patient before
 * them, and, where the query asks for it as `now`, as if the clock were another.
 * @throws CdsError CDS_CLOCK_REFUSED where it is another clock than the service's and neither the patients are invented nor
 *   a person signed in to a page of ours; CDS_REQUEST_INVALID where `now` is no instant.
 */
export function explaining(asked: Asked, environment: ServerEnvironment): ServerEnvironment {
  const { deadlineMs: callDeadlineMs, explainDeadlineMs: deadlineMs } = environment
  const explained = { ...environment, deadlineMs, callDeadlineMs }
  const { now } = asked.query
  if (now === undefined) return explained
  if (!environment.isDemonstration && asked.caller?.user === undefined) throw refused()
  const instant = new Date(typeof now === 'string' && INSTANT.test(now) ? now : Number.NaN)
  if (Number.isNaN(instant.getTime()))
    throw new CdsError('CDS_REQUEST_INVALID', 'Give `now` once, as date and time with an offset, such as 2026-03-30T12:00:00Z.')
  return { ...explained, now: () => instant }
}

/** @throws CdsError CDS_CLOCK_REFUSED where a request asks for another clock that may have none. */
export function requireOwnClock({ query }: Asked): void {
  if (query.now !== undefined) throw refused()
}

const refused = () =>
  new CdsError(
    'CDS_CLOCK_REFUSED',
    'Leave out `now`. Only an explanation may be asked as if the clock were another, in the demonstration or by who signed in to a page of this service.',
  )

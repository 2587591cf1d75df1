import { cardsNamedIn, parseFeedback } from '../cds-hooks/parse-feedback.js'
import { CdsError } from '../errors.js'
import type { CallRecord } from '../record/port.js'
import { defined } from '../plain-values/defined.js'
import { traced, type Tracing } from '../tracing/tracing.js'
import type { Caller } from '../trust/calling-client.js'

/** What recording feedback needs. */
export interface FeedbackEnvironment {
  record: CallRecord
  now: () => Date
  tracing?: Tracing | undefined
}

/**
 * Keeps what users did with the cards of a service; what is sound of a request is kept whatever the rest is.
 * @returns how many reports were kept.
 * @throws CdsError CDS_FEEDBACK_INVALID naming what was not kept, CDS_FEEDBACK_NOT_KEPT when there is no room, or the store does not answer.
 */
export async function recordFeedback(
  service: string,
  body: unknown,
  { record, now, tracing }: FeedbackEnvironment,
  caller?: Caller,
): Promise<number> {
  const sender = caller?.sender
  // Where nobody can tell whose the cards are, the reports are kept all the same: at another service they silence nothing.
  const ofOthers = await record.ofOtherServices(cardsNamedIn(body), service, sender).catch(() => new Set<string>())
  const { feedback, faults } = parseFeedback(body, ofOthers)
  const receivedAt = now().toISOString()
  const entries = feedback.map(each => ({ ...defined({ sender }), service, receivedAt, feedback: each }))
  await traced(tracing, 'store', () => record.feedback(entries)).catch(notKept)
  if (faults.length > 0) {
    throw new CdsError(
      'CDS_FEEDBACK_INVALID',
      `${faults.length} fault(s) in the feedback; ${feedback.length} entries were kept. Correct what is named and send it again.`,
      faults,
    )
  }
  return feedback.length
}

function notKept(cause: unknown): never {
  throw new CdsError(
    'CDS_FEEDBACK_NOT_KEPT',
    'This feedback cannot be kept now. Send it again later, as it is, with a new token; what was kept already is kept once.',
    [],
    { cause },
  )
}

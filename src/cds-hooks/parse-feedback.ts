import { CdsError } from '../errors.js'
import { isObject } from './parse-hook-request.js'
import type { Feedback, OverrideReason } from './types.js'

/** RFC 3339 section 5.6 date-time with a zone; any number of fraction digits, and a leap second. */
const TIMESTAMP = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i

/** Most characters of a comment; beyond that it is no comment but a document. */
const LONGEST_COMMENT = 10_000

/** What a feedback request brought: entries that are sound, and what is wrong with the others. */
export interface ParsedFeedback {
  feedback: Feedback[]
  faults: string[]
}

/**
 * Checks a feedback request entry by entry, so that one bad entry does not lose the batch.
 * @throws CdsError CDS_FEEDBACK_INVALID when the body is not `{ feedback: [...] }`.
 */
export function parseFeedback(body: unknown): ParsedFeedback {
  if (!isObject(body) || !Array.isArray(body.feedback) || body.feedback.length === 0) {
    throw new CdsError('CDS_FEEDBACK_INVALID', 'The body must be an object with feedback, a list of at least one entry.')
  }
  const parsed: ParsedFeedback = { feedback: [], faults: [] }
  body.feedback.forEach((entry: unknown, index) => {
    const faults = entryFaults(entry)
    if (faults.length === 0) parsed.feedback.push(feedbackOf(entry as Feedback))
    parsed.faults.push(...faults.map(fault => `feedback[${index}]: ${fault}`))
  })
  return parsed
}

function entryFaults(entry: unknown): string[] {
  if (!isObject(entry)) return ['must be an object']
  const { card, outcome, acceptedSuggestions, overrideReason, outcomeTimestamp } = entry
  const isAccepted = outcome === 'accepted'
  return [
    ...fault(isText(card), 'card must be the uuid of a card'),
    ...fault(isAccepted || outcome === 'overridden', 'outcome must be accepted or overridden'),
    ...fault(!isAccepted || isSuggestionList(acceptedSuggestions), 'acceptedSuggestions must list at least one { id } when the outcome is accepted'),
    ...fault(typeof outcomeTimestamp === 'string' && TIMESTAMP.test(outcomeTimestamp), 'outcomeTimestamp must be an RFC 3339 date-time'),
    ...(overrideReason === undefined || overrideReason === null ? [] : reasonFaults(overrideReason)),
  ]
}

function reasonFaults(reason: unknown): string[] {
  if (!isObject(reason)) return ['overrideReason must be an object']
  const { reason: coding, userComment } = reason
  const codingHolds = coding === undefined || (isObject(coding) && isText(coding.code))
  return [
    ...fault(coding !== undefined || userComment !== undefined, 'overrideReason needs a reason or a userComment'),
    ...fault(codingHolds, 'overrideReason.reason must be a coding with a code'),
    ...fault(userComment === undefined || (typeof userComment === 'string' && userComment.length <= LONGEST_COMMENT), `overrideReason.userComment must be a string of at most ${LONGEST_COMMENT} characters`),
  ]
}

const fault = (holds: boolean, text: string): string[] => (holds ? [] : [text])

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

const isSuggestionList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(entry => isObject(entry) && isText(entry.id))

/** Keeps the members that CDS Hooks defines for the outcome and nothing else. */
function feedbackOf({ card, outcome, acceptedSuggestions, overrideReason, outcomeTimestamp }: Feedback): Feedback {
  return {
    card,
    outcome,
    ...(outcome === 'accepted' && acceptedSuggestions && { acceptedSuggestions: acceptedSuggestions.map(({ id }) => ({ id })) }),
    ...(overrideReason && { overrideReason: overrideReasonOf(overrideReason) }),
    outcomeTimestamp,
  }
}

function overrideReasonOf({ reason, userComment }: OverrideReason): OverrideReason {
  return {
    ...(reason && { reason: { code: reason.code, ...(isText(reason.system) && { system: reason.system }), ...(isText(reason.display) && { display: reason.display }) } }),
    ...(userComment !== undefined && { userComment }),
  }
}

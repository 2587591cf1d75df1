import { CdsError } from '../errors.js'
import { isAbsent, isNone } from './absent.js'
import { isObject, UUID } from './parse-hook-request.js'
import type { Feedback, OverrideReason } from './types.js'

/** RFC 3339 section 5.6 date-time with a zone; any number of fraction digits, and a leap second. */
const TIMESTAMP = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i

/** Most characters of a comment; beyond that it is no comment but a document. */
const LONGEST_COMMENT = 10_000

/** What a feedback request brought: what is sound of it, and what is wrong with the rest. */
export interface ParsedFeedback {
  feedback: Feedback[]
  faults: string[]
}

/** What could be read, and what is wrong with what could not. */
interface Read<T> {
  value?: T
  faults: string[]
}

/**
 * Checks a feedback request entry by entry, so that one bad entry does not lose the batch. What happened to which card
 * and when makes an entry; a fault in a reason or a suggestion loses that detail and keeps the rest.
 * @throws CdsError CDS_FEEDBACK_INVALID when the body is not `{ feedback: [...] }`.
 */
export function parseFeedback(body: unknown): ParsedFeedback {
  if (!isObject(body) || !Array.isArray(body.feedback) || body.feedback.length === 0) {
    throw new CdsError('CDS_FEEDBACK_INVALID', 'The body must be an object with feedback, a list of at least one entry.')
  }
  const parsed: ParsedFeedback = { feedback: [], faults: [] }
  body.feedback.forEach((sent: unknown, index) => {
    const { value, faults } = readEntry(sent)
    if (value) parsed.feedback.push(value)
    const what = value ? 'the entry is kept without it' : 'the entry is not kept'
    parsed.faults.push(...faults.map(fault => `feedback[${index}]: ${fault}; ${what}`))
  })
  return parsed
}

function readEntry(entry: unknown): Read<Feedback> {
  if (!isObject(entry)) return { faults: ['must be an object'] }
  const { card, outcome, outcomeTimestamp } = entry
  const faults = [
    ...fault(isText(card), 'card must be the uuid of a card'),
    ...fault(outcome === 'accepted' || outcome === 'overridden', 'outcome must be accepted or overridden'),
    ...fault(typeof outcomeTimestamp === 'string' && TIMESTAMP.test(outcomeTimestamp), 'outcomeTimestamp must be an RFC 3339 date-time'),
  ]
  if (faults.length > 0) return { faults }
  const suggestions = outcome === 'accepted' ? readSuggestions(entry.acceptedSuggestions) : { faults: [] }
  const reason = readReason(entry.overrideReason)
  return {
    value: {
      card: uuidOf(card as string),
      outcome: outcome as Feedback['outcome'],
      ...(suggestions.value && { acceptedSuggestions: suggestions.value }),
      ...(reason.value && { overrideReason: reason.value }),
      outcomeTimestamp: outcomeTimestamp as string,
    },
    faults: [...suggestions.faults, ...reason.faults],
  }
}

/** The suggestions that can be told from their ids; a fault where there is none, or one that cannot. */
function readSuggestions(sent: unknown): Read<NonNullable<Feedback['acceptedSuggestions']>> {
  const list: unknown[] = Array.isArray(sent) ? sent : []
  const ids = list.flatMap(each => (isObject(each) && isText(each.id) ? [uuidOf(each.id)] : []))
  return {
    ...(ids.length > 0 && { value: ids.map(id => ({ id })) }),
    faults: fault(ids.length > 0 && ids.length === list.length, 'acceptedSuggestions must list at least one { id } when the outcome is accepted'),
  }
}

/** A reason as CDS Hooks writes it, or the coding alone, which some clients send in its place. */
function readReason(sent: unknown): Read<OverrideReason> {
  if (isAbsent(sent)) return { faults: [] }
  if (!isObject(sent)) return { faults: ['overrideReason must be an object'] }
  const { userComment } = sent
  const written = isAbsent(sent.reason) && isText(sent.code) ? sent : sent.reason
  const coding = isAbsent(written) ? undefined : codingOf(written)
  const isComment = typeof userComment === 'string' && userComment.length <= LONGEST_COMMENT
  const value = { ...(coding && { reason: coding }), ...(isComment && userComment !== '' && { userComment }) }
  return {
    ...(Object.keys(value).length > 0 && { value }),
    faults: [
      ...fault(!isAbsent(written) || !isAbsent(userComment), 'overrideReason needs a reason or a userComment'),
      ...fault(isAbsent(written) || coding !== undefined, 'overrideReason.reason must be a coding with a code'),
      ...fault(isNone(userComment) || isComment, `overrideReason.userComment must be a string of at most ${LONGEST_COMMENT} characters`),
    ],
  }
}

/** The members of a coding that CDS Hooks defines and nothing else. */
function codingOf(value: unknown): OverrideReason['reason'] {
  if (!isObject(value) || !isText(value.code)) return undefined
  const { code, system, display } = value
  return { code, ...(isText(system) && { system }), ...(isText(display) && { display }) }
}

const fault = (holds: boolean, text: string): string[] => (holds ? [] : [text])

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

/** A uuid in the case in which we give it; what is no uuid is left as it is. */
function uuidOf(text: string): string {
  const trimmed = text.trim()
  return UUID.test(trimmed) ? trimmed.toLowerCase() : text
}

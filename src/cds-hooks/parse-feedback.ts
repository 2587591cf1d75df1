import { CdsError } from '../errors.js'
import { isAbsent, isNone } from './absent.js'
import { UUID } from './parse-hook-request.js'
import { isObject } from '../plain-values/json.js'
import type { Feedback, OverrideReason } from './types.js'

/** RFC 3339 section 5.6 date-time with a zone; up to nanoseconds, and a leap second. */
const TIMESTAMP = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i

/** Most entries of one request. */
const MOST_ENTRIES = 1_000

/** Most suggestions that one entry may name; no card has as many. */
const MOST_SUGGESTIONS = 100

/** Most characters of a comment; beyond that it is no comment but a document. */
const LONGEST_COMMENT = 1_000

/** Most characters of a member of a coding. */
const LONGEST_CODING = 256

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
 * @param ofOtherServices uuids of cards that are known to be other services' than the one addressed.
 * @throws CdsError CDS_FEEDBACK_INVALID when the body is not `{ feedback: [...] }` of at most 1,000 entries.
 */
export function parseFeedback(body: unknown, ofOtherServices: ReadonlySet<string> = new Set()): ParsedFeedback {
  if (!isObject(body) || !Array.isArray(body.feedback) || body.feedback.length === 0) {
    throw new CdsError('CDS_FEEDBACK_INVALID', 'The body must be an object with feedback, a list of at least one entry.')
  }
  if (body.feedback.length > MOST_ENTRIES) {
    throw new CdsError(
      'CDS_FEEDBACK_INVALID',
      `feedback holds more than ${MOST_ENTRIES} entries; none was kept. Send them in several requests.`,
    )
  }
  const parsed: ParsedFeedback = { feedback: [], faults: [] }
  body.feedback.forEach((sent: unknown, index) => {
    const { value, faults } = readEntry(sent, ofOtherServices)
    if (value) parsed.feedback.push(value)
    const what = value ? 'the entry is kept without it' : 'the entry is not kept'
    parsed.faults.push(...faults.map(fault => `feedback[${index}]: ${fault}; ${what}`))
  })
  return parsed
}

/** Uuids of the cards that a feedback request names, before anything of it is judged. */
export function cardsNamedIn(body: unknown): string[] {
  const entries = isObject(body) && Array.isArray(body.feedback) ? body.feedback.slice(0, MOST_ENTRIES) : []
  return entries.flatMap((entry: unknown) => (isObject(entry) ? (uuidOf(entry.card) ?? []) : []))
}

function readEntry(entry: unknown, ofOtherServices: ReadonlySet<string>): Read<Feedback> {
  if (!isObject(entry)) return { faults: ['must be an object'] }
  const { card, outcome, outcomeTimestamp } = entry
  const faults = [
    ...fault(uuidOf(card) !== undefined, 'card must be the uuid of a card'),
    ...fault(outcome === 'accepted' || outcome === 'overridden', 'outcome must be accepted or overridden'),
    ...fault(
      typeof outcomeTimestamp === 'string' && TIMESTAMP.test(outcomeTimestamp),
      'outcomeTimestamp must be an RFC 3339 date-time with at most 9 digits of a fraction',
    ),
  ]
  const uuid = uuidOf(card)
  if (uuid === undefined || faults.length > 0) return { faults }
  if (ofOtherServices.has(uuid)) return { faults: ['card was answered by another service; send this to the feedback address of that one'] }
  const suggestions = outcome === 'accepted' ? readSuggestions(entry.acceptedSuggestions) : { faults: [] }
  const reason = readReason(entry.overrideReason)
  return {
    value: {
      card: uuid,
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
  if (list.length > MOST_SUGGESTIONS) return { faults: [`acceptedSuggestions must list at most ${MOST_SUGGESTIONS}`] }
  const ids = list.flatMap(each => (isObject(each) ? (uuidOf(each.id) ?? []) : []))
  return {
    ...(ids.length > 0 && { value: ids.map(id => ({ id })) }),
    faults: fault(
      ids.length > 0 && ids.length === list.length,
      'acceptedSuggestions must list at least one { id }, a uuid, when the outcome is accepted',
    ),
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
      ...fault(
        isAbsent(written) || coding !== undefined,
        `overrideReason.reason must be a coding with a code, its members of at most ${LONGEST_CODING} characters`,
      ),
      ...fault(isNone(userComment) || isComment, `overrideReason.userComment must be a string of at most ${LONGEST_COMMENT} characters`),
    ],
  }
}

/** The members of a coding that CDS Hooks defines and nothing else. */
function codingOf(value: unknown): OverrideReason['reason'] {
  if (!isObject(value) || !isText(value.code)) return undefined
  const { code, system, display } = value
  if ([code, system, display].some(isTooLong)) return undefined
  return { code, ...(isText(system) && { system }), ...(isText(display) && { display }) }
}

const fault = (holds: boolean, text: string): string[] => (holds ? [] : [text])

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

const isTooLong = (value: unknown): boolean => typeof value === 'string' && value.length > LONGEST_CODING

/** A uuid in the case in which we give it; undefined where a value is none. A few blanks around it do no harm. */
function uuidOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2 * UUID_LENGTH) return undefined
  const trimmed = value.trim()
  return UUID.test(trimmed) ? trimmed.toLowerCase() : undefined
}

const UUID_LENGTH = 36

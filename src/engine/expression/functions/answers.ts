import type { ScopeState } from '../scope.js'
import { countTurns } from '../steps.js'
import { childNode, isNode, isValue, NOTHING, plain, type Collection, type ResourceNode } from '../values.js'
import { questionOf } from '../words.js'
import { newestFirst, ownDate, type DatedRecord } from './dates.js'
import { textOf, type Lookups, type OwnFunction } from './own-function.js'
import { TURNS_OF_A_RECORD } from './turns.js'

/** The newest answers to an item, or of its newest day the preferred one. */
export const answer: OwnFunction = (input, [linkId, preferred], state) => {
  const question = askedFor(linkId, state)
  return preferred === undefined ? (answersOf(input, state).get(question) ?? NOTHING) : answerOfDay(input, question, preferred, state)
}

/** Keeps the responses that answer an item, or that answer it with a value. */
export const answering: OwnFunction = (input, [linkId, value], state) => responsesAnswering(input, askedFor(linkId, state), value, state)

/** Of some questions those that no response answers, in the order asked for. */
export const unanswered: OwnFunction = (input, linkIds, state, { question }) => {
  const answers = answersOf(input, state)
  return linkIds.map(linkId => askedFor(linkId, state)).flatMap(linkId => (answers.has(linkId) ? [] : questionsOf(linkId, question)))
}

/** Of some questions those whose newest answer is yes, in the order asked for. */
export const answeredYes: OwnFunction = (input, linkIds, state, { question }) => {
  const answers = answersOf(input, state)
  const isYes = (linkId: string) => answers.get(linkId)?.some(answer => plain(answer) === true)
  return linkIds.map(linkId => askedFor(linkId, state)).flatMap(linkId => (isYes(linkId) ? questionsOf(linkId, question) : []))
}

/** The question whose answers are asked for here. */
function askedFor(linkId: Collection | undefined, state: ScopeState): string {
  const question = textOf(linkId)
  state.onAsked?.(question)
  return question
}

function questionsOf(linkId: string, question: Lookups['question']): Collection {
  const item = question(linkId)
  return item ? [questionOf(item)] : NOTHING
}

/** Keeps the responses to one Questionnaire. */
export const ofQuestionnaire: OwnFunction = (input, [canonical]) =>
  input.filter(response => isResponseTo(plain(response), textOf(canonical)))

interface ResponseItem {
  linkId?: string
  answer?: ({ item?: ResponseItem[] } & Record<string, unknown>)[]
  item?: ResponseItem[]
}

interface Response {
  item?: ResponseItem[]
}

/**
 * Answers by linkId over several QuestionnaireResponses: for each linkId those of the response with the newest
 * `authored` (then `meta.lastUpdated`) that answers it; an item left out later cancels nothing.
 */
function answersOf(responses: Collection, state: ScopeState): ReadonlyMap<string, Collection> {
  // The interpreter hands over a new list each time, of the same responses.
  const known = state.answers.get(responses[0])
  if (known && areSame(known.responses, responses)) return known.byLinkId
  const answers = new Map<string, Collection>()
  for (const response of newestFirst(responses, state)) {
    const answered = answersIn(response, state)
    countTurns(state, 1 + (answered.size >> 2))
    for (const [linkId, values] of answered) if (!answers.has(linkId)) answers.set(linkId, values)
  }
  state.answers.set(responses[0], { responses, byLinkId: answers })
  return answers
}

/** Whether two lists hold the same responses. */
function areSame(one: Collection, other: Collection): boolean {
  if (one === other) return true
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false
  return true
}

function responsesAnswering(responses: Collection, linkId: string, value: Collection | undefined, state: ScopeState): Collection {
  return responses.filter(response => {
    const answers = isNode(response) ? answersIn(response, state).get(linkId) : undefined
    return answers !== undefined && (value === undefined || holds(answers, value))
  })
}

/** The answer of the newest calendar day on which an item was answered; given otherwise that day too, the preferred value wins. */
function answerOfDay(responses: Collection, linkId: string, preferred: Collection, state: ScopeState): Collection {
  const [newestResponse, ...others] = newestFirst(responsesAnswering(responses, linkId, undefined, state), state)
  if (!newestResponse) return NOTHING
  const dayOf = (response: ResourceNode) => ownDate(response.data as DatedRecord, state)?.day
  const day = dayOf(newestResponse)
  const ofDay = [newestResponse, ...others.filter(response => dayOf(response) === day)].map(
    response => answersIn(response, state).get(linkId) ?? NOTHING,
  )
  return ofDay.find(answers => holds(answers, preferred)) ?? ofDay[0] ?? NOTHING
}

const holds = (answers: Collection, [value]: Collection): boolean => answers.some(answer => plain(answer) === plain(value))

/** The answers of one response by linkId, each value once. */
function answersIn(response: ResourceNode, state: ScopeState): ReadonlyMap<string, Collection> {
  const { answersOfResponse } = state
  const known = answersOfResponse.get(response.data as object)
  if (known) return known
  countTurns(state, TURNS_OF_A_RECORD + list((response.data as Response).item).length)
  const found = new Map([...valuesIn(response)].map(([linkId, values]) => [linkId, withoutRepetition(values)] as const))
  answersOfResponse.set(response.data as object, found)
  return found
}

function withoutRepetition(values: readonly ResourceNode[]): Collection {
  if (values.length < 2) return values
  return [...new Map(values.map(value => [JSON.stringify(value.data), value] as const)).values()]
}

/** Walks the items without recursion, so that a hostile depth cannot exhaust the stack. */
function valuesIn(response: ResourceNode): Map<string, ResourceNode[]> {
  const found = new Map<string, ResourceNode[]>()
  const open = list<ResponseItem>((response.data as Response).item).reverse()
  for (let item = open.pop(); item; item = open.pop()) {
    const answers = list<NonNullable<ResponseItem['answer']>[number]>(item.answer)
    const values = answers.flatMap(answer => valueNode(response, answer))
    if (values.length > 0 && item.linkId !== undefined) {
      const before = found.get(item.linkId)
      if (before) for (const value of values) before.push(value)
      else found.set(item.linkId, values)
    }
    const inside = [...list<ResponseItem>(item.item), ...answers.flatMap(answer => list<ResponseItem>(answer.item))]
    for (const next of inside.reverse()) open.push(next)
  }
  return found
}

/** Whether a response answers the questionnaire with a canonical, of whatever version. */
function isResponseTo(response: unknown, canonical: string): boolean {
  const { questionnaire } = (response ?? {}) as { questionnaire?: unknown }
  return typeof questionnaire === 'string' && (questionnaire === canonical || questionnaire.startsWith(`${canonical}|`))
}

const list = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]).filter(entry => entry && typeof entry === 'object') : [])

function valueNode(response: ResourceNode, answer: Record<string, unknown>): ResourceNode[] {
  for (const [name, type] of ANSWER_VALUES) {
    const value = answer[name]
    if (isValue(type, value)) return [childNode(response, value, type, 'value')]
  }
  return []
}

/** The elements in which an answer may carry its value, with their types. */
const ANSWER_VALUES: readonly (readonly [name: string, type: string])[] = [
  ...['boolean', 'decimal', 'integer', 'date', 'dateTime', 'time', 'string', 'uri'].map(
    type => [`value${type.charAt(0).toUpperCase()}${type.slice(1)}`, type] as const,
  ),
  ...['Attachment', 'Coding', 'Quantity', 'Reference'].map(type => [`value${type}`, type] as const),
]

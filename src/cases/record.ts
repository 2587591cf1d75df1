import { answerCall, gatherCall, scopeFor, withSilence } from '../calls/call-service.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { askedActions, lettersOf, placesOf, type AskedAction, type Place } from './asked.js'
import { askedPoints, type AskedPoint } from './asked-points.js'
import { CaseError } from './case-error.js'
import { differences } from './compare.js'
import type { FoundCase } from './format.js'
import type { CaseLanguage } from './language.js'
import { closedPoints, openAsNo } from './open-points.js'
import { together, toldOnPages, type Answered, type CaseRunner, type PreparedCall, type Replied } from './run.js'

/** What the services answered to a case, and why. */
export interface RecordedCase {
  answered: Answered
  /** Answers of the conditions, by the service that was called. */
  asked: { service: string; letters: string }[]
}

/** Cases with their answers, in the order in which they were read. */
export interface Recording {
  /** Actions of each service, in the order in which a recorded case tells their answers. */
  places: Record<string, Place[]>
  cases: readonly RecordedCase[]
}

/** Makes the calls of a case and tells why they were answered so. @param language of the cards. */
export async function recordCalls(calls: readonly PreparedCall[], language: string): Promise<RecordedCase> {
  const replies: Replied[] = []
  const asked: RecordedCase['asked'] = []
  for (const call of calls) {
    const { letters, ...replied } = await explainedReply(call, language)
    replies.push(replied)
    asked.push({ service: call.service.id, letters })
  }
  return { answered: together(replies), asked }
}

/** The reply to a call, and the answers of all conditions; both are asked of one scope, so that each fact is evaluated once. */
async function explainedReply(
  { service, request, environment, arrival }: PreparedCall,
  language: string,
): Promise<Replied & { letters: string }> {
  const call = withSilence(await gatherCall(service, request, environment, arrival), language, environment)
  const scope = scopeFor(call, environment)
  const { response, applied } = answerCall(call, language, environment, scope)
  const onPages = toldOnPages(applied, language, environment)
  return { response, onPages, letters: lettersOf(service, scope, request.hook) }
}

/** Answers a case and tells why. @throws CaseError where the case says what its language does not have. */
export const recordCase = async (runner: CaseRunner, found: FoundCase): Promise<RecordedCase> =>
  recordCalls(callsOfCase(runner, found), runner.language.vocabulary.language)

function callsOfCase({ callsOf }: CaseRunner, found: FoundCase): PreparedCall[] {
  try {
    return callsOf(found.case)
  } catch (error) {
    throw new CaseError(caseTitle(found), error)
  }
}

/** Hears how many cases are answered, of how many. */
export type OnAnswered = (answered: number, of: number) => void

/** Answers every case, one after the other, and tells why. */
export async function recordCases(runner: CaseRunner, found: readonly FoundCase[], onAnswered?: OnAnswered): Promise<Recording> {
  const cases: RecordedCase[] = []
  for (const each of found) {
    cases.push(await recordCase(runner, each))
    onAnswered?.(cases.length, found.length)
  }
  return { places: places(runner.loaded), cases }
}

/** Actions of every service, in the order in which a recorded case tells their answers. */
export const places = ({ services }: LoadedKnowledge): Recording['places'] =>
  Object.fromEntries([...services].map(([id, service]) => [id, placesOf(service)]))

/** What the called services asked in a recorded case. */
const askedIn = (recorded: RecordedCase, of: Recording['places']): AskedAction[] =>
  recorded.asked.flatMap(({ service, letters }) => askedActions(of[service] ?? [], letters))

/** Every way in which a recorded answer differs from what the case expects, each in a sentence; empty when they agree. */
export function faultsOfCase(found: FoundCase, recorded: RecordedCase, of: Recording['places'], language: CaseLanguage): string[] {
  const { case: each } = found
  const asked = each['cannot tell'] || each.answer === 'no' ? askedIn(recorded, of) : []
  return [
    ...differences(each, recorded.answered, language),
    ...closedPoints(each, asked),
    ...openAsNo(found, asked),
    ...recorded.answered.faults,
  ]
}

/** A case with what is wrong with its answer. */
export interface ComparedCase {
  /** `file: name`. */
  case: string
  /** Each a sentence; none where it is answered as it expects. */
  faults: string[]
  /** What was answered about its decision points; told of those with faults, and of all where that is asked. */
  asked?: AskedPoint[]
}

/** A case as it is called wherever one is named. */
export const caseTitle = ({ file, case: { name } }: FoundCase): string => `${file}: ${name}`

/** How cases are answered. */
export interface RunOptions {
  onAnswered?: OnAnswered
  /** Whether it is told of every case what was answered about its points. */
  hasAnswers?: boolean
}

/** Answers the cases whose `file: name` matches, and tells what is wrong with them. */
export async function runCases(
  runner: CaseRunner,
  cases: readonly FoundCase[],
  pattern: RegExp,
  { onAnswered, hasAnswers = false }: RunOptions = {},
): Promise<ComparedCase[]> {
  const found = cases.filter(each => pattern.test(caseTitle(each)))
  const { cases: recorded, places: of } = await recordCases(runner, found, onAnswered)
  return found.flatMap((each, index) => {
    const answer = recorded[index]
    if (answer === undefined) return []
    const faults = faultsOfCase(each, answer, of, runner.language)
    const isAsked = hasAnswers || faults.length > 0
    return [{ case: caseTitle(each), faults, ...(isAsked && { asked: askedPoints(each.case, askedIn(answer, of)) }) }]
  })
}

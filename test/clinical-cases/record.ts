import { createHash } from 'node:crypto'
import { explainPlan } from '../../src/engine/apply/explain-plan.js'
import { answerCall, gatherCall, scopeFor } from '../../src/calls/call-service.js'
import type { CdsResponse } from '../../src/cds-hooks/types.js'
import { askedActions, lettersOf, placesOf, type AskedAction, type Place } from './asked.js'
import { differences } from './compare.js'
import { closedPoints } from './open-points.js'
import { answer, answerCase, callsOf, knowledge, readCases, together, type Answered, type FoundCase, type PreparedCall } from './runner.js'

/** What the services answered to a case, and why. */
export interface RecordedCase {
  answered: Answered
  /** Of the whole answer. */
  digest: string
  /** Answers of the conditions, by the service that was called. */
  asked: { service: string; letters: string }[]
  /** The answer when the service reads the FHIR server itself; recorded for the first case of each file. */
  fromFhirServer?: Answered
}

/** Every case with its answer, in the order of `readCases`. */
export interface Recording {
  /** Minutes that the process stood behind UTC in January; fewer than none ahead of it. */
  offset: number
  /** Actions of each service, in the order in which a recorded case tells their answers. */
  places: Record<string, Place[]>
  cases: RecordedCase[]
}

/** Digests of the answers to every case in another time zone. */
export interface ZoneDigests {
  offset: number
  digests: string[]
}

const digestOf = (answered: Answered): string => createHash('sha256').update(JSON.stringify(answered)).digest('hex')

const offset = () => new Date('2026-01-05T12:00:00Z').getTimezoneOffset()

/** Answers a case and tells why. */
export async function recordCase({ case: each }: FoundCase, isFirstOfFile = false, calls = callsOf(each)): Promise<RecordedCase> {
  const responses: CdsResponse[] = []
  const asked: RecordedCase['asked'] = []
  for (const call of calls) {
    const { response, letters } = await explainedReply(call)
    responses.push(response)
    asked.push({ service: call.service.id, letters })
  }
  const answered = together(responses)
  return { answered, digest: digestOf(answered), asked, ...(isFirstOfFile && { fromFhirServer: await answerCase(each, 'FHIR server') }) }
}

/** The reply to a call, and the answers of all conditions; both are asked of one scope, so that each fact is evaluated once. */
async function explainedReply({ service, request, environment }: PreparedCall): Promise<{ response: CdsResponse; letters: string }> {
  const call = await gatherCall(service, request, environment)
  const scope = scopeFor(call, environment)
  const { response } = answerCall(call, 'da', environment, scope)
  return { response, letters: service.plans.map(plan => lettersOf(explainPlan(plan, scope, request.hook))).join('') }
}

/** Actions of every service, in the order in which a recorded case tells their answers. */
export const places = (): Recording['places'] => Object.fromEntries([...knowledge().services].map(([id, service]) => [id, placesOf(service)]))

/** Runs what is asynchronous while the process stands in another time zone. */
async function standingIn<T>(timeZone: string, run: () => Promise<T>): Promise<T> {
  const own = process.env.TZ
  process.env.TZ = timeZone
  try {
    return await run()
  } finally {
    process.env.TZ = own
  }
}

/** Answers every case where the process stands, and once more elsewhere; a case is laid out once for both. */
export async function recordAll(elsewhere: string): Promise<{ recording: Recording; zone: ZoneDigests }> {
  const found = readCases()
  const cases: RecordedCase[] = []
  const digests: string[] = []
  for (const [index, each] of found.entries()) {
    const calls = callsOf(each.case)
    cases.push(await recordCase(each, each.file !== found[index - 1]?.file, calls))
    digests.push(await standingIn(elsewhere, async () => digestOf(await answer(calls))))
  }
  return { recording: { offset: offset(), places: places(), cases }, zone: { offset: await standingIn(elsewhere, async () => offset()), digests } }
}

/** What the called services asked in a recorded case. */
export const askedIn = (recorded: RecordedCase, of: Recording['places']): AskedAction[] =>
  recorded.asked.flatMap(({ service, letters }) => askedActions(of[service] ?? [], letters))

/** Every way in which a recorded answer differs from what the case expects, each in a sentence; empty when they agree. */
export const faultsOfCase = ({ case: each }: FoundCase, recorded: RecordedCase, of: Recording['places']): string[] =>
  [...differences(each, recorded.answered), ...closedPoints(each, askedIn(recorded, of)), ...recorded.answered.faults]

/** Answers the cases whose `file: name` matches, and tells what is wrong with them. */
export async function runCases(pattern: RegExp): Promise<{ count: number; faults: string[] }> {
  const found = readCases().filter(({ file, case: { name } }) => pattern.test(`${file}: ${name}`))
  const of = places()
  const faults: string[] = []
  for (const each of found) {
    const wrong = faultsOfCase(each, await recordCase(each), of)
    if (wrong.length > 0) faults.push(`${each.file}: ${each.case.name}${wrong.map(fault => `\n  - ${fault}`).join('')}`)
  }
  return { count: found.length, faults }
}

import type { Question, Recalled } from '../record/port.js'
import { traced } from '../tracing/tracing.js'
import { CallerRefused } from '../trust/caller-refused.js'
import type { UsedToken } from '../trust/seen-tokens.js'
import type { CallEnvironment } from './environment.js'

/** What of the service asks the record. */
export type AskingEnvironment = Pick<CallEnvironment, 'record' | 'isReplayStrict' | 'metrics' | 'tracing'>

/** Tokens of which the record was asked. */
const asked = new WeakSet<UsedToken>()

/** Whether the record was asked about a token, whatever came of it. */
export const wasAskedAbout = (token: UsedToken): boolean => asked.has(token)

const NOTHING: Recalled = { isTokenNew: true, overrides: [], shownOn: () => undefined }

/**
 * Asks the record, at once, all that a request wants of it. Where it fails, however it does, or is late, nothing is
 * silenced, which is the safe side, and a token counts as new since it is new to this process.
 * @param timeLimit milliseconds.
 * @throws CallerRefused where the token was used before at another process; also where nobody can tell, if the deployment
 *   would rather answer nobody.
 */
export async function askRecord(question: Question, timeLimit: number, environment: AskingEnvironment): Promise<Recalled> {
  const { token, patient, reader } = question
  if (!token && !patient && !reader) return NOTHING
  if (token) asked.add(token)
  const recalled = await remembered(question, timeLimit, environment)
  if (token) checkToken(recalled, environment)
  return recalled ?? NOTHING
}

function checkToken(recalled: Recalled | undefined, { isReplayStrict, metrics }: AskingEnvironment): void {
  if (recalled?.isTokenNew === false) throw new CallerRefused('replayed')
  if (!recalled && isReplayStrict) throw new CallerRefused('store-unavailable', 'CDS_REPLAY_UNCHECKED')
  metrics?.countToken(recalled ? 'accepted' : 'unconfirmed')
}

async function remembered(
  question: Question,
  timeLimit: number,
  { record, metrics, tracing }: AskingEnvironment,
): Promise<Recalled | undefined> {
  const { promise: tooLate, end } = lateAfter(timeLimit)
  try {
    return await traced(tracing, 'store', () => Promise.race([record.recall(question), tooLate]))
  } catch {
    metrics?.countUnremembered()
    return undefined
  } finally {
    end()
  }
}

function lateAfter(milliseconds: number): { promise: Promise<never>; end: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The record did not answer in time.')), milliseconds)
  })
  return { promise, end: () => clearTimeout(timer) }
}

/**
 * Waits for an answer, but no longer than some milliseconds.
 * @throws what the answer fails with in that time; whoever asked still has to wait for one that comes later.
 */
export async function waitFor(answer: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const enough = new Promise<void>(resolve => {
    timer = setTimeout(resolve, milliseconds)
  })
  try {
    await Promise.race([answer, enough])
  } finally {
    clearTimeout(timer)
  }
}

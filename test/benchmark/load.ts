import autocannon from 'autocannon'
import { cpuOf } from './process-cpu.js'
import type { RunningServer } from './servers.js'

/** What a server did under load for a while. */
export interface Round {
  perSecond: number
  p50: number
  p99: number
  /** Microseconds of a processor for one request: of the thread that runs JavaScript, and of all threads. */
  mainUs: number
  allUs: number
  requests: number
  /** Answers outside 2xx. */
  refused: number
}

/** What is sent to which server, again and again. */
export interface Target {
  server: RunningServer
  url: string
  body: string
  /** A token for each request. */
  token?: () => string
}

/** How long a round is: so many seconds, or requests. */
export type Length = { readonly seconds: number } | { readonly requests: number }

/** Sends the same request from several callers at once. @throws Error when a call fails, or is refused where that is not allowed. */
export async function load({ server, url, body, token }: Target, callers: number, length: Length, mayRefuse = false): Promise<Round> {
  const before = cpuOf(server.pid)
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: callers,
    ...('seconds' in length ? { duration: length.seconds } : { amount: length.requests }),
    ...(token && {
      requests: [{ setupRequest: request => ({ ...request, headers: { ...request.headers, authorization: `Bearer ${token()}` } }) }],
    }),
  })
  const after = cpuOf(server.pid)
  if (result.errors > 0 || (result.non2xx > 0 && !mayRefuse))
    throw new Error(`${url}: ${result.non2xx} answers outside 2xx, ${result.errors} errors`)
  const requests = result['2xx'] + result.non2xx
  return {
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    mainUs: ((after.main - before.main) * 1000) / requests,
    allUs: ((after.all - before.all) * 1000) / requests,
    requests,
    refused: result.non2xx,
  }
}

/** Calls before which code of ours has never been as fast as it gets; of small requests it takes some thousands more. */
const WARM_CALLS = 2_000
const WARM_WINDOW_SECONDS = 1
const MOST_WINDOWS = 20
const STEADY = 0.05

/** Calls a server until its code is compiled: until enough calls were made and three seconds in a row cost the same, or for the most time that is given. */
export async function warm(target: Target, callers: number, most = MOST_WINDOWS): Promise<void> {
  const costs: number[] = []
  for (let calls = 0; costs.length < most && (calls < WARM_CALLS || !isSteady(costs));) {
    const { requests, mainUs } = await load(target, callers, { seconds: WARM_WINDOW_SECONDS }, true)
    calls += requests
    costs.push(mainUs)
  }
}

function isSteady(costs: readonly number[]): boolean {
  const last = costs.slice(-3)
  return last.length === 3 && Math.max(...last) <= Math.min(...last) * (1 + STEADY)
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** The median of each figure over several rounds. */
export function medianRound(rounds: readonly Round[]): Round {
  const of = (name: keyof Round): number => median(rounds.map(round => round[name]))
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    mainUs: of('mainUs'),
    allUs: of('allUs'),
    requests: of('requests'),
    refused: of('refused'),
  }
}

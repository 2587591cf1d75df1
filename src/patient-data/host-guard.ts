import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  wrap,
} from 'cockatiel'

/** Failures in a row after which a host is left alone. */
const FAILURES_TO_OPEN = 5

/** Milliseconds for which it is left alone, before one request tries it again. */
const OPEN_MS = 2_000

/** Most requests to one host under way at one time, over all calls; more only make a slow server slower. */
const MOST_AT_ONCE = 32

/** Most requests that wait for one host; those beyond would wait longer than their call may take. */
const MOST_WAITING = 256

/** Most hosts that are remembered: a list of servers may allow any port. */
const MOST_HOSTS = 256

/** Raised in place of a request to a host that failed too often just now. */
export class HostLeftAlone extends Error {}

/** Raised in place of a request to a host for which too many wait. */
export class HostCrowded extends Error {}

/** What tells a failure of the host from an answer it may give, or from an end that was ours. */
export interface FailureTest<T> {
  ofError: (error: Error) => boolean
  ofAnswer: (answer: T) => boolean
}

/** Sends requests to hosts, so that a host that fails is left alone for a while and none is asked too much at once. */
export interface HostGuard<T> {
  /**
   * Sends a request to the host of a URL.
   * @throws HostLeftAlone, HostCrowded, or what `send` throws.
   */
  send: (url: string, send: () => Promise<T>) => Promise<T>
}

/** Builds the guard of all hosts that one reader asks. */
export function createHostGuard<T>(isFailure: FailureTest<T>): HostGuard<T> {
  const hosts = new Map<string, ReturnType<typeof guardOf<T>>>()
  const guard = (url: string) => {
    const { host } = new URL(url)
    const found = hosts.get(host) ?? guardOf(isFailure)
    // Put last again, so that the first is the one that was asked longest ago.
    hosts.delete(host)
    hosts.set(host, found)
    if (hosts.size > MOST_HOSTS) hosts.delete(hosts.keys().next().value ?? '')
    return found
  }
  return {
    send: async (url, send) => {
      try {
        return (await guard(url).execute(send)) as T
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw new HostLeftAlone()
        if (error instanceof BulkheadRejectedError) throw new HostCrowded()
        throw error
      }
    },
  }
}

function guardOf<T>({ ofError, ofAnswer }: FailureTest<T>) {
  // A trial that ends without an answer proves nothing, whatever ended it: the host stays alone.
  const failures = handleWhen(error => breaker.state === CircuitState.HalfOpen || ofError(error)).orWhenResult(answer =>
    ofAnswer(answer as T),
  )
  const breaker = circuitBreaker(failures, { halfOpenAfter: OPEN_MS, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) })
  return wrap(breaker, bulkhead(MOST_AT_ONCE, MOST_WAITING))
}

import { TokenBucket } from 'limiter'
import { CalledTooOften } from './caller-refused.js'
import type { CallRate } from './registered-client.js'

/** Calls that a client may make at once where nothing else is agreed: as many as in ten seconds, and these at least. */
const FEWEST_AT_ONCE = 10

/** What may be done so often and no oftener, counted in this process alone by the clock that runs. */
export interface Rate {
  /** Takes one. @returns whole seconds until there is room for one, at least 1, where there is none now; undefined where it was taken. */
  take: () => number | undefined
  /** Gives back one that was taken, where it turned out not to count. */
  giveBack: () => void
}

/** A rate of which nothing is taken yet. */
export function createRate({ perMinute, burst = Math.max(FEWEST_AT_ONCE, Math.ceil(perMinute / 6)) }: CallRate): Rate {
  const bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: perMinute, interval: 'minute' })
  // Who has not called yet has all his calls.
  bucket.content = burst
  return {
    take: () => (bucket.tryRemoveTokens(1) ? undefined : Math.max(1, Math.ceil(bucket.getWaitTime(1) / 1_000))),
    giveBack: () => void (bucket.content = Math.min(burst, bucket.content + 1)),
  }
}

/**
 * One rate for each name, so that none takes of another's.
 * @param most names that are counted at one time; of more the one that was not asked for longest begins anew.
 */
export function ratesByName(rate: CallRate, most: number): (name: string) => Rate {
  const rates = new Map<string, Rate>()
  return name => {
    const own = rates.get(name) ?? createRate(rate)
    rates.delete(name)
    rates.set(name, own)
    if (rates.size > most) rates.delete(rates.keys().next().value ?? '')
    return own
  }
}

/**
 * Counts the calls of one client, in this process alone.
 * @returns what takes one call. @throws CalledTooOften when there is no room for it.
 */
export function callRate(client: string, rate: CallRate): () => void {
  const { take } = createRate(rate)
  return () => {
    const seconds = take()
    if (seconds !== undefined) throw new CalledTooOften(client, seconds)
  }
}

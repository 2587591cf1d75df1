import { TokenBucket } from 'limiter'
import { CalledTooOften } from './caller-refused.js'
import type { CallRate } from './registered-client.js'

/** Calls that a client may make at once where nothing else is agreed: as many as in ten seconds, and these at least. */
const FEWEST_AT_ONCE = 10

/**
 * Counts the calls of one client, in this process alone.
 * @returns what takes one call. @throws CalledTooOften when there is no room for it.
 */
export function callRate(client: string, { perMinute, burst = Math.max(FEWEST_AT_ONCE, Math.ceil(perMinute / 6)) }: CallRate): () => void {
  const bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: perMinute, interval: 'minute' })
  // Who has not called yet has all his calls.
  bucket.content = burst
  return () => {
    if (!bucket.tryRemoveTokens(1)) throw new CalledTooOften(client, Math.max(1, Math.ceil(bucket.getWaitTime(1) / 1_000)))
  }
}

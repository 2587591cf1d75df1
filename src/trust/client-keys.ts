import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { CallerRefused } from './caller-refused.js'

/** The public keys of a client. */
export interface ClientKeys {
  /**
   * The keys among which that of an id is, if the client has it.
   * @throws CallerRefused CDS_KEYS_UNAVAILABLE when no keys can be had.
   */
  among: (kid: string) => Promise<JWTVerifyGetKey>
}

/** Keys that are written down where the client is registered. */
export function pinnedKeys(jwks: JSONWebKeySet): ClientKeys {
  const keys = createLocalJWKSet(jwks)
  return { among: async () => keys }
}

/** Milliseconds after which keys are fetched again while the old ones are still used, and for which they are used where none can be had. */
const FRESH_MS = 10 * 60_000
const USABLE_MS = 60 * 60_000

/** Milliseconds between two attempts, whatever is asked meanwhile: two a minute. */
const COOLDOWN_MS = 30_000

/** Milliseconds for which a caller waits for keys; they are fetched all the same. */
const PATIENCE_MS = 1_000

/** Fetches a set of keys, or fails. */
export type FetchKeys = (url: string) => Promise<unknown>

/**
 * Keys that a client publishes. The library's own remote set asks again at once where the host is down, and cannot go on
 * with what it has; here a host that is down costs an attempt every 30 s, and nothing else for an hour.
 * @param now milliseconds of a clock that only runs forward.
 */
export function publishedKeys(url: string, fetchKeys: FetchKeys, now: () => number = () => performance.now()): ClientKeys {
  let kept: { keys: JWTVerifyGetKey; ids: ReadonlySet<unknown>; at: number } | undefined
  let triedAt = -Infinity
  let underWay: Promise<void> | undefined
  const age = () => (kept ? now() - kept.at : Infinity)
  const attempt = async () => {
    try {
      const jwks = (await fetchKeys(url)) as JSONWebKeySet
      kept = { keys: createLocalJWKSet(jwks), ids: new Set(jwks.keys.map(({ kid }) => kid)), at: now() }
    } catch {
      // What is kept goes on; where there is nothing, the caller is told so.
    } finally {
      underWay = undefined
    }
  }
  const refresh = (): Promise<void> => {
    if (underWay) return underWay
    if (now() - triedAt < COOLDOWN_MS) return Promise.resolve()
    triedAt = now()
    underWay = attempt()
    return underWay
  }
  void refresh()
  return {
    async among(kid) {
      if (age() > USABLE_MS || !kept?.ids.has(kid)) await atMost(PATIENCE_MS, refresh())
      else if (age() > FRESH_MS) void refresh()
      if (!kept || age() > USABLE_MS) throw new CallerRefused('keys-unavailable', 'CDS_KEYS_UNAVAILABLE')
      return kept.keys
    },
  }
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const enough = new Promise<void>(resolve => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([work, enough]).finally(() => clearTimeout(timer))
}

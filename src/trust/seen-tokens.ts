/** A token that came, and was new to this process; another process may have seen it. */
export interface UsedToken {
  /** Name of the client that signed it, beside which its id means something. */
  client: string
  jti: string
  /** Seconds since 1970 after which it is of no use anyway. */
  expires: number
  /** Seconds since 1970 at which it came. */
  came: number
}

/** Remembers which tokens have been used, so that none is used twice. */
export interface SeenTokens {
  /**
   * Notes a token of a client and tells whether it is new.
   * @param expires seconds since 1970 after which the token is of no use anyway.
   */
  firstSeen: (client: string, jti: string, expires: number) => Promise<boolean>
}

/** Most tokens of one client that are remembered: 55 a second for an hour. */
const MOST_OF_ONE = 200_000

/** Seconds after which what has expired is swept out. */
const SWEEP_SECONDS = 60

/**
 * A memory of this process alone. A client can only push out its own tokens, the oldest first, and only by using more than `most`
 * within their time.
 * @param now seconds since 1970.
 * @param forgotten is told of each token that had to give way before it expired.
 */
export function seenInProcess(now: () => number, forgotten: () => void = () => undefined, most = MOST_OF_ONE): SeenTokens {
  const clients = new Map<string, Map<string, number>>()
  let swept = now()
  const sweep = () => {
    swept = now()
    for (const tokens of clients.values()) for (const [jti, expires] of tokens) if (expires < swept) tokens.delete(jti)
  }
  return {
    async firstSeen(client, jti, expires) {
      if (now() - swept > SWEEP_SECONDS) sweep()
      const tokens = clients.get(client) ?? new Map<string, number>()
      clients.set(client, tokens)
      if ((tokens.get(jti) ?? 0) >= now()) return false
      tokens.delete(jti)
      tokens.set(jti, expires)
      if (tokens.size > most) {
        tokens.delete(tokens.keys().next().value ?? '')
        forgotten()
      }
      return true
    },
  }
}

import { CdsError } from '../errors.js'
import type { SeenTokens, UsedToken } from '../trust/seen-tokens.js'

/** What processes that sign people in for one address know together of what was used up. */
export interface Together {
  /** Whether no process was told of it before; it counts as used from then on. Fails where nobody can tell. */
  isNew: (used: UsedToken) => Promise<boolean>
  /** Whether nobody is signed in while nobody can tell. */
  isStrict: boolean
}

/**
 * A memory of this process and, where it can be asked, of all that share one.
 * @param now seconds since 1970.
 */
export function seenTogether(own: SeenTokens, { isNew, isStrict }: Together, now: () => number): SeenTokens {
  return {
    async firstSeen(client, jti, expires) {
      if (!(await own.firstSeen(client, jti, expires))) return false
      return isNew({ client, jti, expires, came: now() }).catch((cause: unknown) => {
        if (isStrict) throw unknown(cause)
        return true
      })
    },
  }
}

const unknown = (cause: unknown): CdsError =>
  new CdsError('CDS_SIGN_IN_UNAVAILABLE', 'Whether this sign-in was used before cannot be told now. Sign in once more in a moment.', [], {
    cause,
  })

import type { RequestHead } from '../trust/calling-client.js'
import { cookieNamed } from './cookies.js'
import { SIGN_OUT } from './own-pages.js'
import { createSeal, type SealOptions } from './sealed.js'
import { LONGEST_SESSION } from './sessions.js'

/**
 * Most characters of the headers by which a browser keeps a session and its id token: a proxy in front takes 4 kB of headers unless it is
 * told otherwise, the others among them, and answers 502 to more. A browser's own limit for a cookie is no less.
 */
const LONGEST = 2_900

/**
 * The id token of a session, by which the issuer knows who signs out. It is sealed in a cookie of its own, which the browser sends to the
 * path for signing out alone: no other request is larger for it, and the session never outgrows its cookie.
 */
export interface KeptIdToken {
  /**
   * The header that has the browser keep it; one that forgets, where it is too large to be kept.
   * @param session the header that has the browser keep the session, beside which it has to have room.
   */
  kept: (idToken: string, user: string, session: string) => Promise<string>
  /** The id token by which this user signed in; undefined where it was not kept, or is of somebody else. */
  of: (head: RequestHead, user: string | undefined) => Promise<string | undefined>
  forgotten: () => string
}

/** Keeps id tokens under the site's secret. */
export function createKeptIdToken(options: Omit<SealOptions, 'purpose'>): KeptIdToken {
  const seal = createSeal({ ...options, purpose: 'id token' })
  const cookie = cookieNamed('columna-id-token', options.publicUrl, SIGN_OUT)
  return {
    forgotten: cookie.forgotten,
    async kept(idToken, user, session) {
      const sealed = await seal.seal({ idToken, user }, options.now().getTime() / 1_000 + LONGEST_SESSION)
      const kept = cookie.kept(sealed, LONGEST_SESSION)
      return kept.length + session.length > LONGEST ? cookie.forgotten() : kept
    },
    async of(head, user) {
      const kept = cookie.of(head)
      const { idToken, user: own } = (kept === undefined ? undefined : await seal.open(kept))?.members ?? {}
      return typeof idToken === 'string' && user !== undefined && own === user ? idToken : undefined
    },
  }
}

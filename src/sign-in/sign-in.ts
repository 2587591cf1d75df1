import type { RequestHead } from '../trust/calling-client.js'
import type { CheckedFetch } from '../trust/checked-fetch.js'
import { seenInProcess } from '../trust/seen-tokens.js'
import type { EhrPersons } from './ehr-persons.js'
import type { Issuer } from './issuer.js'
import { personByProxy } from './proxy-persons.js'
import { seenTogether, type Together } from './seen-together.js'
import { createSessions, type Session, type Sessions } from './sessions.js'
import type { SignInSettings } from './settings.js'

/** How people sign in at this deployment, and who they are. */
export interface SignIn {
  /** Whether the pages that people work in are shown only to who signed in; where they are not, they are shown to nobody outside the demonstration. */
  way: 'oidc' | 'proxy' | undefined
  /** Who asks; undefined where nobody signed in. @throws CdsError CDS_SIGN_IN_REFUSED as the proxy's header does. */
  sessionOf: (head: RequestHead) => Promise<Session | undefined>
  /** Signs people in, where an issuer does; what it takes is loaded when it is first asked for. */
  issuer: () => Promise<Issuer | undefined>
  /** Undefined where no secret seals them. */
  sessions: Sessions | undefined
  /** Tells who opened a page from an EHR. */
  ehrPersons: EhrPersons
  /** Services that people may call; all where it is undefined. */
  services: readonly string[] | undefined
  /** Whether whoever signed in may read the figures of every practice, and not of their own alone. */
  isEveryPracticeShown: boolean
  /** Most calls of one person in a minute. */
  perMinute: number
  /** Address of the service, from whose pages alone people ask. */
  publicUrl: string
}

export interface SignInOptions {
  publicUrl: string
  /** Of the clock that runs: a frozen one would let what has expired in. */
  now?: () => Date
  fetchFrom?: CheckedFetch
  /** What other processes that sign people in for the same address have seen; of this one alone without it. */
  together?: Together
}

/** Makes of a deployment's settings how people sign in. */
export function createSignIn(
  { way, sessionKey, services, isEveryPracticeShown, perMinute }: SignInSettings,
  { publicUrl, now = () => new Date(), fetchFrom, together }: SignInOptions,
): SignIn {
  const seconds = () => now().getTime() / 1_000
  const own = seenInProcess(seconds)
  const seen = together ? seenTogether(own, together, seconds) : own
  const sessions = sessionKey === undefined ? undefined : createSessions({ secret: sessionKey, publicUrl, now })
  const byProxy = way && 'proxy' in way ? personByProxy(way.proxy) : undefined
  let issuer: Promise<Issuer> | undefined
  let ehrPersons: Promise<EhrPersons> | undefined
  return {
    way: way && ('oidc' in way ? 'oidc' : 'proxy'),
    services,
    isEveryPracticeShown,
    perMinute,
    publicUrl,
    sessions,
    async ehrPersons(shown, servers) {
      ehrPersons ??= import('./ehr-persons.js').then(({ createEhrPersons }) =>
        createEhrPersons({ now, seen, ...(fetchFrom && { fetchFrom: () => fetchFrom }) }),
      )
      return (await ehrPersons)(shown, servers)
    },
    async issuer() {
      if (!way || !('oidc' in way) || sessionKey === undefined) return undefined
      issuer ??= import('./issuer.js').then(({ createIssuer }) =>
        createIssuer({ ...way.oidc, sessionKey, publicUrl, now, seen, ...(fetchFrom && { fetchFrom }) }),
      )
      return issuer
    },
    async sessionOf(head) {
      const session = await sessions?.of(head)
      if (session) return session
      const person = head.headers.authorization === undefined ? byProxy?.(head) : undefined
      return person && { person }
    },
  }
}

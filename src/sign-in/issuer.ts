import * as oauth from 'oauth4webapi'
import { CdsError } from '../errors.js'
import { defined } from '../plain-values/defined.js'
import { httpUrl } from '../trust/base-url.js'
import type { RequestHead } from '../trust/calling-client.js'
import { createCheckedFetch, type CheckedFetch } from '../trust/checked-fetch.js'
import type { SeenTokens } from '../trust/seen-tokens.js'
import { cookieNamed } from './cookies.js'
import { createKeptIdToken } from './id-token.js'
import { keptAnswer } from './kept-answer.js'
import { ownPath } from './own-pages.js'
import { clinicianIn, practicesIn, referenceTo, shortText, type Person } from './person.js'
import { createSeal, type Members } from './sealed.js'
import type { IssuerSettings } from './settings.js'

/** Where a person comes back to from the issuer. */
export const CALLBACK = '/sign-in/callback'

/** Seconds that a person may take at the issuer's page. */
const AT_ISSUER = 600

/** Seconds by which the clocks of issuer and service may differ. */
const TOLERANCE = 30

/** What a browser is told: where to go, and what to keep and to forget. */
export interface SentOn {
  to: string
  cookies: readonly string[]
}

/** Signs people in at an OpenID Connect issuer, by an authorization code with PKCE. */
export interface Issuer {
  /** @param to path to come back to. @throws CdsError CDS_SIGN_IN_UNAVAILABLE where the issuer does not answer. */
  begin: (to: string) => Promise<SentOn>
  /**
   * Takes what the issuer sent a person back with.
   * @param begin begins their session: the header that has the browser keep it.
   * @throws CdsError CDS_SIGN_IN_FAILED where it is not the answer to what this browser asked; CDS_SIGN_IN_REFUSED where the person
   *   is none of those who may; CDS_SIGN_IN_UNAVAILABLE where the issuer does not answer.
   */
  finish: (head: RequestHead, answer: URLSearchParams, begin: (person: Person) => Promise<string>) => Promise<SentOn>
  /**
   * Where a person signs out of the issuer as well, to come back from there; nowhere where it names no such page, or does not answer.
   * @param user who is signed in here, whose id token tells the issuer so that it need not ask; undefined where nobody is.
   */
  end: (head: RequestHead, user: string | undefined) => Promise<Partial<SentOn> & Pick<SentOn, 'cookies'>>
}

export interface IssuerOptions extends IssuerSettings {
  sessionKey: string
  publicUrl: string
  now: () => Date
  /** Which answers of the issuer were taken already. */
  seen: SeenTokens
  fetchFrom?: CheckedFetch
}

/** What is kept of a person who is at the issuer's page. */
interface UnderWay {
  state: string
  nonce: string
  verifier: string
  to: string
}

/** How one issuer is asked. */
export function createIssuer(options: IssuerOptions): Issuer {
  const { issuer, clientId, clientSecret, scope, sessionKey, publicUrl, now, seen, networks } = options
  const fetchFrom = options.fetchFrom ?? createCheckedFetch({ networks })
  const http = {
    [oauth.customFetch]: (url: string, asked: Parameters<CheckedFetch>[1]) => fetchFrom(url, asked),
    // Only where the deployment wrote its address as plain http, which settings allow for this machine, or where the risk was taken.
    // oxlint-disable-next-line typescript/no-deprecated -- marked so that it stands out, as it does here
    [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
  }
  const client: oauth.Client = { client_id: clientId, [oauth.clockTolerance]: TOLERANCE }
  const cookie = cookieNamed('columna-sign-in', publicUrl)
  const sealing = { secret: sessionKey, publicUrl, now }
  const seal = createSeal({ ...sealing, purpose: 'sign-in' })
  const token = createKeptIdToken(sealing)
  const redirectUri = `${publicUrl}${CALLBACK}`
  const discovered = keptAnswer(async () => {
    const address = new URL(issuer)
    return oauth.processDiscoveryResponse(address, await oauth.discoveryRequest(address, http))
  })
  const server = () => discovered().catch((error: unknown) => unavailable(error))
  const seconds = () => now().getTime() / 1_000

  return {
    async begin(to) {
      const { authorization_endpoint: page = '' } = await server()
      const underWay: UnderWay = {
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
        verifier: oauth.generateRandomCodeVerifier(),
        to: ownPath(to, publicUrl),
      }
      const url = new URL(page)
      for (const [name, value] of Object.entries({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope,
        state: underWay.state,
        nonce: underWay.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(underWay.verifier),
        code_challenge_method: 'S256',
      }))
        url.searchParams.set(name, value)
      return { to: url.href, cookies: [cookie.kept(await seal.seal({ ...underWay }, seconds() + AT_ISSUER), AT_ISSUER)] }
    },

    async finish(head, answer, begin) {
      const underWay = underWayIn((await seal.open(cookie.of(head) ?? ''))?.members)
      if (!underWay) throw failed()
      const isFirst = await seen.firstSeen('(sign-in)', underWay.state, seconds() + AT_ISSUER)
      if (!isFirst) throw failed()
      const as = await server()
      const { claims, idToken } = await tokenFor(as, underWay, answer)
      requireGroup(claims, options)
      const person = personOf(claims, options)
      const session = await begin(person)
      const kept = wayOut(as) ? await token.kept(idToken, person.user, session) : token.forgotten()
      return { to: underWay.to, cookies: [cookie.forgotten(), kept, session] }
    },

    async end(head, user) {
      const cookies = [token.forgotten()]
      const url = wayOut(await discovered().catch(() => undefined))
      if (!url) return { cookies }
      const idToken = await token.of(head, user)
      if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken)
      url.searchParams.set('client_id', clientId)
      url.searchParams.set('post_logout_redirect_uri', `${publicUrl}/`)
      return { to: url.href, cookies }
    },
  }

  /** The page of an issuer at which people sign out; one in the clear only where all of the issuer is. */
  function wayOut(as: oauth.AuthorizationServer | undefined): URL | undefined {
    const url = httpUrl(as?.end_session_endpoint ?? '')
    return url?.protocol === 'http:' && !issuer.startsWith('http:') ? undefined : url
  }

  async function tokenFor(
    as: oauth.AuthorizationServer,
    { state, nonce, verifier }: UnderWay,
    answer: URLSearchParams,
  ): Promise<{ claims: oauth.IDToken; idToken: string }> {
    try {
      const parameters = oauth.validateAuthResponse(as, client, answer, state)
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication(as, clientSecret),
        parameters,
        redirectUri,
        verifier,
        http,
      )
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true })
      await oauth.validateApplicationLevelSignature(as, response, http)
      const claims = oauth.getValidatedIdTokenClaims(tokens)
      if (!claims || tokens.id_token === undefined) throw failed()
      return { claims, idToken: tokens.id_token }
    } catch (error) {
      // What the library refuses is the answer; all else is that nothing came.
      const isRefused =
        error instanceof CdsError ||
        error instanceof oauth.OperationProcessingError ||
        error instanceof oauth.AuthorizationResponseError ||
        error instanceof oauth.ResponseBodyError ||
        error instanceof oauth.WWWAuthenticateChallengeError
      throw isRefused ? failed(error) : unavailable(error)
    }
  }
}

/** How this service proves to the issuer that it is the one which is registered. */
function authentication(
  { token_endpoint_auth_methods_supported: ways }: oauth.AuthorizationServer,
  secret: string | undefined,
): oauth.ClientAuth {
  if (secret === undefined) return oauth.None()
  const isBasic = ways?.includes('client_secret_basic') ?? true
  return isBasic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret)
}

function underWayIn(members: Members | undefined): UnderWay | undefined {
  if (members === undefined) return undefined
  const { state, nonce, verifier, to } = members
  return [state, nonce, verifier, to].every(each => typeof each === 'string') ? ({ state, nonce, verifier, to } as UnderWay) : undefined
}

/** @throws CdsError CDS_SIGN_IN_REFUSED where groups are named and the person has none of them. */
function requireGroup(claims: oauth.IDToken, { groups, groupsClaim }: IssuerSettings): void {
  if (groups.length === 0) return
  const claim = claims[groupsClaim]
  const own: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  if (!groups.some(group => own.includes(group)))
    throw new CdsError(
      'CDS_SIGN_IN_REFUSED',
      'You are signed in, but not among those who may use this service. Ask whoever runs it to add you.',
    )
}

const personOf = (claims: oauth.IDToken, { practicesClaim }: IssuerSettings): Person => ({
  user: referenceTo(claims.sub),
  ...defined({
    name: shortText(claims['name']),
    fhirUser: clinicianIn(claims['fhirUser']),
    practices: practicesClaim === undefined ? undefined : practicesIn(claims[practicesClaim]),
  }),
})

const failed = (cause?: unknown): CdsError =>
  new CdsError(
    'CDS_SIGN_IN_FAILED',
    'The sign-in was not completed: it took too long, was answered twice, or began in another browser. Sign in once more.',
    [],
    { cause },
  )

function unavailable(cause: unknown): never {
  throw new CdsError('CDS_SIGN_IN_UNAVAILABLE', 'The sign-in of the site does not answer. Try again in a moment.', [], { cause })
}

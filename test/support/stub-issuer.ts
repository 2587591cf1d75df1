import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SignJWT, type JWTPayload } from 'jose'
import { listen, type Listening } from './listen.js'
import { makeKey, now, type ClientKey } from './tokens.js'

/** What an issuer does otherwise than a good one. */
export interface Odd {
  claims?: JWTPayload
  /** Signs in place of its own key. */
  key?: ClientKey
  /** Leaves the id token out. */
  hasNoIdToken?: true
  /** Names no page at which to sign out. */
  hasNoWayOut?: true
  /** Does not answer at all. */
  isDown?: true
}

/** An OpenID Connect issuer that signs in whoever comes, at once. */
export interface StubIssuer extends Listening {
  odd: Odd
  key: ClientKey
  /** Where somebody who opens its page with a URL is sent. @throws Error where the request is not one it would take. */
  signInAt: (url: string) => string
  /** How often its token endpoint was asked, and with which credentials. */
  asked: { authorization: string | undefined; body: URLSearchParams }[]
  /** With which words people came to its page for signing out. */
  signedOut: URLSearchParams[]
}

interface Grant {
  nonce: string
  challenge: string
  redirectUri: string
}

export const STUB_CLIENT = 'columna-test'

/** Starts an issuer at which one client is registered. */
export async function startStubIssuer(redirectUri: () => string): Promise<StubIssuer> {
  const key = await makeKey('issuer-1', 'RS256')
  const grants = new Map<string, Grant>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '', stub.url)
    if (stub.odd.isDown) return void response.writeHead(503).end()
    if (pathname === '/.well-known/openid-configuration') return json(response, discovery(stub.url, stub.odd))
    if (pathname === '/out')
      return void response
        .writeHead(302, { location: searchParams.get('post_logout_redirect_uri') ?? '' })
        .end(void stub.signedOut.push(searchParams))
    if (pathname === '/keys') return json(response, { keys: [key.publicKey] })
    if (pathname === '/token') return tokens(request, response)
    if (pathname === '/authorize') return void response.writeHead(302, { location: stub.signInAt(`${stub.url}${request.url}`) }).end()
    response.writeHead(404).end()
  }
  const tokens = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = new URLSearchParams(await textOf(request))
    stub.asked.push({ authorization: request.headers.authorization, body })
    const grant = grants.get(body.get('code') ?? '')
    grants.delete(body.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    if (!grant || grant.challenge !== challenge || grant.redirectUri !== body.get('redirect_uri'))
      return json(response, { error: 'invalid_grant' }, 400)
    const { claims, key: other = key, hasNoIdToken } = stub.odd
    const usual = { iss: stub.url, aud: STUB_CLIENT, sub: 'anna', name: 'Anna Test', nonce: grant.nonce, iat: now(), exp: now() + 300 }
    const idToken = await new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: other.alg, kid: other.kid }).sign(other.sign)
    return json(response, { access_token: 'of-no-use-here', token_type: 'Bearer', ...(!hasNoIdToken && { id_token: idToken }) })
  }
  const listening = await listen((request, response) => void answer(request, response))
  const stub: StubIssuer = {
    ...listening,
    odd: {},
    key,
    asked: [],
    signedOut: [],
    signInAt(url) {
      const asked = new URL(url).searchParams
      const wanted = { client_id: STUB_CLIENT, response_type: 'code', redirect_uri: redirectUri(), code_challenge_method: 'S256' }
      for (const [name, value] of Object.entries(wanted))
        if (asked.get(name) !== value) throw new Error(`The issuer does not take ${name}.`)
      const code = randomUUID()
      grants.set(code, { nonce: asked.get('nonce') ?? '', challenge: asked.get('code_challenge') ?? '', redirectUri: redirectUri() })
      return `${redirectUri()}?${new URLSearchParams({ code, state: asked.get('state') ?? '', iss: stub.url }).toString()}`
    },
  }
  return stub
}

const discovery = (url: string, { hasNoWayOut }: Odd) => ({
  issuer: url,
  ...(!hasNoWayOut && { end_session_endpoint: `${url}/out` }),
  authorization_endpoint: `${url}/authorize`,
  token_endpoint: `${url}/token`,
  jwks_uri: `${url}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  code_challenge_methods_supported: ['S256'],
})

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

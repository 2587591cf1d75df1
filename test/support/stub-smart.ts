import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SignJWT } from 'jose'
import { createDemoApp } from '../../src/demo/demo-app.js'
import { listen, type Listening } from './listen.js'
import { makeKey, now } from './tokens.js'

/** What an EHR knows when it opens an app. */
export interface LaunchContext {
  patient?: string
  /** What the link of a card told it to hand on. */
  appContext?: string
}

/** An EHR as far as an app sees it: a FHIR server with the synthetic people, which nobody reads without a token, and SMART App Launch before it. */
export interface StubEhr extends Listening {
  /** Base URL of its FHIR server. */
  base: string
  /** Opens an app. @returns where the browser goes. */
  launch: (url: string, context: LaunchContext) => string
  /** What it answers otherwise than a good one. */
  odd: { refuses?: true; configuration?: object }
  /** Paths of its FHIR server that were read with a good token. */
  read: string[]
  /** A token by which its FHIR server is read, of some patient's context. */
  accessToken: () => string
}

interface Grant extends LaunchContext {
  nonce: string
  challenge: string
  redirectUri: string
  scope: string
}

/** Starts an EHR at which one app is registered. @param clock instant at which its people are as they are. */
export async function startStubEhr({
  clientId,
  redirectUri,
  clock,
}: {
  clientId: string
  redirectUri: () => string
  clock: Date
}): Promise<StubEhr> {
  const key = await makeKey('ehr-1', 'RS384')
  const people = createDemoApp(() => clock)
  const launches = new Map<string, LaunchContext>()
  const grants = new Map<string, Grant>()
  const tokens = new Set<string>()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Access-Control-Allow-Headers', 'authorization, content-type, accept')
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const url = new URL(request.url ?? '', ehr.url)
    if (url.pathname === '/fhir/.well-known/smart-configuration')
      return json(response, { ...configuration(ehr.url), ...ehr.odd.configuration })
    if (url.pathname === '/keys') return json(response, { keys: [key.publicKey] })
    if (url.pathname === '/authorize') return authorize(url.searchParams, response)
    if (url.pathname === '/token') return grantToken(new URLSearchParams(await textOf(request)), response)
    if (!tokens.has(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''))
      return json(response, { resourceType: 'OperationOutcome' }, 401)
    ehr.read.push(url.pathname)
    people(request, response)
  }

  const authorize = (asked: URLSearchParams, response: ServerResponse): void => {
    const context = launches.get(asked.get('launch') ?? '')
    launches.delete(asked.get('launch') ?? '')
    const scope = asked.get('scope') ?? ''
    const isGood =
      context &&
      asked.get('response_type') === 'code' &&
      asked.get('client_id') === clientId &&
      asked.get('redirect_uri') === redirectUri() &&
      asked.get('aud') === ehr.base &&
      asked.get('code_challenge_method') === 'S256' &&
      ['launch', 'openid', 'fhirUser'].every(each => scope.split(' ').includes(each))
    if (!isGood) return void response.writeHead(400).end('This EHR does not open that app so.')
    const code = randomUUID()
    grants.set(code, {
      ...context,
      nonce: asked.get('nonce') ?? '',
      challenge: asked.get('code_challenge') ?? '',
      redirectUri: redirectUri(),
      scope,
    })
    const state = asked.get('state') ?? ''
    const said: Record<string, string> = ehr.odd.refuses ? { error: 'access_denied', state } : { code, state }
    response.writeHead(302, { location: `${redirectUri()}?${new URLSearchParams(said).toString()}` }).end()
  }

  const grantToken = async (body: URLSearchParams, response: ServerResponse): Promise<void> => {
    const grant = grants.get(body.get('code') ?? '')
    grants.delete(body.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    if (!grant || grant.challenge !== challenge || grant.redirectUri !== body.get('redirect_uri') || body.get('client_id') !== clientId)
      return json(response, { error: 'invalid_grant' }, 400)
    const idToken = await new SignJWT({
      fhirUser: `${ehr.base}/Practitioner/COREPRACTITIONER1`,
      nonce: grant.nonce,
      iat: now(),
      exp: now() + 300,
    })
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .setIssuer(ehr.base)
      .setSubject('p1')
      .setAudience(clientId)
      .sign(key.sign)
    const { scope, patient, appContext } = grant
    return json(response, {
      access_token: ehr.accessToken(),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope,
      id_token: idToken,
      patient,
      appContext,
    })
  }

  const listening = await listen((request, response) => void answer(request, response))
  const ehr: StubEhr = {
    ...listening,
    base: `${listening.url}/fhir`,
    odd: {},
    read: [],
    accessToken() {
      const token = randomUUID()
      tokens.add(token)
      return token
    },
    launch(url, context) {
      const launch = randomUUID()
      launches.set(launch, context)
      return `${url}?${new URLSearchParams({ iss: ehr.base, launch }).toString()}`
    },
  }
  return ehr
}

const configuration = (url: string) => ({
  issuer: `${url}/fhir`,
  jwks_uri: `${url}/keys`,
  authorization_endpoint: `${url}/authorize`,
  token_endpoint: `${url}/token`,
  grant_types_supported: ['authorization_code'],
  code_challenge_methods_supported: ['S256'],
  capabilities: ['launch-ehr', 'client-public', 'sso-openid-connect', 'context-ehr-patient', 'permission-patient', 'permission-v2'],
})

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

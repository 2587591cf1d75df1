import * as oauth from 'oauth4webapi'
import type { LaunchSettings } from '../../src/server/sign-in-routes.js'
import { ask, askWith, Refused } from '../shared/service.js'
import { cardIn, type AskedCard } from './app-context.js'
import { LaunchFault } from './launch-fault.js'

/** Who and what the EHR opened the page for. Nothing of it is kept beyond the memory of the tab. */
export interface Launched {
  /** Base URL of the FHIR server. */
  iss: string
  clientId: string
  token: string
  expiresIn: number
  scope: string
  patientId: string
  encounterId?: string
  /** `Type/id` of the person. */
  userId: string
  /** The card that it was opened from, where the EHR told. */
  card?: AskedCard
}

/** What of a launch is kept in the tab's session while the EHR answers. */
interface UnderWay {
  iss: string
  clientId: string
  needsSession: boolean
  server: oauth.AuthorizationServer
  verifier: string
  /** Its hash is the nonce of the launch, so that a token is of use to this tab alone. */
  secret: string
  language: string
}

/** What a FHIR server says of how it launches apps. */
interface SmartConfiguration {
  issuer?: string
  authorization_endpoint?: string
  token_endpoint?: string
  jwks_uri?: string
  capabilities?: readonly string[]
  code_challenge_methods_supported?: readonly string[]
}

const keyOf = (state: string): string => `launch ${state}`

/** Where the EHR sends the browser back to. */
const redirectUri = (): string => new URL('/case/', location.href).href

/**
 * Sends the browser to the EHR that launches the page.
 * @throws LaunchFault where it is none that may; Refused where the service does not say.
 */
export async function beginLaunch(parameters: URLSearchParams): Promise<void> {
  const [iss, launch] = [parameters.get('iss') ?? '', parameters.get('launch') ?? '']
  if (iss === '' || launch === '') throw new LaunchFault('not-launched')
  const { clientId, needsSession } = await launchSettings(iss)
  const configuration = await configurationOf(iss)
  const [state, verifier, secret] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier(), oauth.generateRandomCodeVerifier()]
  const underWay: UnderWay = {
    iss,
    clientId,
    needsSession,
    server: serverIn(configuration, iss),
    verifier,
    secret,
    language: document.documentElement.lang,
  }
  sessionStorage.setItem(keyOf(state), JSON.stringify(underWay))
  const url = new URL(configuration.authorization_endpoint ?? '')
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri(),
    scope: scopeFor(configuration),
    aud: iss,
    launch,
    state,
    nonce: await oauth.calculatePKCECodeChallenge(secret),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }))
    url.searchParams.set(name, value)
  location.replace(url)
}

async function launchSettings(iss: string): Promise<LaunchSettings> {
  try {
    return (await ask<LaunchSettings>('GET', `/case/launch-settings?${new URLSearchParams({ iss }).toString()}`)).answer
  } catch (error) {
    if (error instanceof Refused && error.code === 'CDS_SIGN_IN_REFUSED') throw new LaunchFault('not-registered')
    throw error
  }
}

async function configurationOf(iss: string): Promise<SmartConfiguration> {
  const response = await fetch(`${iss.replace(/\/+$/, '')}/.well-known/smart-configuration`, {
    headers: { Accept: 'application/json' },
  }).catch(() => undefined)
  if (!response?.ok) throw new LaunchFault('no-configuration')
  const configuration = (await response.json().catch(() => ({}))) as SmartConfiguration
  const { authorization_endpoint: page, token_endpoint: tokens, code_challenge_methods_supported: methods = [] } = configuration
  if (!isWeb(page) || !isWeb(tokens)) throw new LaunchFault('no-configuration')
  if (!methods.includes('S256')) throw new LaunchFault('no-pkce')
  return configuration
}

/** Whether it is an address to which a browser is sent, and no script. */
const isWeb = (url: string | undefined): boolean => url !== undefined && /^https?:\/\//.test(url)

const serverIn = (
  { issuer, authorization_endpoint, token_endpoint, jwks_uri }: SmartConfiguration,
  iss: string,
): oauth.AuthorizationServer => ({
  issuer: issuer ?? iss,
  ...(authorization_endpoint !== undefined && { authorization_endpoint }),
  ...(token_endpoint !== undefined && { token_endpoint }),
  ...(jwks_uri !== undefined && { jwks_uri }),
})

/** What is asked for: to read the patient whose record is open, and who asks. */
function scopeFor({ capabilities = [] }: SmartConfiguration): string {
  const isOld = capabilities.includes('permission-v1') && !capabilities.includes('permission-v2')
  return `launch openid fhirUser ${isOld ? 'patient/*.read' : 'patient/*.rs'}`
}

/**
 * Takes what the EHR sent the browser back with, out of its address too.
 * @throws LaunchFault where it is not the answer to what this tab asked, or says too little.
 */
export async function finishLaunch(answer: URLSearchParams): Promise<Launched> {
  const underWay = takeUnderWay(answer.get('state') ?? '')
  history.replaceState(undefined, '', redirectUri())
  if (!underWay) throw new LaunchFault('not-ours')
  document.documentElement.lang = underWay.language
  const tokens = await tokensFor(underWay, answer)
  const { iss, clientId, needsSession, secret } = underWay
  const { patient, encounter, appContext } = tokens
  if (typeof patient !== 'string' || patient === '') throw new LaunchFault('no-patient')
  if (needsSession) await beginSession(iss, tokens.id_token, secret)
  const card = cardIn(appContext)
  return {
    iss,
    clientId,
    token: tokens.access_token,
    expiresIn: tokens.expires_in ?? 300,
    scope: tokens.scope ?? '',
    patientId: patient,
    ...(typeof encounter === 'string' && { encounterId: encounter }),
    userId: userIn(tokens.id_token),
    ...(card && { card }),
  }
}

/** What is kept of a launch is taken once. */
function takeUnderWay(state: string): UnderWay | undefined {
  const kept = sessionStorage.getItem(keyOf(state))
  sessionStorage.removeItem(keyOf(state))
  return kept === null ? undefined : (JSON.parse(kept) as UnderWay)
}

/** What the EHR answers a code with, as far as the page uses it. */
interface Tokens {
  access_token: string
  expires_in?: number
  scope?: string
  id_token?: string
  patient?: unknown
  encounter?: unknown
  appContext?: unknown
}

async function tokensFor({ server, clientId, verifier }: UnderWay, answer: URLSearchParams): Promise<Tokens> {
  const client: oauth.Client = { client_id: clientId }
  try {
    const parameters = oauth.validateAuthResponse(server, client, answer, answer.get('state') ?? '')
    const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirectUri(), verifier, {
      // The page's own policy says which servers are asked; of those one is plain http where it is of this machine, or a risk that was taken.
      // oxlint-disable-next-line typescript/no-deprecated -- marked so that it stands out, as it does here
      [oauth.allowInsecureRequests]: server.token_endpoint?.startsWith('http:') === true,
    })
    const tokens = response.ok ? ((await response.json()) as Partial<Tokens>) : {}
    if (typeof tokens.access_token !== 'string') throw new LaunchFault('no-token')
    return tokens as Tokens
  } catch (error) {
    if (error instanceof LaunchFault) throw error
    if (error instanceof oauth.AuthorizationResponseError) throw new LaunchFault('refused-by-ehr')
    throw new LaunchFault(error instanceof TypeError ? 'no-answer' : 'no-token')
  }
}

async function beginSession(iss: string, idToken: string | undefined, verifier: string): Promise<void> {
  const { answer } = await ask<{ token: string }>('POST', '/case/session', { iss, idToken, verifier })
  askWith(answer.token)
}

/**
 * The person as the EHR refers to them, for the hooks, which ask for somebody who treats the patient. It is only told here; that it is so
 * the service finds out, which trusts nothing that a page says of who asks.
 */
function userIn(idToken = ''): string {
  const [found] = /(PractitionerRole|Practitioner)\/[A-Za-z0-9.-]+(?=")/.exec(payloadOf(idToken)) ?? []
  return found ?? 'Practitioner/unknown'
}

/** What a token says, as text; nothing where it is none. */
function payloadOf(token: string): string {
  try {
    return atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')).replaceAll('\\/', '/')
  } catch {
    return ''
  }
}

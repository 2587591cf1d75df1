import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type ProtectedHeaderParameters } from 'jose'
import { CallerRefused, type Refusal } from './caller-refused.js'
import type { Caller, LetIn, RequestHead } from './calling-client.js'
import type { ClientKeys } from './client-keys.js'
import { fhirServerList } from './fhir-server-list.js'
import { listedServer, type ServerEntry } from './listed-servers.js'
import type { RegisteredClient } from './registered-client.js'
import type { SeenTokens, UsedToken } from './seen-tokens.js'
import { spelledSender } from './sender.js'

export interface TokenCheckOptions {
  clients: readonly RegisteredClient[]
  keysOf: (client: RegisteredClient) => ClientKeys
  /** What takes a call of a client, or throws; as many as it likes where it is absent. */
  rateOf?: (client: RegisteredClient) => (() => void) | undefined
  /** FHIR servers of clients that have none of their own. */
  fhirServers: readonly ServerEntry[]
  /** Address of the service, to which tokens are made out, without a slash at its end. */
  publicUrl: string
  seen: SeenTokens
  /** Seconds for which a token is good from when it was made, whatever it says itself. */
  maxAge: number
  now: () => Date
}

/** Seconds by which the clocks of client and service may differ. */
const TOLERANCE = 30

/** Most characters of a token, of its id, and of the name of a tenant. */
const LONGEST_TOKEN = 8_192
const LONGEST_ID = 256
const LONGEST_TENANT = 256

/** A registered client, ready to be recognised. */
interface Known {
  client: RegisteredClient
  keys: ClientKeys
  takeCall: (() => void) | undefined
  callerOf: (tenant: string, token: UsedToken) => Caller
}

/**
 * Lets in registered clients alone, each by a signed token of CDS Hooks that is good for the URL it calls and was never seen before.
 * The library would take a token without a key id, and pass over keys and addresses that a token brings along; these are refused.
 */
export function clientsByToken(options: TokenCheckOptions): LetIn {
  const known = options.clients.map(client => knownFrom(client, options))
  return async head => {
    const token = tokenIn(head)
    const { header, claims } = unverified(token)
    const { client, keys, takeCall, callerOf } = claimedBy(claims, known)
    requireHeader(header, client)
    const { jti, exp, iat, tenant } = await verified(token, await keys.among(header.kid ?? ''), client, head, options)
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID) throw new CallerRefused('token-id')
    if (tenant !== undefined && (typeof tenant !== 'string' || tenant.length > LONGEST_TENANT)) throw new CallerRefused('tenant')
    if (client.tenant !== undefined && tenant !== client.tenant) throw new CallerRefused('tenant')
    // The library counts whole seconds, and lets a token in for the whole of its last one.
    const expires = Math.min(exp ?? 0, (iat ?? 0) + options.maxAge) + TOLERANCE + 1
    if (!(await options.seen.firstSeen(client.name, jti, expires))) throw new CallerRefused('replayed')
    // Last, since nobody else may use up what a client may ask.
    takeCall?.()
    return callerOf(tenant ?? '', { client: client.name, jti, expires, came: options.now().getTime() / 1_000 })
  }
}

/** Scheme, and a token of three parts; the signature of `none` is empty, and told from its algorithm. */
const BEARER = /^bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i

function tokenIn({ headers: { authorization } }: RequestHead): string {
  if (authorization === undefined) throw new CallerRefused('none')
  if (typeof authorization !== 'string' || authorization.length > LONGEST_TOKEN) throw new CallerRefused('form')
  const [, token] = BEARER.exec(authorization) ?? []
  if (token === undefined) throw new CallerRefused('form')
  return token
}

function unverified(token: string): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) }
  } catch {
    throw new CallerRefused('form')
  }
}

/** The one client that a token claims to be of: no two of the same `iss` can both be meant. */
function claimedBy({ iss, sub }: JWTPayload, known: readonly Known[]): Known {
  const found = known.find(({ client }) => client.iss === iss && (client.sub === undefined || client.sub === sub))
  if (!found) throw new CallerRefused('issuer')
  return found
}

/** What a token could bring along to be checked by, in place of what was agreed. */
const BROUGHT_ALONG = ['jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256']

function requireHeader(header: ProtectedHeaderParameters, { alg, jwksUrl }: RegisteredClient): void {
  if (typeof header.alg !== 'string' || !alg.includes(header.alg)) throw new CallerRefused('algorithm')
  if (typeof header.typ !== 'string' || header.typ.toUpperCase() !== 'JWT') throw new CallerRefused('type')
  if (typeof header.kid !== 'string' || header.kid === '') throw new CallerRefused('key-id')
  if (BROUGHT_ALONG.some(name => Object.hasOwn(header, name))) throw new CallerRefused('key-reference')
  if (Object.hasOwn(header, 'jku') && header.jku !== jwksUrl) throw new CallerRefused('key-reference')
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) throw new CallerRefused('critical')
}

async function verified(
  token: string,
  keys: Parameters<typeof jwtVerify>[1],
  { alg, iss, aud }: RegisteredClient,
  { path }: RequestHead,
  { publicUrl, maxAge, now }: TokenCheckOptions,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys as never, {
      algorithms: [...alg],
      issuer: iss,
      audience: [...audiences(publicUrl, path), ...aud],
      requiredClaims: ['exp', 'iat', 'jti'],
      clockTolerance: TOLERANCE,
      maxTokenAge: maxAge,
      currentDate: now(),
    })
    return payload
  } catch (error) {
    throw new CallerRefused(refusalOf(error))
  }
}

/**
 * What a token for a path may be made out to: the URL that is called, that of the service of which it is a part, and the
 * service's address.
 */
function audiences(publicUrl: string, path: string): string[] {
  const [service] = /^\/cds-services\/[^/]+/.exec(path) ?? []
  const urls = [publicUrl, `${publicUrl}${path}`, ...(service === undefined ? [] : [`${publicUrl}${service}`])]
  return [...urls, `${publicUrl}/`]
}

const REFUSAL_OF_CLAIM: Readonly<Record<string, Refusal>> = { aud: 'audience', iss: 'issuer', jti: 'token-id' }

function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) return error.claim === 'exp' ? 'expired' : 'time'
  if (error instanceof errors.JWTClaimValidationFailed) return REFUSAL_OF_CLAIM[error.claim] ?? 'time'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'key'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm'
  return 'form'
}

function knownFrom(client: RegisteredClient, { keysOf, rateOf, fhirServers: usual }: TokenCheckOptions): Known {
  const { name, fhirServers: own = usual, origins, services, smartLinks, language, shadow = false } = client
  const fhirServers = fhirServerList(own)
  // Who lists no more than one server means it also where a call names none.
  const [only = ''] = own
  const unnamed = own.length <= 1 ? listedServer(only).url : undefined
  const callerOf = (tenant: string, token: UsedToken): Caller => ({
    name,
    token,
    sender: spelledSender(name, tenant),
    nameIn({ fhirServer = unnamed }) {
      if (fhirServer === undefined || (fhirServer !== unnamed && !fhirServers(fhirServer))) return undefined
      return fhirServer
    },
    fhirServers,
    origins: new Set(origins),
    ...(services && { services: new Set(services) }),
    ...(shadow !== false && { isInShadow: (service: string) => shadow === true || shadow.includes(service) }),
    ...(smartLinks && { smartLinks: (service: string) => smartLinks.filter(app => app.services?.includes(service) ?? true) }),
    ...(language !== undefined && { language }),
  })
  return { client, keys: keysOf(client), takeCall: rateOf?.(client), callerOf }
}

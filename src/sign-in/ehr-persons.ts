import { createHash } from 'node:crypto'
import { jwtVerify, type JWTPayload } from 'jose'
import { CdsError } from '../errors.js'
import { defined } from '../plain-values/defined.js'
import { isObject } from '../plain-values/json.js'
import { baseUrl, httpUrl, isLoopback } from '../trust/base-url.js'
import { createCheckedFetch, type CheckedFetch } from '../trust/checked-fetch.js'
import { publishedKeys, type ClientKeys } from '../trust/client-keys.js'
import type { FhirServerList } from '../trust/fhir-server-list.js'
import type { ListedServer } from '../trust/listed-servers.js'
import { ALGORITHMS } from '../trust/registered-client.js'
import type { SeenTokens } from '../trust/seen-tokens.js'
import { keptAnswer } from './kept-answer.js'
import { clinicianIn, referenceTo, shortText, type Person } from './person.js'
import { notRegisteredThere } from './refusals.js'

/** What a page that an EHR launched shows of who opened it. */
export interface Shown {
  /** The FHIR server that launched it. */
  iss: string
  /** What that server's issuer signed of the person. */
  idToken: string
  /** The secret of the tab, whose hash the token names as its nonce. */
  verifier: string
}

export interface EhrPersonsOptions {
  now: () => Date
  /** Which tokens were shown already. */
  seen: SeenTokens
  fetchFrom?: (server: ListedServer) => CheckedFetch
}

/**
 * Tells who opened a page from an EHR.
 * @throws CdsError CDS_SIGN_IN_REFUSED where the server is not listed, or is with no SMART client id; CDS_SIGN_IN_FAILED where the token
 *   is not that of a person whom it signed in for this page; CDS_SIGN_IN_UNAVAILABLE where it does not answer.
 */
export type EhrPersons = (shown: Shown, servers: FhirServerList) => Promise<Person>

/** Seconds within which a token is shown from when it was made, and by which clocks may differ. */
const [NEWEST, TOLERANCE] = [300, 30]

/** What is known of a server that launches pages. */
interface Launching {
  issuer: string
  keys: ClientKeys
}

/** Most servers of which it is kept what they say: one for each that is listed, but for a `*` in place of a port. */
const MOST_SERVERS = 100

/** Checks what the EHRs of listed servers say of who opened a page. */
export function createEhrPersons({ now, seen, fetchFrom = usualFetch() }: EhrPersonsOptions): EhrPersons {
  const known = new Map<string, () => Promise<Launching>>()
  const launchingAt = (base: string, server: ListedServer): Promise<Launching> => {
    const kept = known.get(base) ?? keptAnswer(() => launching(base, fetchFrom(server)))
    if (known.size >= MOST_SERVERS) known.clear()
    known.set(base, kept)
    return kept()
  }
  return async ({ iss, idToken, verifier }, servers) => {
    const base = baseUrl(iss)
    const server = base === undefined ? undefined : servers.serverOf(base)
    if (base === undefined || server?.smartClientId === undefined) throw notRegisteredThere()
    const { issuer, keys } = await launchingAt(base, server).catch((cause: unknown) => {
      throw new CdsError('CDS_SIGN_IN_UNAVAILABLE', 'The FHIR server does not say how it signs people in. Try again in a moment.', [], {
        cause,
      })
    })
    const claims = await verified(idToken, keys, { issuer, clientId: server.smartClientId, verifier, now })
    const expires = now().getTime() / 1_000 + NEWEST + 2 * TOLERANCE
    if (!(await seen.firstSeen('(smart)', hashOf(idToken), expires))) throw failed()
    const user = userIn(claims, base)
    if (/^(Patient|RelatedPerson)\//.test(user)) throw new CdsError('CDS_SIGN_IN_REFUSED', 'This page is for those who treat the patient.')
    return { user, fhirServer: base, ...defined({ name: shortText(claims['name']), fhirUser: clinicianIn(user) }) }
  }
}

/** Addresses of one server's networks are connected to by one agent. */
function usualFetch(): (server: ListedServer) => CheckedFetch {
  const made = new Map<string, CheckedFetch>()
  return ({ networks }) => {
    const key = JSON.stringify(networks)
    const fetchFrom = made.get(key) ?? createCheckedFetch({ networks })
    made.set(key, fetchFrom)
    return fetchFrom
  }
}

/** What a FHIR server says of how it signs people in. @throws Error where it says nothing of use. */
async function launching(base: string, fetchFrom: CheckedFetch): Promise<Launching> {
  const said = await jsonFrom(`${base}/.well-known/smart-configuration`, fetchFrom)
  const { issuer, jwks_uri: keysAt } = isObject(said) ? said : {}
  if (typeof issuer !== 'string' || typeof keysAt !== 'string' || !isSafe(keysAt, base))
    throw new Error('The FHIR server names neither an issuer nor keys that can be fetched safely.')
  return { issuer, keys: publishedKeys(keysAt, url => jsonFrom(url, fetchFrom)) }
}

async function jsonFrom(url: string, fetchFrom: CheckedFetch): Promise<unknown> {
  const response = await fetchFrom(url, { headers: { accept: 'application/json' } })
  if (response.status !== 200) throw new Error('It did not answer with what was asked for.')
  return (await response.json()) as unknown
}

/** Whether keys may be fetched from a URL: over https, or from a server that is itself on this machine. */
function isSafe(keysAt: string, base: string): boolean {
  const [url, own] = [httpUrl(keysAt), new URL(base)]
  return url?.protocol === 'https:' || (url !== undefined && isLoopback(url.hostname) && isLoopback(own.hostname))
}

interface Expected {
  issuer: string
  clientId: string
  verifier: string
  now: () => Date
}

async function verified(idToken: string, keys: ClientKeys, { issuer, clientId, verifier, now }: Expected): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(idToken, async (header, token) => (await keys.among(header.kid ?? ''))(header, token), {
      algorithms: ALGORITHMS,
      issuer,
      audience: clientId,
      requiredClaims: ['sub', 'exp', 'iat', 'nonce'],
      clockTolerance: TOLERANCE,
      maxTokenAge: NEWEST,
      currentDate: now(),
    })
    const isOurs = payload['azp'] === undefined || payload['azp'] === clientId
    if (!isOurs || payload['nonce'] !== hashOf(verifier)) throw failed()
    return payload
  } catch (cause) {
    if (cause instanceof CdsError && cause.code === 'CDS_KEYS_UNAVAILABLE') throw cause
    throw failed(cause)
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** The person as the FHIR server refers to them, else by what its issuer calls them. */
function userIn({ sub = '', fhirUser }: JWTPayload, base: string): string {
  const named = shortText(fhirUser) ?? ''
  const relative = named.startsWith(`${base}/`) ? named.slice(base.length + 1) : named
  return /^(Practitioner|PractitionerRole|Patient|RelatedPerson|Person)\/[A-Za-z0-9.-]{1,64}$/.test(relative) ? relative : referenceTo(sub)
}

const failed = (cause?: unknown): CdsError =>
  new CdsError('CDS_SIGN_IN_FAILED', 'Who opened this page cannot be told from what the EHR sent. Open it from the EHR once more.', [], {
    cause,
  })

import { CdsError } from '../errors.js'
import { defined } from '../plain-values/defined.js'
import { isObject } from '../plain-values/json.js'
import { ownPath, requireOwnPage } from '../sign-in/own-pages.js'
import { notByProxy, notRegisteredThere, pagesClosed } from '../sign-in/refusals.js'
import type { SignIn } from '../sign-in/sign-in.js'
import { baseUrl } from '../trust/base-url.js'
import { fhirServerList } from '../trust/fhir-server-list.js'
import type { ServerEnvironment } from './environment.js'
import { json, type Asked, type Reply } from './reply.js'

/** Sends a person to the issuer, or on to where they were going when they are signed in already. */
export async function beginSignIn(asked: Asked, { signIn }: ServerEnvironment): Promise<Reply> {
  const { publicUrl, ...ways } = chosen(signIn)
  const to = ownPath(asked.query['to'], publicUrl)
  const issuer = await ways.issuer()
  if (issuer) return sentOn(await issuer.begin(to))
  if ((await ways.sessionOf(asked.head)) === undefined) throw notByProxy()
  return sentOn({ to: `${publicUrl}${to}` })
}

/** Takes what the issuer sent a person back with. */
export async function finishSignIn(asked: Asked, { signIn }: ServerEnvironment): Promise<Reply> {
  const { publicUrl, sessions, ...ways } = chosen(signIn)
  const issuer = await ways.issuer()
  if (!issuer || !sessions) throw pagesClosed()
  const { to, cookies } = await issuer.finish(asked.head, parametersIn(asked.query), sessions.begin)
  return sentOn({ to: `${publicUrl}${to}`, cookies })
}

/** What a page must know to have a person signed out everywhere. */
export interface SignedOut {
  /** Where they sign out of the issuer as well, and come back from. */
  goOnTo?: string
}

/** Ends the session of a browser, and says where that of the issuer is ended. */
export async function endSession(asked: Asked, { signIn }: ServerEnvironment): Promise<Reply> {
  if (!signIn) throw pagesClosed()
  requireOwnPage(asked.head, signIn.publicUrl)
  const user = (await signIn.sessionOf(asked.head))?.person.user
  const { to, cookies = [] } = (await (await signIn.issuer())?.end(asked.head, user)) ?? {}
  const signedOut: SignedOut = defined({ goOnTo: to })
  return { ...json(signedOut), ...(signIn.sessions && { cookies: [signIn.sessions.end(), ...cookies] }) }
}

/** What the patient's page must know to ask an EHR who opened it. */
export interface LaunchSettings {
  /** By which id the page is registered there. */
  clientId: string
  /** Whether it then has to say here who opened it. */
  needsSession: boolean
}

/** How the patient's page is registered at the FHIR server that launches it. */
export function launchSettings(asked: Asked, { signIn, serverEntries = [], arePagesOpen }: ServerEnvironment): Reply {
  const { iss } = asked.query
  const base = typeof iss === 'string' ? baseUrl(iss) : undefined
  const clientId = base === undefined ? undefined : fhirServerList(serverEntries).serverOf(base)?.smartClientId
  if (clientId === undefined) throw notRegisteredThere()
  const settings: LaunchSettings = { clientId, needsSession: signIn?.way !== undefined || arePagesOpen !== true }
  return json(settings)
}

/** Begins the session of a page that an EHR opened, for the person whom that EHR signed in. */
export async function beginFromEhr(asked: Asked, { signIn, serverEntries = [] }: ServerEnvironment): Promise<Reply> {
  if (!signIn?.sessions) throw pagesClosed()
  requireOwnPage(asked.head, signIn.publicUrl)
  const { iss, idToken, verifier } = isObject(asked.body) ? asked.body : {}
  if (typeof iss !== 'string' || typeof idToken !== 'string' || typeof verifier !== 'string')
    throw new CdsError('CDS_REQUEST_INVALID', 'Send `iss`, `idToken` and `verifier` as texts.')
  const person = await signIn.ehrPersons({ iss, idToken, verifier }, fhirServerList(serverEntries))
  return json(await signIn.sessions.beginInPage(person))
}

const sentOn = ({ to, cookies }: { to: string; cookies?: readonly string[] }): Reply => ({
  type: 'text/plain',
  body: '',
  seeOther: to,
  ...(cookies && { cookies }),
})

/** @throws CdsError CDS_PAGES_CLOSED where nobody chose how people sign in. */
function chosen(signIn: SignIn | undefined): SignIn {
  if (signIn?.way === undefined) throw pagesClosed()
  return signIn
}

/** What came in a query, with what came twice twice: that is refused where it is read. */
function parametersIn(query: Asked['query']): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value]) if (typeof each === 'string') parameters.append(name, each)
  return parameters
}

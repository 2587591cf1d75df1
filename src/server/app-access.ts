import type { RequestHandler } from 'express'
import type { AppName } from '../browser-apps/app-list.js'
import { notByProxy, pagesClosed } from '../sign-in/refusals.js'
import { listedServer } from '../trust/listed-servers.js'
import type { ServerOptions } from './environment.js'
import { headOf } from './let-in.js'
import { SIGN_IN_PATHS } from './sign-in-paths.js'

/** Has a browser hold a page to a policy, and tell nobody where its readers come from. */
export const strictly =
  (policy: string): RequestHandler =>
  (_request, response, next) => {
    response.setHeader('Content-Security-Policy', policy)
    response.setHeader('Referrer-Policy', 'no-referrer')
    next()
  }

/** Programs run what this service sends, and ask it and the origins given; no other page holds them in a frame but those of the frames given. */
export const appPolicy = (asked: readonly string[] = [], frames: readonly string[] = []): string =>
  [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:",
    ["connect-src 'self'", ...new Set(asked.map(originIn))].join(' '),
    `form-action 'self'; base-uri 'none'; frame-ancestors ${frames.length === 0 ? "'none'" : frames.join(' ')}`,
  ].join('; ')

/** The origin of a base URL, whose port may be `*`. */
const originIn = (url: string): string => /^https?:\/\/[^/;,\s]+/.exec(url)?.[0] ?? ''

/**
 * The steps before the page of a program is shown. The patient's page is opened by an EHR, and asks only those servers which do; a form for
 * patients asks none outside the demonstration; all others are for people who signed in.
 */
export function showing(app: AppName, options: ServerOptions): RequestHandler[] {
  if (app === 'case') return [strictly(appPolicy(launchingOrigins(options), options.caseFrames))]
  if (app === 'start-back-patient') return [strictly(appPolicy(options.arePagesOpen ? options.fhirServers : []))]
  return [forPeople(options), strictly(appPolicy(options.fhirServers))]
}

/** Where the patient's page asks for tokens and for what the EHR says of itself. */
const launchingOrigins = ({ serverEntries = [] }: ServerOptions): string[] =>
  serverEntries
    .map(listedServer)
    .flatMap(({ url, smartClientId, smartOrigins = [] }) => (smartClientId === undefined ? [] : [url, ...smartOrigins]))

/** Shows pages that people work in to who signed in, and sends others to sign in. */
export function forPeople({ signIn, arePagesOpen }: ServerOptions): RequestHandler {
  return async (request, response, next) => {
    if (signIn?.way === undefined) {
      if (!arePagesOpen) throw pagesClosed()
      next()
      return
    }
    const session = await signIn.sessionOf(headOf(request))
    if (session?.cookie !== undefined) response.append('Set-Cookie', session.cookie)
    if (session) next()
    else if (signIn.way === 'proxy') throw notByProxy()
    else response.redirect(303, `${signIn.publicUrl}${SIGN_IN_PATHS.begin}?${new URLSearchParams({ to: request.originalUrl }).toString()}`)
  }
}

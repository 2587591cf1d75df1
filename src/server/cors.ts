import cors from 'cors'
import type { NextFunction, Request, RequestHandler, Response } from 'express'

/** Seconds for which a browser may remember the answer to a preflight. */
const PREFLIGHT_SECONDS = 600

/** What a client may send beside the headers that need no permission: who it is, and by which names it follows its call. */
const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'accept',
  'accept-language',
  'traceparent',
  'tracestate',
  'x-request-id',
  'x-requested-with',
]

/** What a page of another origin may read of an answer. */
const EXPOSED_HEADERS = ['X-Request-Id', 'ETag', 'Content-Language', 'Retry-After', 'WWW-Authenticate']

/**
 * Lets web pages call the service: CORS on every answer, errors too, and preflights.
 * @param isDemonstration whether a public page may also call a service on its user's own machine, as the hosted Sandbox does.
 * @param origins of the pages that may; pages of every origin unless given. Which client a page calls as is told from its token alone.
 */
export function allowOrigins(isDemonstration: boolean, origins?: readonly string[]): RequestHandler[] {
  const open = cors({
    origin: origins ? [...origins] : '*',
    methods: ['GET', 'POST'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  })
  return isDemonstration ? [allowPrivateNetwork, open] : [open]
}

function allowPrivateNetwork({ headers }: Request, response: Response, next: NextFunction): void {
  if (headers['access-control-request-private-network'] === 'true') response.setHeader('Access-Control-Allow-Private-Network', 'true')
  next()
}

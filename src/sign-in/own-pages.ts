import { CdsError } from '../errors.js'
import type { RequestHead } from '../trust/calling-client.js'

/** Where a person signs out. */
export const SIGN_OUT = '/sign-out'

/** Most characters of a path to come back to. */
const LONGEST = 512

/** Characters that some browsers read as others, or not at all. */
const DOUBTFUL = /[^!-~]|\\/

/**
 * The path of this service that a text names, with its query; the beginning of the service where it names none, so that
 * nobody is led from here to another host.
 */
export function ownPath(text: unknown, publicUrl: string): string {
  if (typeof text !== 'string' || text.length > LONGEST || !text.startsWith('/') || DOUBTFUL.test(text)) return '/'
  const url = parsed(text, publicUrl)
  return url?.origin === new URL(publicUrl).origin && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/'
}

function parsed(text: string, base: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

/**
 * Makes sure that a page of this service asks: by what the browser says of where the request comes from, and for whatever may change
 * something by what a form of another site cannot send.
 * @throws CdsError CDS_PAGE_REFUSED where another page asks, or nobody can tell.
 */
export function requireOwnPage({ method, headers }: RequestHead, publicUrl: string): void {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  const isOwn = origin === undefined ? site === 'same-origin' : origin === new URL(publicUrl).origin
  const isElsewhere = site !== undefined && site !== 'same-origin' && !(isReading(method) && site === 'none')
  const isSaid = isOwn || (isReading(method) && origin === undefined)
  if (isElsewhere || !isSaid)
    throw new CdsError(
      'CDS_PAGE_REFUSED',
      'Only a page of this service may ask this for somebody who signed in. Open it at its own address.',
    )
  if (!isReading(method) && !isJson(headers['content-type']))
    throw new CdsError('CDS_MEDIA_TYPE_UNSUPPORTED', 'Send the body as application/json.')
}

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD'

const isJson = (type: unknown): boolean => typeof type === 'string' && /^application\/json\s*(;|$)/i.test(type)

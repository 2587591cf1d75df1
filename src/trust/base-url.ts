import { withoutEnd } from '../plain-values/without-end.js'

/** Most characters of a base URL; beyond that it is an attack or an accident. */
export const LONGEST_URL = 2_048

/**
 * The one spelling of a FHIR base URL, by which it is allowed, read and remembered: scheme and host in lower case,
 * without a default port, a trailing dot of the host, or slashes at the end. Undefined when the text is no http or
 * https URL that a path can be put behind.
 */
export function baseUrl(text: string): string | undefined {
  const url = text.length > LONGEST_URL || /[?#]/.test(text) ? undefined : httpUrl(text)
  if (!url) return undefined
  const pathname = withoutEnd(url.pathname, '/')
  return `${url.protocol}//${credentials(url)}${url.host}${pathname}`
}

/** An http or https URL in its one spelling; undefined when the text is none. */
export function httpUrl(text: string, base?: string): URL | undefined {
  const url = parse(text.trim(), base)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined
  // An address cannot end with a dot, and of a name the dot only says that it is complete.
  if (url.hostname.endsWith('.')) url.hostname = withoutEnd(url.hostname, '.')
  return url
}

/** Which servers an entry of the list of servers stands for. */
export interface ServerPattern {
  protocol: string
  hostname: string
  /** Undefined where any port will do. */
  port: string | undefined
  /** Without a slash at the end. */
  path: string
}

const ANY_PORT = /:\*(?=\/|$)/

/** Reads an entry of the list of servers: a base URL, whose port may be `*`. Undefined when it is none. */
export function serverPattern(text: string): ServerPattern | undefined {
  const base = baseUrl(text.trim().replace(ANY_PORT, ''))
  if (base === undefined) return undefined
  const url = new URL(base)
  if (url.hostname.includes('*') || credentials(url) !== '') return undefined
  return {
    protocol: url.protocol,
    hostname: url.hostname,
    port: ANY_PORT.test(text.trim()) ? undefined : url.port,
    path: withoutEnd(url.pathname, '/'),
  }
}

/** Whether a host name of a URL is this machine, so that what is sent there passes no network. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** Whether a URL lies below the base of a pattern, or below a base URL, as to its path. */
export const isPathBelow = (pathname: string, basePath: string): boolean => pathname === basePath || pathname.startsWith(`${basePath}/`)

const credentials = ({ username, password }: URL): string => (username === '' && password === '' ? '' : `${username}:${password}@`)

function parse(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

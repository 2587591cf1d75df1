import { httpUrl, isPathBelow, serverPattern, type ServerPattern } from './base-url.js'

/**
 * Builds the test that decides which FHIR servers may be read: http or https, without credentials in the URL, and
 * below one of the listed base URLs. A port of `*` in the list means any port of that host. An escaped slash in the
 * path is refused, since servers differ in what it means.
 * @throws Error when an entry of the list is no base URL.
 */
export function fhirServerList(allowed: readonly string[]): (url: string) => boolean {
  const patterns = allowed.map(patternOf)
  return url => {
    const candidate = httpUrl(url)
    if (!candidate || candidate.username !== '' || candidate.password !== '' || ESCAPED_SLASH.test(candidate.pathname)) return false
    return patterns.some(pattern => fits(candidate, pattern))
  }
}

const ESCAPED_SLASH = /%(2f|5c)/i

function patternOf(text: string): ServerPattern {
  const pattern = serverPattern(text)
  if (!pattern) throw new Error('An entry of the list of FHIR servers is no base URL.')
  return pattern
}

const fits = (url: URL, { protocol, hostname, port, path }: ServerPattern): boolean =>
  url.protocol === protocol && url.hostname === hostname && (port === undefined || url.port === port) && isPathBelow(url.pathname, path)

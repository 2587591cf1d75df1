import { httpUrl, isPathBelow, serverPattern, type ServerPattern } from './base-url.js'

/** Decides whether a URL may be read. */
export interface FhirServerList {
  (url: string): boolean
  /** Paths of the entries that a URL lies below, of those that have one: an entry that names a host alone says nothing of what shares it. */
  basesOf: (url: string) => string[]
}

/**
 * Builds the test that decides which FHIR servers may be read: http or https, without credentials in the URL, and
 * below one of the listed base URLs. A port of `*` in the list means any port of that host. An escaped slash or a
 * step up with parameters in the path is refused, since servers differ in what those mean.
 * @throws Error when an entry of the list is no base URL.
 */
export function fhirServerList(allowed: readonly string[]): FhirServerList {
  const patterns = allowed.map(patternOf)
  const entriesOf = (url: string): ServerPattern[] => {
    const candidate = httpUrl(url)
    if (!candidate || candidate.username !== '' || candidate.password !== '' || DOUBTFUL.test(candidate.pathname)) return []
    return patterns.filter(pattern => fits(candidate, pattern))
  }
  return Object.assign((url: string) => entriesOf(url).length > 0, {
    basesOf: (url: string) => entriesOf(url).flatMap(({ path }) => (path === '' ? [] : [path])),
  })
}

const DOUBTFUL = /%(2f|5c)|\/(\.|%2e){1,2};/i

function patternOf(text: string): ServerPattern {
  const pattern = serverPattern(text)
  if (!pattern) throw new Error('An entry of the list of FHIR servers is no base URL.')
  return pattern
}

const fits = (url: URL, { protocol, hostname, port, path }: ServerPattern): boolean =>
  url.protocol === protocol && url.hostname === hostname && (port === undefined || url.port === port) && isPathBelow(url.pathname, path)

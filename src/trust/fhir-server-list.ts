import { httpUrl, isPathBelow, serverPattern, type ServerPattern } from './base-url.js'
import { listedServer, type ListedServer, type ServerEntry } from './listed-servers.js'

/** Decides whether a URL may be read. */
export interface FhirServerList {
  (url: string): boolean
  /** Paths of the entries that a URL lies below, of those that have one: an entry that names a host alone says nothing of what shares it. */
  basesOf: (url: string) => string[]
  /** How the list names the server of a URL: by the entry with the longest path, and of such the one that names its port. */
  serverOf: (url: string) => ListedServer | undefined
}

interface Entry {
  server: ListedServer
  pattern: ServerPattern
}

/**
 * Builds the test that decides which FHIR servers may be read: http or https, without credentials in the URL, and
 * below one of the listed base URLs. A port of `*` in the list means any port of that host. An escaped slash or a
 * step up with parameters in the path is refused, since servers differ in what those mean.
 * @throws Error when an entry of the list is no base URL.
 */
export function fhirServerList(allowed: readonly ServerEntry[]): FhirServerList {
  const entries = allowed.map(listedServer).map((server): Entry => ({ server, pattern: patternOf(server.url) }))
  const entriesOf = (url: string): Entry[] => {
    const candidate = httpUrl(url)
    if (!candidate || candidate.username !== '' || candidate.password !== '' || DOUBTFUL.test(candidate.pathname)) return []
    return entries.filter(({ pattern }) => fits(candidate, pattern))
  }
  return Object.assign((url: string) => entriesOf(url).length > 0, {
    basesOf: (url: string) => entriesOf(url).flatMap(({ pattern: { path } }) => (path === '' ? [] : [path])),
    serverOf: (url: string) => entriesOf(url).sort(closestFirst)[0]?.server,
  })
}

const closestFirst = ({ pattern: one }: Entry, { pattern: other }: Entry): number =>
  other.path.length - one.path.length || Number(one.port === undefined) - Number(other.port === undefined)

const DOUBTFUL = /%(2f|5c)|\/(\.|%2e){1,2};/i

function patternOf(text: string): ServerPattern {
  const pattern = serverPattern(text)
  if (!pattern) throw new Error('An entry of the list of FHIR servers is no base URL.')
  return pattern
}

const fits = (url: URL, { protocol, hostname, port, path }: ServerPattern): boolean =>
  url.protocol === protocol && url.hostname === hostname && (port === undefined || url.port === port) && isPathBelow(url.pathname, path)

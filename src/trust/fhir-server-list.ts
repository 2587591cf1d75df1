/**
 * Builds the test that decides which FHIR servers may be read: http or https, without credentials in the URL, and
 * below one of the listed base URLs. A port of `*` in the list means any port of that host. An escaped slash in the
 * path is refused, since servers differ in what it means.
 */
export function fhirServerList(allowed: readonly string[]): (url: string) => boolean {
  const bases = allowed.map(parseBase)
  return url => {
    const candidate = parseUrl(url)
    if (!candidate || candidate.username !== '' || candidate.password !== '' || ESCAPED_SLASH.test(candidate.pathname)) return false
    return bases.some(base => isBelow(candidate, base))
  }
}

const ESCAPED_SLASH = /%(2f|5c)/i

interface Base {
  protocol: string
  hostname: string
  /** Undefined where any port will do. */
  port: string | undefined
  path: string
}

function parseBase(text: string): Base {
  const anyPort = /:\*(?=\/|$)/.test(text)
  const { protocol, hostname, port, pathname } = new URL(text.replace(/:\*(?=\/|$)/, ''))
  return { protocol, hostname, port: anyPort ? undefined : port, path: pathname.replace(/\/+$/, '') }
}

function isBelow(url: URL, { protocol, hostname, port, path }: Base): boolean {
  const within = url.pathname === path || url.pathname.startsWith(`${path}/`)
  return url.protocol === protocol && url.hostname === hostname && (port === undefined || url.port === port) && within
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

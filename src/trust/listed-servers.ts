import { isLoopback, serverPattern } from './base-url.js'

/** What production refuses of an address unless the deployment takes the risk: plain text to another machine, and a `*` for a port. */
export type ServerRisk = 'http' | 'any-port'

/** What is wrong with FHIR base URLs that are to be listed; undefined where nothing is. @param refused risks that the deployment does not take. */
export function faultOfServers(urls: readonly string[], refused: readonly string[]): string | undefined {
  const patterns = urls.flatMap(url => serverPattern(url) ?? [])
  if (patterns.length < urls.length) return 'expects http or https base URLs, separated by commas; a port may be *'
  if (refused.includes('http') && patterns.some(isPlainToAnother))
    return 'is refused in production with an http URL of another machine. Use https, or accept the risk with CDS_INSECURE=http'
  if (refused.includes('any-port') && patterns.some(({ port }) => port === undefined))
    return 'is refused in production with * for a port. Name the port, or accept the risk with CDS_INSECURE=any-port'
  return undefined
}

/** Whether what is sent to an address passes a network in plain text. */
export const isPlainToAnother = ({ protocol, hostname }: { protocol: string; hostname: string }): boolean =>
  protocol === 'http:' && !isLoopback(hostname)

import { isObject } from '../plain-values/json.js'
import { baseUrl, httpUrl, isLoopback, serverPattern, type ServerPattern } from './base-url.js'
import { isAddressRefused, isNetwork } from './networks.js'

/** A FHIR server of a list, and how it may be read. */
export interface ListedServer {
  /** Its base URL, whose port may be `*`. */
  url: string
  /** Networks in which its addresses must lie, in CIDR form; usual addresses unless given. */
  networks?: readonly string[]
  /** Whether it is read with a token of the call alone. */
  tokenRequired?: boolean
  /** Client id by which the patient's page is registered there as a SMART app; absent where it launches none of ours. */
  smartClientId?: string
  /** Origins, other than its own, at which it gives that page tokens. */
  smartOrigins?: readonly string[]
}

/** How a list names a server: by its base URL alone, or with what else holds of it. */
export type ServerEntry = string | ListedServer

/** What an entry of a list says. */
export const listedServer = (entry: ServerEntry): ListedServer => (typeof entry === 'string' ? { url: entry } : entry)

/** An entry with its URL in its one spelling. */
export function inOneSpelling(entry: ServerEntry): ServerEntry {
  const { url, ...rest } = listedServer(entry)
  const spelt = baseUrl(url) ?? url
  return typeof entry === 'string' ? spelt : { url: spelt, ...rest }
}

/** Whether what was parsed from JSON is a list of servers, as to its form. */
export const isServerList = (value: unknown): value is ServerEntry[] => Array.isArray(value) && value.every(isServerEntry)

function isServerEntry(value: unknown): boolean {
  if (typeof value === 'string') return true
  if (!isObject(value)) return false
  const { url, networks = ['-'], tokenRequired = false, smartClientId = '-', smartOrigins = [], ...others } = value
  const isApp = typeof smartClientId === 'string' && smartClientId !== '' && areTexts(smartOrigins)
  const isRead = areTexts(networks) && networks.length > 0 && typeof tokenRequired === 'boolean'
  return typeof url === 'string' && isRead && isApp && Object.keys(others).length === 0
}

const areTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(each => typeof each === 'string')

/** What production refuses of an address unless the deployment takes the risk: plain text to another machine, and a `*` for a port. */
export type ServerRisk = 'http' | 'any-port'

/** What is wrong with FHIR servers that are to be listed; undefined where nothing is. @param refused risks that the deployment does not take. */
export function faultOfServers(entries: readonly ServerEntry[], refused: readonly string[]): string | undefined {
  const servers = entries.map(listedServer)
  const patterns = servers.flatMap(({ url }) => serverPattern(url) ?? [])
  if (patterns.length < servers.length) return 'expects http or https base URLs, separated by commas; a port may be *'
  if (refused.includes('http') && patterns.some(isPlainToAnother))
    return 'is refused in production with an http URL of another machine. Use https, or accept the risk with CDS_INSECURE=http'
  if (refused.includes('any-port') && patterns.some(({ port }) => port === undefined))
    return 'is refused in production with * for a port. Name the port, or accept the risk with CDS_INSECURE=any-port'
  if (!servers.every(({ smartOrigins = [] }) => smartOrigins.every(each => httpUrl(each)?.origin === each)))
    return 'expects smartOrigins such as https://login.example.org, without a path'
  return faultOfNetworks(servers, patterns)
}

function faultOfNetworks(servers: readonly ListedServer[], patterns: readonly ServerPattern[]): string | undefined {
  if (!servers.every(({ networks = [] }) => networks.every(isNetwork))) return NO_NETWORK
  return patterns.some(({ hostname }, at) => isAddressRefused({ hostname, networks: servers[at]?.networks })) ? ADDRESS_REFUSED : undefined
}

/** What is wrong with a network that is none. */
export const NO_NETWORK = 'expects networks in CIDR form, such as 10.20.0.0/16 or fd12:3456::/32'

/** What is wrong with a URL whose host is an address that is not connected to. */
export const ADDRESS_REFUSED =
  'is refused where its host is an address outside of its networks, or one that must be named there: of a link, of a group, or of the metadata of a cloud'

/** Whether what is sent to an address passes a network in plain text. */
export const isPlainToAnother = ({ protocol, hostname }: { protocol: string; hostname: string }): boolean =>
  protocol === 'http:' && !isLoopback(hostname)

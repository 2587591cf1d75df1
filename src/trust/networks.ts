import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js'
import { isLoopback } from './base-url.js'

type Address = IPv4 | IPv6

/** What a server has to say for itself: a host of a URL, and where its addresses must lie. */
export interface HostInNetworks {
  hostname: string
  /** Networks in CIDR form. Absent where any address will do at which servers usually are. */
  networks?: readonly string[] | undefined
}

/** Kinds of addresses at which servers usually are: on the internet, and in the networks of hospitals. */
const USUAL = ['unicast', 'private', 'uniqueLocal', 'carrierGradeNat']

/** Kinds at which no server is, whatever is written: they stand for this machine, or for all. */
const NEVER = ['unspecified', 'broadcast']

/** Where clouds tell a machine its secrets. Some lie among usual addresses. */
const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fe80::a9fe:a9fe',
].map(text => ipaddr.process(text).toString())

/** What a name of this machine stands for. */
const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** IPv6 that once stood for IPv4, which some systems may still take so: nobody lives there. */
const OLD_IPV4 = ipaddr.parseCIDR('::/96')

/**
 * Tells which addresses of a host may be connected to: those of its networks, else usual ones. What is special (this machine, its link, groups,
 * the metadata of clouds, IPv4 in disguise) only where a network of that very kind is named, so that `0.0.0.0/0` names
 * none of it; a host that is written as this machine names that.
 */
export function addressTest({ hostname, networks }: HostInNetworks): (address: string) => boolean {
  const named = (networks ?? (isLoopback(hostname) ? LOOPBACK : [])).map(network => ipaddr.parseCIDR(network))
  return text => {
    const address = ipaddr.isValid(text) ? ipaddr.process(text) : undefined
    if (address === undefined) return false
    const kind = kindOf(address)
    const within = named.filter(network => lies(address, network))
    if (USUAL.includes(kind)) return networks === undefined || within.length > 0
    return !NEVER.includes(kind) && within.some(([base]) => kindOf(base) === kind)
  }
}

/** The address that a host of a URL is, without brackets; undefined where it is a name. Of other forms of numbers the URL has made addresses. */
function addressIn(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return ipaddr.IPv6.isValid(bare) || ipaddr.IPv4.isValidFourPartDecimal(bare) ? bare : undefined
}

/** Whether a host of a URL is an address, and one that must not be connected to. */
export function isAddressRefused(host: HostInNetworks): boolean {
  const address = addressIn(host.hostname)
  return address !== undefined && !addressTest(host)(address)
}

/** Whether a text is a network such as `10.20.0.0/16` or `fd12::/32`, in one of the forms in which addresses are compared. */
export const isNetwork = (text: string): boolean =>
  ipaddr.IPv4.isValidCIDRFourPartDecimal(text) ||
  (ipaddr.IPv6.isValidCIDR(text) && !text.includes('%') && !ipaddr.IPv6.parseCIDR(text)[0].isIPv4MappedAddress())

function kindOf(address: Address): string {
  if (METADATA.includes(address.toString())) return 'metadata'
  const kind = address.range()
  return kind === 'unicast' && lies(address, OLD_IPV4) ? 'reserved' : kind
}

const lies = (address: Address, [base, bits]: [Address, number]): boolean =>
  address.kind() === base.kind() && (address as IPv6).match(base as IPv6, bits)

import { lookup as lookupName, type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { addressTest, isAddressRefused } from './networks.js'

/** Raised in place of a connection to an address at which nothing may be asked. */
export class AddressRefused extends Error {}

/** Finds all addresses of a name. */
export type Lookup = (
  name: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * How undici connects to hosts whose addresses must lie in networks. What is checked is the very address that is then connected to, at
 * each connection: what a name stood for before makes no difference.
 */
export function checkedConnector(networks: readonly string[] | undefined, lookup: Lookup = lookupName): buildConnector.connector {
  const mayConnect = (hostname: string) => addressTest({ hostname, networks })
  const connect = buildConnector({ lookup: checkedLookup(lookup, mayConnect) })
  return (options, callback) => {
    // An address is looked up by nobody.
    if (isAddressRefused({ hostname: options.hostname, networks })) callback(new AddressRefused(), null)
    else connect(options, callback)
  }
}

const checkedLookup =
  (lookup: Lookup, mayConnect: (name: string) => (address: string) => boolean): LookupFunction =>
  (name, options, callback) =>
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const isReached = mayConnect(name)
      const [first, ...others] = addresses.filter(({ address }) => isReached(address))
      if (first === undefined) return callback(new AddressRefused(), [])
      if (options.all === true) return callback(null, [first, ...others])
      return callback(null, first.address, first.family)
    })

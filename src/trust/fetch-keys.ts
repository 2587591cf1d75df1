import { Agent, request } from 'undici'
import { checkedConnector, type Lookup } from './checked-connections.js'
import type { FetchKeys } from './client-keys.js'

/** Largest answer in bytes: some hundred keys. */
const MOST_BYTES = 65_536

/** Milliseconds that fetching keys may take in all. */
const FETCH_MS = 5_000

export interface FetchKeysOptions {
  /** Milliseconds that it may take in all. */
  limitMs?: number
  /** Networks in which the addresses of the host must lie; usual addresses unless given. */
  networks?: readonly string[] | undefined
  lookup?: Lookup
}

/** Fetches keys by GET, without following redirects, at checked addresses, within limits of size and time. */
export function createFetchKeys({ limitMs = FETCH_MS, networks, lookup }: FetchKeysOptions = {}): FetchKeys {
  const dispatcher = new Agent({ connections: 2, maxResponseSize: MOST_BYTES, connect: checkedConnector(networks, lookup) })
  return async url => {
    const { statusCode, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(limitMs),
      headers: { accept: 'application/jwk-set+json, application/json' },
    })
    const text = await body.text()
    if (statusCode !== 200) throw new Error('The host of the keys did not answer with keys.')
    return JSON.parse(text) as unknown
  }
}

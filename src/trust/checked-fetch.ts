import { Agent, request } from 'undici'
import { checkedConnector, type Lookup } from './checked-connections.js'

/** Largest answer in bytes: what an issuer says of itself, some hundred keys, a token. */
const MOST_BYTES = 262_144

/** Milliseconds that one request may take in all. */
const FETCH_MS = 5_000

/** What is asked, as the Fetch API and those who speak it say it. */
export interface Asked {
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: unknown
}

/** Asks a URL and answers as the Fetch API would. */
export type CheckedFetch = (url: string, asked?: Asked) => Promise<Response>

export interface CheckedFetchOptions {
  /** Networks in which the addresses of every host must lie; usual addresses unless given. */
  networks?: readonly string[] | undefined
  limitMs?: number
  lookup?: Lookup
}

/** A `fetch` that follows no redirect, connects to checked addresses alone, and has limits of size and time. */
export function createCheckedFetch({ networks, limitMs = FETCH_MS, lookup }: CheckedFetchOptions = {}): CheckedFetch {
  const dispatcher = new Agent({ connections: 4, maxResponseSize: MOST_BYTES, connect: checkedConnector(networks, lookup) })
  return async (url, { method = 'GET', headers = {}, body } = {}) => {
    const answer = await request(url, {
      dispatcher,
      method: method as 'GET' | 'POST',
      headers: { ...headers },
      signal: AbortSignal.timeout(limitMs),
      ...(body !== undefined && body !== null && { body: String(body) }),
    })
    const text = await answer.body.text()
    const type = answer.headers['content-type']
    return new Response(text === '' ? null : text, {
      status: answer.statusCode,
      ...(typeof type === 'string' && { headers: { 'content-type': type } }),
    })
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { Agent, interceptors, request, type Dispatcher } from 'undici'
import { AddressRefused, checkedConnector, type Lookup } from '../trust/checked-connections.js'
import type { FhirServerList } from '../trust/fhir-server-list.js'
import { waitAsked, type FhirAnswer } from './fhir-answer.js'
import type { FhirAccess, ReadFailure } from './fhir-reader.js'
import { createHostGuard } from './host-guard.js'
import { NoLongerNeeded, OutOfTime, unlessAborted } from './reading-time.js'

export interface ConnectionLimits {
  /** Decides which URLs may be read at all. */
  isAllowed: FhirServerList
  /** Largest answer in bytes, as it is when it is no longer compressed. */
  responseLimit: number
  /** Finds the addresses of a name; as the system does unless given. */
  lookup?: Lookup
  /** Has each request told as a span; absent where the deployment does not trace. */
  traced?: ((send: Send) => Send) | undefined
}

/** Raised to end a read; the failure is what the reply may say of it. */
export class ReadEnded extends Error {
  constructor(readonly failure: ReadFailure) {
    super(failure.reason)
  }
}

/** Raised when nothing came of a request; the codes of undici, Node and its decompression tell why. */
class Disconnected extends Error {}

/** Sends one request, with what headers besides its own. */
export type Send = (url: string, access: FhirAccess, headers?: Readonly<Record<string, string>>) => Promise<FhirAnswer>

const untraced = (send: Send): Send => send

/** Asks a FHIR server by GET; any status is an answer. */
export type Get = (url: string, access: FhirAccess) => Promise<FhirAnswer>

/** Most bytes of an answer that only says what went wrong. */
const ERROR_LIMIT = 65_536

/**
 * Connects to FHIR servers: allowed ones only, without following redirects, within what the call may read and what the
 * host can take. A server that says it is asked too much, and when to come back, is asked once more.
 */
export function connectFhirServers({ isAllowed, traced = untraced, ...limits }: ConnectionLimits): Get {
  const dispatcherWithin = dispatchers(limits)
  const hosts = createHostGuard<FhirAnswer>({
    ofError: error => error instanceof Disconnected || error instanceof OutOfTime,
    // 501 says that the server is well and lacks something.
    ofAnswer: ({ status }) => status >= 500 && status !== 501,
  })

  const send = async (
    url: string,
    { accessToken, networks, signal, fairWaitMs, budget }: FhirAccess,
    traceHeaders?: Readonly<Record<string, string>>,
  ): Promise<FhirAnswer> => {
    // It may have waited for its turn until nobody waited for it.
    if (signal.aborted) throw new NoLongerNeeded()
    const began = performance.now()
    try {
      const response = await request(url, {
        dispatcher: dispatcherWithin(networks),
        signal,
        headers: {
          accept: 'application/fhir+json',
          'accept-encoding': 'gzip, deflate, br',
          ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
          ...traceHeaders,
        },
      })
      const { statusCode: status, headers } = response
      const [contentType = '', retryAfter] = [headers['content-type'], headers['retry-after']].map(value => value?.toString())
      return { status, contentType, retryAfter, bytes: await bytesOf(response, budget.takeBytes) }
    } catch (error) {
      if (error instanceof ReadEnded) throw error
      // Who begins to read late, since his body came slowly or the process has much to do, must not have the server left alone by others.
      if (signal.aborted) throw performance.now() - began < fairWaitMs ? new NoLongerNeeded() : signal.reason
      throw error instanceof AddressRefused ? new ReadEnded({ reason: 'address-refused' }) : meaningOf(error as { code?: string })
    }
  }

  const sendTraced = traced(send)

  const getOnce: Get = (url, access) => {
    if (!access.budget.takeRequest()) throw new ReadEnded({ reason: 'exhausted' })
    return unlessAborted(
      access.signal,
      access.budget.inTurn(() => hosts.send(url, () => sendTraced(url, access))),
    )
  }

  return async (url, access) => {
    if (!isAllowed(url)) throw new ReadEnded({ reason: 'not-allowed' })
    const answer = await getOnce(url, access)
    const wait = answer.status === 429 ? waitAsked(answer, new Date()) : undefined
    if (wait === undefined || performance.now() + wait >= access.until) return answer
    await delay(wait, undefined, { signal: access.signal })
    return getOnce(url, access)
  }
}

/** Connections to servers, apart for each set of networks in which they must lie: one that is open was checked for its own alone. */
function dispatchers({ responseLimit, lookup }: Omit<ConnectionLimits, 'isAllowed'>): (networks?: readonly string[]) => Dispatcher {
  const made = new Map<string, Dispatcher>()
  const make = (networks: readonly string[] | undefined): Dispatcher =>
    new Agent({
      keepAliveTimeout: 10_000,
      connections: 64,
      maxResponseSize: responseLimit,
      connect: checkedConnector(networks, lookup),
    }).compose(interceptors.decompress({ maxSize: responseLimit, skipErrorResponses: false }))
  return networks => {
    const key = networks?.join() ?? ''
    const dispatcher = made.get(key) ?? make(networks)
    made.set(key, dispatcher)
    return dispatcher
  }
}

/** The body of an answer. Of one that is not 200 the status says enough, unless it is of a search not found. */
async function bytesOf({ statusCode, body }: Dispatcher.ResponseData, takeBytes: (count: number) => boolean): Promise<Uint8Array> {
  if (statusCode !== 200 && statusCode !== 404 && statusCode !== 410) {
    // Nobody waits for the rest of it; what is short leaves the connection usable.
    body.dump({ limit: ERROR_LIMIT }).catch(() => undefined)
    return NOTHING
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (statusCode !== 200 && size > ERROR_LIMIT) return NOTHING
    // Leaving the loop ends the request.
    if (!takeBytes(chunk.length)) throw new ReadEnded({ reason: 'exhausted' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const NOTHING = new Uint8Array()

/** What an error of undici or Node means: too much, what cannot be unpacked, or no connection. */
function meaningOf({ code = '' }: { code?: string }): Error {
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return new ReadEnded({ reason: 'too-large' })
  // The codes of node's decompression begin so.
  return /^(Z_|ERR_)/.test(code) ? new ReadEnded({ reason: 'unusable' }) : new Disconnected()
}

import { createServer, type RequestListener, type Server } from 'node:http'
import type { Turns } from './turns.js'

/** What a server bears of its clients. */
export interface ServerLimits {
  /** Milliseconds for which a connection is kept open without a request. */
  keepAliveMs: number
  /** Most connections at one time; a further one is closed at once. */
  mostConnections: number
}

/** Milliseconds that a client may take to send the headers of a request, and the whole of it. */
const HEADERS_MS = 5_000
const REQUEST_MS = 10_000

/** How often the limits of time are looked at, in milliseconds; Node's own 30 s would make them all 30 s longer. */
const CHECK_MS = 1_000

/**
 * An HTTP server that nobody can hold by being slow, or by being many.
 * @param turns of the work that has to stand back for new connections.
 */
export function createHttpServer(handler: RequestListener, { keepAliveMs, mostConnections }: ServerLimits, turns: Turns): Server {
  const times = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS, keepAliveTimeout: keepAliveMs }
  const server = createServer(times, handler)
  server.maxConnections = mostConnections
  server.on('connection', () => turns.noteConnection())
  return server
}

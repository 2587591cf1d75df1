import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { Turns } from './turns.js'

/** What a server bears of its clients. */
export interface ServerLimits {
  /** Milliseconds for which a connection is kept open without a request. */
  keepAliveMs: number
  /** Most connections at one time. For a further one that which has been idle for longest is closed; itself, where all others are at work. */
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
  const times = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: keepAliveMs,
  }
  const server = createServer(times, handler)
  boundConnections(server, mostConnections)
  server.on('connection', () => turns.noteConnection())
  return server
}

type Connection = IncomingMessage['socket']

/** Lets newcomers in at the expense of connections that only hold their place: nobody shuts others out by being idle in great number. */
function boundConnections(server: Server, most: number): void {
  /** How many requests of each are under way; what changed last comes last. */
  const underWay = new Map<Connection, number>()
  const note = (connection: Connection, change: number) => {
    const count = underWay.get(connection)
    if (count === undefined) return
    underWay.delete(connection)
    underWay.set(connection, count + change)
  }
  server.on('connection', (connection: Connection) => {
    underWay.set(connection, 0)
    connection.once('close', () => underWay.delete(connection))
    if (underWay.size > most) closeLongestIdle(underWay)
  })
  server.on('request', ({ socket }, response) => {
    note(socket, 1)
    response.once('close', () => note(socket, -1))
  })
}

function closeLongestIdle(underWay: Map<Connection, number>): void {
  for (const [connection, count] of underWay) {
    if (count > 0) continue
    underWay.delete(connection)
    connection.destroy()
    return
  }
}

import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Readiness } from './readiness.js'

/** Milliseconds for which new connections are still taken, so that a balancer can hear that the process is not ready. */
const STILL_OPEN_MS = 1_000

/** Milliseconds after which connections are closed whatever they do. */
const CLOSED_MS = 5_000

/** The servers of a process, and their common end. */
export interface GracefulEnd {
  /** Takes a server, before it listens, to be ended with the others. */
  include: (server: Server) => void
  /**
   * Says that the process is not ready, asks clients to let go of their connections, and waits for the requests under
   * way; settles when every connection is closed, after 5 s at most.
   */
  end: () => Promise<void>
}

/** The end of a process that loses no request it has taken. */
export function createGracefulEnd(readiness: Readiness): GracefulEnd {
  const servers: Server[] = []
  const underWay = new Set<ServerResponse>()
  return {
    include(server) {
      servers.push(server)
      // Before the application, which would answer first.
      server.prependListener('request', (_request, response) => {
        if (readiness.isStopping) letGo(response)
        underWay.add(response)
        response.once('close', () => underWay.delete(response))
      })
    },
    async end() {
      readiness.stop()
      underWay.forEach(letGo)
      const closed = pause(STILL_OPEN_MS).then(() => Promise.all(servers.map(closing)))
      const late = pause(CLOSED_MS, undefined, { ref: false }).then(() => servers.forEach(server => server.closeAllConnections()))
      await Promise.race([closed, late])
    },
  }
}

/** Tells the client that its connection ends with this answer. */
function letGo(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}

/** Takes no more connections and closes idle ones; settles when the last has ended. */
async function closing(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}

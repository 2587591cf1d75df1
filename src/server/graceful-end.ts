import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Readiness } from './readiness.js'

/** Milliseconds for which new connections are still taken, so that a balancer can hear that the process is not ready. */
const STILL_OPEN_MS = 1_000

/** Milliseconds after which whoever still waits is told that it is in vain, and after which connections are closed whatever they do. */
const LAST_CALL_MS = 4_500
const CLOSED_MS = 5_000

/** The servers of a process, and their common end. */
export interface GracefulEnd {
  /** Takes a server, before it listens, to be ended when those before it have ended: what requests to one need comes after it. */
  include: (server: Server) => void
  /**
   * Says that the process is not ready, asks clients to let go of their connections, and waits for the requests under
   * way; settles when every connection is closed, after 5 s at most. Who would have to wait longer is told so before.
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
      const closed = pause(STILL_OPEN_MS).then(() => closeInTurn(servers))
      void pause(LAST_CALL_MS, undefined, { ref: false }).then(readiness.callLast)
      const late = pause(CLOSED_MS, undefined, { ref: false }).then(() => servers.forEach(server => server.closeAllConnections()))
      await Promise.race([closed, late])
    },
  }
}

/** Tells the client that its connection ends with this answer. */
function letGo(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}

async function closeInTurn(servers: readonly Server[]): Promise<void> {
  for (const server of servers) await closing(server)
}

/** Takes no more connections and closes idle ones; settles when the last has ended. */
async function closing(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}

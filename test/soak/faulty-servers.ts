import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** FHIR servers that misbehave, each in its way. */
export interface FaultyServers {
  /** Their base URLs. */
  urls: string[]
  close: () => void
}

/** Starts one loopback server for each way in which a FHIR server can fail. */
export async function startFaultyServers(): Promise<FaultyServers> {
  const servers = [
    createServer(() => undefined),
    createServer((_request, response) => void response.writeHead(500).end()),
    createServer((_request, response) => void response.socket?.resetAndDestroy()),
    createServer(
      (_request, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/fhir+json' })
          .write('{"resourceType":', () => response.socket?.destroy()),
    ),
    createServer((_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Log in</title>')),
    createServer(
      (_request, response) => void response.writeHead(200, { 'content-type': 'application/fhir+json' }).end('['.repeat(100_000)),
    ),
  ]
  return { urls: await Promise.all(servers.map(listening)), close: () => servers.forEach(server => server.close().closeAllConnections()) }
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`
}

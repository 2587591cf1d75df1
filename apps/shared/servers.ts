import type { PageSettings } from '../../src/server/routes.js'

/** Servers that a page can ask for: those whose address is whole, the demonstration's first. */
export function serversOf({ demonstration, fhirServers }: PageSettings): string[] {
  const listed = fhirServers.filter(server => !server.includes('*'))
  if (!demonstration) return listed
  const isOther = (server: string) => portOf(server) !== portOf(demonstration.fhirServer)
  return [demonstration.fhirServer, ...listed.filter(isOther)]
}

/** The demonstration is listed under two names of this machine. */
function portOf(server: string): string {
  const { hostname, port } = new URL(server)
  return ['localhost', '127.0.0.1'].includes(hostname) ? `this machine ${port}` : server
}

/** An invented patient whom a link of the demonstration names behind `#demo=`; of a real one nothing stands in an address. */
export function wishedPatient({ demonstration }: PageSettings): string | undefined {
  const named = new URLSearchParams(location.hash.slice(1)).get('demo')
  return demonstration && named ? named : undefined
}

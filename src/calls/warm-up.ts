import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSecureContext } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { explainPlan } from '../engine/apply/explain-plan.js'
import { answerCall, gatherCall, scopeFor } from './call-service.js'
import type { CallEnvironment } from './environment.js'
import { createHttpFhirReader } from '../patient-data/http-fhir-reader.js'
import type { ServiceRegistry } from '../knowledge-files/services.js'
import { fhirServerList } from '../trust/fhir-server-list.js'

/** Names no patient; it never leaves the process. */
const NOBODY = 'warm-up'

/** Milliseconds for one call while code runs for the first time, on however slow a machine. */
const DEADLINE_MS = 30_000

/** However little a deployment lets a call read, its start does not fail for it. */
const READING = { requests: 100, bytes: 1_000_000, atOnce: 10, optionalWaitMs: DEADLINE_MS }

/**
 * Runs what a call runs once before the first patient does, who would else wait for code that runs for the first time:
 * every condition of every service for an empty record, and every read, of a FHIR server of our own that has nothing.
 * It records nothing.
 */
export async function warmUp(services: ServiceRegistry, environment: CallEnvironment): Promise<void> {
  await warmUpEvaluation(services, environment)
  await warmUpReading(services, environment)
}

const callOf = (hook: string) => ({ hook, hookInstance: '00000000-0000-4000-8000-000000000000', context: { patientId: NOBODY } })

async function warmUpEvaluation(services: ServiceRegistry, environment: CallEnvironment): Promise<void> {
  for (const service of services.values()) {
    const prefetch = Object.fromEntries(
      service.requirements.map(({ key, type }) => [key, type === 'Patient' ? { resourceType: 'Patient', id: NOBODY } : null]),
    )
    const request = { ...callOf(service.hook), prefetch }
    const call = await gatherCall(service, request, environment)
    answerCall(call, environment.knowledge.profile.languages[0], environment)
    const scope = scopeFor(call, environment)
    service.plans.forEach(plan => explainPlan(plan, scope))
  }
}

async function warmUpReading(services: ServiceRegistry, environment: CallEnvironment): Promise<void> {
  // The certificates that every connection by TLS is checked against are read when first needed.
  createSecureContext()
  const server = createServer(answerNothing).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const fhirServer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // A reader of its own: what happens here must not be held against a real server.
  const reader = createHttpFhirReader({ isAllowed: fhirServerList([fhirServer]), responseLimit: 100_000, pageLimit: 1 })
  try {
    for (const service of services.values()) {
      await gatherCall(
        service,
        { ...callOf(service.hook), prefetch: {}, fhirServer },
        { ...environment, reader, reading: READING, deadlineMs: DEADLINE_MS },
      )
    }
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

/** Answers as a FHIR server that compresses and holds one patient without any data. */
function answerNothing({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const answer = url.includes('?') ? { resourceType: 'Bundle', type: 'searchset', total: 0 } : { resourceType: 'Patient', id: NOBODY }
  response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(answer)))
}

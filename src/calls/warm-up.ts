import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSecureContext } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { explainPlan } from '../engine/apply/explain-plan.js'
import { answerCall, gatherCall, scopeFor, type GatheredCall } from './call-service.js'
import type { CallEnvironment } from './environment.js'
import type { CdsService, ServiceRegistry } from '../knowledge-files/services.js'
import { fhirServerList } from '../trust/fhir-server-list.js'

/** Names no patient; it never leaves the process. */
const NOBODY = 'warm-up'

/** Milliseconds for one call while code runs for the first time, on however slow a machine. */
const DEADLINE_MS = 30_000

/** However little a deployment lets a call read, its start does not fail for it. */
const READING = { requests: 100, bytes: 1_000_000, atOnce: 10, optionalWaitMs: DEADLINE_MS }

/**
 * Runs what a call runs once before the first patient does, who would else wait for code that runs for the first time:
 * every service for an empty record, and every read, of a FHIR server of our own that has nothing. It records nothing.
 * @param reads whether the service may read of any FHIR server.
 */
export async function warmUp(services: ServiceRegistry, environment: CallEnvironment, reads = true): Promise<void> {
  for (const service of services.values()) {
    answerCall(await callForNobody(service, environment), environment.knowledge.profile.languages[0], environment)
  }
  if (reads) await warmUpReading(services, environment)
}

/**
 * Makes what is made when it is first asked for, and asks every condition of every service for an empty record, while
 * calls are answered already: a piece at each turn that nobody else wants.
 */
export async function warmUpFurther(services: ServiceRegistry, environment: CallEnvironment): Promise<void> {
  const { knowledge, turns, readiness } = environment
  const isWanted = async () => {
    await turns.take()
    return !readiness.lastCall.aborted
  }
  for (const make of knowledge.unfinished) if (await isWanted()) make()
  for (const service of services.values()) {
    if (!(await isWanted())) return
    const scope = scopeFor(await callForNobody(service, environment), environment)
    for (const plan of service.plans) if (await isWanted()) explainPlan(plan, scope)
  }
}

const callOf = (hook: string) => ({ hook, hookInstance: '00000000-0000-4000-8000-000000000000', context: { patientId: NOBODY } })

function callForNobody(service: CdsService, environment: CallEnvironment): Promise<GatheredCall> {
  const prefetch = Object.fromEntries(
    service.requirements.map(({ key, type }) => [key, type === 'Patient' ? { resourceType: 'Patient', id: NOBODY } : null]),
  )
  return gatherCall(service, { ...callOf(service.hook), prefetch }, { ...environment, deadlineMs: DEADLINE_MS })
}

async function warmUpReading(services: ServiceRegistry, environment: CallEnvironment): Promise<void> {
  // Whoever reads nothing need not load what reads.
  const { createHttpFhirReader } = await import('../patient-data/http-fhir-reader.js')
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

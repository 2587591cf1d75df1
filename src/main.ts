import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino, { type Logger } from 'pino'
import { createDemoApp } from './demo/demo-app.js'
import { CdsError } from './errors.js'
import type { CompiledPlan } from './knowledge/compiled.js'
import { loadKnowledge } from './load-knowledge.js'
import { createHttpFhirReader } from './patient-data/http-fhir-reader.js'
import { createOverrideMemory } from './record/override-memory.js'
import { createMemoryFeedbackRecord } from './record/feedback-record.js'
import { createReadiness } from './server/readiness.js'
import { createMetrics } from './server/metrics.js'
import { createOperationsApp } from './server/operations-app.js'
import { createApp, type ServerOptions } from './server/app.js'
import { readSettings, type Settings } from './settings.js'
import { warmUp } from './warm-up.js'
import { welcomeText } from './welcome-text.js'
import { fhirServerList } from './trust/fhir-server-list.js'

/** Reads settings and knowledge, checks both, then listens. A fault ends the process and says what to mend. */
async function main(): Promise<void> {
  const settings = readSettings()
  const log = pino({ level: settings.logLevel })
  const now = () => settings.frozenNow ?? new Date()
  const options = serverOptions(settings, log, now)
  await warmUp(options.services, options)
  const metrics = createMetrics()
  const servers = new Map([['service', await listen(createApp(options, metrics), settings.port, settings.host)]])
  if (settings.demo) servers.set('demo', await listen(createDemoApp(now), settings.demoFhirPort, settings.host))
  if (settings.opsPort !== undefined) servers.set('operations', await listen(createOperationsApp({ ...options, metrics }), settings.opsPort, settings.host))
  const stop = () => {
    options.readiness.stop()
    servers.forEach(server => server.close())
  }
  const portOf = (name: string) => (servers.get(name)?.address() as AddressInfo | undefined)?.port
  process.stdout.write(welcomeText({ host: settings.host, service: portOf('service') ?? settings.port, demo: portOf('demo'), operations: portOf('operations') }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop())
}

function serverOptions(settings: Settings, log: Logger, now: () => Date): ServerOptions {
  const isServed = ({ resource }: CompiledPlan) => resource.status === 'active' || settings.draftKnowledge
  const { knowledge, services, faults } = loadKnowledge(undefined, isServed)
  faults.throwIfAny()
  if (services.size === 0) log.warn('no service is published: the knowledge is draft and CDS_DRAFT_KNOWLEDGE is off')
  const isAllowed = fhirServerList(settings.fhirServers)
  return {
    knowledge,
    services,
    isServed,
    now,
    log,
    timeZone: settings.timeZone,
    deadlineMs: settings.deadlineMs,
    bodyLimit: settings.bodyLimit,
    explain: settings.explain,
    isDemonstration: settings.demo,
    hasOperationsPort: settings.opsPort !== undefined,
    reader: createHttpFhirReader({ isAllowed, responseLimit: settings.fhirResponseLimit, pageLimit: settings.fhirPageLimit }),
    reading: { requests: settings.fhirRequests, bytes: settings.fhirCallLimit, atOnce: settings.fhirConcurrency, optionalWaitMs: settings.optionalWaitMs },
    knowledgeSettings: settings.knowledge,
    overrideMemory: createOverrideMemory(),
    feedbackRecord: createMemoryFeedbackRecord(),
    readiness: createReadiness(),
  }
}

async function listen(handler: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(handler).listen(port, host)
  await once(server, 'listening')
  return server
}

main().catch((error: unknown) => {
  const { message, details } = error instanceof CdsError ? error : { message: String(error), details: [] }
  process.stderr.write(`Columna cannot start. ${message}\n${details.map(detail => `  ${detail}\n`).join('')}`)
  process.exitCode = 1
  process.exit()
})

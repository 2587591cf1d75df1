import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino, { type Logger } from 'pino'
import type { CompiledPlan } from './engine/knowledge/compiled.js'
import { faultLine } from './engine/model/faults.js'
import { loadKnowledge } from './knowledge-files/load-knowledge.js'
import { CLOSED_READER } from './patient-data/closed-reader.js'
import type { FhirReader } from './patient-data/fhir-reader.js'
import { openRecord } from './record/open-record.js'
import { createReadiness } from './server/readiness.js'
import { watchLateness } from './server/back-pressure.js'
import { createGracefulEnd } from './server/graceful-end.js'
import { createHttpServer } from './server/http-server.js'
import { createMetrics, figuresOfProcess } from './server/metrics.js'
import { createOperationsApp } from './server/operations-app.js'
import { createApp } from './server/app.js'
import type { ServerOptions } from './server/environment.js'
import { createTurns } from './server/turns.js'
import { isOwnSetting, readKnowledgeSettings, readSettings, type Settings } from './settings.js'
import { warmUp, warmUpFurther } from './calls/warm-up.js'
import { welcomeText } from './server/welcome-text.js'
import { clientCheck } from './trust/calling-client.js'
import { fhirServerList } from './trust/fhir-server-list.js'

/** A process that answers. */
export interface Running {
  /** Ends it without losing a request; settles when nothing is under way. */
  end: () => Promise<void>
}

/**
 * Reads settings and knowledge, checks both, then listens.
 * @throws CdsError when a setting or the knowledge is wrong, naming what to mend.
 */
export async function start(): Promise<Running> {
  const settings = readSettings()
  const log = pino({ level: settings.logLevel })
  const now = () => settings.frozenNow ?? new Date()
  const options = serverOptions(settings, await readerFor(settings), log, now)
  await warmUp(options.services, options, settings.fhirServers.length > 0)
  // The loop has hardly turned since the start: it hears of a signal between these two turns.
  await options.turns.take()
  await options.turns.take()
  const metrics = createMetrics(figuresOfProcess())
  const ending = createGracefulEnd(options.readiness)
  const listen = async (handler: RequestListener, port: number): Promise<number> => {
    const server = createHttpServer(handler, settings, options.turns)
    ending.include(server)
    await once(server.listen(port, settings.host), 'listening')
    return (server.address() as AddressInfo).port
  }
  const service = await listen(createApp(options, metrics), settings.port)
  const demo = settings.demo ? await listen((await import('./demo/demo-app.js')).createDemoApp(now), settings.demoFhirPort) : undefined
  const operations =
    settings.opsPort === undefined ? undefined : await listen(createOperationsApp({ ...options, metrics }), settings.opsPort)
  process.stdout.write(
    welcomeText({
      host: settings.host,
      service,
      demo,
      operations,
      isOwnKnowledge: settings.knowledgeFolder === undefined,
      isDraft: options.knowledge.plans.some(isDraft),
    }),
  )
  void warmUpFurther(options.services, options).catch(() => log.warn('not all could be made ready before it is asked for'))
  return ending
}

/** What reads of FHIR servers is loaded where any may be read. */
async function readerFor({ fhirServers, fhirResponseLimit, fhirPageLimit }: Settings): Promise<FhirReader> {
  if (fhirServers.length === 0) return CLOSED_READER
  const { createHttpFhirReader } = await import('./patient-data/http-fhir-reader.js')
  return createHttpFhirReader({ isAllowed: fhirServerList(fhirServers), responseLimit: fhirResponseLimit, pageLimit: fhirPageLimit })
}

const isDraft = ({ resource }: CompiledPlan): boolean => resource.status !== 'active'

/** Most warnings of the knowledge that the log tells; check:knowledge tells all. */
const MOST_WARNINGS = 20

function serverOptions(settings: Settings, reader: FhirReader, log: Logger, now: () => Date): ServerOptions {
  const isServed = ({ resource }: CompiledPlan) => resource.status === 'active' || settings.draftKnowledge
  const {
    knowledge,
    services,
    settings: declared,
    faults,
    about,
    caseRecord,
    isKeptDamaged,
  } = loadKnowledge(settings.knowledgeFolder, { isServed, isSettingTaken: isOwnSetting })
  faults.throwIfAny()
  if (isKeptDamaged) log.warn('what the build found out of the knowledge cannot be read: all is parsed and checked anew; build again')
  if (faults.warnings.length > 0)
    log.warn(
      { warnings: faults.warnings.slice(0, MOST_WARNINGS).map(faultLine), count: faults.warnings.length },
      'something that the knowledge states is not done',
    )
  if (services.size === 0)
    log.warn('no service is published: cds-services holds none, or no plan that one applies is approved while CDS_DRAFT_KNOWLEDGE is off')
  const isAllowed = fhirServerList(settings.fhirServers)
  const turns = createTurns()
  return {
    knowledge,
    services,
    ...(about !== undefined && { about }),
    ...(caseRecord !== undefined && { caseRecord }),
    isServed,
    now,
    log,
    timeZone: settings.timeZone,
    deadlineMs: settings.deadlineMs,
    bodyLimit: settings.bodyLimit,
    explain: settings.explain,
    isDemonstration: settings.demo,
    hasOperationsPort: settings.opsPort !== undefined,
    reader,
    reading: {
      requests: settings.fhirRequests,
      bytes: settings.fhirCallLimit,
      atOnce: settings.fhirConcurrency,
      optionalWaitMs: settings.optionalWaitMs,
    },
    knowledgeSettings: readKnowledgeSettings(declared),
    repeatInfoDays: settings.repeatInfoDays,
    publicUrl: settings.publicUrl,
    letIn: clientCheck(isAllowed),
    record: openRecord({ ...settings, decisionPoints: knowledge.profile.names.card.decisionPoints }),
    readiness: createReadiness(),
    turns,
    lateness: watchLateness(turns, settings.deadlineMs),
  }
}

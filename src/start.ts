import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino, { type Logger } from 'pino'
import type { CompiledPlan } from './engine/knowledge/compiled.js'
import { faultLine } from './engine/model/faults.js'
import { loadKnowledge, PROJECT_ROOT, type LoadedKnowledge } from './knowledge-files/load-knowledge.js'
import { CLOSED_READER } from './patient-data/closed-reader.js'
import type { FhirReader } from './patient-data/fhir-reader.js'
import { CdsError } from './errors.js'
import { openRecord } from './record/open-record.js'
import type { WatchedRecord } from './record/port.js'
import { createReadiness } from './server/readiness.js'
import { watchLateness } from './server/back-pressure.js'
import { createGracefulEnd } from './server/graceful-end.js'
import { createHttpServer } from './server/http-server.js'
import { createMetrics, figuresOfProcess, type Metrics } from './server/metrics.js'
import { createOperationsApp } from './server/operations-app.js'
import { createApp } from './server/app.js'
import type { ServerOptions } from './server/environment.js'
import { createTurns } from './server/turns.js'
import { isOwnSetting, readKnowledgeSettings, readSettings, type Settings } from './settings.js'
import { warmUp, warmUpFurther } from './calls/warm-up.js'
import { welcomeText } from './server/welcome-text.js'
import type { RunningTracing } from './tracing/start-tracing.js'
import type { Tracing } from './tracing/tracing.js'
import { fhirServerList } from './trust/fhir-server-list.js'
import type { ServerEntry } from './trust/listed-servers.js'
import { whoMayCall, type Trust } from './trust/who-may-call.js'

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
  const knowledge = knowledgeFor(settings, log)
  const metrics = createMetrics(figuresOfProcess())
  const trust = await trustFor(settings, knowledge, log, metrics)
  const traces = await tracesFor(settings)
  const options = serverOptions(
    settings,
    knowledge,
    {
      ...trust,
      reader: await readerFor(settings, trust.fhirServers, traces?.tracing),
      record: await recordFor(settings, knowledge, now, log),
      tracing: traces?.tracing,
    },
    log,
    now,
  )
  await warmUp(options.services, options, trust.fhirServers.length > 0)
  // The loop has hardly turned since the start: it hears of a signal between these two turns.
  await options.turns.take()
  await options.turns.take()
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
  return {
    async end() {
      await ending.end()
      await options.record.close()
      await traces?.end()
    },
  }
}

/** What traces is loaded where somebody gathers traces. */
async function tracesFor({ traceEndpoint }: Settings): Promise<RunningTracing | undefined> {
  return traceEndpoint === undefined ? undefined : (await import('./tracing/start-tracing.js')).startTracing(traceEndpoint)
}

/** What reads of FHIR servers is loaded where any may be read. */
async function readerFor(
  { fhirResponseLimit, fhirPageLimit }: Settings,
  fhirServers: readonly ServerEntry[],
  tracing: Tracing | undefined,
): Promise<FhirReader> {
  if (fhirServers.length === 0) return CLOSED_READER
  const { createHttpFhirReader } = await import('./patient-data/http-fhir-reader.js')
  const traced = tracing && (await import('./patient-data/traced-request.js')).tracedRequest(tracing)
  return createHttpFhirReader({
    isAllowed: fhirServerList(fhirServers),
    responseLimit: fhirResponseLimit,
    pageLimit: fhirPageLimit,
    traced,
  })
}

/**
 * The record, opened. A database server that cannot be reached yet is no reason not to answer; a file that cannot be
 * written is.
 * @throws CdsError CDS_SETTING_INVALID when the file of the record cannot be opened.
 */
async function recordFor(
  { keptIn, ...settings }: Settings,
  { knowledge }: LoadedKnowledge,
  now: () => Date,
  log: Logger,
): Promise<WatchedRecord> {
  const onChange = (fault: string | undefined): void =>
    fault === undefined
      ? log.warn('the store answers again')
      : log.error({ fault }, 'the store does not answer: feedback is refused, and no card stays away')
  const record = await openRecord({
    ...settings,
    decisionPoints: knowledge.profile.names.card.decisionPoints,
    now,
    keptIn,
    onChange,
  }).catch((error: unknown) => {
    throw storeUnusable((error as NodeJS.ErrnoException).code)
  })
  const fault = record.fault()
  if (fault === undefined) return record
  if (keptIn !== 'memory' && 'postgres' in keptIn.place) onChange(fault)
  else {
    await record.close()
    throw storeUnusable(fault)
  }
  return record
}

const storeUnusable = (code = 'of an unknown kind'): CdsError =>
  new CdsError(
    'CDS_SETTING_INVALID',
    `CDS_STORE: the file, or that of its secret (.key) beside it, cannot be opened and written (${code}). Name one in a folder that the service may write, such as file:./data/columna.db, or say memory.`,
  )

const isDraft = ({ resource }: CompiledPlan): boolean => resource.status !== 'active'

/** Most warnings of the knowledge that the log tells; check:knowledge tells all. */
const MOST_WARNINGS = 20

const servedBy =
  ({ draftKnowledge }: Settings) =>
  ({ resource }: CompiledPlan): boolean =>
    resource.status === 'active' || draftKnowledge

function knowledgeFor(settings: Settings, log: Logger): LoadedKnowledge {
  const loaded = loadKnowledge(settings.knowledgeFolder, { isServed: servedBy(settings), isSettingTaken: isOwnSetting })
  const { services, faults, isKeptDamaged } = loaded
  faults.throwIfAny()
  if (isKeptDamaged) log.warn('what the build found out of the knowledge cannot be read: all is parsed and checked anew; build again')
  if (faults.warnings.length > 0)
    log.warn(
      { warnings: faults.warnings.slice(0, MOST_WARNINGS).map(faultLine), count: faults.warnings.length },
      'something that the knowledge states is not done',
    )
  if (services.size === 0)
    log.warn('no service is published: cds-services holds none, or no plan that one applies is approved while CDS_DRAFT_KNOWLEDGE is off')
  return loaded
}

/** Whom the deployment lets in; it is told where that is anybody. */
async function trustFor(settings: Settings, { knowledge, services }: LoadedKnowledge, log: Logger, metrics: Metrics): Promise<Trust> {
  const trust = await whoMayCall({
    ...settings,
    folder: settings.knowledgeFolder ?? PROJECT_ROOT,
    languages: knowledge.profile.languages,
    onForgotten: () => metrics.countToken('forgotten'),
  })
  const unknown = trust.services.filter(id => !services.has(id))
  if (unknown.length > 0) log.warn({ services: unknown }, 'clients are registered for services that are not published')
  if (trust.registeredClients === undefined) log.info('no clients are registered: anybody who reaches the service may call')
  else log.info({ clients: trust.registeredClients }, 'registered clients alone may call')
  if (trust.inShadow && trust.inShadow.length > 0)
    log.warn({ clients: trust.inShadow }, 'shadow: what is evaluated for these clients is recorded, and they are answered without cards')
  return trust
}

function serverOptions(
  settings: Settings,
  { knowledge, services, settings: declared, about, caseRecord, digest }: LoadedKnowledge,
  {
    letIn,
    registeredClients,
    inShadow,
    origins,
    reader,
    record,
    tracing,
  }: Trust & {
    reader: FhirReader
    record: WatchedRecord
    tracing: Tracing | undefined
  },
  log: Logger,
  now: () => Date,
): ServerOptions {
  const turns = createTurns()
  return {
    knowledge,
    digest,
    services,
    ...(about !== undefined && { about }),
    ...(caseRecord !== undefined && { caseRecord }),
    isServed: servedBy(settings),
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
    isReplayStrict: settings.isReplayStrict,
    publicUrl: settings.publicUrl,
    tracing,
    letIn,
    ...(registeredClients !== undefined && { registeredClients }),
    ...(inShadow && { inShadow }),
    ...(origins && { origins }),
    record,
    readiness: createReadiness(),
    turns,
    lateness: watchLateness(turns, settings.deadlineMs),
  }
}

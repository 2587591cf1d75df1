import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino, { type Logger } from 'pino'
import { readBuiltApps } from './browser-apps/built-apps.js'
import { createLinkDesk } from './calls/form-links.js'
import { loadOptions, type Deployment } from './edition/edition.js'
import { createEditions, type Editions } from './edition/editions.js'
import type { CompiledPlan } from './engine/knowledge/compiled.js'
import { loadSoundKnowledge, type LoadedKnowledge } from './knowledge-files/load-knowledge.js'
import { CdsError } from './errors.js'
import { weeksToCount } from './quality/weeks.js'
import { openRecord } from './record/open-record.js'
import type { WatchedRecord, WeeklyRecord } from './record/port.js'
import { createReadiness } from './server/readiness.js'
import { watchLateness } from './server/back-pressure.js'
import { createGracefulEnd } from './server/graceful-end.js'
import { createHttpServer } from './server/http-server.js'
import { createMetrics, figuresOfProcess } from './server/metrics.js'
import { createTurns } from './server/turns.js'
import { createUnfinishedBodies } from './server/unfinished-bodies.js'
import { readSettings, type Settings } from './settings.js'
import type { SignIn } from './sign-in/sign-in.js'
import { welcomeText } from './server/welcome-text.js'
import type { RunningTracing } from './tracing/start-tracing.js'
import type { UsedToken } from './trust/seen-tokens.js'
import { createTrustMemory } from './trust/trust-memory.js'

/** A process that answers. */
export interface Running {
  /** Ends it without losing a request; settles when nothing is under way. */
  end: () => Promise<void>
  /** Loads knowledge and clients anew while it answers. @throws CdsError CDS_RELOAD_REFUSED naming what to mend; what was served is served on. */
  reload: Editions['reload']
}

/**
 * Reads settings and knowledge, checks both, then listens.
 * @throws CdsError when a setting or the knowledge is wrong, naming what to mend.
 */
export async function start(): Promise<Running> {
  const settings = readSettings()
  const log = pino({ level: settings.logLevel })
  const now = () => settings.frozenNow ?? new Date()
  const loaded = loadSoundKnowledge(settings.knowledgeFolder, loadOptions(settings))
  const traces = await tracesFor(settings)
  const turns = createTurns()
  const record = await recordFor(settings, loaded, now, log)
  const isShowingOwn = settings.demo && settings.knowledgeFolder === undefined
  const deployment: Deployment = {
    settings,
    log,
    now,
    apps: readBuiltApps(),
    ...(isShowingOwn && { tour: (await import('./demo/tour.js')).TOUR }),
    ...(isShowingOwn
      ? { quality: { weekly: (await import('./demo/invented-weeks.js')).INVENTED_WEEKS, isInvented: true } }
      : record.weekly && { quality: { weekly: record.weekly, isInvented: false } }),
    signIn: await signInFor(settings, record),
    metrics: createMetrics(figuresOfProcess()),
    record,
    links: createLinkDesk(record.links, now),
    readiness: createReadiness(),
    turns,
    lateness: watchLateness(turns, settings.deadlineMs),
    unfinished: createUnfinishedBodies(),
    trustMemory: createTrustMemory(),
    tracing: traces?.tracing,
  }
  const editions = await createEditions(deployment, loaded)
  // The loop has hardly turned since the start: it hears of a signal between these two turns.
  await turns.take()
  await turns.take()
  const end = await listenAll(deployment, editions)
  const endCounting = deployment.quality?.isInvented === false ? keepCounted(deployment.quality.weekly, settings, now) : undefined
  void editions.makeRestReady()
  return {
    async end() {
      endCounting?.()
      await end()
      await traces?.end()
    },
    reload: editions.reload,
  }
}

/** Opens the ports of a deployment, and says where it answers. @returns what ends it. */
async function listenAll({ settings, now, readiness, turns, record }: Deployment, editions: Editions): Promise<Running['end']> {
  const ending = createGracefulEnd(readiness)
  const listen = async (handler: RequestListener, port: number): Promise<number> => {
    const server = createHttpServer(handler, settings, turns)
    ending.include(server)
    await once(server.listen(port, settings.host), 'listening')
    return (server.address() as AddressInfo).port
  }
  const service = await listen(editions.service, settings.port)
  const demo = settings.demo ? await listen((await import('./demo/demo-app.js')).createDemoApp(now), settings.demoFhirPort) : undefined
  const operations = settings.opsPort === undefined ? undefined : await listen(editions.operations, settings.opsPort)
  process.stdout.write(
    welcomeText({
      host: settings.host,
      service,
      demo,
      operations,
      isOwnKnowledge: settings.knowledgeFolder === undefined,
      isDraft: editions.current().loaded.knowledge.plans.some(isDraft),
    }),
  )
  return async () => {
    await ending.end()
    await record.close()
  }
}

/** Milliseconds from one count of the weeks to the next, and to the next try where the store could not do it. */
const [COUNTED_AGAIN_MS, TRIED_AGAIN_MS] = [3_600_000, 60_000] as const

/** Has the weeks that are over counted for the practice report, from now on once an hour, one count after the other. @returns what ends it. */
function keepCounted(weekly: WeeklyRecord, { timeZone, retention }: Settings, now: () => Date): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const countIn = (milliseconds: number): void => {
    if (!isOver) waiting = setTimeout(() => void count(), milliseconds).unref()
  }
  const count = (): Promise<void> =>
    weekly.count(weeksToCount(now(), timeZone, retention.days)).then(
      () => countIn(COUNTED_AGAIN_MS),
      () => countIn(TRIED_AGAIN_MS),
    )
  void count()
  return () => {
    isOver = true
    clearTimeout(waiting)
  }
}

/** What signs people in is loaded where they can come to an address. What was used up at one replica is used up at all that share a record. */
async function signInFor({ publicUrl, signIn, isReplayStrict }: Settings, record: WatchedRecord): Promise<SignIn | undefined> {
  if (publicUrl === undefined) return undefined
  const { createSignIn } = await import('./sign-in/sign-in.js')
  const isNew = async (token: UsedToken) => (await record.recall({ token })).isTokenNew
  return createSignIn(signIn, { publicUrl, together: { isNew, isStrict: isReplayStrict } })
}

/** What traces is loaded where somebody gathers traces. */
async function tracesFor({ traceEndpoint }: Settings): Promise<RunningTracing | undefined> {
  return traceEndpoint === undefined ? undefined : (await import('./tracing/start-tracing.js')).startTracing(traceEndpoint)
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
  if (keptIn === 'memory' && settings.isProduction)
    log.warn('all is kept in memory (CDS_STORE): feedback and who asked what end with this process, and no other knows of used tokens')
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

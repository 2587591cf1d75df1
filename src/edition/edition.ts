import type { RequestListener } from 'node:http'
import type { Logger } from 'pino'
import type { LinkDesk } from '../calls/form-links.js'
import { warmUp } from '../calls/warm-up.js'
import type { BuiltApps } from '../browser-apps/built-apps.js'
import { faultLine } from '../engine/model/faults.js'
import { PROJECT_ROOT, type LoadedKnowledge, type LoadOptions } from '../knowledge-files/load-knowledge.js'
import { servedBy } from '../knowledge-files/served-plans.js'
import { defined } from '../plain-values/defined.js'
import type { Tour } from '../pages/tour.js'
import { CLOSED_READER } from '../patient-data/closed-reader.js'
import type { FhirReader } from '../patient-data/fhir-reader.js'
import type { QualitySource } from '../quality/report.js'
import type { WatchedRecord } from '../record/port.js'
import { createApp } from '../server/app.js'
import type { Lateness } from '../server/back-pressure.js'
import type { Reloading, ServerOptions } from '../server/environment.js'
import type { Metrics } from '../server/metrics.js'
import { createOperationsApp } from '../server/operations-app.js'
import type { Readiness } from '../server/readiness.js'
import type { Turns } from '../server/turns.js'
import type { UnfinishedBodies } from '../server/unfinished-bodies.js'
import type { SignIn } from '../sign-in/sign-in.js'
import { readPatientForm } from '../site-forms/patient-form.js'
import { isOwnSetting, readKnowledgeSettings, type Settings } from '../settings.js'
import type { Tracing } from '../tracing/tracing.js'
import { fhirServerList } from '../trust/fhir-server-list.js'
import { listedServer, type ServerEntry } from '../trust/listed-servers.js'
import type { TrustMemory } from '../trust/trust-memory.js'
import { whoMayCall, type Trust } from '../trust/who-may-call.js'

/** What of a deployment stays as it was at its start, whatever is loaded anew. */
export interface Deployment {
  settings: Settings
  log: Logger
  now: () => Date
  /** The programs that run in browsers. */
  apps: BuiltApps
  /** What a visitor of the demonstration is shown. */
  tour?: Tour
  /** How people sign in; undefined where the service has no address at which they could. */
  signIn?: SignIn | undefined
  metrics: Metrics
  record: WatchedRecord
  /** What practices are told of what came of their calls; absent where nothing is kept. */
  quality?: QualitySource
  /** What becomes of one-time links, and how often they are asked for. */
  links: LinkDesk
  readiness: Readiness
  turns: Turns
  lateness: Lateness
  unfinished: UnfinishedBodies
  /** Which tokens were used, and which keys were fetched. */
  trustMemory: TrustMemory
  /** Where somebody gathers traces. */
  tracing: Tracing | undefined
}

/** Knowledge and clients that were loaded together. A request belongs to one edition from its first byte to its last. */
export interface Edition {
  loaded: LoadedKnowledge
  trust: Trust
  options: ServerOptions
  /** Answers clients. */
  service: RequestListener
  /** Answers operators, where they have a port of their own. */
  operations: RequestListener | undefined
}

/** How a deployment loads its knowledge. */
export const loadOptions = (settings: Settings): LoadOptions => ({
  isServed: servedBy(settings.draftKnowledge),
  isSettingTaken: isOwnSetting,
})

/**
 * Makes what was loaded ready to answer.
 * @param before the edition that it may take the place of: what has not changed is taken from there.
 * @throws CdsError when the knowledge has faults, or the file of clients is wrong.
 */
export async function openEdition(
  deployment: Deployment,
  loaded: LoadedKnowledge,
  reloading: Reloading,
  before?: Edition,
): Promise<Edition> {
  if (loaded !== before?.loaded) tellOfKnowledge(loaded, deployment.log)
  const trust = await withPeople(await trustFor(deployment, loaded), deployment)
  const isSameReader = before && JSON.stringify(before.trust.fhirServers) === JSON.stringify(trust.fhirServers)
  const reader = isSameReader ? before.options.reader : await readerFor(deployment.settings, trust.fhirServers, deployment.tracing)
  const options = serverOptions(deployment, loaded, { ...trust, reader }, reloading)
  if (loaded !== before?.loaded) await warmUp(options.services, options, !before && trust.fhirServers.length > 0)
  const { metrics, settings } = deployment
  return {
    loaded,
    trust,
    options,
    service: createApp(options, metrics),
    operations: settings.opsPort === undefined ? undefined : createOperationsApp({ ...options, metrics }),
  }
}

/** Most warnings of the knowledge that the log tells; check:knowledge tells all. */
const MOST_WARNINGS = 20

/** @throws CdsError CDS_KNOWLEDGE_INVALID when there is any fault. */
function tellOfKnowledge({ services, faults, isKeptDamaged }: LoadedKnowledge, log: Logger): void {
  faults.throwIfAny()
  if (isKeptDamaged) log.warn('what the build found out of the knowledge cannot be read: all is parsed and checked anew; build again')
  if (faults.warnings.length > 0)
    log.warn(
      { warnings: faults.warnings.slice(0, MOST_WARNINGS).map(faultLine), count: faults.warnings.length },
      'something that the knowledge states is not done',
    )
  if (services.size === 0)
    log.warn('no service is published: cds-services holds none, or no plan that one applies is approved while CDS_DRAFT_KNOWLEDGE is off')
}

/** Whom the deployment lets in; it is told where that is anybody. */
async function trustFor({ settings, log, metrics, trustMemory }: Deployment, { knowledge, services }: LoadedKnowledge): Promise<Trust> {
  const trust = await whoMayCall({
    ...settings,
    folder: settings.knowledgeFolder ?? PROJECT_ROOT,
    languages: knowledge.profile.languages,
    memory: trustMemory,
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

/** Lets people in too, where they can sign in. */
async function withPeople(trust: Trust, { signIn }: Deployment): Promise<Trust> {
  if (!signIn) return trust
  const { lettingPeople } = await import('../sign-in/let-in-people.js')
  const { letIn, fhirServers, registeredClients } = trust
  return { ...trust, letIn: lettingPeople(letIn, { signIn, fhirServers, areClientsRegistered: registeredClients !== undefined }) }
}

/** What reads of FHIR servers is loaded where any may be read. */
async function readerFor(
  { fhirResponseLimit, fhirPageLimit }: Settings,
  fhirServers: readonly ServerEntry[],
  tracing: Tracing | undefined,
): Promise<FhirReader> {
  if (fhirServers.length === 0) return CLOSED_READER
  const { createHttpFhirReader } = await import('../patient-data/http-fhir-reader.js')
  const traced = tracing && (await import('../patient-data/traced-request.js')).tracedRequest(tracing)
  return createHttpFhirReader({
    isAllowed: fhirServerList(fhirServers),
    responseLimit: fhirResponseLimit,
    pageLimit: fhirPageLimit,
    traced,
  })
}

function serverOptions(
  { settings, log, now, apps, signIn, tour, record, quality, links, readiness, turns, lateness, unfinished, tracing }: Deployment,
  { knowledge, services, settings: declared, about, caseRecord, digest, faults }: LoadedKnowledge,
  { letIn, senderAt, registeredClients, inShadow, origins, fhirServers, reader }: Trust & { reader: FhirReader },
  reloading: Reloading,
): ServerOptions {
  return {
    knowledge,
    digest,
    services,
    ...(about !== undefined && { about }),
    ...(caseRecord !== undefined && { caseRecord }),
    warnings: faults.warnings,
    isServed: servedBy(settings.draftKnowledge),
    ...limitsIn(settings),
    now,
    log,
    reader,
    knowledgeSettings: readKnowledgeSettings(declared),
    letIn,
    ...(signIn && { signIn }),
    serverEntries: fhirServers,
    ...(senderAt && { senderAt }),
    ...(registeredClients !== undefined && { registeredClients }),
    ...(inShadow && { inShadow }),
    ...(origins && { origins }),
    apps,
    ...(tour && { tour }),
    fhirServers: fhirServers.map(entry => listedServer(entry).url),
    record,
    ...(quality && { quality }),
    links,
    ...patientFormOf(settings, knowledge),
    readiness,
    turns,
    lateness,
    unfinished,
    reloading,
    tracing,
  }
}

/** The form for patients, where the site has installed its wording. @throws CdsError CDS_SETTING_INVALID */
function patientFormOf({ startBackWording }: Settings, { files }: LoadedKnowledge['knowledge']): Pick<ServerOptions, 'patientForm'> {
  if (startBackWording === undefined) return {}
  const forms = files.flatMap(({ resource }) => (resource.resourceType === 'Questionnaire' ? [resource] : []))
  return { patientForm: readPatientForm(startBackWording, forms) }
}

/** What of the settings the server goes by. */
const limitsIn = (settings: Settings) => ({
  timeZone: settings.timeZone,
  deadlineMs: settings.deadlineMs,
  bodyLimit: settings.bodyLimit,
  explain: settings.explain,
  explainDeadlineMs: settings.explainDeadlineMs,
  isDemonstration: settings.demo,
  arePagesOpen: settings.demo,
  caseFrames: settings.caseFrames,
  isClockFrozen: settings.frozenNow !== undefined,
  ...(settings.demo && { demonstrationFhirServer: `http://localhost:${settings.demoFhirPort}/fhir` }),
  hasOperationsPort: settings.opsPort !== undefined,
  reading: {
    requests: settings.fhirRequests,
    bytes: settings.fhirCallLimit,
    atOnce: settings.fhirConcurrency,
    optionalWaitMs: settings.optionalWaitMs,
  },
  repeatInfoDays: settings.repeatInfoDays,
  isReplayStrict: settings.isReplayStrict,
  publicUrl: settings.publicUrl,
  ...defined({ operationsKey: settings.operationsKey, qualityReports: settings.qualityReports }),
})

import type { Logger } from 'pino'
import type { CallEnvironment } from '../calls/environment.js'
import type { CompiledPlan } from '../engine/knowledge/compiled.js'
import type { CaseRecord } from '../knowledge-files/case-record.js'
import type { KnowledgeFindings } from '../knowledge-files/knowledge-faults.js'
import type { ServiceRegistry } from '../knowledge-files/services.js'
import type { SignIn } from '../sign-in/sign-in.js'
import type { ServerEntry } from '../trust/listed-servers.js'
import type { LetIn } from '../trust/calling-client.js'
import type { Pages } from '../pages/pages.js'
import type { Tour } from '../pages/tour.js'
import type { BuiltApps } from '../browser-apps/built-apps.js'
import type { QualitySource } from '../quality/report.js'
import type { WatchedRecord } from '../record/port.js'
import type { PatientForm } from '../site-forms/patient-form.js'
import type { LinkDesk } from '../calls/form-links.js'
import type { Lateness } from './back-pressure.js'
import type { Metrics } from './metrics.js'
import type { Readiness } from './readiness.js'
import type { Turns } from './turns.js'
import type { UnfinishedBodies } from './unfinished-bodies.js'

/** What came of an attempt to load knowledge and clients anew. */
export interface Reloaded {
  outcome: 'loaded' | 'unchanged'
  /** Digest of the knowledge that is served now. */
  digest: string
  services: number
  clients: number | 'anybody'
}

/** What is known of what is served. */
export interface ReloadState {
  /** When its knowledge was loaded. */
  loadedAt: Date
  /** When an attempt to load other knowledge or clients was refused, unless a later one was not. */
  refusedAt?: Date
}

/** How what is served is loaded anew. */
export interface Reloading {
  state: () => ReloadState
  /** @throws CdsError CDS_RELOAD_REFUSED naming what to mend. */
  reload: () => Promise<Reloaded>
}

/** What the server needs to answer. */
export interface ServerOptions extends CallEnvironment {
  services: ServiceRegistry
  /** What the knowledge is about, in English, where its folder says so. */
  about?: string
  /** What its clinical cases answered when they were last run, where its folder says so. */
  caseRecord?: CaseRecord
  /** What a check of the knowledge warns of; nothing unless given. */
  warnings?: Readonly<KnowledgeFindings['warnings']>
  record: WatchedRecord
  /** What practices are told of what came of their calls; absent where nothing is kept. */
  quality?: QualitySource
  /** Folder of MeasureReports that they are told of beside it. */
  qualityReports?: string
  /** Hands on the answers of forms. */
  links: LinkDesk
  /** The form for patients in the wording that the site installed; absent where it has none. */
  patientForm?: PatientForm
  log: Logger
  explain: boolean
  /** Milliseconds that one explanation may take in all. */
  explainDeadlineMs: number
  /** The programs that run in browsers. */
  apps: BuiltApps
  /** What a visitor of the demonstration is shown. */
  tour?: Tour
  /** FHIR servers that pages may read by themselves, as the deployment lists them. */
  fhirServers: readonly string[]
  /** How the deployment lists them; none is listed unless given. */
  serverEntries?: readonly ServerEntry[]
  /** Whether the pages that people work in are shown to anybody where nobody signs in, as in the demonstration. */
  arePagesOpen?: boolean
  /** Origins of the EHRs whose windows may hold the patient's page. */
  caseFrames?: readonly string[]
  /** Whether the clock stands still. */
  isClockFrozen?: boolean
  /** Base URL of the embedded FHIR server, where it runs. */
  demonstrationFhirServer?: string
  /** Whether the patients are invented and the service runs on its user's machine. */
  isDemonstration: boolean
  /** Whether figures and details of readiness are asked for on a port of their own, and not here. */
  hasOperationsPort: boolean
  /** Who may call: asked before a body is read. */
  letIn: LetIn
  /** How people sign in to the pages that they work in; absent where the service has no address by which they could. */
  signIn?: SignIn
  /** The client, as a sender, that alone reads a FHIR server; absent where anybody is let in. */
  senderAt?: (fhirServer: string) => string | undefined
  /** How many clients are registered; absent where anybody is let in. */
  registeredClients?: number
  /** Names of those that any service answers without cards. */
  inShadow?: readonly string[]
  /** Origins of web pages that may call; absent where all may. */
  origins?: readonly string[]
  /** Largest request body in bytes. */
  bodyLimit: number
  /** The bytes of unfinished bodies, where others are counted with them. */
  unfinished?: UnfinishedBodies
  turns: Turns
  lateness: Lateness
  /** Whether the process wants calls. */
  readiness: Readiness
  /** Whether this deployment serves a plan. */
  isServed: (plan: CompiledPlan) => boolean
  /** Absent where what is served never changes. */
  reloading?: Reloading
  /** Secret by which operators change what is served; where there is none, nobody does over HTTP. */
  operationsKey?: string
}

export interface ServerEnvironment extends ServerOptions {
  metrics: Metrics
  pages: Pages
}

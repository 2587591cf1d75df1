import type { Logger } from 'pino'
import type { CallEnvironment } from '../calls/environment.js'
import type { CompiledPlan } from '../engine/knowledge/compiled.js'
import type { CaseRecord } from '../knowledge-files/case-record.js'
import type { ServiceRegistry } from '../knowledge-files/services.js'
import type { LetIn } from '../trust/calling-client.js'
import type { Pages } from '../pages/pages.js'
import type { Lateness } from './back-pressure.js'
import type { Metrics } from './metrics.js'
import type { Readiness } from './readiness.js'
import type { Turns } from './turns.js'

/** What the server needs to answer. */
export interface ServerOptions extends CallEnvironment {
  services: ServiceRegistry
  /** What the knowledge is about, in English, where its folder says so. */
  about?: string
  /** What its clinical cases answered when they were last run, where its folder says so. */
  caseRecord?: CaseRecord
  log: Logger
  explain: boolean
  /** Whether the patients are invented and the service runs on its user's machine. */
  isDemonstration: boolean
  /** Whether figures and details of readiness are asked for on a port of their own, and not here. */
  hasOperationsPort: boolean
  /** Who may call: asked before a body is read. */
  letIn: LetIn
  /** How many clients are registered; absent where anybody is let in. */
  registeredClients?: number
  /** Names of those that any service answers without cards. */
  inShadow?: readonly string[]
  /** Origins of web pages that may call; absent where all may. */
  origins?: readonly string[]
  /** Largest request body in bytes. */
  bodyLimit: number
  turns: Turns
  lateness: Lateness
  /** Whether the process wants calls. */
  readiness: Readiness
  /** Whether this deployment serves a plan. */
  isServed: (plan: CompiledPlan) => boolean
}

export interface ServerEnvironment extends ServerOptions {
  metrics: Metrics
  pages: Pages
}

import { createHttpFhirReader } from '../../src/patient-data/http-fhir-reader.js'
import type { ReadingLimits } from '../../src/patient-data/reading-budget.js'
import { createMemoryRecord } from '../../src/record/memory-record.js'
import { createOverrideMemory, type OverrideMemory } from '../../src/record/override-memory.js'
import { createShownMemory, type ShownMemory } from '../../src/record/shown-memory.js'
import { createMemoryFeedbackRecord, type FeedbackRecord } from '../../src/record/feedback-record.js'
import { readBuiltApps } from '../../src/browser-apps/built-apps.js'
import { createLinkDesk } from '../../src/calls/form-links.js'
import { createReadiness } from '../../src/server/readiness.js'
import { createApp } from '../../src/server/app.js'
import type { ServerOptions } from '../../src/server/environment.js'
import { createTurns } from '../../src/server/turns.js'
import { readKnowledgeSettings } from '../../src/settings.js'
import { clientCheck } from '../../src/trust/calling-client.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'
import { keepingRefusals, keptLog } from './kept-output.js'
import { testKnowledge } from './knowledge.js'
import { listen, type Listening } from './listen.js'

export { testKnowledge } from './knowledge.js'

/** The instant at which the clock of every test service stands still. */
export const TEST_NOW = new Date('2026-03-30T12:00:00+02:00')

/** What a call may read, as by default, but for the patience: a busy machine must not decide what a test sees. */
export const TEST_READING: ReadingLimits = { requests: 40, bytes: 16_000_000, atOnce: 10, optionalWaitMs: 60_000 }

/** FHIR servers on this machine may be read. */
const isListed = fhirServerList(['http://127.0.0.1:*'])

/** Bytes that feedback and overrides may take up each. */
const ROOM = 10_000_000

/** A record in memory, of which a test may bring a part. */
export const testRecord = ({
  overrides = createOverrideMemory(ROOM),
  feedback = createMemoryFeedbackRecord(ROOM),
  shown = createShownMemory(ROOM),
}: { overrides?: OverrideMemory; feedback?: FeedbackRecord; shown?: ShownMemory } = {}) => createMemoryRecord(overrides, feedback, shown)

export interface TestServiceOptions extends Partial<ServerOptions> {
  /** Is told of every request that reaches the service, preflights too. */
  onRequest?: (method: string, path: string) => void
  /** Is told of every response that ended, whether it was sent or its client went away. */
  onResponseClosed?: () => void
}

/** What a test service answers with: the knowledge of this repository, and a clock that stands still; FHIR servers on 127.0.0.1 may be read. */
export function testEnvironment(options: Partial<ServerOptions> = {}): ServerOptions {
  const { record = testRecord(), now = () => TEST_NOW } = options
  const { knowledge, services, settings } = testKnowledge()
  return {
    knowledge,
    services,
    isServed: () => true,
    now,
    log: keptLog(),
    timeZone: 'Europe/Copenhagen',
    deadlineMs: 5_000,
    bodyLimit: 4_000_000,
    explain: true,
    explainDeadlineMs: 20_000,
    isDemonstration: false,
    arePagesOpen: true,
    isClockFrozen: true,
    apps: readBuiltApps('/nowhere'),
    fhirServers: ['http://127.0.0.1:*'],
    hasOperationsPort: false,
    reading: TEST_READING,
    reader: createHttpFhirReader({ isAllowed: isListed, responseLimit: 8_000_000, pageLimit: 10 }),
    knowledgeSettings: readKnowledgeSettings(settings, {}),
    isReplayStrict: false,
    letIn: clientCheck(isListed),
    record,
    links: createLinkDesk(record.links, now),
    readiness: createReadiness(),
    turns: createTurns(),
    // Tests and service share one loop, which the tests hold as they please.
    lateness: { isLate: () => false, isWaitLong: () => false },
    ...options,
  }
}

/** Starts the real service on a free loopback port. */
export async function startTestService({ onRequest, onResponseClosed, ...options }: TestServiceOptions = {}): Promise<Listening> {
  const app = createApp(testEnvironment(options))
  return listen(
    keepingRefusals((request, response) => {
      onRequest?.(request.method ?? '', request.url ?? '')
      if (onResponseClosed) response.on('close', onResponseClosed)
      app(request, response)
    }),
  )
}

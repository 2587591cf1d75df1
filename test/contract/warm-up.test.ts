// The first patient waits for no code that runs for the first time: evaluating and reading are tried before.
import { createInterpreter } from '../../src/engine/expression/interpreter.js'
import { bareNode } from '../../src/engine/expression/values.js'
import { scopeWith } from '../support/evaluate.js'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import fhirpath from 'fhirpath'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { loadKnowledge, PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { prepareKnowledge } from '../../src/knowledge-files/prepare-knowledge.js'
import { isOwnSetting } from '../../src/settings.js'
import { CLOSED_READER } from '../../src/patient-data/closed-reader.js'
import type { FhirAccess, FhirReader } from '../../src/patient-data/fhir-reader.js'
import { createHttpFhirReader } from '../../src/patient-data/http-fhir-reader.js'
import { readingBudget } from '../../src/patient-data/reading-budget.js'
import { createMemoryFeedbackRecord } from '../../src/record/feedback-record.js'
import { createOverrideMemory } from '../../src/record/override-memory.js'
import { callService } from '../../src/calls/call-service.js'
import { parseHookRequest } from '../../src/cds-hooks/parse-hook-request.js'
import { warmUp, warmUpFurther } from '../../src/calls/warm-up.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'
import { prefetchedCall, SERVICES } from '../support/hook-requests.js'
import { testEnvironment, testRecord } from '../support/service.js'

interface Sent {
  request: { origin: string; path: string }
}

const SENT = 'undici:request:create'
const sent: Sent['request'][] = []
const note = (message: unknown): void => void sent.push((message as Sent).request)

beforeEach(() => {
  sent.length = 0
  subscribe(SENT, note)
})
afterEach(() => void unsubscribe(SENT, note))

test('everything that services read is read once over HTTP, from this process alone', async () => {
  const environment = testEnvironment()
  await warmUp(environment.services, environment)
  const types = new Set(sent.map(({ path }) => path.split(/[/?]/)[1]))
  expect([...types]).toEqual(expect.arrayContaining(['Patient', 'Condition', 'QuestionnaireResponse']))
  expect(new Set(sent.map(({ origin }) => new URL(origin).hostname))).toEqual(new Set(['127.0.0.1']))
})

test('with however short a deadline, and with no server on the list', async () => {
  const environment = testEnvironment({ deadlineMs: 20, reading: { requests: 1, bytes: 1, atOnce: 1, optionalWaitMs: 0 } })
  await expect(warmUp(environment.services, environment)).resolves.toBeUndefined()
})

test('nothing is recorded, and the reader of real calls is not asked', async () => {
  const [memory, record] = [createOverrideMemory(1_000_000), createMemoryFeedbackRecord(1_000_000)]
  const remember = jest.spyOn(memory, 'remember')
  const save = jest.spyOn(record, 'save')
  const reader = { read: jest.fn<FhirReader['read']>(), readOn: jest.fn<FhirReader['readOn']>() }
  const environment = testEnvironment({ record: testRecord({ overrides: memory, feedback: record }), reader })
  await warmUp(environment.services, environment)
  for (const each of [remember, save, reader.read, reader.readOn]) expect(each).not.toHaveBeenCalled()
})

test('what is made at its first use is made while calls are answered, each at a turn of its own, until the end is near', async () => {
  const environment = testEnvironment()
  const take = jest.fn(() => Promise.resolve())
  const pieces = [jest.fn(), jest.fn()]
  const further = { ...environment, turns: { ...environment.turns, take }, knowledge: { ...environment.knowledge, unfinished: pieces } }
  await warmUpFurther(environment.services, further)
  const plans = [...environment.services.values()].flatMap(service => service.plans)
  for (const piece of pieces) expect(piece).toHaveBeenCalledTimes(1)
  expect(take.mock.calls.length).toBeGreaterThanOrEqual(pieces.length + plans.length)
  environment.readiness.callLast()
  await warmUpFurther(environment.services, further)
  for (const piece of pieces) expect(piece).toHaveBeenCalledTimes(1)
})

test('a service that may read of no server answers as one whose reader finds no server on its list', async () => {
  const open = createHttpFhirReader({ isAllowed: fhirServerList([]), responseLimit: 1_000, pageLimit: 3 })
  const access = {
    fhirServer: 'https://fhir.example.org/r4',
    signal: new AbortController().signal,
    until: performance.now() + 1_000,
    fairWaitMs: 1_000,
    budget: readingBudget({ requests: 10, bytes: 1_000, atOnce: 1 }, 100),
  } as FhirAccess
  const begun = (next: string) => ({ type: 'Condition', next, size: 1, total: 2, query: 'Condition?patient=1' })
  for (const query of ['Patient/1', 'Condition?patient=1'])
    expect(await CLOSED_READER.read(query, access)).toEqual(await open.read(query, access))
  for (const next of ['?page=2', 'https://fhir.example.org/r4?page=2', 'https://other.example.org/r4?page=2'])
    expect(await CLOSED_READER.readOn(begun(next), access)).toEqual(await open.readOn(begun(next), access))
})

/** Functions of the interpreter's package that are called while something is done. */
async function askedOfInterpreterBy(work: () => Promise<unknown>): Promise<string[]> {
  const spies = (['compile', 'evaluate', 'parse', 'resolveInternalTypes'] as const).map(name => jest.spyOn(fhirpath, name))
  try {
    await work()
    return spies.flatMap(spy => spy.mock.calls.map(([first]) => JSON.stringify(first)))
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

test('the interpreter is needed by no start and no answer to our own knowledge, so that it need not be loaded; spare time leaves nothing of it to make', async () => {
  prepareKnowledge(PROJECT_ROOT, isOwnSetting)
  const startAndAnswer = async () => {
    const { knowledge, services, isSound } = loadKnowledge(PROJECT_ROOT, { isSettingTaken: isOwnSetting })
    expect(isSound).toBe(true)
    const environment = testEnvironment({ knowledge, services, reader: CLOSED_READER })
    await warmUp(services, environment, false)
    const cards = await Promise.all(
      SERVICES.map(async id => {
        const service = services.get(id)
        if (!service) throw new Error(`There is no ${id}.`)
        const request = parseHookRequest(prefetchedCall('start-back-high', id), service.hook)
        const { response } = await callService(service, request, 'da', environment)
        return response.cards.length
      }),
    )
    expect(Math.max(...cards)).toBeGreaterThan(0)
    return environment
  }
  expect(await askedOfInterpreterBy(startAndAnswer)).toEqual([])
  const environment = await startAndAnswer()
  await warmUpFurther(environment.services, environment)
  const count = createInterpreter(() => undefined).operation('%input.children().count()')
  const scope = scopeWith()
  expect(await askedOfInterpreterBy(async () => count(scope, [bareNode({ resourceType: 'Basic', id: 'x' })]))).toEqual([
    '"%input.children().count()"',
  ])
})

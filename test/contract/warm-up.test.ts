// The first patient waits for no code that runs for the first time: evaluating and reading are tried before.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { FhirReader } from '../../src/patient-data/fhir-reader.js'
import { createMemoryFeedbackRecord } from '../../src/record/feedback-record.js'
import { createOverrideMemory } from '../../src/record/override-memory.js'
import { warmUp } from '../../src/calls/warm-up.js'
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

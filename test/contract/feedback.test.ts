import supertest from 'supertest'
import { createMemoryFeedbackRecord, type FeedbackRecord } from '../../src/record/feedback-record.js'
import type { FeedbackEntry } from '../../src/record/port.js'
import { createOverrideMemory } from '../../src/record/override-memory.js'
import type { Feedback } from '../../src/cds-hooks/types.js'
import { cpuMs } from '../support/cpu.js'
import { prefetchedCall, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService, testRecord } from '../support/service.js'

const ID = 'start-back-risk'
const CARD = '784ea9a5-3272-5193-a71e-6f4edf2944e1'
const SUGGESTION = 'a92090cc-b6c8-5a39-916f-2050ffa86b02'

const OTHER_CARD = '37649edf-0c34-5166-9e23-f02776d18aa1'
const THIRD_CARD = '5f2d7f0e-9f0b-4a55-8f5c-5f7f0c1f7a21'

let service: Listening
let record: FeedbackRecord
let keptEntries: Map<string, FeedbackEntry>

beforeAll(async () => {
  service = await startTestService({
    record: testRecord({ feedback: { save: entries => record.save(entries), bytes: () => record.bytes() } }),
  })
})

beforeEach(() => {
  keptEntries = new Map()
  record = createMemoryFeedbackRecord(1_000_000, keptEntries)
})

afterAll(() => service.close())

const accepted = (members: Json = {}): Json => ({
  card: CARD,
  outcome: 'accepted',
  acceptedSuggestions: [{ id: SUGGESTION }],
  outcomeTimestamp: '2026-03-30T10:05:00Z',
  ...members,
})
const overridden = (members: Json = {}): Json => ({
  card: CARD,
  outcome: 'overridden',
  outcomeTimestamp: '2026-03-30T10:05:00Z',
  ...members,
})
const send = (body: unknown, id = ID) =>
  supertest(service.url)
    .post(`/cds-services/${id}/feedback`)
    .send(body as object)
const kept = (): Feedback[] => [...keptEntries.values()].filter(({ service: id }) => id === ID).map(({ feedback }) => feedback)

describe('feedback is answered with 200 and kept', () => {
  test.each<[string, Json]>([
    ['when suggestions were accepted', accepted()],
    ['when a card was overridden without a reason', overridden()],
    [
      'when a card was overridden with a coded reason',
      overridden({ overrideReason: { reason: { code: 'other', system: 'https://columna.example.org/fhir/CodeSystem/override-reason' } } }),
    ],
    [
      'with a reason of the list of the client and its display',
      overridden({ overrideReason: { reason: { code: 'x', system: 'https://client.example.org', display: 'X' } } }),
    ],
    ['with a comment alone', overridden({ overrideReason: { userComment: 'Talt med patienten' } })],
    ['with reason and comment', overridden({ overrideReason: { reason: { code: 'other', system: 'a' }, userComment: 'b' } })],
    ['for a card that the service never gave', overridden({ card: '00000000-0000-4000-8000-000000000000' })],
  ])('%s', async (_, entry) => {
    const { status, body } = await send({ feedback: [entry] })
    expect({ status, body: body as unknown }).toEqual({ status: 200, body: {} })
    expect(kept()).toEqual([entry])
  })

  test.each([
    '2026-03-30T10:05:00Z',
    '2026-03-30T10:05:00.1Z',
    '2026-03-30T10:05:00.123456789Z',
    '2026-03-30T12:05:00+02:00',
    '2016-12-31T23:59:60Z',
  ])('at a time with or without fraction: %s', async outcomeTimestamp => {
    await send({ feedback: [overridden({ outcomeTimestamp })] }).expect(200)
    expect(kept()[0]?.outcomeTimestamp).toBe(outcomeTimestamp)
  })
})

test('one request may report several cards of several calls', async () => {
  const entries = [accepted(), overridden({ card: OTHER_CARD }), overridden({ card: THIRD_CARD })]
  await send({ feedback: entries }).expect(200)
  expect(kept()).toEqual(entries)
})

test('a card may be reported again, and a repeated report is kept once', async () => {
  await send({ feedback: [overridden()] }).expect(200)
  await send({ feedback: [overridden()] }).expect(200)
  await send({ feedback: [accepted({ outcomeTimestamp: '2026-03-30T10:09:00Z' })] }).expect(200)
  expect(kept()).toEqual([overridden(), accepted({ outcomeTimestamp: '2026-03-30T10:09:00Z' })])
})

test('feedback of one service is not kept under another', async () => {
  await send({ feedback: [overridden()] }, 'low-back-pain-patient-view').expect(200)
  expect(kept()).toEqual([])
})

test('cards and suggestions of an answer can be reported by their uuids', async () => {
  const { body } = await supertest(service.url).post(`/cds-services/${ID}`).send(prefetchedCall('not-asked-yet', ID))
  const [card] = (body as { cards: { uuid: string; suggestions: { uuid: string }[] }[] }).cards
  const entry = accepted({ card: card?.uuid, acceptedSuggestions: [{ id: card?.suggestions[0]?.uuid }] })
  await send({ feedback: [entry] }).expect(200)
  expect(kept()).toEqual([entry])
})

test('members that CDS Hooks does not define are not kept', async () => {
  await send({
    extension: { 'org.example.x': {} },
    feedback: [
      overridden({
        note: 'a',
        overrideReason: { reason: { code: 'other', system: 'a', version: '1' }, note: 'b' },
        acceptedSuggestions: 'c',
      }),
    ],
  }).expect(200)
  expect(kept()).toEqual([overridden({ overrideReason: { reason: { code: 'other', system: 'a' } } })])
})

test('ids in upper case are those that were given, and a report in another spelling is the same report', async () => {
  const entry = accepted()
  await send({ feedback: [accepted({ card: CARD.toUpperCase(), acceptedSuggestions: [{ id: SUGGESTION.toUpperCase() }] })] }).expect(200)
  await send({ feedback: [accepted({ outcomeTimestamp: '2026-03-30T12:05:00.00+02:00' })] }).expect(200)
  expect(kept()).toEqual([entry])
})

describe('a fault in a detail is named with 400, and the rest of the entry is kept', () => {
  test.each<[string, Json, Json]>([
    ['overrideReason', overridden({ overrideReason: 'other' }), overridden()],
    ['overrideReason', overridden({ overrideReason: {} }), overridden()],
    ['overrideReason', overridden({ overrideReason: { reason: 'other' } }), overridden()],
    ['overrideReason', overridden({ overrideReason: { reason: { display: 'a' } } }), overridden()],
    [
      'overrideReason',
      overridden({ overrideReason: { reason: { coding: [{ code: 'x' }] }, userComment: 'y' } }),
      overridden({ overrideReason: { userComment: 'y' } }),
    ],
    [
      'overrideReason',
      overridden({ overrideReason: { reason: { code: 'x' }, userComment: 7 } }),
      overridden({ overrideReason: { reason: { code: 'x' } } }),
    ],
    ['overrideReason', overridden({ overrideReason: { userComment: 'x'.repeat(1_001) } }), overridden()],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: undefined }), accepted({ acceptedSuggestions: undefined })],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: [] }), accepted({ acceptedSuggestions: undefined })],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: [SUGGESTION] }), accepted({ acceptedSuggestions: undefined })],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: [null, { id: SUGGESTION }] }), accepted()],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: {} }), accepted({ acceptedSuggestions: undefined })],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: [{ id: 'no uuid' }, { id: SUGGESTION }] }), accepted()],
    [
      'acceptedSuggestions',
      accepted({ acceptedSuggestions: [{ id: `${SUGGESTION}${'0'.repeat(1_000)}` }] }),
      accepted({ acceptedSuggestions: undefined }),
    ],
    [
      'acceptedSuggestions',
      accepted({ acceptedSuggestions: Array(101).fill({ id: SUGGESTION }) }),
      accepted({ acceptedSuggestions: undefined }),
    ],
    ['overrideReason', overridden({ overrideReason: { reason: { code: 'x'.repeat(257) } } }), overridden()],
    ['overrideReason', overridden({ overrideReason: { reason: { code: 'x', system: 'x'.repeat(257) } } }), overridden()],
    [
      'overrideReason',
      overridden({ overrideReason: { reason: { code: 'x', display: 'x'.repeat(257) }, userComment: 'y' } }),
      overridden({ overrideReason: { userComment: 'y' } }),
    ],
  ])('%s (%#)', async (place, entry, keeps) => {
    const { status, body } = await send({ feedback: [entry] })
    expect(status).toBe(400)
    expect((body as { issue: { diagnostics: string }[] }).issue.map(({ diagnostics }) => diagnostics)).toEqual([
      expect.stringMatching(new RegExp(`^feedback\\[0\\]: .*${place}.*; the entry is kept without it$`)) as string,
    ])
    expect(kept()).toEqual([JSON.parse(JSON.stringify(keeps))])
  })

  test.each<[string, Json, Json]>([
    ['a coding without its wrapping', { code: 'x', system: 's' }, { reason: { code: 'x', system: 's' } }],
    ['no comment', { reason: { code: 'x' }, userComment: null }, { reason: { code: 'x' } }],
    ['no reason', { reason: null, userComment: 'nej' }, { userComment: 'nej' }],
    [
      'a text as long as it may be',
      { reason: { code: 'x'.repeat(256), system: 'y'.repeat(256) }, userComment: 'æ'.repeat(1_000) },
      { reason: { code: 'x'.repeat(256), system: 'y'.repeat(256) }, userComment: 'æ'.repeat(1_000) },
    ],
    ['an empty comment', { reason: { code: 'x' }, userComment: '' }, { reason: { code: 'x' } }],
  ])('but no fault is %s', async (_, overrideReason, keeps) => {
    await send({ feedback: [overridden({ overrideReason })] }).expect(200)
    expect(kept()).toEqual([overridden({ overrideReason: keeps })])
  })
})

describe('malformed feedback is answered with 400', () => {
  test.each<[string, unknown]>([
    ['a body without feedback', {}],
    ['a body that is a list', [overridden()]],
    ['feedback that is no list', { feedback: overridden() }],
    ['an empty list', { feedback: [] }],
  ])('%s', async (_, body) => {
    const { status, text } = await send(body)
    expect(status).toBe(400)
    expect(text).toContain('CDS_FEEDBACK_INVALID')
  })

  test.each<[string, unknown]>([
    ['must be an object', null],
    ['must be an object', 'a'],
    ['card', overridden({ card: undefined })],
    ['card', overridden({ card: 7 })],
    ['card', overridden({ card: ' ' })],
    ['card', overridden({ card: 'a-card' })],
    ['card', overridden({ card: `${' '.repeat(100_000)}${CARD}` })],
    ['card', overridden({ card: `${CARD}0` })],
    ['outcome', overridden({ outcome: 'ignored' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: undefined })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: '30.03.2026 10:05' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: '2026-03-30' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: '2026-03-30T10:05:00.1234567891Z' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: '2026-13-30T10:05:00Z' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: 1774865100 })],
  ])('an entry whose fault lies in: %s (%#)', async (place, entry) => {
    const { status, body } = await send({ feedback: [entry] })
    expect(status).toBe(400)
    expect((body as { issue: { diagnostics: string }[] }).issue[0]?.diagnostics).toMatch(
      new RegExp(`^feedback\\[0\\]: .*${place}.*; the entry is not kept$`),
    )
    expect(kept()).toEqual([])
  })

  test('and the sound entries of the batch are kept', async () => {
    const { status, text } = await send({ feedback: [overridden({ card: OTHER_CARD }), overridden({ card: 7 }), null, accepted()] })
    expect(status).toBe(400)
    expect(text).toContain('feedback[1]')
    expect(text).toContain('feedback[2]')
    expect(kept()).toEqual([overridden({ card: OTHER_CARD }), accepted()])
  })
})

describe('more than fits', () => {
  const batch = (length: number, members: Json = {}) =>
    Array.from({ length }, (_, index) => overridden({ outcomeTimestamp: `2026-03-30T10:05:00.${index}Z`, ...members }))

  test('1,000 entries are taken, and of more none', async () => {
    const { status, text } = await send({ feedback: batch(1_001) })
    expect(status).toBe(400)
    expect(text).toContain('more than 1000 entries')
    expect(kept()).toEqual([])
    await send({
      feedback: batch(1_000).map((entry, index) => ({
        ...entry,
        outcomeTimestamp: `2026-03-30T10:05:00.1${String(index).padStart(3, '0')}Z`,
      })),
    }).expect(200)
    expect(kept()).toHaveLength(1_000)
  })

  test('a list of nothing, however long, is told in a moment', async () => {
    // Seconds where a sentence is made for each entry.
    const most = 1_500
    expect(
      await cpuMs(most, async () => {
        const { status, text } = await send(`{"feedback":[${'0,'.repeat(1_500_000)}0]}`).type('json')
        expect(status).toBe(400)
        expect(text.length).toBeLessThan(10_000)
      }),
    ).toBeLessThan(most)
  })

  test('20 faults are told, and how many more there are', async () => {
    const { status, body } = await send({ feedback: batch(30, { card: 'no uuid' }) })
    const told = (body as { issue: { diagnostics: string }[] }).issue.map(({ diagnostics }) => diagnostics)
    expect(status).toBe(400)
    expect(told).toHaveLength(21)
    expect([told[19], told[20]]).toEqual([expect.stringContaining('feedback[19]'), 'and 10 more'])
  })

  test('feedback without room is answered with 503, and what was accepted stays', async () => {
    record = createMemoryFeedbackRecord(5_000, keptEntries)
    const answers: number[] = []
    for (const entry of batch(10)) {
      const { status, headers, text } = await send({ feedback: [entry] })
      answers.push(status)
      if (status === 200) continue
      expect({ status, code: /CDS_[A-Z_]+/.exec(text)?.[0], again: headers['retry-after'] }).toEqual({
        status: 503,
        code: 'CDS_FEEDBACK_NOT_KEPT',
        again: '60',
      })
    }
    const accepted = answers.filter(status => status === 200).length
    expect([accepted > 2, accepted < 10]).toEqual([true, true])
    expect(kept()).toEqual(batch(accepted))
    // What is kept already needs no room.
    await send({ feedback: batch(1) }).expect(200)
    expect(record.bytes()).toBeLessThanOrEqual(5_000)
  })

  test('a request of which a part has no room is kept as a whole or not at all', async () => {
    record = createMemoryFeedbackRecord(5_000, keptEntries)
    await send({ feedback: batch(2) }).expect(200)
    await send({ feedback: batch(10) }).expect(503)
    expect(kept()).toEqual(batch(2))
    await send({ feedback: batch(3) }).expect(200)
    expect(kept()).toEqual(batch(3))
  })

  test('an override that cannot be remembered is not called accepted', async () => {
    const crowded = await startTestService({ record: testRecord({ overrides: { ...createOverrideMemory(0), note: () => false } }) })
    try {
      const { status, headers } = await supertest(crowded.url)
        .post(`/cds-services/${ID}/feedback`)
        .send({ feedback: [overridden()] })
      expect([status, headers['retry-after']]).toEqual([503, '60'])
    } finally {
      await crowded.close()
    }
  })
})

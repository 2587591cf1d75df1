import supertest from 'supertest'
import { createMemoryFeedbackRecord, type FeedbackRecord } from '../../src/record/feedback-record.js'
import type { Feedback } from '../../src/cds-hooks/types.js'
import { prefetchedCall, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

const ID = 'start-back-risk'
const CARD = '784ea9a5-3272-5193-a71e-6f4edf2944e1'
const SUGGESTION = 'a92090cc-b6c8-5a39-916f-2050ffa86b02'

let service: Listening
let record: FeedbackRecord

beforeAll(async () => {
  service = await startTestService({ feedbackRecord: { save: entries => record.save(entries), list: id => record.list(id) } })
})

beforeEach(() => {
  record = createMemoryFeedbackRecord()
})

afterAll(() => service.close())

const accepted = (members: Json = {}): Json => ({ card: CARD, outcome: 'accepted', acceptedSuggestions: [{ id: SUGGESTION }], outcomeTimestamp: '2026-03-30T10:05:00Z', ...members })
const overridden = (members: Json = {}): Json => ({ card: CARD, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z', ...members })
const send = (body: unknown, id = ID) => supertest(service.url).post(`/cds-services/${id}/feedback`).send(body as object)
const kept = async (): Promise<Feedback[]> => (await record.list(ID)).map(({ feedback }) => feedback)

describe('feedback is answered with 200 and kept', () => {
  test.each<[string, Json]>([
    ['when suggestions were accepted', accepted()],
    ['when a card was overridden without a reason', overridden()],
    ['when a card was overridden with a coded reason', overridden({ overrideReason: { reason: { code: 'other', system: 'https://columna.example.org/fhir/CodeSystem/override-reason' } } })],
    ['with a reason of the list of the client and its display', overridden({ overrideReason: { reason: { code: 'x', system: 'https://client.example.org', display: 'X' } } })],
    ['with a comment alone', overridden({ overrideReason: { userComment: 'Talt med patienten' } })],
    ['with reason and comment', overridden({ overrideReason: { reason: { code: 'other', system: 'a' }, userComment: 'b' } })],
    ['for a card that the service never gave', overridden({ card: 'unknown-card' })],
  ])('%s', async (_, entry) => {
    const { status, body } = await send({ feedback: [entry] })
    expect({ status, body: body as unknown }).toEqual({ status: 200, body: {} })
    expect(await kept()).toEqual([entry])
  })

  test.each(['2026-03-30T10:05:00Z', '2026-03-30T10:05:00.1Z', '2026-03-30T10:05:00.123456789Z', '2026-03-30T12:05:00+02:00', '2016-12-31T23:59:60Z'])('at a time with or without fraction: %s', async outcomeTimestamp => {
    await send({ feedback: [overridden({ outcomeTimestamp })] }).expect(200)
    expect((await kept())[0]?.outcomeTimestamp).toBe(outcomeTimestamp)
  })
})

test('one request may report several cards of several calls', async () => {
  const entries = [accepted(), overridden({ card: '37649edf-0c34-5166-9e23-f02776d18aa1' }), overridden({ card: 'another' })]
  await send({ feedback: entries }).expect(200)
  expect(await kept()).toEqual(entries)
})

test('a card may be reported again, and a repeated report is kept once', async () => {
  await send({ feedback: [overridden()] }).expect(200)
  await send({ feedback: [overridden()] }).expect(200)
  await send({ feedback: [accepted({ outcomeTimestamp: '2026-03-30T10:09:00Z' })] }).expect(200)
  expect(await kept()).toEqual([overridden(), accepted({ outcomeTimestamp: '2026-03-30T10:09:00Z' })])
})

test('feedback of one service is not kept under another', async () => {
  await send({ feedback: [overridden()] }, 'low-back-pain-patient-view').expect(200)
  expect(await kept()).toEqual([])
})

test('cards and suggestions of an answer can be reported by their uuids', async () => {
  const { body } = await supertest(service.url).post(`/cds-services/${ID}`).send(prefetchedCall('not-asked-yet', ID))
  const [card] = (body as { cards: { uuid: string; suggestions: { uuid: string }[] }[] }).cards
  const entry = accepted({ card: card?.uuid, acceptedSuggestions: [{ id: card?.suggestions[0]?.uuid }] })
  await send({ feedback: [entry] }).expect(200)
  expect(await kept()).toEqual([entry])
})

test('members that CDS Hooks does not define are not kept', async () => {
  await send({
    extension: { 'org.example.x': {} },
    feedback: [overridden({ note: 'a', overrideReason: { reason: { code: 'other', system: 'a', version: '1' }, note: 'b' }, acceptedSuggestions: 'c' })],
  }).expect(200)
  expect(await kept()).toEqual([overridden({ overrideReason: { reason: { code: 'other', system: 'a' } } })])
})

test('ids in upper case are those that were given, and a report in another spelling is the same report', async () => {
  const entry = accepted()
  await send({ feedback: [accepted({ card: CARD.toUpperCase(), acceptedSuggestions: [{ id: SUGGESTION.toUpperCase() }] })] }).expect(200)
  await send({ feedback: [accepted({ outcomeTimestamp: '2026-03-30T12:05:00.00+02:00' })] }).expect(200)
  expect(await kept()).toEqual([entry])
})

describe('a fault in a detail is named with 400, and the rest of the entry is kept', () => {
  test.each<[string, Json, Json]>([
    ['overrideReason', overridden({ overrideReason: 'other' }), overridden()],
    ['overrideReason', overridden({ overrideReason: {} }), overridden()],
    ['overrideReason', overridden({ overrideReason: { reason: 'other' } }), overridden()],
    ['overrideReason', overridden({ overrideReason: { reason: { display: 'a' } } }), overridden()],
    ['overrideReason', overridden({ overrideReason: { reason: { coding: [{ code: 'x' }] }, userComment: 'y' } }), overridden({ overrideReason: { userComment: 'y' } })],
    ['overrideReason', overridden({ overrideReason: { reason: { code: 'x' }, userComment: 7 } }), overridden({ overrideReason: { reason: { code: 'x' } } })],
    ['overrideReason', overridden({ overrideReason: { userComment: 'x'.repeat(10_001) } }), overridden()],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: undefined }), accepted({ acceptedSuggestions: undefined })],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: [] }), accepted({ acceptedSuggestions: undefined })],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: [SUGGESTION] }), accepted({ acceptedSuggestions: undefined })],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: [null, { id: SUGGESTION }] }), accepted()],
    ['acceptedSuggestions', accepted({ acceptedSuggestions: {} }), accepted({ acceptedSuggestions: undefined })],
  ])('%s (%#)', async (place, entry, keeps) => {
    const { status, body } = await send({ feedback: [entry] })
    expect(status).toBe(400)
    expect((body as { issue: { diagnostics: string }[] }).issue.map(({ diagnostics }) => diagnostics)).toEqual([expect.stringMatching(new RegExp(`^feedback\\[0\\]: .*${place}.*; the entry is kept without it$`)) as string])
    expect(await kept()).toEqual([JSON.parse(JSON.stringify(keeps))])
  })

  test.each<[string, Json, Json]>([
    ['a coding without its wrapping', { code: 'x', system: 's' }, { reason: { code: 'x', system: 's' } }],
    ['no comment', { reason: { code: 'x' }, userComment: null }, { reason: { code: 'x' } }],
    ['no reason', { reason: null, userComment: 'nej' }, { userComment: 'nej' }],
    ['an empty comment', { reason: { code: 'x' }, userComment: '' }, { reason: { code: 'x' } }],
  ])('but no fault is %s', async (_, overrideReason, keeps) => {
    await send({ feedback: [overridden({ overrideReason })] }).expect(200)
    expect(await kept()).toEqual([overridden({ overrideReason: keeps })])
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
    ['outcome', overridden({ outcome: 'ignored' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: undefined })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: '30.03.2026 10:05' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: '2026-03-30' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: '2026-13-30T10:05:00Z' })],
    ['outcomeTimestamp', overridden({ outcomeTimestamp: 1774865100 })],
  ])('an entry whose fault lies in: %s (%#)', async (place, entry) => {
    const { status, body } = await send({ feedback: [entry] })
    expect(status).toBe(400)
    expect((body as { issue: { diagnostics: string }[] }).issue[0]?.diagnostics).toMatch(new RegExp(`^feedback\\[0\\]: .*${place}.*; the entry is not kept$`))
    expect(await kept()).toEqual([])
  })

  test('and the sound entries of the batch are kept', async () => {
    const { status, text } = await send({ feedback: [overridden({ card: 'a' }), overridden({ card: 7 }), null, accepted()] })
    expect(status).toBe(400)
    expect(text).toContain('feedback[1]')
    expect(text).toContain('feedback[2]')
    expect(await kept()).toEqual([overridden({ card: 'a' }), accepted()])
  })
})

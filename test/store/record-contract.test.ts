// What every record promises, wherever it keeps what it keeps: in memory, in a file, in PostgreSQL. Needs the built service.
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import pg from 'pg'
import type { AuditEvent } from 'fhir/r4.js'
import type { Card, CardNote, Feedback } from '../../src/cds-hooks/types.js'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import { record as recordPage } from '../../src/cli/record.js'
import { openKeptRows, type About } from '../../src/record/kept-rows.js'
import type { FeedbackEntry, ForgottenFor, NotedCall, PatientOfClient, ReaderOfPatient, WatchedRecord } from '../../src/record/port.js'
import type { UsedToken } from '../../src/trust/seen-tokens.js'
import { createRecordKeys } from '../../src/record/record-keys.js'
import { startStoreThread, type StoreThread } from '../../src/record/store-thread.js'
import { openStore } from '../../src/record/store/open-store.js'
import { createStoredRecord } from '../../src/record/stored-record.js'
import { testRecord } from '../support/service.js'
import { filesBelow, startPostgres, type Postgres } from './postgres.js'

const PROGRAM = pathToFileURL(fileURLToPath(new URL('../../dist/record/store-worker.js', import.meta.url)))
const COMMAND = fileURLToPath(new URL('../../dist/cli/columna.js', import.meta.url))
const SITE_KEY = 'a secret of the site for tests only, long enough'
const KEYS = createRecordKeys(SITE_KEY)
const RETENTION = { days: 183, commentDays: 30 }
const NOW = Date.parse('2026-03-30T10:00:00Z')
const DAY = 86_400_000

const SERVICE = 'order-sign'
const AT = '2026-03-30T09:59:00.000Z'
const OVERRIDDEN = { service: SERVICE, outcome: 'overridden' }
const RECEIVED = '2026-03-30T10:00:00.000Z'
const UUIDS = Array.from({ length: 8 }, (_, index) => `${index}${'0'.repeat(7)}-0000-4000-8000-000000000000`)
const [A = '', B = ''] = UUIDS

let postgres: Postgres
let home: string

beforeAll(() => {
  postgres = startPostgres()
  home = mkdtempSync(join(tmpdir(), 'columna-store-'))
})

/** Those that a test which failed may have left open, with a thread that would hold the process. */
const everOpened: WatchedRecord[] = []

afterAll(async () => {
  for (const each of everOpened) await each.close()
  postgres.remove()
  rmSync(home, { recursive: true, force: true })
})

const card = (uuid: string, point: string): Card => ({
  uuid,
  summary: 's',
  indicator: 'warning',
  source: { label: 'l' },
  extension: { 'org.columna.decision-points': [point] },
})
const of = (patient: string, client = 'https://ehr.example.org/fhir') => ({ client, patient })
const overridesOf = async (record: WatchedRecord, patient: PatientOfClient) => (await record.recall({ patient })).overrides
const shownTo = async (record: WatchedRecord, reader: ReaderOfPatient) => (await record.recall({ reader })).shownOn
const entry = (uuid: string, members: Partial<Feedback> = {}, service = SERVICE): FeedbackEntry => ({
  service,
  receivedAt: RECEIVED,
  feedback: { card: uuid, outcome: 'overridden', outcomeTimestamp: AT, ...members },
})

const note = (uuid: string, members: Partial<CardNote> = {}): CardNote => ({
  uuid,
  plan: 'plan|1',
  action: 'action',
  points: ['LBP-10', 'LBP-11'],
  topic: 'red-flags',
  indicator: 'warning',
  suggestions: [{ uuid: B, does: ['create ServiceRequest'] }],
  ...members,
})
const noted = (members: Partial<NotedCall> = {}): NotedCall => ({
  operation: 'call',
  requestId: A,
  at: NOW,
  ms: 12.3,
  status: 200,
  service: SERVICE,
  hook: 'order-sign',
  hookInstance: B,
  knowledge: 'digest',
  notRead: [],
  cards: 1,
  undecided: 0,
  cardNotes: [],
  ...members,
})

/** A record, and the same again as another process would open it. */
interface Opened {
  record: WatchedRecord
  thread?: StoreThread
  /** What was told of its going down and coming back. */
  news?: (string | undefined)[]
}

interface Kind {
  open: (place: string, now?: number) => Promise<Opened>
  newPlace: () => string
}

let places = 0

async function openStored(place: Parameters<typeof startStoreThread>[0]['place'], now = NOW): Promise<Opened> {
  const news: (string | undefined)[] = []
  const thread = startStoreThread({ place, program: PROGRAM, onChange: fault => news.push(fault) })
  await thread.triedToOpen
  expect(thread.fault()).toBeUndefined()
  const record = createStoredRecord({
    thread,
    keys: KEYS,
    retention: RETENTION,
    decisionPoints: 'org.columna.decision-points',
    now: () => now,
  })
  everOpened.push(record)
  return { record, thread, news }
}

const KINDS: Readonly<Record<string, Kind>> = {
  memory: { open: async () => ({ record: testRecord() }), newPlace: () => '' },
  file: { open: (file, now) => openStored({ file }, now), newPlace: () => join(home, `${(places += 1)}`, 'columna.db') },
  PostgreSQL: { open: (url, now) => openStored({ postgres: url }, now), newPlace: () => postgres.newDatabase() },
}

describe.each(Object.entries(KINDS))('%s', (name, { open, newPlace }) => {
  let place: string
  let record: WatchedRecord
  let opened: WatchedRecord[]
  let forgotten: ForgottenFor[]

  const openAgain = async (now?: number): Promise<Opened> => {
    const again = await open(place, now)
    opened.push(again.record)
    return again
  }

  beforeEach(async () => {
    place = newPlace()
    opened = []
    forgotten = []
    ;({ record } = await openAgain())
    record.onForgotten(why => forgotten.push(why))
  })

  afterEach(async () => {
    for (const each of opened) await each.close()
  })

  const answer = (patient: string, cards: readonly Card[], members: { client?: string; service?: string; encounter?: string } = {}) =>
    record.answered({ ...of(patient), service: SERVICE, cards, ...members })
  const pointsOf = async (patient: string, client?: string, from = record) =>
    (await overridesOf(from, of(patient, client))).map(({ point }) => point)

  test('an overridden card is remembered for its patient, of its client, with the point that leads it', async () => {
    await answer('p1', [card(A, 'LBP-10')])
    await answer('p2', [card(B, 'LBP-11')])
    await record.feedback([entry(A), entry(A)])
    expect(await overridesOf(record, of('p1'))).toEqual([{ ...OVERRIDDEN, point: 'LBP-10', at: AT }])
    expect([await pointsOf('p2'), await pointsOf('p1', 'https://other.example.org')]).toEqual([[], []])
  })

  test('an accepted card is remembered as such, beside an override of the same card', async () => {
    await answer('p1', [card(A, 'LBP-10')])
    const accepted = entry(A, { outcome: 'accepted', acceptedSuggestions: [{ id: B }] })
    await record.feedback([accepted, accepted])
    await record.feedback([entry(A)])
    expect((await overridesOf(record, of('p1'))).map(({ point, outcome }) => [point, outcome])).toEqual([
      ['LBP-10', 'accepted'],
      ['LBP-10', 'overridden'],
    ])
  })

  test('a report may come before the card that it is on; what another service, client or patient was answered is not meant', async () => {
    await record.feedback([entry(A, { overrideReason: { reason: { code: 'seen' } } }), entry(B)])
    expect(await pointsOf('p1')).toEqual([])
    await answer('p1', [card(A, 'LBP-10')])
    await answer('p1', [card(B, 'LBP-11')], { service: 'patient-view' })
    expect(await overridesOf(record, of('p1'))).toEqual([{ ...OVERRIDDEN, point: 'LBP-10', at: AT, reason: 'seen' }])
    expect(await pointsOf('p2')).toEqual([])
  })

  test('a card nobody was answered with, and an override at no instant change nothing', async () => {
    await answer('p1', [card(A, 'LBP-10')])
    await record.feedback([entry(B), entry(A, { outcomeTimestamp: '2026-06-30T23:59:60Z' })])
    expect(await pointsOf('p1')).toEqual([])
  })

  test('a card that nobody saw, since its client is in shadow, is silenced by no report, until it is shown', async () => {
    const unseen = { ...of('p1'), service: SERVICE, cards: [card(A, 'LBP-10')], isInShadow: true } as const
    await record.answered(unseen)
    await record.feedback([entry(A)])
    expect(await pointsOf('p1')).toEqual([])
    await answer('p1', [card(A, 'LBP-10')])
    await record.answered(unseen)
    await record.feedback([entry(A)])
    expect(await pointsOf('p1')).toEqual(['LBP-10'])
  })

  test('a time yet to come counts as the time of receipt', async () => {
    await answer('p1', [card(A, 'LBP-10')])
    await record.feedback([entry(A, { outcomeTimestamp: '2036-03-30T10:00:00Z' })])
    expect(await overridesOf(record, of('p1'))).toEqual([{ ...OVERRIDDEN, point: 'LBP-10', at: RECEIVED }])
  })

  test('the encounter of the call, and the first reason that any report gave', async () => {
    await answer('p1', [card(A, 'LBP-10'), card(B, 'LBP-11')], { encounter: 'contact-æ' })
    await record.feedback([entry(A), entry(B, { overrideReason: { userComment: 'words\0' } })])
    await record.feedback([entry(A, { overrideReason: { reason: { code: 'seen', system: 's' } } })])
    expect(await overridesOf(record, of('p1'))).toEqual([
      { ...OVERRIDDEN, point: 'LBP-10', at: AT, reason: 'seen', encounter: 'contact-æ' },
      { ...OVERRIDDEN, point: 'LBP-11', at: AT, reason: 'comment', encounter: 'contact-æ' },
    ])
  })

  test('a report at another service than the card’s changes nothing, and can be told beforehand', async () => {
    await answer('p1', [card(A, 'LBP-10')])
    await answer('p1', [card(B, 'LBP-10')], { service: 'order-select' })
    await answer('p1', [card(B, 'LBP-10')])
    expect([...(await record.ofOtherServices([A, B.toUpperCase(), UUIDS[2] ?? ''], 'patient-view'))].sort()).toEqual(
      name === 'memory' ? [A, B.toUpperCase()] : [A, B],
    )
    expect([...(await record.ofOtherServices([A, B], SERVICE))]).toEqual([])
    await record.feedback([entry(A, {}, 'patient-view')])
    expect(await pointsOf('p1')).toEqual([])
  })

  test('a uuid that comes for two patients silences neither, and is counted once', async () => {
    await answer('anna', [card(A, 'LBP-10'), card(B, 'LBP-11')])
    await record.feedback([entry(A), entry(B)])
    expect(await pointsOf('anna')).toEqual(['LBP-10', 'LBP-11'])
    await answer('bent', [card(A, 'LBP-10')])
    await answer('anna', [card(A, 'LBP-10')])
    await record.feedback([entry(A, { outcomeTimestamp: '2026-03-30T09:58:00Z' })])
    expect([await pointsOf('anna'), await pointsOf('bent')]).toEqual([['LBP-11'], []])
    expect(forgotten).toEqual(['two-patients'])
    expect([...(await record.ofOtherServices([A], 'patient-view'))]).toEqual([])
  })

  test('patients never mix, whatever comes in whatever order', async () => {
    const event = fc.record({
      isCall: fc.boolean(),
      patient: fc.constantFrom('p1', 'p2'),
      client: fc.constantFrom('one', 'other'),
      service: fc.constantFrom('s1', 's2'),
      uuid: fc.constantFrom(...UUIDS.slice(0, 4)),
    })
    // Every run has patients of its own, as they would be of other days.
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 20 }), async events => {
        run += 1
        const named = (uuid: string) => `${uuid.slice(0, -6)}${String(run).padStart(6, '0')}`
        for (const { isCall, patient, client, service, uuid } of events) {
          if (isCall) await record.answered({ client, patient: `${patient}-${run}`, service, cards: [card(named(uuid), `P-${uuid}`)] })
          else await record.feedback([entry(named(uuid), {}, service)])
        }
        for (const patient of ['p1', 'p2'])
          for (const client of ['one', 'other']) {
            const points = await pointsOf(`${patient}-${run}`, client)
            for (const point of points) {
              const calls = events.filter(({ isCall, uuid }) => isCall && `P-${uuid}` === point)
              expect(calls.every(call => call.patient === patient && call.client === client)).toBe(true)
            }
          }
      }),
      { numRuns: 15 },
    )
  })

  test('what a reader was shown is known to that reader alone, by the day of the last time, until it says something else', async () => {
    const reader = { ...of('p1'), user: 'Practitioner/1' }
    const saying = { card: 'plan#action', says: 'this' }
    await record.shown({ ...reader, sayings: [saying], day: '2026-03-28', forgetBefore: '2026-03-01' })
    await record.shown({ ...reader, sayings: [saying], day: '2026-03-29', forgetBefore: '2026-03-01' })
    const shownOn = await shownTo(record, reader)
    expect([shownOn(saying), shownOn({ ...saying, says: 'that' }), shownOn({ ...saying, card: 'other' })]).toEqual([
      '2026-03-29',
      undefined,
      undefined,
    ])
    for (const other of [
      { ...reader, user: 'Practitioner/2' },
      { ...reader, patient: 'p2' },
      { ...reader, client: 'other' },
    ])
      expect((await shownTo(record, other))(saying)).toBeUndefined()
  })

  describe('a link to a form', () => {
    const link = { id: 'one', collector: 'digest', expires: NOW + DAY }

    test('takes one answer of many that come at once, gives it to its maker alone and as often as it is asked for, and is gone when its maker is done', async () => {
      expect(await record.links.open(link, NOW)).toBe(true)
      expect(await record.links.find('one', NOW)).toEqual({ expires: NOW + DAY, isAnswered: false })
      expect(await record.links.collect('one', 'digest', NOW)).toBeUndefined()
      const taken = await Promise.all(['a', 'b', 'c'].map(sealed => record.links.answer('one', sealed, NOW)))
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect(await record.links.find('one', NOW)).toEqual({ expires: NOW + DAY, isAnswered: true })
      expect(await record.links.collect('one', 'another', NOW)).toBeUndefined()
      const fetched = await Promise.all([1, 2].map(() => record.links.collect('one', 'digest', NOW)))
      const kept = ['a', 'b', 'c'][taken.indexOf(true)]
      expect(fetched).toEqual([kept, kept])
      expect(await record.links.forget('one', 'another')).toBe(false)
      expect(await record.links.collect('one', 'digest', NOW)).toBe(kept)
      const ended = await Promise.all([1, 2].map(() => record.links.forget('one', 'digest')))
      expect(ended.filter(Boolean)).toHaveLength(1)
      expect(await record.links.collect('one', 'digest', NOW)).toBeUndefined()
      expect(await record.links.find('one', NOW)).toBeUndefined()
      expect(await record.links.answer('one', 'late', NOW)).toBe(false)
    })

    test('is of no use once it has expired, answered or not', async () => {
      await record.links.open(link, NOW)
      await record.links.open({ ...link, id: 'two' }, NOW)
      await record.links.answer('two', 'sealed', NOW)
      for (const id of ['one', 'two', 'none']) expect(await record.links.find(id, NOW + DAY)).toBeUndefined()
      expect(await record.links.answer('one', 'sealed', NOW + DAY)).toBe(false)
      expect(await record.links.collect('two', 'digest', NOW + DAY)).toBeUndefined()
      expect(await record.links.collect('two', 'digest', NOW + DAY - 1)).toBe('sealed')
    })

    if (name !== 'memory')
      test('is known to another process of the store, and its row goes when it has expired', async () => {
        await record.links.open(link, NOW)
        const { record: other } = await openAgain()
        expect(await other.links.answer('one', 'sealed', NOW)).toBe(true)
        expect(await record.links.collect('one', 'digest', NOW)).toBe('sealed')
        expect(await other.links.forget('one', 'digest')).toBe(true)
        expect(await record.links.find('one', NOW)).toBeUndefined()
        await record.links.open(link, NOW)
        const { thread } = await openAgain()
        await thread?.ask('forgetLinks', 1_000, NOW + DAY + 1)
        expect(await record.links.find('one', NOW)).toBeUndefined()
      })
  })

  test('what is kept of one registered client is used for no other, though they speak of one patient by one uuid', async () => {
    const reader = { ...of('p1'), sender: 'one', user: 'Practitioner/1' }
    const saying = { card: 'plan#action', says: 'this' }
    await record.answered({ ...of('p1'), sender: 'one', service: SERVICE, cards: [card(A, 'LBP-10')] })
    await record.answered({ ...of('p2'), sender: 'other', service: SERVICE, cards: [card(A, 'LBP-11')] })
    await record.answered({ ...of('p1'), sender: 'other', service: SERVICE, cards: [card(B, 'LBP-12')] })
    await record.shown({ ...reader, sayings: [saying], day: '2026-03-29', forgetBefore: '2026-03-01' })
    await record.feedback([entry(B), { ...entry(B), sender: 'one' }])
    expect(await overridesOf(record, { ...of('p1'), sender: 'other' })).toEqual([])
    await record.feedback([{ ...entry(A), sender: 'one' }])
    const pointsFor = async (patient: string, sender?: string) =>
      (await overridesOf(record, { ...of(patient), ...(sender !== undefined && { sender }) })).map(({ point }) => point)
    expect([await pointsFor('p1', 'one'), await pointsFor('p1', 'other'), await pointsFor('p2', 'other'), await pointsFor('p1')]).toEqual([
      ['LBP-10'],
      [],
      [],
      [],
    ])
    expect([...(await record.ofOtherServices([A], 'patient-view', 'other'))]).toEqual([A])
    expect([...(await record.ofOtherServices([A], 'patient-view', 'third'))]).toEqual([])
    expect([(await shownTo(record, reader))(saying), (await shownTo(record, { ...reader, sender: 'other' }))(saying)]).toEqual([
      '2026-03-29',
      undefined,
    ])
    expect(forgotten).toEqual([])
  })

  if (name === 'memory')
    test('who asked what is not kept, nor told: an audit that ends with the process is none', () => {
      expect([record.asked, record.tally]).toEqual([undefined, undefined])
    })

  if (name !== 'memory') {
    test('a token is new once, for all replicas together, and again only when it had expired', async () => {
      const { record: replica, thread } = await openAgain()
      const [came, expires] = [1_000_000.25, 1_000_300.5]
      const uses = async (token: UsedToken, at = record) => (await at.recall({ token })).isTokenNew
      const token = { client: 'one', jti: 'a', expires, came }
      expect([await uses(token), await uses(token), await uses(token, replica)]).toEqual([true, false, false])
      expect([await uses({ ...token, client: 'other' }), await uses({ ...token, jti: 'b' })]).toEqual([true, true])
      expect([await uses({ ...token, came: expires }), await uses({ ...token, came: expires + 1, expires: expires + 9 })]).toEqual([
        false,
        true,
      ])
      const { thread: another } = await openAgain()
      const raced = { token: 'raced', expires: expires * 1_000, came: came * 1_000 }
      const race = async (at?: StoreThread) => (await at?.ask('recall', 10_000, { token: raced }))?.isTokenNew
      expect((await Promise.all([thread, another, thread, another].map(race))).sort()).toEqual([false, false, false, true])
      await thread?.ask('forgetTokens', 5_000, expires * 1_000)
      expect(await uses(token)).toBe(false)
      await thread?.ask('forgetTokens', 5_000, (expires + 10) * 1_000)
      expect(await uses(token, replica)).toBe(true)
    })

    test('a token that was used is answered nothing else', async () => {
      const reader = { ...of('p1'), user: 'Practitioner/1' }
      const saying = { card: 'plan#action', says: 'this' }
      const token = { client: 'one', jti: 'a', expires: 2, came: 1 }
      await answer('p1', [card(A, 'LBP-10')])
      await record.shown({ ...reader, sayings: [saying], day: '2026-03-29', forgetBefore: '2026-03-01' })
      await record.feedback([entry(A)])
      const ask = async () => {
        const { isTokenNew, overrides, shownOn } = await record.recall({ token, patient: of('p1'), reader })
        return [isTokenNew, overrides.length, shownOn(saying)]
      }
      expect(await ask()).toEqual([true, 1, '2026-03-29'])
      expect(await ask()).toEqual([false, 0, undefined])
    })

    test('all of it is there after a restart, and for another replica at once', async () => {
      const reader = { ...of('p1'), user: 'Practitioner/1' }
      const saying = { card: 'plan#action', says: 'this' }
      await answer('p1', [card(A, 'LBP-10')], { encounter: 'c' })
      await record.shown({ ...reader, sayings: [saying], day: '2026-03-29', forgetBefore: '2026-03-01' })
      await record.feedback([entry(A)])
      await shownTo(record, reader)
      const { record: replica } = await openAgain()
      expect(await overridesOf(replica, of('p1'))).toEqual([{ ...OVERRIDDEN, point: 'LBP-10', at: AT, encounter: 'c' }])
      expect((await shownTo(replica, reader))(saying)).toBe('2026-03-29')
      await record.close()
      const { record: restarted } = await openAgain()
      expect(await overridesOf(restarted, of('p1'))).toEqual([{ ...OVERRIDDEN, point: 'LBP-10', at: AT, encounter: 'c' }])
    })

    test('feedback that comes at another replica, before the card is known, silences all the same', async () => {
      const { record: replica } = await openAgain()
      await replica.feedback([entry(A)])
      await answer('p1', [card(A, 'LBP-10')])
      await record.close()
      expect(await pointsOf('p1', undefined, replica)).toEqual(['LBP-10'])
    })

    test('a thread that dies is started again; what it was asked fails, and nothing that was kept is lost', async () => {
      const { record: dying, thread, news } = await openAgain()
      await answer('p1', [card(A, 'LBP-10')])
      await record.feedback([entry(A)])
      await thread?.kill()
      await expect(overridesOf(dying, of('p1'))).rejects.toThrow('STORE_THREAD_ENDED')
      await untilUp(dying)
      expect([dying.restarts(), await pointsOf('p1', undefined, dying)]).toEqual([1, ['LBP-10']])
      expect(news).toEqual(['STORE_THREAD_ENDED', undefined])
    })

    test('what was asked is kept with the cards of each call, shown and held back, whoever sends the same again', async () => {
      const { record: asking, thread } = await openAgain()
      const whose = { ...of('p1'), sender: 'one', user: 'Practitioner/1' }
      const call = noted({ ...whose, cardNotes: [note(A), note(B, { heldBack: 'already-told' })], notRead: ['conditions'] })
      await asking.asked?.(call)
      await asking.asked?.({ ...call, at: NOW + 1, cardNotes: [note(A)] })
      await asking.asked?.(noted({ ...of('p2'), status: 400, code: 'CDS_CONTEXT_INVALID' }))
      await untilKept(asking)
      const { calls = [], callCards = [] } = (await thread?.ask('find', 5_000, KEYS.patient(of('p1')))) ?? {}
      expect(calls.map(({ id: _, ...row }) => row)).toEqual([
        {
          request: call.requestId,
          operation: 'call',
          at: NOW,
          ms: 12,
          status: 200,
          code: null,
          client: 'one',
          fhir_server: whose.client,
          service: SERVICE,
          hook: 'order-sign',
          hook_instance: B,
          patient_key: KEYS.patient(of('p1')),
          user_key: KEYS.user(whose),
          user_type: 'Practitioner',
          key_id: KEYS.keyId,
          knowledge: 'digest',
          not_read: '["conditions"]',
          cards: 1,
          undecided: 0,
          shadow: 0,
        },
        expect.objectContaining({ at: NOW + 1, shadow: 0 }),
      ])
      expect(callCards.map(({ call: id, uuid, held_back }) => [calls.findIndex(each => each.id === id), uuid, held_back]).sort()).toEqual([
        [0, A, null],
        [0, B, 'already-told'],
        [1, A, null],
      ])
      expect(callCards[0]).toMatchObject({
        at: expect.any(Number),
        client: 'one',
        service: SERVICE,
        plan: 'plan|1',
        action: 'action',
        point: 'LBP-10',
        points: '["LBP-10","LBP-11"]',
        topic: 'red-flags',
        indicator: 'warning',
        suggestions: `[{"uuid":"${B}","does":["create ServiceRequest"]}]`,
      })
    })

    test('what came of its cards is told by decision point and service, with reasons, for a span of time', async () => {
      const { record: asking } = await openAgain()
      const uuid = (index: number) => `${A.slice(0, -2)}${10 + index}`
      const call = (at: number, ms: number, cardNotes: readonly CardNote[], members: Partial<NotedCall> = {}) =>
        asking.asked?.(noted({ ...of('p1'), at, ms, cardNotes, ...members }))
      for (const index of [0, 1, 2, 3]) await call(NOW + index, 10 * (index + 1), [note(uuid(index))])
      await call(NOW + 4, 50, [note(uuid(0)), note(uuid(5), { points: ['LBP-99'], heldBack: 'overridden' })], { undecided: 2 })
      await call(NOW + 5, 60, [note(uuid(6))], { isShadow: true })
      await call(NOW + 6, 70, [], { status: 412, code: 'CDS_DATA_MISSING' })
      await call(NOW + DAY, 80, [note(uuid(7))])
      await asking.asked?.(noted({ at: NOW, operation: 'explain' }))
      await asking.feedback([
        entry(uuid(0), { outcome: 'accepted', acceptedSuggestions: [{ id: B }] }),
        entry(uuid(1), { overrideReason: { reason: { code: 'seen', system: 's' }, userComment: 'words' } }),
        entry(uuid(2), { overrideReason: { userComment: 'words' } }),
        entry(uuid(5)),
        entry(uuid(6)),
        entry(uuid(3), {}, 'other-service'),
      ])
      const whose = { client: '', service: SERVICE }
      const { points, reasons, services } = (await asking.tally?.({ from: NOW, to: NOW + DAY })) ?? {}
      expect(points).toEqual([
        { ...whose, point: 'LBP-10', shown: 4, accepted: 1, overridden: 2, ignored: 1, heldBack: 0 },
        { ...whose, point: 'LBP-99', shown: 0, accepted: 0, overridden: 0, ignored: 0, heldBack: 1 },
      ])
      expect(reasons).toEqual([
        { ...whose, point: 'LBP-10', reason: 'comment', cards: 1 },
        { ...whose, point: 'LBP-10', reason: 'seen', cards: 1 },
      ])
      expect(services).toEqual([{ ...whose, calls: 7, aborted: 0, refused: 1, undecided: 1, shadow: 1, p50: 40, p95: 70 }])
      expect(await asking.tally?.({ from: 0, to: NOW })).toEqual({ points: [], reasons: [], services: [] })
    })

    test('others are answered while many calls are tallied', async () => {
      const { record: asking, thread } = await openAgain()
      for (let index = 0; index < 1_000; index += 1)
        await asking.asked?.(noted({ ...of('p1'), at: NOW + index, cardNotes: [note(randomUUID())] }))
      await untilKept(asking)
      const order: string[] = []
      await Promise.all([
        thread?.ask('tally', 60_000, { from: NOW, to: NOW + DAY }).then(({ services }) => order.push(`${services[0]?.calls} calls`)),
        asking
          .recall({ token: { client: 'one', jti: 'one', expires: NOW / 1_000 + 60, came: NOW / 1_000 } })
          .then(() => order.push('token')),
        asking.feedback([entry(A)]).then(() => order.push('feedback')),
      ])
      expect([order.at(-1), ...order.toSorted()]).toEqual(['1000 calls', '1000 calls', 'feedback', 'token'])
    })

    test('weeks are counted once, and again when a report comes on one of their cards; our own pages are no practice', async () => {
      const { record: asking, thread } = await openAgain()
      const week = { begins: '2026-03-30', from: NOW, to: NOW + 7 * DAY }
      const empty = { begins: '2026-04-06', from: NOW + 7 * DAY, to: NOW + 14 * DAY }
      const [one, other, person] = ['["one",""]', '["other",""]', '["(signed-in)",""]']
      const call = (at: number, sender: string, uuid: string, members: Partial<NotedCall> = {}) =>
        asking.asked?.(noted({ ...of('p1'), at, ms: 123, sender, hookInstance: uuid, cardNotes: [note(uuid)], ...members }))
      const uuids = UUIDS.slice(0, 5)
      for (const [index, uuid] of uuids.entries()) await call(NOW + index, index < 3 ? one : index === 3 ? other : person, uuid)
      await call(NOW + 7 * DAY, one, UUIDS[6] ?? '')
      const overrides = (uuid: string, sender: string): FeedbackEntry => ({ ...entry(uuid), sender })
      await asking.feedback([overrides(A, one)])
      const counts = async () => asking.weekly?.counts({ client: one, weeks: [week.begins, '2026-03-23'] })
      expect(await counts()).toMatchObject({ counted: [], clients: [], own: { points: [] } })
      await asking.weekly?.count([week])
      const first = { week: week.begins, point: 'LBP-10', shown: 3, accepted: 0, overridden: 1, ignored: 2 }
      expect(await counts()).toEqual({
        counted: [week.begins],
        clients: [one, other],
        client: one,
        own: {
          points: [first],
          reasons: [{ week: week.begins, reason: '', cards: 1 }],
          services: [{ week: week.begins, service: SERVICE, calls: 3, aborted: 0, refused: 0, undecided: 0, took: [[130, 3]] }],
        },
        others: [{ week: week.begins, point: 'LBP-10', shown: 1, accepted: 0, overridden: 0, ignored: 1 }],
      })
      // Whoever is asked for and is not there gives way to the first.
      expect(await asking.weekly?.counts({ client: 'nobody', weeks: [week.begins] })).toMatchObject({
        client: one,
        own: { points: [first] },
      })
      // Of others than those of whom one may be told nothing is, though how many there are.
      for (const client of [one, 'nobody'])
        expect(await asking.weekly?.counts({ client, among: [other], weeks: [week.begins] })).toMatchObject({
          clients: [one, other],
          client: other,
        })
      expect(await asking.weekly?.counts({ client: one, among: ['', 'nobody'], weeks: [week.begins] })).toEqual({
        counted: [week.begins],
        clients: [one, other],
        client: undefined,
        own: { points: [], reasons: [], services: [] },
        others: [],
      })
      expect(await thread?.ask('uncounted', 5_000, [week, empty])).toEqual([empty])
      await asking.feedback([overrides(B, one)])
      expect(await thread?.ask('uncounted', 5_000, [week])).toEqual([week])
      await asking.weekly?.count([week, empty])
      expect((await counts())?.own.points).toEqual([{ ...first, overridden: 2, ignored: 1 }])
      expect(await asking.weekly?.cases({ client: one, from: week.from, to: week.to, most: 2 })).toEqual([
        { at: NOW + 2, hookInstance: uuids[2] },
        { at: NOW + 1, hookInstance: uuids[1] },
      ])
      await thread?.ask('expire', 5_000, { rows: NOW + 1, comments: NOW })
      expect(await counts()).toMatchObject({ counted: [], clients: [], own: { points: [], reasons: [], services: [] } })
    })

    test('of a patient who is erased it stays that somebody asked, about nobody', async () => {
      const { record: asking, thread } = await openAgain()
      for (const patient of ['p1', 'p2']) await asking.asked?.(noted({ ...of(patient), user: 'Practitioner/1', cardNotes: [note(A)] }))
      await untilKept(asking)
      expect(await thread?.ask('erase', 5_000, KEYS.patient(of('p1')))).toBe(2)
      const kept = async (patient: string) => (await thread?.ask('find', 5_000, KEYS.patient(of(patient)))) ?? { calls: [], callCards: [] }
      expect(await kept('p1')).toMatchObject({ calls: [], callCards: [] })
      expect(await kept('p2')).toMatchObject({ calls: [{}], callCards: [{}] })
      expect(await thread?.ask('expire', 5_000, { rows: NOW, comments: NOW })).toBe(0)
      expect(await thread?.ask('expire', 5_000, { rows: NOW + 1, comments: NOW })).toBe(3)
    })

    test('two processes write side by side, and neither is refused for it', async () => {
      const { record: other, thread } = await openAgain()
      const uuids = Array.from({ length: 40 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`)
      await record.answered({ ...of('p1'), service: SERVICE, cards: uuids.map(uuid => card(uuid, 'LBP-10')) })
      const tidying = (async () => {
        for (let round = 0; round < 40; round += 1) await thread?.ask('expire', 5_000, { rows: 0, comments: 0 })
      })()
      for (const uuid of uuids) await Promise.all([record.feedback([entry(uuid)]), other.feedback([entry(uuid, { outcome: 'accepted' })])])
      await tidying
      expect([record.fault(), other.fault()]).toEqual([undefined, undefined])
    })

    test('rows are deleted when their time is over, words sooner', async () => {
      const { thread } = await openAgain()
      await answer('p1', [card(A, 'LBP-10')])
      await record.feedback([entry(A, { overrideReason: { userComment: 'words' } })])
      expect(await pointsOf('p1')).toEqual(['LBP-10'])
      const expire = (now: number) => thread?.ask('expire', 5_000, { rows: now - 183 * DAY, comments: now - 30 * DAY })
      expect(await expire(NOW + 29 * DAY)).toBe(0)
      expect(await expire(NOW + 31 * DAY)).toBe(1)
      expect(await pointsOf('p1')).toEqual(['LBP-10'])
      expect(await expire(NOW + 184 * DAY)).toBe(2)
      expect(await pointsOf('p1')).toEqual([])
    })
  }
})

/** The command of the package. */
const command = (environment: Record<string, string>, ...words: readonly string[]): string =>
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', COMMAND, 'record', ...words], {
    env: { PATH: process.env.PATH, CDS_PATIENT_KEY: SITE_KEY, ...environment },
    encoding: 'utf8',
  })

test('two replicas that write the same rows in other orders wait for one another, and never both', async () => {
  const database = postgres.newDatabase()
  const { record } = await openStored({ postgres: database })
  const forgotten: ForgottenFor[] = []
  record.onForgotten(why => forgotten.push(why))
  const answer = (...uuids: readonly string[]) =>
    record.answered({ ...of('p1'), service: SERVICE, cards: uuids.map(uuid => card(uuid, 'LBP-10')) })
  await answer(A, B)
  // What was noted is written when what is asked after it is answered.
  await overridesOf(record, of('p1'))
  const other = new pg.Client(database)
  await other.connect()
  const isWaitedFor = async (): Promise<void> => {
    for (let left = 1_000; (await other.query('select 1 from pg_locks where not granted')).rowCount === 0; left -= 1) {
      if (left === 0) throw new Error('Nobody waits.')
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  await other.query("begin; set local lock_timeout = '300ms'")
  const take = (uuid: string) => other.query('update card set point = $1 where uuid = $2', ['LBP-11', uuid])
  await take(A)
  const answered = answer(B, A)
  await isWaitedFor()
  await take(B)
  await other.query('commit')
  await answered
  expect(forgotten).toEqual([])

  const report = (uuid: string) => entry(uuid, { overrideReason: { userComment: 'words' } })
  await record.feedback(UUIDS.map(report))
  const { rows } = await other.query<{ identity: string; card: string }>(
    'select identity, card from feedback order by identity collate "C"',
  )
  await other.query('delete from feedback; delete from feedback_comment')
  await other.query("begin; set local lock_timeout = '300ms'")
  const write = (row: number) => other.query('insert into feedback_comment values ($1, $2, $3)', [rows.at(row)?.identity, 'words', NOW])
  await write(0)
  const reported = record.feedback(rows.toReversed().map(({ card: uuid }) => report(uuid)))
  await isWaitedFor()
  await write(-1)
  await other.query('commit')
  await reported
  await other.end()
  await record.close()
})

test('two deployments, each in a schema of one PostgreSQL database, beside tables of others by the same names', async () => {
  const database = postgres.newDatabase()
  const client = new pg.Client(database)
  await client.connect()
  await client.query('create schema a; create schema b; create schema "A other"; create table "A other".card (shadow integer)')
  await client.end()
  const inSchema = (name: string) => ({ postgres: `${database}&options=${encodeURIComponent(`-c search_path=${name}`)}` })
  const [one, other] = [(await openStored(inSchema('a'))).record, (await openStored(inSchema('b'))).record]
  await one.answered({ ...of('p1'), service: SERVICE, cards: [card(A, 'LBP-10')] })
  await one.feedback([entry(A)])
  await other.answered({ ...of('p1'), service: SERVICE, cards: [card(B, 'LBP-11')] })
  await other.feedback([entry(A), entry(B)])
  const points = await Promise.all([one, other].map(async each => (await overridesOf(each, of('p1'))).map(({ point }) => point)))
  expect(points).toEqual([['LBP-10'], ['LBP-11']])
  await Promise.all([one.close(), other.close()])
})

test.each([
  ['a file', () => `file:${join(home, 'command', 'columna.db')}`],
  ['PostgreSQL', () => postgres.newDatabase()],
])('columna record finds and erases all rows of one patient in %s, and no other', async (_, placeOf) => {
  const CDS_STORE = placeOf()
  const { record } = await openStored(CDS_STORE.startsWith('file:') ? { file: CDS_STORE.slice(5) } : { postgres: CDS_STORE })
  for (const [patient, uuid] of [
    ['p1', A],
    ['p2', B],
  ] as const) {
    await record.answered({ ...of(patient), service: SERVICE, cards: [card(uuid, 'LBP-10')] })
    await record.shown({
      ...of(patient),
      user: 'Practitioner/1',
      sayings: [{ card: 'c', says: 's' }],
      day: '2026-03-29',
      forgetBefore: '2026-03-01',
    })
    await record.feedback([entry(uuid, { overrideReason: { userComment: `words of ${patient}` } })])
  }
  await overridesOf(record, of('p1'))
  const who = ['--fhir-server', 'https://EHR.example.org/fhir/', '--patient', 'p1']
  const tables = command({ CDS_STORE }, 'find', ...who)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { table: string; comment?: string })
  expect(tables.map(({ table }) => table).sort()).toEqual(['cards', 'feedback', 'told'])
  expect(tables.find(({ comment }) => comment !== undefined)?.comment).toBe('words of p1')
  // As the manual has it, which shows the look before too; then there are four rows, and that somebody looked twice.
  const [finding = [], erasing = []] = recordPage.examples.map(({ words }) => words.split(' ').slice(1))
  expect(
    command({ CDS_STORE }, ...finding)
      .trim()
      .split('\n'),
  ).toHaveLength(tables.length + 1)
  expect(command({ CDS_STORE }, ...erasing)).toBe('6 row(s) erased.\n')
  expect(command({ CDS_STORE }, 'find', ...who)).toBe('')
  // As a program reads it; what is kept of the other patient stands, and that somebody looked.
  const asJson = (...words: readonly string[]) =>
    JSON.parse(command({ CDS_STORE }, ...words, ...who.slice(0, 2), '--patient', 'p2', '--json')) as unknown
  expect(asJson('find')).toEqual({ rows: [expect.anything(), expect.anything(), expect.anything()] })
  expect(asJson('export')).toMatchObject({ events: [{ resourceType: 'AuditEvent' }, { resourceType: 'AuditEvent' }] })
  expect(await overridesOf(record, of('p1'))).toEqual([])
  expect(await overridesOf(record, of('p2'))).toHaveLength(1)
  await record.close()
})

test('columna record finds who asked what for whom by patient, user and card, and tells it as AuditEvents', async () => {
  const CDS_STORE = `file:${join(home, 'audit', 'columna.db')}`
  const { record } = await openStored({ file: CDS_STORE.slice(5) })
  const whose = { ...of('p1'), sender: JSON.stringify(['ward', 'tenant']), user: 'Practitioner/1' }
  await record.asked?.(noted({ ...whose, cardNotes: [note(A), note(B, { heldBack: 'already-told', points: [], suggestions: [] })] }))
  await record.asked?.(noted({ ...whose, ...of('p2'), at: NOW + DAY, operation: 'explain', notRead: ['conditions'] }))
  await record.asked?.(noted({ at: NOW + 2 * DAY, operation: 'feedback', client: whose.client, sender: whose.sender }))
  const refused = { status: 503, code: 'CDS_FEEDBACK_NOT_KEPT', operation: 'feedback', knowledge: '' } as const
  await record.asked?.(noted({ ...refused, at: NOW + 3 * DAY }))
  await record.feedback([{ ...entry(A), sender: whose.sender }])
  await untilKept(record)
  const rows = await openKeptRows(
    { place: { file: CDS_STORE.slice(5) }, siteKey: SITE_KEY },
    'https://columna.example.org',
    () => NOW + 5 * DAY,
  )
  const found = async (about: About, from = 0, to = NOW + 4 * DAY) =>
    (await all(rows.find(about, { from, to }))).map(({ table, operation, uuid }) => [table, operation ?? uuid])
  expect(await found({ card: A.toUpperCase() })).toEqual([
    ['feedback', undefined],
    ['calls', 'call'],
    ['callCards', A],
    ['callCards', B],
  ])
  const { client, user } = whose
  expect(await found({ user: { client, user } })).toEqual([
    ['calls', 'call'],
    ['calls', 'explain'],
    ['callCards', A],
    ['callCards', B],
  ])
  expect(await found({ user: { client, user } }, NOW + 1)).toEqual([['calls', 'explain']])
  expect(await found({ user: { client: '', user } })).toEqual([])
  expect(await found({ patient: of('p2') })).toEqual([['calls', 'explain']])

  const events = await all(rows.events(undefined, { from: NOW, to: NOW + 4 * DAY }))
  expect(events.flatMap(faultsOfShape)).toEqual([])
  expect(events.map(({ meta, outcome, action }) => [meta?.profile?.[0]?.split('.').at(-1), outcome, action])).toEqual([
    ['PatientRead', '0', 'R'],
    ['PatientRead', '0', 'R'],
    ['Create', '0', 'C'],
    [undefined, '8', 'C'],
  ])
  expect(events[3]?.outcomeDesc).toBe('503 CDS_FEEDBACK_NOT_KEPT')
  for (const event of events) followsBalp(event)
  const text = JSON.stringify(events)
  expect([text.includes('Practitioner/1'), text.includes('Patient/p1')]).toEqual([false, false])
  // R4 has no empty values: knowledge without a digest is told in words.
  expect([text.includes('""'), text.includes('without a digest')]).toEqual([false, true])

  const told = command({ CDS_STORE }, 'export', '--patient', 'p1', '--fhir-server', client, '--to', '2026-03-31').trim().split('\n')
  const [ofPatient, ...others] = told.map(line => JSON.parse(line) as AuditEvent)
  expect(others).toEqual([])
  expect(ofPatient?.entity?.find(({ role }) => role?.code === '1')?.what?.reference).toBe(`${client}/Patient/p1`)
  // What officers did is told as well, by those who look later.
  const officers = await all(rows.events(undefined, { from: NOW + 4 * DAY, to: Number.MAX_SAFE_INTEGER }))
  expect(officers.flatMap(faultsOfShape)).toEqual([])
  expect(officers.every(({ outcome, outcomeDesc }) => outcome === '0' && outcomeDesc === undefined)).toBe(true)
  expect(officers.map(({ subtype }) => subtype?.[0]?.code).sort()).toEqual(['export', 'export', 'find', 'find', 'find', 'find', 'find'])
  // Those of one moment come in any order.
  const users = officers.flatMap(({ entity = [] }) => entity.filter(({ role }) => role?.code === '6').map(({ what }) => what?.identifier))
  expect(users.map(each => each?.value).sort()).toEqual([client, client, ''].map(server => KEYS.user({ client: server, user })).sort())
  expect(users[0]?.system).toBe(`https://columna.example.org/fhir/sid/site-key-${KEYS.keyId}`)
  // A user whose calls are looked into finds out who looked, and nobody reads there who they are.
  expect((await found({ user: { client, user } }, 0, NOW + 6 * DAY)).map(([, operation]) => operation)).toEqual([
    'call',
    'explain',
    'find',
    'find',
    A,
    B,
  ])
  expect(JSON.stringify(officers)).not.toContain('Practitioner/1')
  await rows.close()
  await record.close()
})

test('columna record exports with the calls of a patient the reports on their cards, and those of no other', async () => {
  const CDS_STORE = `file:${join(home, 'reports', 'columna.db')}`
  const { record } = await openStored({ file: CDS_STORE.slice(5) })
  const sender = JSON.stringify(['ward', ''])
  for (const [patient, uuid, at] of [
    ['p1', A, NOW - 60_000],
    ['p2', B, NOW - 60_000],
    ['p1', UUIDS[2] ?? '', NOW + DAY],
  ] as const) {
    await record.asked?.(noted({ ...of(patient), sender, at, cardNotes: [note(uuid)] }))
    await record.answered({ ...of(patient), sender, service: SERVICE, cards: [card(uuid, 'LBP-10')], knowledge: 'digest' })
  }
  const told = { overrideReason: { reason: { code: 'seen', system: 'urn:reasons' }, userComment: 'words' } }
  await record.feedback([A, B].map(uuid => ({ ...entry(uuid, told), sender })))
  // Of a client that was answered no such card.
  await record.feedback([entry(A)])
  await untilKept(record)
  await record.close()
  const kept = await openKeptRows(
    { place: { file: CDS_STORE.slice(5) }, siteKey: SITE_KEY },
    'https://columna.example.org',
    () => NOW + 5 * DAY,
  )
  const eventsIn = (from: number, to: number) => all(kept.events({ patient: of('p1') }, { from, to }))
  const events = await eventsIn(0, NOW + 2 * DAY)
  expect(events.flatMap(faultsOfShape)).toEqual([])
  expect(events.map(({ recorded, meta }) => [Date.parse(recorded) - NOW, meta?.profile?.[0]?.split('.').at(-1)])).toEqual([
    [-60_000 + 12, 'PatientRead'],
    [0, 'PatientCreate'],
    [DAY + 12, 'PatientRead'],
  ])
  const [, report] = events
  expect(report?.entity?.map(({ what, role, detail }) => [what?.reference ?? what?.identifier?.value, role?.code, detail?.length])).toEqual(
    [
      ['https://ehr.example.org/fhir/Patient/p1', '1', undefined],
      [SERVICE, '3', undefined],
      ['digest', '5', undefined],
      [`urn:uuid:${A}`, '3', 5],
    ],
  )
  expect(Object.fromEntries(report?.entity?.at(-1)?.detail?.map(({ type, valueString }) => [type, valueString]) ?? [])).toEqual({
    outcome: 'overridden',
    happened: AT,
    reason: 'seen',
    'reason-system': 'urn:reasons',
    comment: 'true',
  })
  expect(report?.agent[0]).toMatchObject({ who: { display: 'ward' }, network: { address: 'https://ehr.example.org/fhir' } })
  expect(await eventsIn(NOW + 1, NOW + DAY)).toEqual([])
  const officers = await all(kept.events(undefined, { from: NOW + 4 * DAY, to: NOW + 6 * DAY }))
  expect(officers.map(({ entity }) => entity?.at(-1)?.what?.display).sort()).toEqual(['0 rows', '3 rows'])
  await kept.close()
})

async function all<T>(sequence: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const each of sequence) found.push(each)
  return found
}

/** What BALP demands of an event that names one of its patterns, beyond R4; of others nothing. */
function followsBalp({ meta, type, subtype, outcome, agent, entity = [] }: AuditEvent): void {
  const [profile] = meta?.profile ?? []
  if (profile === undefined) return
  const isRead = profile.endsWith('Read')
  const byType = (code: string) => agent.filter(each => each.type?.coding?.[0]?.code === code)
  const [client, server] = isRead ? ['110152', '110153'] : ['110153', '110152']
  expect([type.code, outcome, byType(client).length, byType(server).length]).toEqual(['rest', '0', 1, 1])
  for (const each of [...byType(client), ...byType(server)])
    expect([each.who, each.network]).toEqual([expect.anything(), expect.anything()])
  for (const user of byType('IRCP'))
    expect([user.requestor, user.who?.identifier?.value, user.network]).toEqual([true, expect.any(String), undefined])
  const interaction = isRead ? 'read' : 'create'
  expect(subtype?.[0]).toEqual({ system: 'http://hl7.org/fhir/restful-interaction', code: interaction, display: interaction })
  const ofType = (code: string) => entity.filter(each => each.type?.code === code)
  expect(ofType('2').map(({ role, what }) => [role?.code, what !== undefined])).toEqual([['3', true]])
  expect(ofType('XrequestId').map(({ what }) => what?.identifier?.value)).toEqual([A])
  expect(ofType('1').map(({ role, what }) => [role?.code, what?.type])).toEqual(profile.includes('Patient') ? [['1', 'Patient']] : [])
}

async function untilKept(record: WatchedRecord): Promise<void> {
  while (record.bytes.audit?.() !== 0) await new Promise(resolve => setTimeout(resolve, 5))
}

async function untilUp(record: WatchedRecord): Promise<void> {
  while (record.fault() !== undefined) await new Promise(resolve => setTimeout(resolve, 20))
}

test('a store that is late once, or is given what it cannot take, is not down; one that is late again is, until it answers', async () => {
  const program = `
    import { parentPort } from 'node:worker_threads'
    parentPort.postMessage({ opened: true })
    parentPort.on('message', asked => {
      if (asked === 'end') process.exit(1)
      for (const { id, method } of asked) {
        if (method === 'look') parentPort.postMessage({ id })
        if (method === 'find') parentPort.postMessage({ id, failed: '22021' })
      }
    })`
  const thread = startStoreThread({ place: { file: 'none' }, program: new URL(`data:text/javascript,${encodeURIComponent(program)}`) })
  await thread.triedToOpen
  const faultAfter = async (asking: Promise<unknown>): Promise<string | undefined> => {
    await expect(asking).rejects.toThrow('The store does not answer')
    return thread.fault()
  }
  const late = () => thread.ask('expire', 5, { rows: 0, comments: 0 })
  expect([await faultAfter(late()), await faultAfter(thread.ask('find', 5_000, 'p'))]).toEqual([undefined, undefined])
  await thread.ask('look', 5_000, NOW)
  expect([await faultAfter(late()), await faultAfter(late())]).toEqual([undefined, 'STORE_LATE'])
  await thread.ask('look', 5_000, NOW)
  expect(thread.fault()).toBeUndefined()
  await thread.kill()
  await thread.close(1)
})

test('a thread that dies amid its writes to a file takes nothing else with it', async () => {
  const file = join(home, 'dying', 'columna.db')
  const newRow = () => ({
    uuid: randomUUID(),
    client: 'c',
    service: SERVICE,
    patient_key: 'p',
    key_id: 'k',
    point: 'LBP-10',
    indicator: 'info',
  })
  const notes = () => ({
    cards: [newRow(), newRow()].map(row => ({ ...row, encounter: null, knowledge: 'd', shadow: 0, answered: NOW })),
    told: [],
  })
  for (let deaths = 0; deaths < 15; deaths += 1) {
    const thread = startStoreThread({ place: { file }, program: PROGRAM })
    await thread.triedToOpen
    expect(thread.fault()).toBeUndefined()
    const writes = Array.from({ length: 60 }, () => thread.ask('note', 5_000, notes()).catch(() => undefined))
    await new Promise(resolve => setTimeout(resolve, deaths * 2))
    await thread.kill()
    await Promise.all(writes)
    await thread.close(1_000)
  }
})

test.each<[string, () => [Parameters<typeof openStored>[0], () => Buffer[]]]>([
  ['a file', () => [{ file: join(home, 'bytes', 'columna.db') }, () => filesBelow(join(home, 'bytes'))]],
  ['PostgreSQL', () => [{ postgres: postgres.newDatabase() }, postgres.files]],
])('nothing in the bytes of %s tells who a patient is', async (_, makePlace) => {
  const [place, files] = makePlace()
  const { record, thread } = await openStored(place)
  const reader = { ...of('patient-id-0101', 'https://ehr.example.org/fhir'), user: 'Practitioner/doctor-4711' }
  await record.answered({ ...reader, service: SERVICE, cards: [card(A, 'LBP-99-of-this-test')], encounter: 'encounter-9876' })
  await record.shown({ ...reader, sayings: [{ card: 'c', says: 'a text about back pain' }], day: '2026-03-29', forgetBefore: '2026-03-01' })
  await record.asked?.(noted({ ...reader, cardNotes: [note(A)] }))
  await record.feedback([entry(A)])
  // What is written for good is on the disk, and all that was written before it.
  await thread?.ask('look', 5_000, NOW)
  await record.close()
  const bytes = files()
  const isKept = (text: string) => bytes.some(each => each.includes(text))
  expect(isKept('LBP-99-of-this-test')).toBe(true)
  expect(['patient-id-0101', 'doctor-4711', 'encounter-9876', 'back pain', SITE_KEY].filter(isKept)).toEqual([])
})

describe('PostgreSQL', () => {
  test('that is killed and back: nothing is read meanwhile, feedback fails, and what was kept is there', async () => {
    const { record } = await openStored({ postgres: postgres.newDatabase() })
    await record.answered({ ...of('p1'), service: SERVICE, cards: [card(A, 'LBP-10')] })
    await record.feedback([entry(A)])
    expect(await overridesOf(record, of('p1'))).toHaveLength(1)
    postgres.stop()
    await expect(record.feedback([entry(B)])).rejects.toThrow('The store does not answer')
    await expect(overridesOf(record, of('p1'))).rejects.toThrow('The store does not answer')
    postgres.start()
    await untilUp(record)
    await record.feedback([entry(B)])
    expect(await overridesOf(record, of('p1'))).toHaveLength(1)
    await record.close()
  })

  test('that goes without a word, while new connections are answered, is written again after a moment', async () => {
    const url = postgres.newDatabase()
    const way = await wayTo(`${socketsIn(url)}/.s.PGSQL.5432`)
    const store = await openStore({ postgres: way.url(url) })
    await store.look(NOW)
    way.loseAll()
    await expect(store.look(NOW)).rejects.toThrow()
    await store.look(NOW)
    await store.close()
    way.close()
  })
})

const socketsIn = (url: string): string => decodeURIComponent(/host=(.*)$/.exec(url)?.[1] ?? '')

/** A way to a server on which whatever travels over connections that are open now can be lost, as by a firewall that forgot them. */
async function wayTo(server: string) {
  const open = new Set<Socket>()
  const lost = new Set<Socket>()
  const way = createServer(client => {
    const there = connect(server)
    for (const [from, to] of [
      [client, there],
      [there, client],
    ] as const) {
      from.on('data', bytes => void (lost.has(client) || to.write(bytes)))
      from.on('error', () => undefined)
      from.on('close', () => void (lost.has(client) || to.destroy()))
    }
    open.add(client).add(there)
  })
  await once(way.listen(0, '127.0.0.1'), 'listening')
  const { port } = way.address() as AddressInfo
  return {
    url: (url: string) => url.replace(/@\/(\w+)\?.*$/, `@127.0.0.1:${port}/$1`),
    loseAll: () => open.forEach(each => lost.add(each)),
    close: () => {
      open.forEach(each => each.destroy())
      way.close()
    },
  }
}

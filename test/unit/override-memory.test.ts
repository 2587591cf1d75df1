import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Card, Feedback } from '../../src/cds-hooks/types.js'
import { createAuditQueue, type AuditQueue } from '../../src/record/audit-queue.js'
import { createOverrideMemory, type OverrideMemory } from '../../src/record/override-memory.js'
import type { ForgottenFor } from '../../src/record/port.js'
import type { CallRow } from '../../src/record/store/rows.js'

const card = (uuid: string, ...points: string[]): Card => ({
  uuid,
  summary: 's',
  indicator: 'info',
  source: { label: 'l' },
  extension: { 'org.columna.decision-points': points },
})
const RECEIVED = '2026-03-30T12:00:00Z'
const AT = '2026-03-30T10:00:00Z'
const ROOM = 1_000_000
const SERVICE = 'order-sign'
const OVERRIDDEN = { service: SERVICE, outcome: 'overridden' }

const overridden = (uuid: string, overrideReason?: Feedback['overrideReason']): Feedback => ({
  card: uuid,
  outcome: 'overridden',
  outcomeTimestamp: AT,
  ...(overrideReason && { overrideReason }),
})
const of = (patient: string, client = 'one') => ({ client, patient })
const remember = (
  memory: OverrideMemory,
  patient: string,
  cards: readonly Card[],
  members: { client?: string; service?: string; encounter?: string } = {},
) => memory.remember({ ...of(patient), service: SERVICE, cards, ...members })
const note = (memory: OverrideMemory, ...feedback: Feedback[]) => memory.note(SERVICE, feedback, RECEIVED)
const pointsOf = (memory: OverrideMemory, patient: string, client?: string) =>
  memory.overridesOf(of(patient, client)).map(({ point }) => point)

/** A memory, and what it said to have forgotten. */
function watched(room = ROOM): { memory: OverrideMemory; forgotten: ForgottenFor[] } {
  const memory = createOverrideMemory(room)
  const forgotten: ForgottenFor[] = []
  memory.onForgotten(why => forgotten.push(why))
  return { memory, forgotten }
}

test('an overridden card is remembered for its patient with the decision point that leads it', () => {
  const memory = createOverrideMemory(ROOM)
  remember(memory, 'p1', [card('a', 'LBP-10', 'RN-102')])
  remember(memory, 'p2', [card('b', 'LBP-11')])
  expect(note(memory, overridden('a'), overridden('a'))).toBe(true)
  expect(memory.overridesOf(of('p1'))).toEqual([{ ...OVERRIDDEN, point: 'LBP-10', at: AT }])
  expect(memory.overridesOf(of('p2'))).toEqual([])
})

test('the same id of another client is another patient', () => {
  const memory = createOverrideMemory(ROOM)
  remember(memory, 'p1', [card('a', 'LBP-10')])
  note(memory, overridden('a'))
  expect([pointsOf(memory, 'p1'), pointsOf(memory, 'p1', 'other')]).toEqual([['LBP-10'], []])
})

test('a card that nobody was answered with changes nothing', () => {
  const memory = createOverrideMemory(ROOM)
  remember(memory, 'p1', [card('a', 'LBP-10')])
  note(memory, overridden('unknown'))
  expect(pointsOf(memory, 'p1')).toEqual([])
})

test('an override at no instant is not remembered', () => {
  const memory = createOverrideMemory(ROOM)
  remember(memory, 'p1', [card('a', 'LBP-10')])
  note(memory, { ...overridden('a'), outcomeTimestamp: '2026-06-30T23:59:60Z' })
  expect(pointsOf(memory, 'p1')).toEqual([])
})

test('a time yet to come counts as the time of receipt', () => {
  const memory = createOverrideMemory(ROOM)
  remember(memory, 'p1', [card('a', 'LBP-10')])
  note(memory, { ...overridden('a'), outcomeTimestamp: '2036-03-30T10:00:00Z' })
  expect(memory.overridesOf(of('p1'))).toEqual([{ ...OVERRIDDEN, point: 'LBP-10', at: RECEIVED }])
})

describe('the same card of two services', () => {
  test('is overridden where it was reported, and belongs to both', () => {
    const memory = createOverrideMemory(ROOM)
    remember(memory, 'p1', [card('a', 'LBP-10')])
    remember(memory, 'p1', [card('a', 'LBP-10')], { service: 'order-select' })
    expect([SERVICE, 'order-select', 'patient-view'].map(service => memory.isOfAnotherService('A', service))).toEqual([false, false, true])
    expect(memory.isOfAnotherService('unknown', SERVICE)).toBe(false)
    note(memory, overridden('a'))
    expect(pointsOf(memory, 'p1')).toEqual(['LBP-10'])
  })

  test("a report at another service than the card's changes nothing", () => {
    const memory = createOverrideMemory(ROOM)
    remember(memory, 'p1', [card('a', 'LBP-10')])
    memory.note('patient-view', [overridden('a')], RECEIVED)
    expect(pointsOf(memory, 'p1')).toEqual([])
  })
})

describe('a uuid that comes for two patients', () => {
  test('silences nobody, before and after, and is counted once', () => {
    const { memory, forgotten } = watched()
    remember(memory, 'anna', [card('a', 'LBP-10'), card('b', 'LBP-11')])
    note(memory, overridden('a'), overridden('b'))
    remember(memory, 'bent', [card('a', 'LBP-10')])
    remember(memory, 'anna', [card('a', 'LBP-10')])
    note(memory, overridden('a'))
    expect([pointsOf(memory, 'anna'), pointsOf(memory, 'bent')]).toEqual([['LBP-11'], []])
    expect(forgotten).toEqual(['two-patients'])
    expect(memory.isOfAnotherService('a', 'patient-view')).toBe(false)
  })

  test('patients never mix, whatever comes in whatever order', () => {
    const event = fc.record({
      isCall: fc.boolean(),
      patient: fc.constantFrom('p1', 'p2', 'p3'),
      client: fc.constantFrom('one', 'other'),
      service: fc.constantFrom('s1', 's2'),
      uuid: fc.constantFrom('a', 'b', 'c', 'd'),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), events => {
        const memory = createOverrideMemory(ROOM)
        for (const { isCall, patient, client, service, uuid } of events) {
          if (isCall) memory.remember({ client, patient, service, cards: [card(uuid, `P-${uuid}`)] })
          else memory.note(service, [overridden(uuid)], RECEIVED)
        }
        const calls = (uuid: string) => events.filter(each => each.isCall && each.uuid === uuid)
        for (const [patient, client] of ['p1', 'p2', 'p3'].flatMap(
          each =>
            [
              [each, 'one'],
              [each, 'other'],
            ] as const,
        )) {
          const silenced = ['a', 'b', 'c', 'd'].filter(uuid => {
            const ofUuid = calls(uuid)
            const isOwn = ofUuid.every(call => call.patient === patient && call.client === client)
            return isOwn && events.some(each => !each.isCall && each.uuid === uuid && ofUuid.some(call => call.service === each.service))
          })
          expect([...new Set(pointsOf(memory, patient, client))].sort()).toEqual(silenced.map(uuid => `P-${uuid}`))
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('room', () => {
  test('of many overrides of one patient the newest are kept, and the others counted', () => {
    const { memory, forgotten } = watched()
    for (let count = 1; count <= 103; count += 1) {
      remember(memory, 'p1', [card(`a${count}`, `P-${count}`)])
      note(memory, overridden(`a${count}`))
    }
    const points = pointsOf(memory, 'p1')
    expect([points.length, points[0], points.at(-1)]).toEqual([100, 'P-4', 'P-103'])
    expect(forgotten).toEqual(Array(3).fill('too-many-of-one-patient'))
  })

  test('is made by the oldest cards, which are counted, and never by overrides', () => {
    const { memory, forgotten } = watched(20_000)
    remember(memory, 'p1', [card('first', 'LBP-10')])
    note(memory, overridden('first'))
    for (let count = 1; count <= 200; count += 1) remember(memory, `q${count}`, [card(`a${count}`, 'LBP-11')])
    expect(memory.bytes()).toBeLessThanOrEqual(20_000)
    expect(new Set(forgotten)).toEqual(new Set(['room']))
    note(memory, overridden('a1'), overridden('a200'))
    expect(['p1', 'q1', 'q200'].map(patient => pointsOf(memory, patient))).toEqual([['LBP-10'], [], ['LBP-11']])
  })

  test('that is full of overrides takes no more of them, and says so', () => {
    const memory = createOverrideMemory(20_000)
    const answers = Array.from({ length: 60 }, (_, count) => {
      remember(memory, `p${count}`, [card(`a${count}`, 'LBP-10')])
      return note(memory, overridden(`a${count}`))
    })
    expect(memory.bytes()).toBeLessThanOrEqual(20_000)
    const silenced = Array.from({ length: 60 }, (_, count) => pointsOf(memory, `p${count}`).length === 1)
    expect(silenced).toEqual(answers)
    expect([answers.indexOf(false) > 10, answers.at(-1)]).toEqual([true, false])
  })

  test('is told as it is, whatever comes and goes', () => {
    const event = fc.record({
      isCall: fc.boolean(),
      patient: fc.constantFrom('p1', 'p2'),
      uuid: fc.nat(30).map(String),
      reason: fc.option(fc.string({ maxLength: 256 })),
      encounter: fc.string({ maxLength: 255 }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), fc.integer({ min: 0, max: 20_000 }), (events, room) => {
        const memory = createOverrideMemory(room)
        for (const { isCall, patient, uuid, reason, encounter } of events) {
          if (isCall) remember(memory, patient, [card(uuid, 'LBP-10')], { encounter })
          else note(memory, overridden(uuid, reason === null ? undefined : { reason: { code: reason } }))
          expect(memory.bytes()).toBeGreaterThanOrEqual(0)
          expect(memory.bytes()).toBeLessThanOrEqual(room)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('of an override is remembered', () => {
  const noted = (overrideReason: Feedback['overrideReason'], encounter?: string) => {
    const memory = createOverrideMemory(ROOM)
    remember(memory, 'p1', [card('a', 'LBP-10')], encounter === undefined ? {} : { encounter })
    note(memory, overridden('a', overrideReason))
    return memory.overridesOf(of('p1'))
  }
  const plain = { ...OVERRIDDEN, point: 'LBP-10', at: AT }

  test('the code of its reason, and that only words were given', () => {
    expect(noted({ reason: { code: 'seen', system: 's' }, userComment: 'x' })).toEqual([{ ...plain, reason: 'seen' }])
    expect(noted({ userComment: 'x' })).toEqual([{ ...plain, reason: 'comment' }])
    expect(noted(undefined)).toEqual([plain])
  })

  test('the encounter of the call that brought the card', () => {
    expect(noted(undefined, 'contact-1')).toEqual([{ ...plain, encounter: 'contact-1' }])
  })

  test('the reason that a later report of the same card adds, also after the same call was answered again', () => {
    const memory = createOverrideMemory(ROOM)
    remember(memory, 'p1', [card('a', 'LBP-10')])
    note(memory, overridden('a'))
    remember(memory, 'p1', [card('a', 'LBP-10')])
    note(memory, overridden('a', { reason: { code: 'seen' } }))
    note(memory, overridden('a', { reason: { code: 'other' } }))
    expect(memory.overridesOf(of('p1'))).toEqual([{ ...plain, reason: 'seen' }])
  })
})

describe('what auditors will ask for, on its way to a store', () => {
  const call = (id: string) => ({ calls: [{ id } as CallRow], cards: [] })
  /** A store that can be stopped, and what it was sent. */
  function queueTo(store: { isUp: boolean }): { queue: AuditQueue; kept: string[]; lost: () => number } {
    const kept: string[] = []
    let lost = 0
    const queue = createAuditQueue(
      async ({ calls }) => {
        if (!store.isUp) throw new Error('down')
        kept.push(...calls.map(({ id }) => id))
      },
      () => (lost += 1),
    )
    return { queue, kept, lost: () => lost }
  }
  const named = (count: number) => Array.from({ length: count }, (_, index) => `call ${index}`)

  test('waits while the store is down, in its order, and takes up nothing once it is kept', async () => {
    const store = { isUp: false }
    const { queue, kept, lost } = queueTo(store)
    for (const id of named(450)) queue.add(call(id))
    await queue.flush()
    expect([kept.length, queue.bytes() > 450 * 400]).toEqual([0, true])
    store.isUp = true
    await queue.close()
    expect([kept, lost(), queue.bytes()]).toEqual([named(450), 0, 0])
  })

  test('gives way to newer ones beyond its limit of rows, and of bytes, while some are on their way too', async () => {
    const store = { isUp: false }
    const { queue, kept, lost } = queueTo(store)
    for (const id of named(10_000)) queue.add(call(id))
    const onTheirWay = queue.flush()
    for (const id of ['newer', 'newest']) queue.add(call(id))
    await onTheirWay
    store.isUp = true
    await queue.close()
    expect([kept.length, kept[0], kept.at(-1), lost(), queue.bytes()]).toEqual([10_000, 'call 2', 'newest', 2, 0])
    queue.add(call('x'.repeat(9_000_000)))
    expect([lost(), queue.bytes()]).toEqual([3, 0])
  })
})

// An info card that says what its reader was shown before stays away for some days, and nothing else does.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CodeSystem, RequestGroup, RequestGroupAction } from 'fhir/r4.js'
import { firstDayThatMatters, sparedBy } from '../../src/calls/repeated-cards.js'
import type { CardSaying } from '../../src/cds-hooks/types.js'
import { toCards, type ToCardsContext } from '../../src/engine/cards/to-cards.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { dayOf } from '../../src/engine/expression/dates.js'
import type { ForgottenFor, ReaderOfPatient } from '../../src/record/port.js'
import { BYTES_OF_SHOWN, createShownMemory } from '../../src/record/shown-memory.js'
import { CARD_TOPIC_SYSTEM, EXTENSION, HOUSE } from '../support/house.js'
import { codeSystem, knowledgeOf, plan, planOf, topAction } from '../support/knowledge-builder.js'

const saying = (says: string, card = 'plan/a'): CardSaying => ({ card, says })

describe('the rule', () => {
  const isSpared = (shown: string | undefined, today: string, chosen?: number, ofKnowledge = 14) =>
    sparedBy(() => shown, today, chosen)(saying('x'), ofKnowledge) !== undefined

  test.each<[string, string | undefined, string, boolean]>([
    ['what was never shown is shown', undefined, '2026-03-30', false],
    ['the same day shows it again', '2026-03-30', '2026-03-30', false],
    ['the next day spares it', '2026-03-30', '2026-03-31', true],
    ['so does the fourteenth', '2026-03-30', '2026-04-13', true],
    ['the fifteenth shows it again', '2026-03-30', '2026-04-14', false],
    ['a day to come, of a clock that was set back, spares nothing', '2026-03-31', '2026-03-30', false],
    ['over a leap day', '2028-02-28', '2028-03-13', true],
    ['and over the turn of a year', '2026-12-25', '2027-01-09', false],
  ])('%s', (_, shown, today, spared) => {
    expect(isSpared(shown, today)).toBe(spared)
    expect(isSpared(shown, today, 0)).toBe(false)
    // What a deployment chose counts, whatever the knowledge says.
    expect([isSpared(shown, today, 14, 0), isSpared(shown, today, undefined, 0)]).toEqual([spared, false])
  })

  test.each<[string, string, string, boolean]>([
    ['a minute over midnight is another day', '2026-03-30T21:59:00Z', '2026-03-30T22:01:00Z', true],
    ['one day there, though two by UTC', '2026-06-30T22:30:00Z', '2026-07-01T10:00:00Z', false],
    ['fourteen days with the night that lacks an hour', '2026-03-20T22:30:00Z', '2026-04-03T21:30:00Z', true],
    ['the fifteenth, though not yet fourteen times 24 hours', '2026-03-20T22:59:00Z', '2026-04-03T22:01:00Z', false],
    ['fourteen days with the night that has an hour twice', '2026-10-20T22:30:00Z', '2026-11-04T22:30:00Z', true],
    ['the fifteenth after that', '2026-10-20T22:30:00Z', '2026-11-04T23:01:00Z', false],
  ])("days are those of the site's calendar: %s", (_, shown, now, spared) => {
    const day = (instant: string) => clockAt(new Date(instant), 'Europe/Copenhagen').today
    expect(isSpared(day(shown), day(now))).toBe(spared)
    const [before, after] = [day(shown), day(now)]
    expect(before < firstDayThatMatters(after, 14)).toBe(!spared && before < after)
  })
})

describe('the memory', () => {
  const READER: ReaderOfPatient = { client: 'https://ehr.example.org/fhir', patient: 'p1', user: 'Practitioner/u1' }
  const note = { day: '2026-03-30', forgetBefore: '2026-03-16' }

  test('knows a reader, a patient, a client, a card and what it said, and takes none for another', () => {
    const memory = createShownMemory(100_000)
    memory.remember({ ...READER, ...note, sayings: [saying('x')] })
    expect(memory.shownTo(READER)(saying('x'))).toBe('2026-03-30')
    const others: ReaderOfPatient[] = [
      { ...READER, user: 'Practitioner/u2' },
      { ...READER, patient: 'p2' },
      { ...READER, client: 'https://other.example.org/fhir' },
    ]
    expect(others.map(other => memory.shownTo(other)(saying('x')))).toEqual([undefined, undefined, undefined])
    expect([saying('y'), saying('x', 'plan/b')].map(memory.shownTo(READER))).toEqual([undefined, undefined])
  })

  test('holds what a card said last: one that said something else since is news again', () => {
    const memory = createShownMemory(100_000)
    for (const says of ['x', 'y']) memory.remember({ ...READER, ...note, sayings: [saying(says)] })
    expect(memory.shownTo(READER)(saying('x'))).toBeUndefined()
    expect(memory.bytes()).toBe(BYTES_OF_SHOWN)
  })

  test('forgets what no longer matters, and the oldest where room is needed, which it tells', () => {
    const memory = createShownMemory(3 * BYTES_OF_SHOWN)
    const forgotten: ForgottenFor[] = []
    memory.onForgotten(why => forgotten.push(why))
    const day = (number: number) => dayOf(number * 86_400_000, 'UTC')
    for (const number of [0, 1, 2])
      memory.remember({ ...READER, day: day(number), forgetBefore: day(number - 14), sayings: [saying('x', `c${number}`)] })
    memory.remember({ ...READER, day: day(3), forgetBefore: day(2), sayings: [] })
    expect([memory.bytes(), forgotten]).toEqual([BYTES_OF_SHOWN, []])
    memory.remember({ ...READER, day: day(3), forgetBefore: day(2), sayings: ['a', 'b', 'c'].map(card => saying('x', card)) })
    expect([memory.bytes(), forgotten]).toEqual([3 * BYTES_OF_SHOWN, ['room-for-shown']])
    expect(['c2', 'a', 'b', 'c'].map(card => memory.shownTo(READER)(saying('x', card)))).toEqual([undefined, day(3), day(3), day(3)])
  })
})

const EXEMPT = 'exempt'
const ADVICE = 'advice'
const COUNTING = 'counting'

const FAMILIES: CodeSystem = {
  ...codeSystem(CARD_TOPIC_SYSTEM, { [ADVICE]: ['Råd', 'Advice'] }),
  property: ['always-shown', 'days-are-no-news'].map(code => ({ code, type: 'boolean' })),
  concept: [
    { code: ADVICE, display: 'Råd' },
    { code: EXEMPT, display: 'Altid', property: [{ code: 'always-shown', valueBoolean: true }] },
    { code: COUNTING, display: 'Dage', property: [{ code: 'days-are-no-news', valueBoolean: true }] },
  ].map(concept => ({ ...concept, designation: [{ language: 'en', value: concept.display }] })),
}
const knowledge = knowledgeOf(plan([topAction('a')]), FAMILIES)
const compiled = planOf(knowledge)

interface Told {
  id: string
  title?: string
  says?: string
  lines?: readonly string[]
  priority?: 'routine' | 'urgent' | 'stat'
  family?: string
  more?: Partial<RequestGroupAction>
}

const actionOf = ({ id, title = id, says, lines = [], priority = 'routine', family = ADVICE, more = {} }: Told): RequestGroupAction => ({
  id,
  title,
  priority,
  ...(says !== undefined && { description: says }),
  code: [{ coding: [{ system: HOUSE.names.decisionPoints, code: `POINT-${id}` }] }],
  extension: [{ url: EXTENSION.cardTopic, valueCoding: { system: CARD_TOPIC_SYSTEM, code: family } }],
  action: lines.map((description, index) => ({ id: `${id}-${index}`, description })),
  ...more,
})

const groupOf = (told: readonly Told[], contained: RequestGroup['contained'] = []): RequestGroup => ({
  resourceType: 'RequestGroup',
  status: 'draft',
  intent: 'proposal',
  subject: { reference: 'Patient/p1' },
  contained,
  action: told.map(actionOf),
})

const answered = (requestGroup: RequestGroup, more: Partial<ToCardsContext> = {}) =>
  toCards([{ plan: compiled, requestGroup, undecided: [] }], {
    hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
    language: 'da',
    knowledge,
    notRead: [],
    readInPart: [],
    ...more,
  })

const SINCE = '2026-03-16'

/** The answer to a reader who was shown what another answer said. */
function toldAfter(before: RequestGroup, now: RequestGroup, more: Partial<ToCardsContext> = {}) {
  const { sayings } = answered(before, { knownSince: () => undefined })
  const known = new Set(sayings.map(each => JSON.stringify(each)))
  return answered(now, { knownSince: each => (known.has(JSON.stringify(each)) ? SINCE : undefined), ...more })
}
const again = (told: Told, more?: Partial<ToCardsContext>) => toldAfter(groupOf([told]), groupOf([told]), more)
const summaries = ({ cards }: ReturnType<typeof answered>) => cards.map(({ summary }) => summary)

describe('a card whose reader was shown the same', () => {
  test('stays away, is named, and its decision points stay listed', () => {
    const { cards, alreadyTold, pointsOnPages } = again({ id: 'a', title: 'Træn', says: 'Det hjælper.' })
    expect(cards).toEqual([])
    expect(alreadyTold).toEqual([{ plan: compiled.canonical, action: 'a', topic: ADVICE, summary: 'Træn', since: SINCE }])
    expect(pointsOnPages).toEqual(['POINT-a'])
  })

  test.each<[string, Told]>([
    ['warns', { id: 'a', priority: 'urgent' }],
    ['is critical', { id: 'a', priority: 'stat' }],
    ['is of a family that is always shown', { id: 'a', family: EXEMPT }],
  ])('comes all the same where it %s', (_, told) => {
    expect(summaries(again(told))).toEqual(['a'])
    expect(again(told).alreadyTold).toEqual([])
  })

  test('comes all the same where it offers to change the order at hand; what it would add or take away does not matter', () => {
    const order = {
      resourceType: 'ServiceRequest',
      id: 'o1',
      status: 'draft',
      intent: 'order',
      subject: { reference: 'Patient/p1' },
    } as const
    const offering = (type: string) => {
      const offer: RequestGroupAction = { id: 'b', title: 'Skriv', type: { coding: [{ code: type }] }, resource: { reference: '#o1' } }
      const group = groupOf([{ id: 'a', more: { action: [offer] } }], [order])
      return summaries(toldAfter(group, group))
    }
    expect([offering('update'), offering('create'), offering('remove')]).toEqual([['a'], [], []])
  })

  test.each<[string, Told, Told]>([
    ['title', { id: 'a', title: 'Score 4' }, { id: 'a', title: 'Score 5' }],
    ['text', { id: 'a', says: 'Svaret 18. nov.' }, { id: 'a', says: 'Svaret 19. nov.' }],
    ['lines', { id: 'a', lines: ['x'] }, { id: 'a', lines: ['x', 'y'] }],
    ['weight', { id: 'a', priority: 'urgent' }, { id: 'a' }],
    ['action', { id: 'b', title: 'x' }, { id: 'a', title: 'x' }],
    ['count of days', { id: 'a', says: 'I 12 dage.' }, { id: 'a', says: 'I 13 dage.' }],
    [
      'number, whose family counts but days as no news,',
      { id: 'a', family: COUNTING, says: 'Score 4' },
      { id: 'a', family: COUNTING, says: 'Score 5' },
    ],
  ])('comes where its %s is another', (_, before, now) => {
    expect(toldAfter(groupOf([before]), groupOf([now])).cards).toHaveLength(1)
  })

  test('says the same on other days where its family says so', () => {
    const counting = (title: string, says: string): Told => ({ id: 'a', family: COUNTING, title, says })
    const [before, now] = [counting('Ryg, dag 9: gå en tur', 'Smerter i 1 dag.'), counting('Ryg, dag 10: gå en tur', 'Smerter i 12 dage.')]
    expect(toldAfter(groupOf([before]), groupOf([now])).cards).toEqual([])
    expect(toldAfter(groupOf([before]), groupOf([counting('Ryg, dag 10: gå en tur', 'Smerter i 12 dagligstuer.')])).cards).toHaveLength(1)
  })

  test('says the same whatever the address of its page', () => {
    const [one, other] = ['https://one.example.org', 'https://other.example.org']
    const { sayings } = answered(groupOf([{ id: 'a' }]), { knownSince: () => undefined, publicUrl: one })
    expect(answered(groupOf([{ id: 'a' }]), { knownSince: () => undefined, publicUrl: other }).sayings).toEqual(sayings)
    expect(sayings).toHaveLength(1)
  })

  test('comes where essential data was read only in part: silence must not rest on that', () => {
    const told = again({ id: 'a' }, { readInPart: ['konsultationer'] })
    expect([summaries(told), told.alreadyTold, told.sayings]).toEqual([['a'], [], []])
  })

  test('takes nothing along that another card of the answer says too', () => {
    const [shared, own] = ['Bliv i gang.', 'Ring ved lammelse.']
    const advice: Told = { id: 'a', lines: [shared, own] }
    const other: Told = { id: 'b', lines: [shared] }
    const together = answered(groupOf([advice, { ...other, lines: [shared, 'Mål kraften.'] }]))
    expect(together.cards[1]?.detail).not.toContain(shared)
    const { cards, alreadyTold } = toldAfter(groupOf([advice]), groupOf([advice, other]))
    expect([cards.map(({ summary }) => summary), cards[0]?.detail]).toEqual([['b'], `- ${shared}`])
    expect(alreadyTold.map(({ action }) => action)).toEqual(['a'])
  })

  test('is the same card whatever else the answer said', () => {
    const [shared, advice] = ['Bliv i gang.', 'b']
    const together = groupOf([
      { id: 'a', priority: 'urgent', lines: [shared] },
      { id: advice, lines: [shared, 'Mål kraften.'] },
    ])
    expect(toldAfter(together, groupOf([{ id: advice, lines: [shared, 'Mål kraften.'] }])).cards).toEqual([])
  })
})

describe('whatever was asked before', () => {
  const TEXTS = ['Bliv i gang.', 'Mål kraften.', 'Ring ved lammelse.'] as const
  const mostly = <T>(usual: T, ...others: readonly T[]) =>
    fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, ...others.map(other => ({ weight: 1, arbitrary: fc.constant(other) })))
  const anyCard = (id: string) =>
    fc.record({
      id: fc.constant(id),
      says: mostly(TEXTS[0], TEXTS[1]),
      lines: mostly<string[]>([TEXTS[2]], []),
      priority: mostly<NonNullable<Told['priority']>>('routine', 'urgent', 'stat'),
      family: fc.constant(id === 'c' ? EXEMPT : ADVICE),
    })
  const call = fc.record({
    daysLater: fc.nat({ max: 6 }),
    user: mostly('Practitioner/u1', 'Practitioner/u2'),
    patient: mostly('p1', 'p2'),
    cards: fc.tuple(anyCard('a'), anyCard('b'), anyCard('c')).chain(all => fc.subarray(all, { minLength: 2 })),
  })

  test('what stays away informs, and was shown to the same reader within the days; nothing else is lost', () => {
    let away = 0
    fc.assert(
      fc.property(fc.array(call, { minLength: 4, maxLength: 12 }), fc.constantFrom(0, 3, 14, 14), (calls, days) => {
        const memory = createShownMemory(100_000)
        const log: { who: string; day: string; told: Told }[] = []
        let today = 20_000
        for (const { daysLater, user, patient, cards: given } of calls) {
          today += daysLater
          const day = dayOf(today * 86_400_000, 'UTC')
          const reader: ReaderOfPatient = { client: 'c', patient, user }
          const { cards, alreadyTold, pointsOnPages, sayings } = answered(groupOf(given), {
            knownSince: sparedBy(memory.shownTo(reader), day, days),
          })
          const who = `${patient} ${user}`
          for (const { action, since } of alreadyTold) {
            away += 1
            const its = given.find(({ id }) => id === action)
            expect([its?.priority, its?.family]).toEqual(['routine', ADVICE])
            expect(since < day && since >= firstDayThatMatters(day, days)).toBe(true)
            expect(log).toContainEqual({ who, day: since, told: its })
          }
          const shown = given.filter(({ id }) => !alreadyTold.some(({ action }) => action === id))
          expect(cards.map(({ summary }) => summary).toSorted()).toEqual(shown.map(({ id }) => id))
          const details = cards.map(({ detail = '' }) => detail).join('\n')
          expect(shown.flatMap(({ says, lines }) => [says, ...lines]).filter(each => !details.includes(each))).toEqual([])
          const listed = cards.flatMap(({ extension }) => extension?.['org.columna.decision-points'] as string[])
          expect([...listed, ...pointsOnPages].toSorted()).toEqual(given.map(({ id }) => `POINT-${id}`))
          memory.remember({ ...reader, sayings, day, forgetBefore: firstDayThatMatters(day, days) })
          log.push(...shown.map(told => ({ who, day, told })))
        }
      }),
      { numRuns: 60 },
    )
    expect(away).toBeGreaterThan(10)
  })
})

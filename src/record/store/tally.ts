import { sql, type Kysely } from 'kysely'
import { COMMENT } from '../answer-limits.js'
import { withinMs, type PointTally, type ReasonTally, type ServiceTally, type Span, type Tally } from '../port.js'
import { nextCalls } from './calls.js'
import type { Tables } from './database.js'
import type { CallRow, CallsAsked } from './rows.js'

/** Calls that are read at one time: some milliseconds, in which a file answers nobody else. */
const CALLS_AT_ONCE = 200

/**
 * What came of the calls in a span of time, counted some calls at a time.
 * @param rest settles when others who ask have had their turn.
 */
export async function tallyOf(db: Kysely<Tables>, span: Span, rest: () => Promise<void>): Promise<Tally> {
  const { cards, calls } = await countedIn(db, span, rest)
  const points = cards.all().map(({ names: [client = '', service = '', point = ''], of }) => ({ named: { client, service, point }, of }))
  return {
    points: points.map(({ named, of }) => ({ ...named, ...of.tally() })),
    reasons: points.flatMap(({ named, of }) => of.tallyReasons().map(tally => ({ ...named, ...tally }))),
    services: calls.all().map(({ names: [client = '', service = ''], of }) => ({ client, service, ...of.tally() })),
  }
}

/** What was counted, by client, service and decision point, and by client and service. */
export interface CountedCalls {
  cards: Counted<CardsOfPoint>
  calls: Counted<CallsOfService>
}

/**
 * Counts the calls in a span of time, some at a time.
 * @param rest settles when others who ask have had their turn.
 */
export async function countedIn(db: Kysely<Tables>, span: Span, rest: () => Promise<void>): Promise<CountedCalls> {
  const cards = new Counted(() => new CardsOfPoint())
  const calls = new Counted(() => new CallsOfService())
  for (let after: CallsAsked['after'] = { at: span.from, id: '' }; ;) {
    const some = await nextCalls(db, { after, to: span.to, most: CALLS_AT_ONCE }).select(COUNTED).execute()
    const last = some.at(-1)
    if (!last) break
    for (const call of some) if (call.operation === 'call' && call.service !== null) calls.of(call.client, call.service).add(call)
    const seen = some.filter(({ shadow }) => shadow === 0).map(({ id }) => id)
    for (const card of await cardsOf(db, seen)) cards.of(card.client, card.service, card.point).add(card)
    after = last
    await rest()
  }
  return { cards, calls }
}

type CountedCall = Pick<CallRow, (typeof COUNTED)[number]>

/** Columns of a call that are counted. */
const COUNTED = ['id', 'at', 'operation', 'client', 'service', 'status', 'undecided', 'shadow', 'ms'] as const

/** A card of a call, with one of the reports on it, where there are any. */
interface ReportedCard {
  uuid: string
  client: string
  service: string
  point: string
  heldBack: string | null
  outcome: string | null
  reason: string | null
}

async function cardsOf(db: Kysely<Tables>, calls: readonly string[]): Promise<ReportedCard[]> {
  if (calls.length === 0) return []
  return db
    .selectFrom('call_card as shown')
    .leftJoin('feedback as report', join =>
      join
        .onRef('report.card', '=', 'shown.uuid')
        .onRef('report.client', '=', 'shown.client')
        .onRef('report.service', '=', 'shown.service')
        .on('shown.held_back', 'is', null),
    )
    .where('shown.call', 'in', calls)
    .select(['shown.uuid', 'shown.client', 'shown.service', 'shown.point', 'shown.held_back as heldBack', 'report.outcome'])
    .select(sql<string | null>`coalesce(report.reason_code, case when report.has_comment = 1 then ${sql.lit(COMMENT)} end)`.as('reason'))
    .execute()
}

/** What became of a card in any of its calls, each a bit: cards are many, and are told apart for as long as they are counted. */
const [SHOWN, HELD_BACK, REPORTED, ACCEPTED, OVERRIDDEN] = [1, 2, 4, 8, 16] as const

/** The cards that one decision point led. A card that came again is one card. */
class CardsOfPoint {
  private readonly came = new Map<string, number>()
  private readonly reasons = new Map<string | null, Set<string>>()

  add({ uuid, heldBack, outcome, reason }: ReportedCard): void {
    const where = heldBack === null ? SHOWN : HELD_BACK
    const report = outcome === null ? 0 : REPORTED | (outcome === 'accepted' ? ACCEPTED : 0) | (outcome === 'overridden' ? OVERRIDDEN : 0)
    this.came.set(uuid, (this.came.get(uuid) ?? 0) | where | report)
    if (outcome === 'overridden') this.reasons.set(reason, (this.reasons.get(reason) ?? new Set()).add(uuid))
  }

  tally(): Pick<PointTally, 'shown' | 'accepted' | 'overridden' | 'ignored' | 'heldBack'> {
    const tally = { shown: 0, accepted: 0, overridden: 0, ignored: 0, heldBack: 0 }
    for (const came of this.came.values()) {
      if (came & SHOWN) tally.shown += 1
      if (came & ACCEPTED) tally.accepted += 1
      if (came & OVERRIDDEN) tally.overridden += 1
      if (came & SHOWN && !(came & REPORTED)) tally.ignored += 1
      if (came & HELD_BACK) tally.heldBack += 1
    }
    return tally
  }

  /** How many cards were overridden for each reason; that for which none was given comes first. */
  tallyReasons(): Pick<ReasonTally, 'reason' | 'cards'>[] {
    const sorted = [...this.reasons].sort(([one], [other]) => inOrder(one ?? '', other ?? ''))
    return sorted.map(([reason, { size }]) => ({ reason, cards: size }))
  }
}

/** The calls of one service. */
class CallsOfService {
  private readonly tallied = { calls: 0, aborted: 0, refused: 0, undecided: 0, shadow: 0 }
  /** How many calls took so many milliseconds. */
  private readonly took = new Map<number, number>()

  add({ status, undecided, shadow, ms }: CountedCall): void {
    this.tallied.calls += 1
    if (status === null) this.tallied.aborted += 1
    else if (status >= 400) this.tallied.refused += 1
    if (undecided !== null && undecided > 0) this.tallied.undecided += 1
    this.tallied.shadow += shadow
    this.took.set(ms, (this.took.get(ms) ?? 0) + 1)
  }

  /** How many calls took so many milliseconds, the fewest first. */
  times(): [ms: number, calls: number][] {
    return [...this.took].sort(([one], [other]) => one - other)
  }

  tally(): Omit<ServiceTally, 'client' | 'service'> {
    return { ...this.tallied, p50: this.withinMs(0.5), p95: this.withinMs(0.95) }
  }

  /** Milliseconds that a part of the calls took at most. */
  private withinMs(part: number): number {
    return withinMs(this.times(), this.tallied.calls * part)
  }
}

/** What is counted of each of something, by its names. */
class Counted<T> {
  private readonly counted = new Map<string, { names: readonly string[]; of: T }>()

  constructor(private readonly make: () => T) {}

  of(...names: readonly string[]): T {
    const key = JSON.stringify(names)
    const known = this.counted.get(key) ?? { names, of: this.make() }
    this.counted.set(key, known)
    return known.of
  }

  /** All of it, in the order of its names. */
  all(): { names: readonly string[]; of: T }[] {
    return [...this.counted.values()].sort(({ names: one }, { names: other }) => {
      const place = one.findIndex((name, index) => name !== other[index])
      return inOrder(one[place] ?? '', other[place] ?? '')
    })
  }
}

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

import { withinMs, type PointCount, type ServiceCount, type WeeklyCounts, type WeeklyRecord } from '../record/port.js'
export type { CaseOfClient } from '../record/port.js'
import { defined } from '../plain-values/defined.js'
import { alone, largest, share, SMALLEST_SHOWN, wholeWithParts, type Count, type Counted } from './hidden.js'
import type { Period } from './weeks.js'

/** What came of calls, as a practice is told of it. */
export interface QualitySource {
  weekly: WeeklyRecord
  /** Whether neither practices nor figures are real. */
  isInvented: boolean
}

/** What became of the cards that one decision point led, in one practice, beside all others and the period before. */
export interface PointFigures {
  point: string
  shown: Count
  accepted: Count
  overridden: Count
  ignored: Count
  /** Parts of the shown cards that were accepted: here, in all other practices together, here in the period before. */
  share: Count
  shareOfOthers: Count
  shareBefore: Count
}

/** What became of the calls of a service. */
export interface ServiceFigures {
  service: string
  calls: Count
  /** Answered with an error. */
  refused: Count
  /** Some action could not be decided. */
  undecided: Count
  /** Milliseconds that half of the calls took at most, and 95 of a hundred; hidden where there were few. */
  p50: Count
  p95: Count
}

/** Parts of the cards of a week that were accepted. */
export interface WeekFigures {
  week: string
  share: Count
  shareOfOthers: Count
}

/** What the service said in a practice, and what was done with it. */
export interface Figures {
  /** Whole weeks, by their first days, that were counted. */
  counted: readonly string[]
  /** How many other practices the comparison is with; undefined where they are too few to be compared with. */
  others: number | undefined
  points: readonly PointFigures[]
  reasons: readonly Counted<{ reason: string }>[]
  services: readonly ServiceFigures[]
  trend: readonly WeekFigures[]
  /** Whether its newest calls may be listed: only where what is shown tells already that there were as many. */
  areCasesListed: boolean
}

/** Other practices without which none is compared: from fewer each could tell what the others did. */
export const FEWEST_OTHERS = 3

/** Calls that are listed at most. */
export const MOST_CASES = 20

/** Of which practices somebody may be told: all, or some by how they are spelled as senders. */
export type Readable = 'all' | readonly string[]

/** Those of the practices of which somebody may be told that the record knows, and the figures of one. */
export interface PracticeFigures {
  practices: readonly string[]
  /** The one that the figures are of; undefined where there is none. */
  practice: string | undefined
  figures: Figures
}

/**
 * The figures of a practice, beside all others.
 * @param asked the practice; the first unless one that is known is asked for.
 * @throws Error when the record does not answer in time.
 */
export async function figuresOf(
  record: Pick<WeeklyRecord, 'counts'>,
  { weeks, before }: Period,
  asked: string | undefined,
  readable: Readable,
): Promise<PracticeFigures> {
  const named = [...before, ...weeks].map(({ begins }) => begins)
  const among = readable === 'all' ? undefined : readable
  const counts = await record.counts({ ...defined({ client: asked, among }), weeks: named })
  const period = new Set(weeks.map(({ begins }) => begins))
  return {
    practices: counts.clients.filter(each => isReadable(each, readable)),
    practice: counts.client,
    figures: figuresFrom(counts, period, areComparable(counts, readable)),
  }
}

/** Whether somebody may be told of a practice. */
export const isReadable = (practice: string, readable: Readable): boolean => readable === 'all' || readable.includes(practice)

/** Whether the others are enough to be told of together: whoever reads of some of them could tell what the rest did. */
function areComparable({ clients, client }: WeeklyCounts, readable: Readable): boolean {
  if (client === undefined) return false
  const others = clients.filter(each => each !== client)
  const unknown = others.filter(each => !isReadable(each, readable))
  return others.length >= FEWEST_OTHERS && (unknown.length === 0 || unknown.length >= FEWEST_OTHERS)
}

function figuresFrom({ counted, clients, own, others }: WeeklyCounts, period: ReadonlySet<string>, isCompared: boolean): Figures {
  const isInPeriod = ({ week }: { week: string }): boolean => period.has(week)
  const compared = isCompared ? others : []
  const services = servicesFrom(own.services.filter(isInPeriod))
  return {
    counted: counted.filter(week => period.has(week)),
    others: isCompared ? clients.length - 1 : undefined,
    points: pointsFrom(
      own.points.filter(isInPeriod),
      compared.filter(isInPeriod),
      own.points.filter(each => !isInPeriod(each)),
    ),
    reasons: largest(
      [...grouped(own.reasons.filter(isInPeriod), ({ reason }) => reason)].map(([reason, rows]) => ({
        reason,
        count: total(rows, 'cards'),
      })),
    ),
    services,
    trend: [...period].map(week => ({
      week,
      share: shareOf(own.points.filter(each => each.week === week)),
      shareOfOthers: shareOf(compared.filter(each => each.week === week)),
    })),
    areCasesListed:
      total(
        services.map(({ calls = 0 }) => ({ calls })),
        'calls',
      ) >= MOST_CASES,
  }
}

function pointsFrom(own: readonly PointCount[], others: readonly PointCount[], before: readonly PointCount[]): PointFigures[] {
  const [ofOthers, ofBefore] = [grouped(others, pointOf), grouped(before, pointOf)]
  const figures = [...grouped(own, pointOf)].map(([point, rows]) => ({
    point,
    ...withoutFew(rows),
    shareOfOthers: shareOf(ofOthers.get(point) ?? []),
    shareBefore: withoutFew(ofBefore.get(point) ?? []).share,
  }))
  // In an order that tells nothing of what is hidden.
  return figures.sort((one, other) => (other.shown ?? 0) - (one.shown ?? 0) || (one.point < other.point ? -1 : 1))
}

const pointOf = ({ point }: PointCount): string => point

function withoutFew(rows: readonly PointCount[]): Pick<PointFigures, 'shown' | 'accepted' | 'overridden' | 'ignored' | 'share'> {
  const { whole, parts } = wholeWithParts(
    total(rows, 'shown'),
    (['accepted', 'overridden', 'ignored'] as const).map(part => total(rows, part)),
  )
  const [accepted, overridden, ignored] = parts
  return { shown: whole, accepted, overridden, ignored, share: share(accepted, whole) }
}

/** Of cards whose numbers are not shown. */
function shareOf(rows: readonly PointCount[]): Count {
  const [accepted, shown] = [total(rows, 'accepted'), total(rows, 'shown')]
  return shown - accepted < SMALLEST_SHOWN ? undefined : share(alone(accepted), shown)
}

function servicesFrom(rows: readonly ServiceCount[]): ServiceFigures[] {
  const services = [...grouped(rows, ({ service }) => service)].sort(([one], [other]) => (one < other ? -1 : 1))
  return services.map(([service, weeks]) => {
    const calls = total(weeks, 'calls')
    const took = weeks.flatMap(week => week.took).toSorted(([one], [other]) => one - other)
    const isShown = calls >= SMALLEST_SHOWN
    return {
      service,
      calls: alone(calls),
      refused: alone(total(weeks, 'refused')),
      undecided: alone(total(weeks, 'undecided')),
      p50: isShown ? withinMs(took, calls * 0.5) : undefined,
      p95: isShown ? withinMs(took, calls * 0.95) : undefined,
    }
  })
}

function grouped<T>(rows: readonly T[], nameOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const name = nameOf(row)
    const group = groups.get(name)
    if (group) group.push(row)
    else groups.set(name, [row])
  }
  return groups
}

const total = <K extends string>(rows: readonly Readonly<Record<K, number>>[], column: K): number =>
  rows.reduce((sum, row) => sum + row[column], 0)

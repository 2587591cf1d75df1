import { createHash } from 'node:crypto'
import type { PointCount, ReasonCount, ServiceCount, WeeklyCounts, WeeklyRecord } from '../record/port.js'
import { spelledSender } from '../trust/sender.js'
import invented from './quality.json' with { type: 'json' }

type Practice = (typeof invented.practices)[number]

/** Weeks that never were, of practices that do not exist, the same each time: what a practice report looks like. */
export const INVENTED_WEEKS: WeeklyRecord = {
  count: async () => undefined,
  counts: async ({ client, among, weeks }) => {
    const told = invented.practices.filter(practice => among?.includes(clientOf(practice)) ?? true)
    const own = told.find(practice => clientOf(practice) === client) ?? told[0]
    const others = invented.practices.filter(practice => practice !== own)
    return {
      counted: weeks,
      clients: invented.practices.map(clientOf),
      client: own && clientOf(own),
      own: own ? ownCounts(own, weeks) : { points: [], reasons: [], services: [] },
      others: weeks.flatMap(week => others.flatMap(practice => pointsOf(practice, week))),
    }
  },
  cases: async ({ client, to, most }) =>
    Array.from({ length: most }, (_, index) => ({
      at: to - Math.round((index + chance(client, String(index))) * TWO_HOURS),
      hookInstance: `opdigtet-${createHash('sha256').update(`${client} ${to} ${index}`).digest('hex').slice(0, 12)}`,
    })),
}

const TWO_HOURS = 7_200_000

/** A practice as the record names a client: its name, and no tenant. */
const clientOf = ({ name }: Practice): string => spelledSender(name)

const ownCounts = (practice: Practice, weeks: readonly string[]): WeeklyCounts['own'] => ({
  points: weeks.flatMap(week => pointsOf(practice, week)),
  reasons: weeks.flatMap(week => reasonsOf(practice, week)),
  services: weeks.flatMap(week => servicesOf(practice, week)),
})

const pointsOf = (practice: Practice, week: string): PointCount[] =>
  invented.points.map(({ point, aWeek, accepted: rate, overridden: refused }) => {
    const dice = (what: string): number => chance(practice.name, week, point, what)
    const shown = Math.floor(2 * aWeek * practice.size * dice('shown') + dice('more'))
    const accepted = Math.floor(shown * Math.min(0.95, rate * practice.follows * (0.75 + 0.5 * dice('accepted'))) + dice('rest'))
    const overridden = Math.min(shown - accepted, Math.floor(shown * refused * 2 * dice('overridden') + dice('rest')))
    return { week, point, shown, accepted, overridden, ignored: shown - accepted - overridden }
  })

/** Each card that was overridden has one reason. */
function reasonsOf(practice: Practice, week: string): ReasonCount[] {
  const overridden = pointsOf(practice, week).reduce((sum, { overridden: cards }) => sum + cards, 0)
  const counts = new Map<string, number>()
  for (let card = 0; card < overridden; card += 1) {
    const reason = reasonAt(chance(practice.name, week, 'reason', String(card)))
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].map(([reason, cards]) => ({ week, reason, cards }))
}

function reasonAt(part: number): string {
  let upTo = 0
  for (const { reason, weight } of invented.reasons) {
    upTo += weight
    if (part < upTo) return reason
  }
  return invented.reasons.at(-1)?.reason ?? ''
}

const servicesOf = (practice: Practice, week: string): ServiceCount[] =>
  invented.services.map(({ service, aWeek, ms, refused, undecided }) => {
    const calls = Math.round(aWeek * practice.size * (0.7 + 0.6 * chance(practice.name, week, service)))
    const some = (rate: number, what: string): number => Math.floor(calls * rate + chance(practice.name, week, service, what))
    const slow = Math.floor(calls / 12)
    return {
      week,
      service,
      calls,
      aborted: 0,
      refused: some(refused, 'refused'),
      undecided: some(undecided, 'undecided'),
      took: [
        [ms, calls - slow],
        [ms * 3, slow],
      ],
    }
  })

/** A number from 0 to below 1 that belongs to some names. */
const chance = (...names: readonly string[]): number => createHash('sha256').update(JSON.stringify(names)).digest().readUInt32BE() / 2 ** 32

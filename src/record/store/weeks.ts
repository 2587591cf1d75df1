import type { Kysely, Transaction } from 'kysely'
import { PAGE_SENDERS } from '../../trust/sender.js'
import type { CaseOfClient, CasesAsked, PointCount, Week, WeeklyCounts, WeeksAsked } from '../port.js'
import type { Tables } from './database.js'
import { inParts } from './in-parts.js'
import type { WeekPointRow, WeekReasonRow, WeekServiceRow } from './rows.js'
import { countedIn, type CountedCalls } from './tally.js'
import type { Writer } from './writer.js'

type Rest = () => Promise<void>

/** What is counted of each week. */
type WeekTables = Pick<Tables, 'week_point' | 'week_reason' | 'week_service'>

/** What people try in pages of ours is nobody's practice. */
const OF_OUR_PAGES = `${PAGE_SENDERS}%`

/** Those of some weeks that have to be counted. */
export async function uncountedOf(db: Kysely<Tables>, weeks: readonly Week[]): Promise<Week[]> {
  const known = await db.selectFrom('week_counted').where('standing', '=', 'counted').select('week').execute()
  const counted = new Set(known.map(({ week }) => week))
  return weeks.filter(({ begins }) => !counted.has(begins))
}

/**
 * Counts a week and keeps that in place of what was counted before. A report that comes meanwhile has it counted again.
 * @param rest settles when others who ask have had their turn.
 */
export async function countWeek(db: Kysely<Tables>, writer: Writer, week: Week, rest: Rest): Promise<void> {
  const { begins, from, to } = week
  await writer.write(
    transaction =>
      transaction
        .insertInto('week_counted')
        .values({ week: begins, from_at: from, to_at: to, standing: 'counting', is_counted: 0 })
        .onConflict(conflict => conflict.column('week').doUpdateSet({ from_at: from, to_at: to, standing: 'counting' }))
        .execute(),
    false,
  )
  const counted = await countedIn(db, week, rest)
  await writer.write(async transaction => {
    await deleteWeeks(transaction, [begins])
    for (const rows of inParts(pointRows(begins, counted))) await transaction.insertInto('week_point').values(rows).execute()
    for (const rows of inParts(reasonRows(begins, counted))) await transaction.insertInto('week_reason').values(rows).execute()
    for (const rows of inParts(serviceRows(begins, counted))) await transaction.insertInto('week_service').values(rows).execute()
    const counts = transaction.updateTable('week_counted').where('week', '=', begins)
    await counts.set({ is_counted: 1 }).execute()
    await counts.set({ standing: 'counted' }).where('standing', '=', 'counting').execute()
  }, false)
}

/**
 * Has the weeks counted again in which cards were shown that reports came on: few, however often they were shown, and in one order, so
 * that of two processes one waits for the other, and never both.
 */
export async function markReported(transaction: Transaction<Tables>, cards: readonly string[]): Promise<void> {
  const shown: number[] = []
  for (const some of inParts([...new Set(cards)])) {
    const found = await transaction.selectFrom('call_card').where('uuid', 'in', some).select('at').distinct().execute()
    shown.push(...found.map(({ at }) => at))
  }
  if (shown.length === 0) return
  const weeks = await transaction.selectFrom('week_counted').where('standing', '<>', 'stale').selectAll().orderBy('week').execute()
  for (const { week, from_at: from, to_at: to } of weeks)
    if (shown.some(at => from <= at && at < to))
      await transaction.updateTable('week_counted').set({ standing: 'stale' }).where('week', '=', week).execute()
}

/** Deletes weeks that began before the rows of their calls are kept. @returns how many. */
export async function expireWeeks(transaction: Transaction<Tables>, before: number): Promise<number> {
  const expired = await transaction.selectFrom('week_counted').where('from_at', '<', before).select('week').execute()
  const weeks = expired.map(({ week }) => week)
  if (weeks.length === 0) return 0
  await deleteWeeks(transaction, weeks)
  await transaction.deleteFrom('week_counted').where('week', 'in', weeks).execute()
  return weeks.length
}

async function deleteWeeks(transaction: Transaction<Tables>, weeks: readonly string[]): Promise<void> {
  for (const table of ['week_point', 'week_reason', 'week_service'] as const)
    await transaction.deleteFrom(table).where('week', 'in', weeks).execute()
}

/** What was counted of some weeks, each kind read by itself. */
export async function weeklyOf(db: Kysely<Tables>, { client: asked, among, weeks }: WeeksAsked, rest: Rest): Promise<WeeklyCounts> {
  const clients = await clientsIn(db, weeks)
  await rest()
  const told = among ? clients.filter(each => among.includes(each)) : clients
  const client = asked !== undefined && told.includes(asked) ? asked : told[0]
  const counted = await countedAmong(db, weeks)
  // Nobody's counts are not those of whoever is called nothing.
  if (client === undefined) return { counted, clients, client, own: { points: [], reasons: [], services: [] }, others: [] }
  const own = await ownIn(db, weeks, client, rest)
  const others = await othersIn(db, weeks, client)
  await rest()
  return { counted, clients, client, own, others }
}

async function countedAmong(db: Kysely<Tables>, weeks: readonly string[]): Promise<string[]> {
  // Counts that a later report will change a little are shown until they are counted again.
  const counted = await db.selectFrom('week_counted').where('is_counted', '=', 1).where('week', 'in', weeks).select('week').execute()
  const known = new Set(counted.map(({ week }) => week))
  return weeks.filter(week => known.has(week))
}

async function clientsIn(db: Kysely<Tables>, weeks: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('week_service')
    .where('week', 'in', weeks)
    .where('client', 'not like', OF_OUR_PAGES)
    .select('client')
    .distinct()
    .execute()
  return rows.map(({ client }) => client).sort()
}

async function ownIn(db: Kysely<Tables>, weeks: readonly string[], client: string, rest: Rest): Promise<WeeklyCounts['own']> {
  const rowsOf = async <Of extends keyof WeekTables>(table: Of): Promise<WeekTables[Of][]> => {
    const own = (db as Kysely<WeekTables>).selectFrom<keyof WeekTables>(table).where('week', 'in', weeks).where('client', '=', client)
    const rows = await own.orderBy('week').selectAll().execute()
    await rest()
    return rows as WeekTables[Of][]
  }
  const [points, reasons, services] = [await rowsOf('week_point'), await rowsOf('week_reason'), await rowsOf('week_service')]
  return {
    points: points.map(({ client: _client, ...row }) => row),
    reasons: reasons.map(({ client: _client, ...row }) => row),
    services: services.map(({ client: _client, took, ...row }) => ({ ...row, took: JSON.parse(took) as [number, number][] })),
  }
}

async function othersIn(db: Kysely<Tables>, weeks: readonly string[], client: string): Promise<PointCount[]> {
  const rows = await db
    .selectFrom('week_point')
    .where('week', 'in', weeks)
    .where('client', '<>', client)
    .where('client', 'not like', OF_OUR_PAGES)
    .groupBy(['week', 'point'])
    .orderBy('week')
    .select(['week', 'point'])
    .select(({ fn }) => (['shown', 'accepted', 'overridden', 'ignored'] as const).map(count => fn.sum<number | string>(count).as(count)))
    .execute()
  return rows.map(({ week, point, shown, accepted, overridden, ignored }) => ({
    week,
    point,
    shown: Number(shown),
    accepted: Number(accepted),
    overridden: Number(overridden),
    ignored: Number(ignored),
  }))
}

/** Calls that are looked through at one time, and in all. */
const [LOOKED_THROUGH_AT_ONCE, MOST_LOOKED_THROUGH] = [1_000, 50_000] as const

/** The newest calls of a client, as far as they are among the newest of all. */
export async function casesOf(db: Kysely<Tables>, { client, from, to, most }: CasesAsked, rest: Rest): Promise<CaseOfClient[]> {
  const found: CaseOfClient[] = []
  let before = { at: to, id: '' }
  for (let looked = 0; looked < MOST_LOOKED_THROUGH && found.length < most; looked += LOOKED_THROUGH_AT_ONCE) {
    const some = await db
      .selectFrom('call')
      .where('at', '>=', from)
      .where('at', '<=', before.at)
      .where(row => row.or([row('at', '<', before.at), row('id', '<', before.id)]))
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(LOOKED_THROUGH_AT_ONCE)
      .select(['id', 'at', 'client', 'operation', 'hook_instance'])
      .execute()
    for (const { at, client: of, operation, hook_instance: hookInstance } of some)
      if (of === client && operation === 'call' && hookInstance !== null) found.push({ at, hookInstance })
    const last = some.at(-1)
    if (!last || some.length < LOOKED_THROUGH_AT_ONCE) break
    before = last
    await rest()
  }
  return found.slice(0, most)
}

function pointRows(week: string, { cards }: CountedCalls): WeekPointRow[] {
  const rows = new Map<string, WeekPointRow>()
  for (const { names, of } of cards.all()) {
    const [client = '', , point = ''] = names
    const { shown, accepted, overridden, ignored } = of.tally()
    if (shown === 0) continue
    const row = rows.get(`${client} ${point}`) ?? { week, client, point, shown: 0, accepted: 0, overridden: 0, ignored: 0 }
    row.shown += shown
    row.accepted += accepted
    row.overridden += overridden
    row.ignored += ignored
    rows.set(`${client} ${point}`, row)
  }
  return [...rows.values()]
}

function reasonRows(week: string, { cards }: CountedCalls): WeekReasonRow[] {
  const rows = new Map<string, WeekReasonRow>()
  for (const { names, of } of cards.all()) {
    const [client = ''] = names
    for (const { reason, cards: overridden } of of.tallyReasons()) {
      const row = rows.get(`${client} ${reason ?? ''}`) ?? { week, client, reason: reason ?? '', cards: 0 }
      row.cards += overridden
      rows.set(`${client} ${reason ?? ''}`, row)
    }
  }
  return [...rows.values()]
}

const serviceRows = (week: string, { calls }: CountedCalls): WeekServiceRow[] =>
  calls.all().map(({ names: [client = '', service = ''], of }) => {
    const { calls: count, aborted, refused, undecided } = of.tally()
    return { week, client, service, calls: count, aborted, refused, undecided, took: JSON.stringify(roundedUp(of.times())) }
  })

/** Milliseconds rounded up to two digits, so that a week holds few of them. */
function roundedUp(times: readonly (readonly [ms: number, calls: number])[]): [number, number][] {
  const rounded = new Map<number, number>()
  for (const [ms, calls] of times) {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, ms))) - 1)
    const up = Math.ceil(ms / step) * step
    rounded.set(up, (rounded.get(up) ?? 0) + calls)
  }
  return [...rounded]
}

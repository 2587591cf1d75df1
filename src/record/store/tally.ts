import { sql, type Kysely } from 'kysely'
import { COMMENT } from '../answer-limits.js'
import type { PointTally, ReasonTally, ServiceTally, Span, Tally } from '../port.js'
import type { Tables } from './database.js'

/**
 * What came of the calls in a span of time. A day of 3,000 calls takes some 90 ms of processor time, in which a file answers
 * nobody else: whoever wants more asks for one day after the other.
 */
export async function tallyOf(db: Kysely<Tables>, span: Span): Promise<Tally> {
  return { points: await pointsIn(db, span), reasons: await reasonsIn(db, span), services: await servicesIn(db, span) }
}

/** Cards of calls that were not in shadow, with all reports on them; a card that came again is one card. */
const cards = ({ from, to }: Span) => sql`
  from call_card as shown
  inner join call on call.id = shown.call and call.shadow = 0
  left join feedback as report
    on report.card = shown.uuid and report.client = shown.client and report.service = shown.service and shown.held_back is null
  where shown.at >= ${from} and shown.at < ${to}`

const distinctCards = (condition: string) => sql`count(distinct case when ${sql.raw(condition)} then shown.uuid end)`

async function pointsIn(db: Kysely<Tables>, span: Span): Promise<PointTally[]> {
  const { rows } = await sql<PointTally>`
    select shown.client as client, shown.service as service, shown.point as point,
      ${distinctCards('shown.held_back is null')} as "shown",
      ${distinctCards("report.outcome = 'accepted'")} as "accepted",
      ${distinctCards("report.outcome = 'overridden'")} as "overridden",
      ${distinctCards('shown.held_back is null and report.identity is null')} as "ignored",
      ${distinctCards('shown.held_back is not null')} as "heldBack"
    ${cards(span)}
    group by shown.client, shown.service, shown.point
    order by shown.client, shown.service, shown.point`.execute(db)
  return rows
}

async function reasonsIn(db: Kysely<Tables>, span: Span): Promise<ReasonTally[]> {
  const reason = sql`coalesce(report.reason_code, case when report.has_comment = 1 then ${sql.lit(COMMENT)} end)`
  const { rows } = await sql<ReasonTally>`
    select shown.client as client, shown.service as service, shown.point as point, ${reason} as reason, count(distinct shown.uuid) as "cards"
    ${cards(span)} and report.outcome = 'overridden'
    group by shown.client, shown.service, shown.point, ${reason}
    order by shown.client, shown.service, shown.point, ${reason}`.execute(db)
  return rows
}

async function servicesIn(db: Kysely<Tables>, { from, to }: Span): Promise<ServiceTally[]> {
  const { rows } = await sql<ServiceTally>`
    with ranked as (
      select client, service, status, undecided, shadow, ms,
        row_number() over (partition by client, service order by ms) as place, count(*) over (partition by client, service) as calls
      from call where operation = 'call' and service is not null and at >= ${from} and at < ${to})
    select client, service, count(*) as "calls",
      sum(case when status is null then 1 else 0 end) as "aborted",
      sum(case when status >= 400 then 1 else 0 end) as "refused",
      sum(case when undecided > 0 then 1 else 0 end) as "undecided",
      sum(shadow) as "shadow",
      min(case when place >= calls * 0.5 then ms end) as "p50",
      min(case when place >= calls * 0.95 then ms end) as "p95"
    from ranked group by client, service order by client, service`.execute(db)
  return rows
}

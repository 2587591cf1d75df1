import { isDay } from '../engine/expression/dates.js'
import { CdsError } from '../errors.js'
import { csvOf } from '../quality/csv.js'
import { readMeasureReports } from '../quality/measure-reports.js'
import { figuresOf, MOST_CASES, type PracticeFigures, type QualitySource } from '../quality/report.js'
import { periodAsked, type AskedPeriod, type Period } from '../quality/weeks.js'
import type { CaseOfClient } from '../record/port.js'
import type { ServerEnvironment } from './environment.js'
import type { Asked, Reply } from './reply.js'

/** The practice report as a page, or with `format=csv` as a table. */
export async function qualityReport(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  if (asked.query.format === 'csv') return qualityCsv(asked, environment)
  const { pages, quality, qualityReports, timeZone } = environment
  const language = pages.languageOf(asked.query.lang)
  const period = periodIn(asked, environment)
  const [charts, record] = await Promise.all([
    qualityReports === undefined ? undefined : readMeasureReports(qualityReports),
    quality && recordOf(quality, period, asked),
  ])
  const body = pages.quality({ period, timeZone, ...(record && { record }), ...(charts && { charts }) }, language)
  return { type: 'text/html', body, language }
}

/** The figures of the record as a table for spreadsheets. */
export async function qualityCsv(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  const { quality } = environment
  if (!quality) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'No record of calls is kept here. CDS_STORE chooses where one is.')
  const period = periodIn(asked, environment)
  const found = await told(figuresOf(quality.weekly, period, practiceIn(asked)))
  return { type: 'text/csv', body: csvOf({ ...found, period, isInvented: quality.isInvented }), fileName: 'practice-report.csv' }
}

async function recordOf(
  { weekly, isInvented }: QualitySource,
  period: Period,
  asked: Asked,
): Promise<PracticeFigures & { isInvented: boolean; cases: readonly CaseOfClient[] }> {
  const found = await told(figuresOf(weekly, period, practiceIn(asked)))
  const [first, last] = [period.weeks[0], period.weeks.at(-1)]
  const isListed = found.practice !== undefined && found.figures.areCasesListed && first && last
  const cases = isListed ? await told(weekly.cases({ client: found.practice ?? '', from: first.from, to: last.to, most: MOST_CASES })) : []
  return { ...found, isInvented, cases }
}

/** What the record tells; a record that is down is told of as the service tells of it elsewhere. */
async function told<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (cause) {
    throw new CdsError('CDS_NOT_READY', 'The record does not answer at the moment. Ask again in a minute.', [], { cause })
  }
}

const practiceIn = ({ query: { practice } }: Asked): string | undefined =>
  typeof practice === 'string' && practice !== '' ? practice : undefined

function periodIn({ query }: Asked, { now, timeZone }: ServerEnvironment): Period {
  const asked: AskedPeriod = {}
  for (const name of ['from', 'to'] as const) {
    const day = query[name]
    if (day === undefined || day === '') continue
    if (typeof day !== 'string' || !isDay(day))
      throw new CdsError('CDS_REQUEST_INVALID', `Give \`${name}\` as a day such as 2026-03-30, or leave it out.`)
    asked[name] = day
  }
  return periodAsked(asked, now(), timeZone)
}

import { isDay } from '../engine/expression/dates.js'
import { CdsError } from '../errors.js'
import { csvOf } from '../quality/csv.js'
import { readableReports, readMeasureReports } from '../quality/measure-reports.js'
import { figuresOf, isReadable, MOST_CASES, type PracticeFigures, type QualitySource, type Readable } from '../quality/report.js'
import { periodAsked, type AskedPeriod, type Period } from '../quality/weeks.js'
import type { CaseOfClient } from '../record/port.js'
import { readablePractices } from '../sign-in/readable-practices.js'
import { practiceRefused, signInRequired } from '../sign-in/refusals.js'
import type { ServerEnvironment } from './environment.js'
import type { Asked, Reply } from './reply.js'

/** The practice report as a page, or with `format=csv` as a table. */
export async function qualityReport(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  if (asked.query.format === 'csv') return qualityCsv(asked, environment)
  const { pages, quality, qualityReports, timeZone } = environment
  const language = pages.languageOf(asked.query.lang)
  const period = periodIn(asked, environment)
  const of = await practicesAsked(asked, environment)
  const [charts, record] = await Promise.all([
    qualityReports === undefined ? undefined : readMeasureReports(qualityReports).then(found => readableReports(found, of.readable)),
    quality && recordOf(quality, period, of),
  ])
  const body = pages.quality({ period, timeZone, ...(record && { record }), ...(charts && { charts }) }, language)
  return { type: 'text/html', body, language }
}

/** The figures of the record as a table for spreadsheets. */
export async function qualityCsv(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  const { quality } = environment
  if (!quality) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'No record of calls is kept here. CDS_STORE chooses where one is.')
  const period = periodIn(asked, environment)
  const { practice, readable } = await practicesAsked(asked, environment)
  const found = await told(figuresOf(quality.weekly, period, practice, readable))
  return { type: 'text/csv', body: csvOf({ ...found, period, isInvented: quality.isInvented }), fileName: 'practice-report.csv' }
}

async function recordOf(
  { weekly, isInvented }: QualitySource,
  period: Period,
  { practice, readable }: PracticesAsked,
): Promise<PracticeFigures & { isInvented: boolean; cases: readonly CaseOfClient[] }> {
  const found = await told(figuresOf(weekly, period, practice, readable))
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

/** Which practice is asked for, among those of which whoever asks may be told. */
interface PracticesAsked {
  practice: string | undefined
  readable: Readable
}

/** @throws CdsError CDS_PRACTICE_REFUSED where the reader may be told of none, or not of the one that they ask for. */
async function practicesAsked(asked: Asked, environment: ServerEnvironment): Promise<PracticesAsked> {
  const { practice: named } = asked.query
  const practice = typeof named === 'string' && named !== '' ? named : undefined
  const readable = await readableBy(asked, environment)
  if (practice !== undefined && !isReadable(practice, readable)) throw practiceRefused()
  return { practice, readable }
}

async function readableBy({ head }: Asked, { signIn, senderAt, arePagesOpen }: ServerEnvironment): Promise<Readable> {
  const session = await signIn?.sessionOf(head)
  if (signIn && session) return readablePractices(session.person, { isEveryPracticeShown: signIn.isEveryPracticeShown, senderAt })
  // Anybody is shown the pages of the demonstration, where nobody signs in.
  if (signIn?.way === undefined && arePagesOpen) return 'all'
  throw signInRequired()
}

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

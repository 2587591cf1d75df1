import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MeasureReport, MeasureReportGroup } from 'fhir/r4.js'
import { defined } from '../plain-values/defined.js'
import { isObject } from '../plain-values/json.js'
import { senderIn, writtenSender } from '../trust/sender.js'
import { share, SMALLEST_SHOWN, wholeWithParts, type Count } from './hidden.js'
import type { Readable } from './report.js'

/** What the charts of some patients say, as a MeasureReport tells it. */
export interface ChartFigures {
  /** Canonical of the measure. */
  measure: string
  /** Which of its groups, in words. */
  group?: string
  /** Who reports, where it says. */
  reporter?: string
  /** Which practice that is: its client, or `client/tenant`, as its identifier says or else its name. */
  practice?: string
  /** `YYYY-MM-DD`. */
  from?: string
  to?: string
  /** Those whom the measure is about but for who is excluded, and those of them of whom it is true; neither where one could be found out who is hidden. */
  denominator: Count
  numerator: Count
  share: Count
}

/** What was found in the folder. */
export interface ChartReports {
  reports: readonly ChartFigures[]
  /** Names of files that are no summary MeasureReport. */
  unread: readonly string[]
}

/** Most files that are read: a folder of many more is not what was meant. */
const MOST_FILES = 200

/** Reads the summaries that a site put in a folder. A folder or a file that cannot be read is named among `unread`. */
export async function readMeasureReports(folder: string): Promise<ChartReports> {
  const names = await readdir(folder).catch(() => undefined)
  if (!names) return { reports: [], unread: [folder] }
  const reports: ChartFigures[] = []
  const unread: string[] = []
  for (const name of names
    .filter(each => each.endsWith('.json'))
    .sort()
    .slice(0, MOST_FILES)) {
    const found = await reportIn(join(folder, name))
    if (found) reports.push(...figuresIn(found))
    else unread.push(name)
  }
  return { reports, unread }
}

async function reportIn(path: string): Promise<MeasureReport | undefined> {
  try {
    const written = JSON.parse(await readFile(path, 'utf8')) as unknown
    return isObject(written) &&
      written.resourceType === 'MeasureReport' &&
      typeof written.measure === 'string' &&
      written.type === 'summary'
      ? (written as unknown as MeasureReport)
      : undefined
  } catch {
    return undefined
  }
}

function figuresIn({ measure, reporter, period, group = [] }: MeasureReport): ChartFigures[] {
  const before: ChartFigures[] = []
  for (const each of group) {
    const [of, numerator] = [countIn(each, 'denominator'), countIn(each, 'numerator')]
    if (of === undefined || numerator === undefined) continue
    const denominator = of - (countIn(each, 'denominator-exclusion') ?? 0)
    const { whole, parts } = wholeWithParts(denominator, [numerator, denominator - numerator])
    const isFar = before.every(shown => isFarFrom(shown.denominator, whole) && isFarFrom(shown.numerator, parts[0]))
    const among = isFar ? whole : undefined
    const met = isFar ? parts[0] : undefined
    before.push({
      measure,
      ...(each.code?.text !== undefined && { group: each.code.text }),
      ...defined({ reporter: reporter?.display, practice: practiceOf(reporter) }),
      ...(period?.start !== undefined && { from: period.start.slice(0, 10) }),
      ...(period?.end !== undefined && { to: period.end.slice(0, 10) }),
      denominator: among,
      numerator: met,
      share: share(met, among),
    })
  }
  return before
}

/** Who reports, by the name that an operator gave it; a report that names nobody is of the whole site. */
const practiceOf = (reporter: MeasureReport['reporter']): string | undefined =>
  reporter && (reporter.identifier?.value ?? reporter.display ?? reporter.reference ?? 'unnamed')

/** Those of the reports of which somebody may be told: of the whole site, and of their own practices. */
export function readableReports({ reports, unread }: ChartReports, readable: Readable): ChartReports {
  if (readable === 'all') return { reports, unread }
  const own = new Set(readable.map(senderIn).map(sender => sender && writtenSender(sender)))
  // What lies in the folder is for whoever runs the site.
  return { reports: reports.filter(({ practice }) => practice === undefined || own.has(practice)), unread: [] }
}

/** Whether two counts tell of nobody by their difference: the groups of a measure may hold one another, as 28 days are within 42. */
const isFarFrom = (one: Count, other: Count): boolean =>
  one === undefined || other === undefined || one === other || Math.abs(one - other) >= SMALLEST_SHOWN

const countIn = ({ population = [] }: MeasureReportGroup, code: string): number | undefined =>
  population.find(({ code: of }) => of?.coding?.some(coding => coding.code === code))?.count

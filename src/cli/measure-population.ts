import type { MeasureReport, MeasureReportGroup } from 'fhir/r4.js'
import { isDay } from '../engine/expression/dates.js'
import { measurePopulation, type MeasureSummary } from '../population/measure-population.js'
import type { Outcome } from './command-page.js'
import { leftOutLines, runOptions, usage, written, type RunWords } from './run-options.js'
import type { Teller } from './teller.js'

/** What the command is told. */
export interface MeasureOptions extends RunWords {
  from?: string | undefined
  to?: string | undefined
  measure?: readonly string[] | undefined
}

/**
 * Measures the patients of an export. Answers 0: lines that were skipped are told, and cost no patient but their own.
 * @param folder of the knowledge.
 * @throws CliError COLUMNA_USAGE that says which word is wrong; Error that says why the run cannot go on.
 */
export async function answerMeasures(
  folder: string,
  { from, to, measure = [], ...words }: MeasureOptions,
  teller: Teller,
): Promise<Outcome> {
  if (from === undefined || to === undefined || !isDay(from) || !isDay(to) || from > to)
    throw usage('Give --from and --to, the first and the last day of the period, such as --from 2025-07-01 --to 2025-12-31.')
  const summary = await measurePopulation({ ...runOptions(folder, words, teller), measures: measure, period: { start: from, end: to } })
  teller.tell(...summaryLines(summary))
  teller.tellJson(summary)
  return 0
}

/** What came of a run, for a reader. */
function summaryLines(summary: MeasureSummary): string[] {
  const { patients, reports } = summary
  return [`${written(patients)} patients measured.`, ...reports.flatMap(reportLines), ...leftOutLines(summary)]
}

const reportLines = ({ measure, group = [] }: MeasureReport): string[] =>
  group.map(each => `  ${[idOf(measure), each.id].join(' ').padEnd(52)} ${figures(each)}`)

/** The id of a measure, as its canonical ends. */
const idOf = (canonical: string): string => /([^/|]+)(\|.*)?$/.exec(canonical)?.[1] ?? canonical

function figures({ population = [], measureScore, extension = [] }: MeasureReportGroup): string {
  const countOf = (code: string): number => population.find(({ code: each }) => each?.coding?.[0]?.code === code)?.count ?? 0
  const among = countOf('denominator') - countOf('denominator-exclusion')
  const share = measureScore?.value === undefined ? '' : ` (${(100 * measureScore.value).toFixed(1)} %)`
  const open = extension[0]?.valueInteger
  return `${written(countOf('numerator'))} of ${written(among)}${share}${open === undefined ? '' : `, of ${written(open)} it cannot be told`}`
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { MeasureReport } from 'fhir/r4.js'
import type { MeasurePeriod } from '../engine/apply/measure-period.js'
import { measureReport } from '../engine/apply/measure-report.js'
import { urlOf } from '../engine/model/canonical.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { measuresOf } from './asked.js'
import { writeWhole } from './lane.js'
import type { RunReport } from './report.js'
import { runPopulation, type RunOptions } from './run.js'

/** The figures of a population. */
export interface MeasureSummary extends Omit<RunReport, 'counts'> {
  reports: MeasureReport[]
}

/** What a population is measured by. */
export interface MeasuringOptions extends RunOptions {
  /** Ids or canonicals; all measures of the knowledge where there is none. */
  measures: readonly string[]
  period: MeasurePeriod
}

/** Measures every patient of a bulk export. @throws Error as `runPopulation`. */
export function measurePopulation({ measures, period, ...options }: MeasuringOptions): Promise<MeasureSummary> {
  const named = (loaded: LoadedKnowledge) => measuresOf(measures, loaded)
  return runPopulation(
    options,
    loaded => ({ measures: named(loaded).map(({ resource }) => resource.id ?? ''), period }),
    ({ counts, now, knowledge, patients, ...rest }, loaded, plan) => {
      const { profile } = loaded.knowledge
      const reports = named(loaded).map(measure =>
        measureReport(measure, countsOf(measure.resource.id ?? '', counts), {
          period,
          date: now,
          language: profile.languages[0],
          names: profile.names,
        }),
      )
      // Figures of a part are not those of everybody.
      if (plan.part.count === 1) writeReports(reports, join(plan.output, 'reports'))
      return { now, knowledge, patients, reports, ...rest }
    },
  )
}

/** Writes each report as a file of its own, as the practice report reads them. */
function writeReports(reports: readonly MeasureReport[], folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const report of reports) {
    const id = urlOf(report.measure).split('/').at(-1) ?? 'measure'
    writeWhole(join(folder, `${id}.json`), `${JSON.stringify(report, undefined, 2)}\n`)
  }
}

/** What of all counts is of one measure. */
const countsOf = (id: string, counts: RunReport['counts']): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts)
      .filter(([name]) => name.startsWith(`${id} `))
      .map(([name, count]) => [name.slice(id.length + 1), count]),
  )

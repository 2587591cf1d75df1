import type { MeasureReport } from 'fhir/r4.js'
import type { MeasurePeriod } from '../engine/apply/measure-period.js'
import { measureReport } from '../engine/apply/measure-report.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { measuresOf } from './asked.js'
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
    ({ counts, now, knowledge, patients, ...rest }, loaded) => ({
      now,
      knowledge,
      patients,
      reports: named(loaded).map(measure => {
        const { profile } = loaded.knowledge
        return measureReport(measure, countsOf(measure.resource.id ?? '', counts), {
          period,
          date: now,
          language: profile.languages[0],
          names: profile.names,
        })
      }),
      ...rest,
    }),
  )
}

/** What of all counts is of one measure. */
const countsOf = (id: string, counts: RunReport['counts']): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts)
      .filter(([name]) => name.startsWith(`${id} `))
      .map(([name, count]) => [name.slice(id.length + 1), count]),
  )

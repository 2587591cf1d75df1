import { COUNTED } from './ask-patient.js'
import { usualServices } from './asked.js'
import type { RunReport } from './report.js'
import { runPopulation, type RunOptions } from './run.js'

/** What a population would be told. */
export interface PopulationSummary extends Omit<RunReport, 'counts'> {
  /** Patients for whom anything speaks, and for whom something could not be decided. */
  spokenFor: number
  undecided: number
  /** Patients of whom records or values could not be used. */
  withUnusable: number
  /** Patients by the decision point that speaks for them. */
  byPoint: Record<string, number>
}

/** What a population is asked. */
export interface PopulationOptions extends RunOptions {
  /** The services of a patient's chart where neither services nor plans are chosen. */
  services: readonly string[]
  plans: readonly string[]
}

/** Asks of every patient of a bulk export what they would be told. @throws Error as `runPopulation`. */
export const askPopulation = ({ services, plans, ...options }: PopulationOptions): Promise<PopulationSummary> =>
  runPopulation(options, loaded => ({ services: services.length + plans.length > 0 ? services : usualServices(loaded), plans }), summaryOf)

function summaryOf({ counts, now, knowledge, patients, ...rest }: RunReport): PopulationSummary {
  const points = Object.entries(counts).filter(([name]) => name.startsWith(COUNTED.point))
  return {
    now,
    knowledge,
    patients,
    spokenFor: counts[COUNTED.spokenFor] ?? 0,
    undecided: counts[COUNTED.undecided] ?? 0,
    withUnusable: counts[COUNTED.unusable] ?? 0,
    byPoint: Object.fromEntries(points.map(([name, count]) => [name.slice(COUNTED.point.length), count] as const).sort(byName)),
    ...rest,
  }
}

const byName = ([one]: readonly [string, number], [other]: readonly [string, number]): number => (one < other ? -1 : 1)

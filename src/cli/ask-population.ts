import { askPopulation, type PopulationSummary } from '../population/ask-population.js'
import type { Outcome } from './command-page.js'
import { leftOutLines, runOptions, written, type RunWords } from './run-options.js'
import type { Teller } from './teller.js'

/** What the command is told. */
export interface PopulationOptions extends RunWords {
  service?: readonly string[] | undefined
  plan?: readonly string[] | undefined
}

/**
 * Asks the patients of an export what they would be told. Answers 0: lines that were skipped are told, and cost no patient but their own.
 * @param folder of the knowledge.
 * @throws CliError COLUMNA_USAGE that says which word is wrong; Error that says why the run cannot go on.
 */
export async function answerPopulation(
  folder: string,
  { service = [], plan = [], ...words }: PopulationOptions,
  teller: Teller,
): Promise<Outcome> {
  const summary = await askPopulation({ ...runOptions(folder, words, teller), services: service, plans: plan })
  teller.tell(...summaryLines(summary))
  teller.tellJson(summary)
  return 0
}

/** Most decision points that are told; summary.json holds them all. */
const MOST_TOLD = 20

/** What came of a run, for a reader. */
function summaryLines(summary: PopulationSummary): string[] {
  const { patients, spokenFor, undecided, withUnusable, byPoint, now } = summary
  const points = Object.entries(byPoint).sort(([, one], [, other]) => other - one)
  const more = points.length - MOST_TOLD
  return [
    `${written(patients)} patients at ${now}: something speaks for ${written(spokenFor)}, something could not be decided for ${written(undecided)}, part of the records of ${written(withUnusable)} could not be used.`,
    ...points.slice(0, MOST_TOLD).map(([point, number]) => `  ${point.padEnd(12)} ${written(number)}`),
    ...(more > 0 ? [`  and ${more} more decision points in summary.json`] : []),
    ...leftOutLines(summary),
  ]
}

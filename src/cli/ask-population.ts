import { resolve } from 'node:path'
import { availableParallelism } from 'node:os'
import { LINE_FAULTS, type LineFaultCode } from '../population/line-faults.js'
import type { Summary } from '../population/report.js'
import { askPopulation } from '../population/run.js'
import { readKnowledgeSettings, readSettings } from '../settings.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { instantAsked } from './instant.js'
import { runProgress } from './run-progress.js'
import type { Teller, TellingStream } from './teller.js'

/** What the command is told. */
export interface PopulationOptions {
  input?: string | undefined
  output?: string | undefined
  now?: string | undefined
  service?: readonly string[] | undefined
  plan?: readonly string[] | undefined
  workers?: string | undefined
  part?: string | undefined
}

/**
 * Asks of every patient of a bulk export what they would be told, by the settings of the environment, and tells what came of it.
 * @param folder of the knowledge.
 * @param err where progress is told.
 * @throws CliError COLUMNA_USAGE that says which word is wrong; Error that says why the run cannot go on.
 */
async function populationSummary(
  folder: string,
  { input, output, now, service = [], plan = [], workers, part }: PopulationOptions,
  err: TellingStream,
): Promise<Summary> {
  if (input === undefined || output === undefined)
    throw usage('Give --input, the folder that a bulk export was saved to, and --output, the folder that the answers go to.')
  const { timeZone, draftKnowledge } = readSettings()
  return askPopulation({
    input: resolve(input),
    output: resolve(output),
    knowledge: folder,
    services: service,
    plans: plan,
    now: now === undefined ? undefined : instantAsked(now).toISOString(),
    timeZone,
    withDrafts: draftKnowledge,
    settingsFor: ({ settings }) => readKnowledgeSettings(settings),
    part: partIn(part),
    workers: workersIn(workers),
    progress: runProgress({
      write: text => void err.write(text),
      isTerminal: err.isTTY === true,
      now: () => performance.now(),
    }),
  })
}

/** Asks the patients of an export. Answers 0: lines that were skipped are told, and cost no patient but their own. */
export async function answerPopulation(folder: string, options: PopulationOptions, err: TellingStream, teller: Teller): Promise<Outcome> {
  const summary = await populationSummary(folder, options, err)
  teller.tell(...summaryLines(summary))
  teller.tellJson(summary)
  return 0
}

/** What came of a run, for a reader. */
function summaryLines({ patients, spokenFor, undecided, withUnusable, byPoint, skipped, absentTypes, now }: Summary): string[] {
  const count = (number: number): string => number.toLocaleString('en-US')
  const points = Object.entries(byPoint).sort(([, one], [, other]) => other - one)
  const faults = Object.entries(skipped) as [LineFaultCode, number][]
  return [
    `${count(patients)} patients at ${now}: something speaks for ${count(spokenFor)}, something could not be decided for ${count(undecided)}, part of the records of ${count(withUnusable)} could not be used.`,
    ...points.map(([point, number]) => `  ${point.padEnd(12)} ${count(number)}`),
    ...faults.map(([code, number]) => `skipped: ${count(number)} line(s). ${LINE_FAULTS[code]}`),
    ...(absentTypes ? [`The input holds no ${absentTypes.join(', ')}: what reads these cannot tell, or stays silent.`] : []),
  ]
}

const usage = (message: string) => new CliError('COLUMNA_USAGE', message)

function partIn(text = '0/1'): { index: number; count: number } {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number)
  if (index === undefined || count === undefined || index >= count)
    throw usage('--part expects the number of this machine, from 0, and how many there are, such as 0/8.')
  return { index, count }
}

function workersIn(text: string | undefined): number {
  const workers = text === undefined ? availableParallelism() : Number(text)
  if (!Number.isInteger(workers) || workers < 1 || workers > 256) throw usage('--workers expects a whole number from 1 to 256.')
  return workers
}

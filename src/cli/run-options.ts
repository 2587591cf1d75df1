import { resolve } from 'node:path'
import { availableParallelism } from 'node:os'
import { LINE_FAULTS, type LineFaultCode } from '../population/line-faults.js'
import type { RunReport } from '../population/report.js'
import type { RunOptions } from '../population/run.js'
import { readKnowledgeSettings, readSettings } from '../settings.js'
import { CliError } from './cli-error.js'
import { instantAsked } from './instant.js'
import { runProgress } from './run-progress.js'
import type { Teller } from './teller.js'

/** What every command about a population is told. */
export interface RunWords {
  input?: string | undefined
  output?: string | undefined
  now?: string | undefined
  workers?: string | undefined
  part?: string | undefined
}

/**
 * A run as it was asked for, by the settings of the environment.
 * @param folder of the knowledge.
 * @throws CliError COLUMNA_USAGE that says which word is wrong.
 */
export function runOptions(folder: string, { input, output, now, workers, part }: RunWords, teller: Teller): RunOptions {
  if (input === undefined || output === undefined)
    throw usage('Give --input, the folder that a bulk export was saved to, and --output, the folder that the answers go to.')
  const { timeZone, draftKnowledge } = readSettings()
  return {
    input: resolve(input),
    output: resolve(output),
    knowledge: folder,
    now: now === undefined ? undefined : instantAsked(now).toISOString(),
    timeZone,
    withDrafts: draftKnowledge,
    settingsFor: ({ settings }) => readKnowledgeSettings(settings),
    part: partIn(part),
    workersFor: workersIn(workers),
    progress: runProgress(teller),
  }
}

export const usage = (message: string) => new CliError('COLUMNA_USAGE', message)

/** A number as readers write it. */
export const written = (number: number): string => number.toLocaleString('en-US')

/** What a run left out, for a reader. */
export function leftOutLines({ skipped, absentTypes }: Pick<RunReport, 'skipped' | 'absentTypes'>): string[] {
  const faults = Object.entries(skipped) as [LineFaultCode, number][]
  return [
    ...faults.map(([code, number]) => `skipped: ${written(number)} line(s). ${LINE_FAULTS[code]}`),
    ...(absentTypes ? [`The input holds no ${absentTypes.join(', ')}: what reads these cannot tell, or stays silent.`] : []),
  ]
}

function partIn(text = '0/1'): { index: number; count: number } {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number)
  if (index === undefined || count === undefined || index >= count)
    throw usage('--part expects the number of this machine, from 0, and how many there are, such as 0/8.')
  return { index, count }
}

/** Bytes of an export that is answered before threads have read the knowledge. */
const SMALL_EXPORT = 1_000_000

function workersIn(text: string | undefined): RunOptions['workersFor'] {
  if (text === undefined) return bytes => (bytes <= SMALL_EXPORT ? 0 : availableParallelism())
  const workers = Number(text)
  if (!Number.isInteger(workers) || workers < 1 || workers > 256) throw usage('--workers expects a whole number from 1 to 256.')
  return () => workers
}

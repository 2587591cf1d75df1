import { resolve } from 'node:path'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'
import { LINE_FAULTS, type LineFaultCode } from '../population/line-faults.js'
import type { Summary } from '../population/report.js'
import { askPopulation } from '../population/run.js'
import { readKnowledgeSettings, readSettings } from '../settings.js'
import { runProgress } from './run-progress.js'

/** What the command is told. */
export interface PopulationWords {
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
 * @throws Error that says which word is wrong, or why the run cannot go on.
 */
export async function populationSummary({ input, output, now, service = [], plan = [], workers, part }: PopulationWords): Promise<Summary> {
  if (input === undefined || output === undefined)
    throw new Error('Give --input, the folder that a bulk export was saved to, and --output, the folder that the answers go to.')
  const { timeZone, draftKnowledge, knowledgeFolder } = readSettings()
  return askPopulation({
    input: resolve(input),
    output: resolve(output),
    knowledge: knowledgeFolder === undefined ? PROJECT_ROOT : resolve(knowledgeFolder),
    services: service,
    plans: plan,
    now: now === undefined ? undefined : instant(now),
    timeZone,
    withDrafts: draftKnowledge,
    settingsFor: ({ settings }) => readKnowledgeSettings(settings),
    part: partIn(part),
    workers: workersIn(workers),
    progress: runProgress({
      write: text => void process.stderr.write(text),
      isTerminal: process.stderr.isTTY,
      now: () => performance.now(),
    }),
  })
}

/** Asks the patients of an export. Answers 0: lines that were skipped are told, and cost no patient but their own. */
export async function answerPopulation(words: readonly string[]): Promise<number> {
  const option = { type: 'string' } as const
  const several = { type: 'string', multiple: true } as const
  const options = { input: option, output: option, now: option, workers: option, part: option, service: several, plan: several }
  const { values } = parseArgs({ args: [...words], options })
  process.stdout.write(summaryLines(await populationSummary(values)))
  return 0
}

/** What came of a run, for a reader. */
export function summaryLines({ patients, spokenFor, undecided, withUnusable, byPoint, skipped, absentTypes, now }: Summary): string {
  const count = (number: number): string => number.toLocaleString('en-US')
  const points = Object.entries(byPoint).sort(([, one], [, other]) => other - one)
  const faults = Object.entries(skipped) as [LineFaultCode, number][]
  return [
    `${count(patients)} patients at ${now}: something speaks for ${count(spokenFor)}, something could not be decided for ${count(undecided)}, part of the records of ${count(withUnusable)} could not be used.`,
    ...points.map(([point, number]) => `  ${point.padEnd(12)} ${count(number)}`),
    ...faults.map(([code, number]) => `skipped: ${count(number)} line(s). ${LINE_FAULTS[code]}`),
    ...(absentTypes ? [`The input holds no ${absentTypes.join(', ')}: what reads these cannot tell, or stays silent.`] : []),
    '',
  ].join('\n')
}

/** An instant as it is written; a day alone is its noon. @throws Error when it is neither. */
function instant(text: string): string {
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T12:00:00Z` : text)
  if (Number.isNaN(at) || !/^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$/.test(text))
    throw new Error('--now expects a day such as 2026-03-30, or an instant such as 2026-03-30T12:00:00+02:00.')
  return new Date(at).toISOString()
}

function partIn(text = '0/1'): { index: number; count: number } {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number)
  if (index === undefined || count === undefined || index >= count)
    throw new Error('--part expects the number of this machine, from 0, and how many there are, such as 0/8.')
  return { index, count }
}

function workersIn(text: string | undefined): number {
  const workers = text === undefined ? availableParallelism() : Number(text)
  if (!Number.isInteger(workers) || workers < 1 || workers > 256) throw new Error('--workers expects a whole number from 1 to 256.')
  return workers
}

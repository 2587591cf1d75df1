import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { requirementsOf, typesRead, typesReferredTo } from './asked.js'
import { bytesIn, inputFiles, piecesOf, type InputFile } from './input-files.js'
import { readLane, recordsIn, writeWhole } from './lane.js'
import { beginOrGoOn, readManifest } from './manifest.js'
import {
  bucketName,
  laneFolder,
  linksName,
  outputFile,
  resultFile,
  taskName,
  workFolder,
  type Question,
  type RunChoices,
  type RunPlan,
  type Task,
} from './plan.js'
import { openPool, type Pool } from './pool.js'
import { reportOf, type RunReport } from './report.js'
import { loadFor } from './worker.js'

/** How a run is made, whatever is asked. */
export interface RunOptions extends Omit<RunChoices, 'now' | 'settings' | 'question'> {
  input: string
  output: string
  /** Folder of the knowledge. */
  knowledge: string
  /** The instant that is now for every patient; that of the run where it was begun before, else the moment. */
  now: string | undefined
  /** What the deployment chose for the knowledge that was loaded. */
  settingsFor: (loaded: LoadedKnowledge) => RunChoices['settings']
  /** How many threads work at the same time on an input of so many bytes; at none this one does. */
  workersFor: (bytes: number) => number
  progress: Progress
  /** Bytes of the input that one bucket holds, more or less. */
  bucketBytes?: number
}

/** Is told how far a run has come. */
export interface Progress {
  /** @param unit what is counted: bytes of the input that are sorted, or patients that are evaluated. */
  begin: (unit: 'bytes' | 'patients', total: number, done: number) => void
  add: (count: number) => void
  end: () => void
}

/** Bytes of the input of one bucket: little enough to be held, and done again after a kill. */
const BUCKET_BYTES = 16_000_000

const FEWEST_BUCKETS = 16
const MOST_BUCKETS = 4_096

/**
 * Asks every patient of a bulk export the same at one instant. A run that was killed goes on where it was when it is asked
 * for again; patients of finished buckets are never asked again.
 * @param questionOf what is asked, by the knowledge that answers.
 * @param summaryOf what is kept and told of it in the end.
 * @throws Error when the folders or names are wrong, the knowledge has faults, or the output holds a run of something else.
 */
export async function runPopulation<Summary>(
  options: RunOptions,
  questionOf: (loaded: LoadedKnowledge) => Question,
  summaryOf: (report: RunReport, loaded: LoadedKnowledge, plan: RunPlan) => Summary,
): Promise<Summary> {
  const loaded = loadFor(options)
  const plan = planOf(options, questionOf(loaded), loaded)
  mkdirSync(plan.output, { recursive: true })
  beginOrGoOn(plan, loaded.digest)
  const finished = outputFile(plan, 'summary', 'json')
  if (existsSync(finished) && !existsSync(workFolder(plan))) return JSON.parse(readFileSync(finished, 'utf8')) as Summary
  mkdirSync(workFolder(plan), { recursive: true })
  const workers = options.workersFor(bytesIn(plan.files))
  const lanes = Math.max(workers, 1, lanesIn(plan))
  const pool = openPool(plan, workers, lanes, loaded)
  try {
    await new Run(plan, pool, lanes, options.progress).all()
  } finally {
    await pool.close()
  }
  const summary = summaryOf(reportOf(plan, loaded.digest, foldersOf(plan, lanes)), loaded, plan)
  writeWhole(finished, `${JSON.stringify(summary, undefined, 2)}\n`)
  rmSync(workFolder(plan), { recursive: true })
  return summary
}

function planOf(options: RunOptions, question: Question, loaded: LoadedKnowledge): RunPlan {
  const { input, output, knowledge, part, timeZone, withDrafts, bucketBytes = BUCKET_BYTES } = options
  const now = options.now ?? readManifest({ output, part })?.now ?? new Date().toISOString()
  const types = typesRead(requirementsOf(question, loaded), { now, timeZone })
  const files = inputFiles(input)
  return {
    input,
    output,
    knowledge,
    question,
    now,
    timeZone,
    settings: options.settingsFor(loaded),
    withDrafts,
    part,
    files,
    buckets: bucketsFor(files, part.count, bucketBytes),
    types,
    referredTypes: typesReferredTo(types),
  }
}

const bucketsFor = (files: readonly InputFile[], parts: number, bucketBytes: number): number =>
  Math.min(MOST_BUCKETS, Math.max(FEWEST_BUCKETS, Math.ceil(bytesIn(files) / parts / bucketBytes)))

const foldersOf = (plan: RunPlan, lanes: number): string[] => Array.from({ length: lanes }, (_, lane) => laneFolder(plan, lane))

/** How many lanes there are, those that an earlier run had beyond the workers of this one among them. */
function lanesIn(plan: RunPlan): number {
  const numbers = readdirSync(workFolder(plan)).flatMap(name => /^lane-(\d+)$/.exec(name)?.[1] ?? [])
  return Math.max(-1, ...numbers.map(Number)) + 1
}

/** How a run was sorted, once it is. */
interface Sorted {
  patients: number
}

class Run {
  constructor(
    private readonly plan: RunPlan,
    private readonly pool: Pool,
    private readonly lanes: number,
    private readonly progress: Progress,
  ) {}

  async all(): Promise<void> {
    const { patients } = this.sortedBefore() ?? (await this.sort())
    await this.evaluate(patients)
  }

  private get marker(): string {
    return join(workFolder(this.plan), 'sorted.json')
  }

  private sortedBefore(): Sorted | undefined {
    return existsSync(this.marker) ? (JSON.parse(readFileSync(this.marker, 'utf8')) as Sorted) : undefined
  }

  private async sort(): Promise<Sorted> {
    const pieces = piecesOf(this.plan.files)
    const sizes = pieces.map(({ start, end }) => end - start)
    const tasks = pieces.map((_, piece): Task => ({ step: 'sort', piece }))
    const isLeft = this.isLeft()
    const sizeOf = (task: Task): number => (task.step === 'sort' ? (sizes[task.piece] ?? 0) : 0)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    const left = tasks.filter(isLeft)
    this.progress.begin('bytes', total, total - left.reduce((sum, task) => sum + sizeOf(task), 0))
    await this.pool.doAll(left, task => this.progress.add(sizeOf(task)))
    await this.link()
    const sorted = { patients: recordsIn(foldersOf(this.plan, this.lanes))['Patient'] ?? 0 }
    writeWhole(this.marker, JSON.stringify(sorted))
    this.progress.end()
    return sorted
  }

  private async link(): Promise<void> {
    const states = this.states()
    const buckets = Array.from({ length: this.plan.buckets }, (_, bucket) => bucket)
    const tasks = buckets
      .filter(bucket => states.some(({ lengths }) => lengths[linksName(bucket)] !== undefined))
      .map((bucket): Task => ({ step: 'link', bucket }))
    await this.pool.doAll(tasks.filter(this.isLeft()), () => undefined)
  }

  private async evaluate(patients: number): Promise<void> {
    const tasks = Array.from({ length: this.plan.buckets }, (_, bucket): Task & { step: 'evaluate' } => ({ step: 'evaluate', bucket }))
    const left = tasks.filter(({ bucket }) => !existsSync(resultFile(this.plan, bucket)))
    this.progress.begin('patients', patients, Math.round((patients * (tasks.length - left.length)) / tasks.length))
    await this.pool.doAll(left, (task, count) => {
      if (task.step === 'evaluate') this.forget(task.bucket)
      this.progress.add(count)
    })
    this.progress.end()
  }

  /** Removes the lines of a bucket that is answered. */
  private forget(bucket: number): void {
    for (const folder of foldersOf(this.plan, this.lanes)) rmSync(join(folder, bucketName(bucket)), { force: true })
  }

  private states() {
    return foldersOf(this.plan, this.lanes).map(readLane)
  }

  private isLeft(): (task: Task) => boolean {
    const done = new Set(this.states().flatMap(state => state.done))
    return task => !done.has(taskName(task))
  }
}

import { existsSync, readFileSync } from 'node:fs'
import { writeWhole } from './lane.js'
import { outputFile, type RunPlan } from './plan.js'
import { RunError } from './run-error.js'

/** What a run was begun with, as it is kept beside its answers. */
export interface Manifest {
  /** Digest of all knowledge that answers. */
  knowledge: string
  question: RunPlan['question']
  now: string
  timeZone: string
  settings: RunPlan['settings']
  withDrafts: boolean
  files: RunPlan['files']
  buckets: number
}

/** What whoever goes on with a run reads of a member that differs. */
const WORDS: Readonly<Record<keyof Manifest, string>> = {
  knowledge: 'the knowledge',
  question: 'what is asked: services, plans, or measures and their period',
  now: '--now',
  timeZone: 'CDS_TIME_ZONE',
  settings: 'the settings of the knowledge',
  withDrafts: 'CDS_DRAFT_KNOWLEDGE',
  files: 'the files of the input',
  buckets: 'the number of files that patients are sorted to',
}

/** What the run of a folder was begun with; undefined where none was. */
export function readManifest(plan: Pick<RunPlan, 'output' | 'part'>): Manifest | undefined {
  const path = outputFile(plan, 'manifest', 'json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : undefined
}

/** Keeps what a run is begun with. @throws RunError naming what differs, where the folder holds a run that was begun with something else. */
export function beginOrGoOn(plan: RunPlan, digest: string): void {
  const begun = readManifest(plan)
  const wanted = manifestOf(plan, digest)
  if (!begun) return writeWhole(outputFile(plan, 'manifest', 'json'), `${JSON.stringify(wanted, undefined, 2)}\n`)
  const others = (Object.keys(WORDS) as (keyof Manifest)[]).filter(name => JSON.stringify(begun[name]) !== JSON.stringify(wanted[name]))
  if (others.length === 0) return
  throw new RunError(
    'COLUMNA_USAGE',
    `${plan.output} holds a run that was begun with something else: ${others.map(name => WORDS[name]).join(', ')}. ` +
      'Answers of both in one folder would contradict each other. Give an empty folder, or go on with what that run was begun with.',
  )
}

const manifestOf = ({ question, now, timeZone, settings, withDrafts, files, buckets }: RunPlan, knowledge: string): Manifest => ({
  knowledge,
  question,
  now,
  timeZone,
  settings,
  withDrafts,
  files,
  buckets,
})

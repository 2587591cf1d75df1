import { join } from 'node:path'
import type { MeasurePeriod } from '../engine/apply/measure-period.js'
import type { InputFile } from './input-files.js'

/** What each patient is asked about: services as they are called and plans by themselves, or measures of a period. */
export type Question =
  { services: readonly string[]; plans: readonly string[]; measures?: undefined } | { measures: readonly string[]; period: MeasurePeriod }

/** What decides what a run answers. Whoever goes on with a run must ask the same. */
export interface RunChoices {
  question: Question
  /** The instant that is now for every patient. */
  now: string
  timeZone: string
  /** What the deployment chose for the knowledge. */
  settings: Readonly<Record<string, boolean | string>>
  /** Whether plans count that nobody has approved yet. */
  withDrafts: boolean
  /** Which of how many machines this is, from 0: each has its own patients. */
  part: { index: number; count: number }
}

/** All that a worker needs to know. Made of plain values, so that it can be handed to a thread. */
export interface RunPlan extends RunChoices {
  input: string
  output: string
  files: readonly InputFile[]
  /** Folder of the knowledge. */
  knowledge: string
  /** In how many files patients are sorted. */
  buckets: number
  /** Types of the records that are read, and of those that they refer to. */
  types: readonly string[]
  referredTypes: readonly string[]
}

/** One piece of the work, by a name that is the same in every process. */
export type Task = { step: 'sort'; piece: number } | { step: 'link'; bucket: number } | { step: 'evaluate'; bucket: number }

export const taskName = (task: Task): string => (task.step === 'sort' ? `sort ${task.piece}` : `${task.step} ${task.bucket}`)

type Named = Pick<RunPlan, 'output' | 'part'>

/** What stands in the names of files of a part; nothing where there is only one. */
const suffixOf = ({ part: { index, count } }: Named): string => (count === 1 ? '' : `-${padded(index)}-of-${padded(count)}`)

const padded = (value: number): string => String(value).padStart(4, '0')

/** Where a run keeps what is not finished. */
export const workFolder = (plan: Named): string => join(plan.output, `work${suffixOf(plan)}`)

/** A file of the output, such as `summary.json` or `summary-0001-of-0004.json`. */
export const outputFile = (plan: Named, name: string, extension: string): string =>
  join(plan.output, `${name}${suffixOf(plan)}.${extension}`)

/** The file of a bucket's patients in the output. */
export const resultFile = (plan: Named, bucket: number): string => outputFile(plan, `patients-${padded(bucket)}`, 'ndjson')

/** Where the files of a worker that sorts lie. */
export const laneFolder = (plan: Named, lane: number): string => join(workFolder(plan), `lane-${lane}`)

/** What was counted of a bucket, and what was wrong in it. */
export const talliesFile = (plan: Named, bucket: number): string => join(workFolder(plan), `tallies-${padded(bucket)}.json`)

export const bucketName = (bucket: number): string => `bucket-${padded(bucket)}`
export const linksName = (bucket: number): string => `links-${padded(bucket)}`

/** A number of a text that is the same in every process (FNV-1a), spread over the whole range of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  // Its lowest bits depend on the last letters alone.
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** Where a patient, or what links records, is sorted to; undefined where another part has it. */
export function bucketOf(text: string, { buckets, part: { index, count } }: Pick<RunPlan, 'buckets' | 'part'>): number | undefined {
  const hash = hashOf(text)
  return hash % count === index ? Math.floor(hash / count) % buckets : undefined
}

/** Where what links records is sorted to: every part has all of it. */
export const linkBucketOf = (key: string, { buckets }: Pick<RunPlan, 'buckets'>): number => hashOf(key) % buckets

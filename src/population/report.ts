import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noTallies, type BucketReport, type Tallies } from './evaluate-bucket.js'
import { lineNumbers } from './input-files.js'
import { recordsIn } from './lane.js'
import { FAULTS, LINE_FAULTS, type LineFault } from './line-faults.js'
import { outputFile, talliesFile, type RunPlan } from './plan.js'

/** What came of a run, whatever was asked. */
export interface RunReport extends Tallies {
  now: string
  knowledge: string
  /** Lines that were skipped, by what is wrong with them. */
  skipped: Record<string, number>
  /** Skipped lines that are not listed, since there are too many. */
  notListed?: number
  /** Types that the plans read and of which the input holds no line that counts. */
  absentTypes?: string[]
}

/** Most skipped lines that are listed. */
const MOST_LISTED = 100_000

/** Adds up what the buckets counted, and lists the lines that were skipped beside the answers. */
export function reportOf(plan: RunPlan, digest: string, folders: readonly string[]): RunReport {
  const tallies = noTallies()
  const faults: LineFault[] = []
  const skipped: Record<string, number> = {}
  let notListed = 0
  const noteFault = (fault: LineFault): void => {
    skipped[fault.code] = (skipped[fault.code] ?? 0) + (fault.lines ?? 1)
    if (faults.length < MOST_LISTED) faults.push(fault)
    else notListed += 1
  }
  for (const folder of folders) faultsIn(join(folder, FAULTS)).forEach(noteFault)
  for (let bucket = 0; bucket < plan.buckets; bucket += 1) {
    const report = JSON.parse(readFileSync(talliesFile(plan, bucket), 'utf8')) as BucketReport
    add(report.tallies, tallies)
    report.faults.forEach(noteFault)
  }
  writeFileSync(outputFile(plan, 'faults', 'ndjson'), listed(faults, plan))
  const records = recordsIn(folders)
  const absentTypes = plan.types.filter(type => records[type] === undefined)
  return {
    now: plan.now,
    knowledge: digest,
    ...tallies,
    skipped,
    ...(notListed > 0 && { notListed }),
    ...(absentTypes.length > 0 && { absentTypes }),
  }
}

const faultsIn = (path: string): LineFault[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as LineFault)
    : []

function add({ patients, counts }: Tallies, to: Tallies): void {
  to.patients += patients
  for (const [name, count] of Object.entries(counts)) to.counts[name] = (to.counts[name] ?? 0) + count
}

/** Skipped lines by file and line, with words that hold nothing of them. */
function listed(faults: readonly LineFault[], plan: RunPlan): string {
  const byFile = new Map(plan.files.map((_, file) => [file, [] as LineFault[]]))
  for (const fault of faults) byFile.get(fault.file)?.push(fault)
  return [...byFile]
    .filter(([, all]) => all.length > 0)
    .map(([file, all]) => {
      const inOrder = [...all].sort((one, other) => one.offset - other.offset)
      const name = plan.files[file]?.name ?? ''
      const lines = lineNumbers(
        join(plan.input, name),
        inOrder.map(({ offset }) => offset),
      )
      return inOrder
        .map(({ code, lines: count, error }, index) => {
          const told = { file: name, line: lines[index], code, reason: LINE_FAULTS[code], ...(count && count > 1 && { lines: count }) }
          return `${JSON.stringify({ ...told, ...(error !== undefined && { error }) })}\n`
        })
        .join('')
    })
    .join('')
}

import { closeSync, openSync, renameSync, writeSync } from 'node:fs'
import { CdsError } from '../errors.js'
import { entriesIn } from '../patient-data/read-bundle.js'
import type { Answered, AskPatient } from './ask-patient.js'
import { textOfLine } from './input-files.js'
import { writeWhole } from './lane.js'
import type { LineFault } from './line-faults.js'
import { patientsIn, type PatientLine } from './patient-lines.js'
import { resultFile, talliesFile, type RunPlan } from './plan.js'

/** What was counted of the patients of a bucket. */
export interface Tallies {
  patients: number
  /** Patients by what they count as. */
  counts: Record<string, number>
}

export const noTallies = (): Tallies => ({ patients: 0, counts: {} })

/** What is kept of a bucket beside its answers. */
export interface BucketReport {
  tallies: Tallies
  faults: LineFault[]
}

/** Asks the patients of a bucket; their answers are there whole or not at all. @returns how many there are. */
export function evaluateBucket(bucket: number, plan: RunPlan, folders: readonly string[], ask: AskPatient): number {
  const report: BucketReport = { tallies: noTallies(), faults: [] }
  const path = resultFile(plan, bucket)
  const file = openSync(`${path}.part`, 'w')
  try {
    for (const [patient, lines] of patientsIn(bucket, folders)) {
      const answer = answered(patient, lines, ask, report.faults)
      if (!answer) continue
      const { tallies } = report
      tallies.patients += 1
      for (const name of answer.counts) tallies.counts[name] = (tallies.counts[name] ?? 0) + 1
      writeSync(file, `${JSON.stringify(answer.line)}\n`)
    }
  } finally {
    closeSync(file)
  }
  writeWhole(talliesFile(plan, bucket), JSON.stringify(report))
  renameSync(`${path}.part`, path)
  return report.tallies.patients
}

function answered(patient: string, lines: readonly PatientLine[], ask: AskPatient, faults: LineFault[]): Answered | undefined {
  const [first] = lines
  if (!first) return undefined
  const place = { file: first.file, offset: first.offset, lines: lines.length }
  try {
    const entries = lines.flatMap(({ bytes }) => entriesIn(JSON.parse(textOfLine(bytes))) ?? [])
    if (entries.some(({ resource }) => resource?.resourceType === 'Patient')) return ask(patient, entries)
    faults.push({ ...place, code: 'patient-unknown' })
    return undefined
  } catch (error) {
    // One patient takes nothing from the others.
    faults.push({ ...place, code: 'not-evaluated', error: error instanceof CdsError ? error.code : 'CDS_INTERNAL' })
    return undefined
  }
}

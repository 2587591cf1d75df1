import { bucketName } from './plan.js'
import { rowsOf, type Place } from './rows.js'

/** A line of a patient, as it stands in the input. */
export interface PatientLine extends Place {
  bytes: Buffer
}

/** The lines of the patients of a bucket: patients by id, lines as they stand in the input, each once. */
export function patientsIn(bucket: number, folders: readonly string[]): [string, PatientLine[]][] {
  const byPatient = new Map<string, PatientLine[]>()
  for (const { fields, rest } of rowsOf(folders, bucketName(bucket), () => 3)) {
    const [patient = '', file, offset] = fields
    const line = { file: Number(file), offset: Number(offset), bytes: rest }
    const before = byPatient.get(patient)
    if (before) before.push(line)
    else byPatient.set(patient, [line])
  }
  const sorted = [...byPatient].sort(([one], [other]) => (one < other ? -1 : 1))
  for (const [, lines] of sorted) lines.sort((one, other) => one.file - other.file || one.offset - other.offset)
  return sorted
}

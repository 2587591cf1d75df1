import { noteFault } from './line-faults.js'
import type { Lane } from './lane.js'
import { bucketName, bucketOf, linksName, type RunPlan } from './plan.js'
import { head, rowsOf, type Place } from './rows.js'

/** Mark of a row that says who has what a key names, and of one that says what it names. */
export const [SOUGHT, GIVEN] = ['s', 'g'] as const

const IDENTIFIER = 'i'

/** The key of an identifier of a patient, and of a record that others refer to. */
export const identifierKey = (identifier: string): string => `${IDENTIFIER}${identifier}`
export const referenceKey = (reference: string): string => `r${reference}`

/** Brings lines that name their patient by an identifier, or that records refer to, to the patients that have it. */
export function linkLines(bucket: number, plan: RunPlan, folders: readonly string[], lane: Lane): void {
  const rows = () => rowsOf(folders, linksName(bucket), mark => (mark === SOUGHT ? 2 : 4))
  const seekers = new Map<string, Set<string>>()
  for (const { fields, rest } of rows()) {
    const [mark, key = ''] = fields
    if (mark !== SOUGHT) continue
    const patients = seekers.get(key) ?? new Set<string>()
    seekers.set(key, patients.add(rest.toString('utf8')))
  }
  for (const { fields, rest } of rows()) {
    const [mark, key = '', file, offset] = fields
    if (mark !== GIVEN) continue
    const place = { file: Number(file), offset: Number(offset) }
    const patients = [...(seekers.get(key) ?? [])]
    const isOwned = key.startsWith(IDENTIFIER)
    if (isOwned && patients.length > 1) noteFault(lane, { ...place, code: 'patient-unclear' })
    // Another part may have the patient.
    else if (isOwned && patients.length === 0 && plan.part.count === 1) noteFault(lane, { ...place, code: 'patient-unknown' })
    else for (const patient of patients) addTo(patient, rest, place)
  }

  function addTo(patient: string, bytes: Buffer, place: Place): void {
    const to = bucketOf(patient, plan)
    if (to !== undefined) lane.add(bucketName(to), head(patient, place), bytes, '\n')
  }
}

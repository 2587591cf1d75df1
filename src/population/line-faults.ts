import type { Lane } from './lane.js'
import type { Place } from './rows.js'

/** What can be wrong with a line, in words that hold nothing of it. */
export const LINE_FAULTS = {
  'too-long': 'The line is longer than any record.',
  'not-json': 'The line is no JSON.',
  'not-fhir': 'The line is no FHIR resource.',
  bundle: 'The line is a Bundle. Bulk files hold one resource a line; give the resources themselves.',
  'patient-unclear': 'Whose record it is cannot be told: it names nobody, several patients, or somebody in a form that is not certain.',
  'patient-unknown': 'The input has no Patient of whom it is a record.',
  'not-evaluated': 'The patient could not be evaluated.',
} as const

export type LineFaultCode = keyof typeof LINE_FAULTS

/** A line that was skipped. */
export interface LineFault extends Place {
  code: LineFaultCode
  /** How many lines it is about, where that is not one. */
  lines?: number
  /** The stable code of an error. */
  error?: string
}

/** The file of a lane that holds the faults of the lines it read. */
export const FAULTS = 'faults'

/** Notes among the files of a lane that a line was skipped. */
export const noteFault = (lane: Lane, fault: LineFault): void => lane.add(FAULTS, `${JSON.stringify(fault)}\n`)

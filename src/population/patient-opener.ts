import { clockAt } from '../engine/expression/clock.js'
import { Variables, type Scope, type ScopeData } from '../engine/expression/scope.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import { openGiven } from '../patient-data/given-records.js'
import type { PatientRecord } from '../patient-data/patient-record.js'
import type { BundleEntry } from '../patient-data/read-bundle.js'
import type { RunChoices } from './plan.js'

/** Milliseconds that one patient may take, of whom nobody waits. */
const PATIENCE_MS = 60_000

/** Opens the records of patients, one after the other, all at the instant of a run. */
export type PatientOpener = (patient: string, entries: readonly BundleEntry[]) => { record: PatientRecord; scope: Scope }

/** @param variables what expressions see; nothing but the records where nobody asks. @param parameters what libraries declare. */
export function patientOpener(
  variables: Variables = new Variables(),
  { forms }: Pick<Knowledge, 'forms'>,
  { now, timeZone, settings }: RunChoices,
  parameters?: NonNullable<ScopeData['parameters']>,
): PatientOpener {
  const clock = clockAt(new Date(now), timeZone)
  return (patientId, entries) => {
    const beside = { context: { patientId }, ...(parameters && { parameters }), clock, settings, stopAt: performance.now() + PATIENCE_MS }
    return openGiven(variables, entries, { patientId, forms }, beside)
  }
}

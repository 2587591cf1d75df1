import { openScope, type Scope, type ScopeData, type Variables } from '../engine/expression/scope.js'
import { checkTime } from '../engine/expression/steps.js'
import { PatientRecord, type RecordContext } from './patient-record.js'
import type { BundleEntry } from './read-bundle.js'

/** What expressions see beside the records. */
type BesideRecords = Omit<ScopeData, 'recordsOfType' | 'recordsAsSent'>

/**
 * Opens records that came along, of which nothing more is read, as those of one patient.
 * @returns the record, which knows what could not be used, and the scope in which expressions see it.
 */
export function openGiven(
  variables: Variables,
  entries: readonly BundleEntry[],
  whose: Omit<RecordContext, 'timeZone'>,
  beside: BesideRecords,
): { record: PatientRecord; scope: Scope } {
  const record = new PatientRecord([{ key: 'data', entries }], { ...whose, timeZone: beside.clock.timeZone })
  const look = () => checkTime(beside.stopAt)
  return { record, scope: openScope(variables, { ...beside, recordsOfType: type => record.ofType(type, look) }) }
}

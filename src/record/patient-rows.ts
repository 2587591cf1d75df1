import { createRecordKeys } from './record-keys.js'
import type { KeptIn } from './open-record.js'
import type { PatientOfClient } from './port.js'
import { openStore } from './store/open-store.js'
import type { RowsOfPatient } from './store/rows.js'

export type { RowsOfPatient } from './store/rows.js'

/** What an officer of a site does with all that is kept of one patient. */
export interface PatientRows {
  find: () => Promise<RowsOfPatient>
  /** Deletes it for good. @returns how many rows. */
  erase: () => Promise<number>
  close: () => Promise<void>
}

/**
 * Opens the store of a deployment for one patient, while the service may be running.
 * @throws Error when nothing outlives the process there, or the store cannot be opened.
 */
export async function openPatientRows(keptIn: KeptIn, patient: PatientOfClient): Promise<PatientRows> {
  if (keptIn === 'memory') throw new Error('CDS_STORE is memory: only the running process knows what it keeps, and only until it ends.')
  const store = await openStore(keptIn.place)
  const key = createRecordKeys(keptIn.siteKey).patient(patient)
  return { find: () => store.find(key), erase: () => store.erase(key), close: () => store.close() }
}

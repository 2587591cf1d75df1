import { post, type FuzzCall } from './fuzz-call.js'

/** A request that once showed a fault, as small as it could be made, with what it did. */
export interface Kept {
  did: string
  call: FuzzCall
}

const CALL = '/cds-services/start-back-risk'

/** Every request that fuzzing found a fault with; `npm run fuzz` prints new ones in the form in which they stand here. */
export const KEPT: readonly Kept[] = [
  { did: 'held the loop for 20 s: trailing slashes were cut off by a pattern that tried each of them', call: post('kept', CALL, `{"hook":"patient-view","hookInstance":"8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b","fhirServer":"http://h/${'/'.repeat(80_000)}x","context":{"patientId":"1"}}`) },
  { did: 'held the loop for seconds: nesting was found too deep only when it was parsed', call: post('kept', CALL, '['.repeat(3_900_000)) },
]

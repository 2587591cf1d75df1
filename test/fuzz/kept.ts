import { post, type FuzzCall } from './fuzz-call.js'

/** A request that once showed a fault, as small as it could be made, with what it did. */
export interface Kept {
  did: string
  call: FuzzCall
}

const CALL = '/cds-services/start-back-risk'

/** Every request that fuzzing found a fault with; `npm run fuzz` prints new ones in the form in which they stand here. */
export const KEPT: readonly Kept[] = [
  {
    did: 'held the loop for 20 s: trailing slashes were cut off by a pattern that tried each of them',
    call: post(
      'kept',
      CALL,
      `{"hook":"patient-view","hookInstance":"8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b","fhirServer":"http://h/${'/'.repeat(80_000)}x","context":{"patientId":"1"}}`,
    ),
  },
  { did: 'held the loop for seconds: nesting was found too deep only when it was parsed', call: post('kept', CALL, '['.repeat(3_900_000)) },
  {
    did: 'held the loop for 17 s: each of the entries had its own faults told',
    call: post('kept', `${CALL}/feedback`, `{"feedback":[${'0,'.repeat(1_900_000)}0]}`),
  },
  {
    did: 'made every rule fail: an extension 3,000 levels deep in an answer of a form, in 27 kB',
    call: post('kept', CALL, nestedExtension(3_000)),
  },
]

function nestedExtension(levels: number): string {
  const answer = { valueBoolean: true, extension: ['DEEP'] }
  const form = {
    resourceType: 'QuestionnaireResponse',
    id: 'r',
    questionnaire: 'https://columna.example.org/fhir/Questionnaire/start-back',
    status: 'completed',
    subject: { reference: 'Patient/1' },
    authored: '2026-03-27',
    item: [{ linkId: '1', answer: [answer] }],
  }
  const prefetch = {
    patient: { resourceType: 'Patient', id: '1' },
    conditions: null,
    consultationResponses: null,
    startBackResponses: form,
  }
  const request = {
    hook: 'patient-view',
    hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
    context: { userId: 'Practitioner/1', patientId: '1' },
    prefetch,
  }
  return JSON.stringify(request).replace('"DEEP"', '{"extension":['.repeat(levels) + ']}'.repeat(levels))
}

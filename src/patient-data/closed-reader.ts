import type { FailureReason, FhirReader } from './fhir-reader.js'
import { pageUrl } from './page-links.js'

/** The reader of a service that may read of no server: what it answers is what a reader over HTTP answers that has an empty list. */
export const CLOSED_READER: FhirReader = {
  read: () => Promise.resolve({ kind: 'failed', reason: 'not-allowed' }),
  readOn: ({ next, query = '' }, { fhirServer }) => {
    const isThere = pageUrl(next, `${fhirServer}/${query}`, fhirServer, []) !== undefined
    const reason: FailureReason = isThere ? 'not-allowed' : 'elsewhere'
    return Promise.resolve({ kind: 'part', entries: [], because: { reason } })
  },
}

import type { BundleEntry } from './read-bundle.js'

/** How a read of the client's FHIR server ended. */
export type ReadResult =
  | { kind: 'found'; entries: BundleEntry[] }
  /** Some pages of a search; the rest could not be read. */
  | { kind: 'part'; entries: BundleEntry[] }
  /** The server says there is no such resource. */
  | { kind: 'nothing' }
  /** Why it could not be read, in a word that holds no patient data. */
  | { kind: 'failed'; reason: ReadFailure }

export type ReadFailure = 'not-allowed' | 'timeout' | 'refused' | 'unusable' | 'too-large' | 'unreachable' | 'incomplete' | 'reported-failed' | 'unfilled'

export interface FhirAccess {
  fhirServer: string
  accessToken?: string
  /** Aborted when the call has no time left. */
  signal: AbortSignal
}

/** Reads FHIR resources for one call. Tests put a reader of their own in its place. */
export interface FhirReader {
  /** Runs a read or search relative to the server's base, with all its pages. */
  read: (query: string, access: FhirAccess) => Promise<ReadResult>
  /** Follows the pages of a search that the client began, from its `next` link. */
  readOn: (next: string, access: FhirAccess) => Promise<ReadResult>
}

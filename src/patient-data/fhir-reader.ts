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

export type ReadFailure = 'not-allowed' | 'timeout' | 'refused' | 'forbidden' | 'unsupported' | 'unusable' | 'too-large' | 'unreachable' | 'incomplete' | 'reported-failed' | 'unfilled'

export interface FhirAccess {
  /** Base URL in its one spelling. */
  fhirServer: string
  accessToken?: string
  /** Aborted when the call has no time left. */
  signal: AbortSignal
}

/** A search of which the client gave the first page. */
export interface BegunSearch {
  /** The link to the next page, as it is written. */
  next: string
  /** How many resources the first page holds, and how many there are in all, where it says so. */
  size: number
  total: number | undefined
  /** The query that the client ran, from which a relative link starts. */
  query?: string
}

/** Reads FHIR resources for one call. Tests put a reader of their own in its place. */
export interface FhirReader {
  /** Runs a read or search relative to the server's base, with all its pages. */
  read: (query: string, access: FhirAccess) => Promise<ReadResult>
  /** Follows the pages of a search that the client began. */
  readOn: (begun: BegunSearch, access: FhirAccess) => Promise<ReadResult>
}

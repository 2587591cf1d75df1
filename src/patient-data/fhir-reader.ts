import type { BundleEntry } from './read-bundle.js'
import type { ReadingBudget } from './reading-budget.js'

/** How a read of the client's FHIR server ended. */
export type ReadResult =
  | { kind: 'found'; entries: BundleEntry[] }
  /** Some of the resources; the rest could not be read, where it is known for this reason. */
  | { kind: 'part'; entries: BundleEntry[]; because?: ReadFailure }
  /** The server says there is no such resource. */
  | { kind: 'nothing' }
  | ({ kind: 'failed' } & ReadFailure)

/** Why something could not be read, in words that hold no patient data. */
export interface ReadFailure {
  reason: FailureReason
  /** What the server answered, where it did. */
  status?: number
}

export type FailureReason =
  /** The client said that it could not be fetched. */
  | 'reported-failed'
  /** There is no server to read from. */
  | 'missing'
  | 'not-allowed'
  /** The server is on the list, but its name stands for an address outside of its networks. */
  | 'address-refused'
  /** The server is read with a token of the call alone, and the call brings none. */
  | 'token-required'
  /** The access that the client gave had ended before it came, or does not cover the type, or only some of it. */
  | 'expired'
  | 'out-of-scope'
  | 'scope-in-part'
  | 'unreachable'
  | 'timeout'
  /** Left unasked: the server failed too often just now, too many requests wait for it, or the call has read as much as it may. */
  | 'circuit-open'
  | 'crowded'
  | 'exhausted'
  /** The server answered, but not with the data. */
  | 'refused'
  | 'forbidden'
  | 'unsupported'
  | 'reported-error'
  | 'unusable'
  | 'too-large'
  | 'too-deep'
  | 'elsewhere'
  | 'page-limit'

export interface FhirAccess {
  /** Base URL in its one spelling. */
  fhirServer: string
  accessToken?: string
  /** Networks in which the server's addresses must lie; usual addresses unless given. */
  networks?: readonly string[]
  /** Paths, beside that of the server, below which its pages may lie; those of the reader's own list unless given. */
  bases?: readonly string[]
  /** Aborted, by an error of `reading-time.ts`, when nobody waits any longer. */
  signal: AbortSignal
  /** `performance.now()` at which that is at the latest. */
  until: number
  /** Milliseconds after which a request without an answer tells of its server, and not of a call that began to read late. */
  fairWaitMs: number
  /** What this call may still read. */
  budget: ReadingBudget
}

/** A search of which the client gave the first page. */
export interface BegunSearch {
  /** The type of resource that it is for. */
  type: string
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

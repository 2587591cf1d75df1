import { Agent, request } from 'undici'
import { entriesIn, nextPage, reportsFailure, type BundleEntry } from './read-bundle.js'
import type { FhirAccess, FhirReader, ReadFailure, ReadResult } from './fhir-reader.js'

export interface ReaderLimits {
  /** Decides which URLs may be read at all. */
  isAllowed: (url: string) => boolean
  /** Largest answer in bytes. */
  responseLimit: number
  /** Most pages of one search. */
  pageLimit: number
}

interface Page {
  entries: BundleEntry[]
  next: string | undefined
}

/** Raised to end a read; the reason is what the reply may say of it. */
class ReadEnded extends Error {
  constructor(readonly reason: ReadFailure) {
    super(reason)
  }
}

/** Raised when the server says that the one resource asked for is not there. */
class NotThere extends Error {}

/**
 * A FHIR reader over HTTP. It reads allowed servers only, never follows a redirect, keeps `next` links on the
 * server they came from (the token goes nowhere else), and stops at the limits of time, size and pages.
 */
export function createHttpFhirReader({ isAllowed, responseLimit, pageLimit }: ReaderLimits): FhirReader {
  const dispatcher = new Agent({ keepAliveTimeout: 10_000, connections: 64, maxResponseSize: responseLimit })

  const get = async (url: string, { accessToken, signal }: FhirAccess): Promise<unknown> => {
    if (!isAllowed(url)) throw new ReadEnded('not-allowed')
    const { statusCode, body } = await request(url, {
      dispatcher,
      signal,
      headers: { accept: 'application/fhir+json', ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }) },
    })
    if (statusCode === 200) return body.json()
    await body.dump()
    throw saysNotThere(statusCode, url) ? new NotThere() : new ReadEnded('refused')
  }

  const page = async (url: string, access: FhirAccess): Promise<Page> => {
    if (!isOnServer(url, access.fhirServer)) throw new ReadEnded('incomplete')
    const answer = await get(url, access)
    if (reportsFailure(answer)) throw new ReadEnded('refused')
    const entries = entriesIn(answer)
    if (!entries) throw new ReadEnded('unusable')
    return { entries, next: nextPage(answer) }
  }

  const pages = async (first: string, access: FhirAccess): Promise<ReadResult> => {
    let found: BundleEntry[] = []
    let pagesRead = 0
    try {
      for (let url: string | undefined = first; url !== undefined; pagesRead += 1) {
        if (pagesRead === pageLimit) throw new ReadEnded('incomplete')
        const { entries, next }: Page = await page(url, access)
        found = [...found, ...entries]
        url = next
      }
      return { kind: 'found', entries: found }
    } catch (error) {
      if (pagesRead > 0) return { kind: 'part', entries: found }
      return error instanceof NotThere ? { kind: 'nothing' } : { kind: 'failed', reason: failureOf(error, access.signal) }
    }
  }

  return {
    read: (query, access) => pages(`${access.fhirServer.replace(/\/+$/, '')}/${query}`, access),
    readOn: (next, access) => pages(next, access),
  }
}

/** A read of one resource may find none; a search that is not found was not carried out. */
const saysNotThere = (statusCode: number, url: string): boolean => (statusCode === 404 || statusCode === 410) && !url.includes('?')

function isOnServer(url: string, fhirServer: string): boolean {
  try {
    return new URL(url).origin === new URL(fhirServer).origin
  } catch {
    return false
  }
}

function failureOf(error: unknown, signal: AbortSignal): ReadFailure {
  if (error instanceof ReadEnded) return error.reason
  if (signal.aborted) return 'timeout'
  const { code } = error as { code?: string }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'too-large'
  return error instanceof SyntaxError ? 'unusable' : 'unreachable'
}

import type { Bundle, FhirResource } from 'fhir/r4.js'
import { Agent, request } from 'undici'
import { resourcesIn } from './read-bundle.js'
import type { FhirAccess, FhirReader, ReadFailure, ReadResult } from './fhir-reader.js'

export interface ReaderLimits {
  /** Decides which URLs may be read at all. */
  isAllowed: (url: string) => boolean
  /** Largest answer in bytes. */
  responseLimit: number
  /** Most pages of one search. */
  pageLimit: number
}

/** Raised to end a read; the reason is what the reply may say of it. */
class ReadEnded extends Error {
  constructor(readonly reason: ReadFailure) {
    super(reason)
  }
}

/**
 * A FHIR reader over HTTP. It reads allowed servers only, never follows a redirect, keeps `next` links on the
 * server they came from (the token goes nowhere else), and stops at the limits of time, size and pages.
 */
export function createHttpFhirReader({ isAllowed, responseLimit, pageLimit }: ReaderLimits): FhirReader {
  const dispatcher = new Agent({ keepAliveTimeout: 10_000, connections: 64, maxResponseSize: responseLimit })

  const get = async (url: string, { accessToken, signal }: FhirAccess): Promise<FhirResource | undefined> => {
    if (!isAllowed(url)) throw new ReadEnded('not-allowed')
    const { statusCode, body } = await request(url, {
      dispatcher,
      signal,
      headers: { accept: 'application/fhir+json', ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }) },
    })
    if (statusCode === 404 || statusCode === 410) {
      await body.dump()
      return undefined
    }
    if (statusCode !== 200) {
      await body.dump()
      throw new ReadEnded('refused')
    }
    return (await body.json()) as FhirResource
  }

  const pages = async (first: string, access: FhirAccess): Promise<ReadResult> => {
    const resources: FhirResource[] = []
    let url: string | undefined = first
    for (let page = 1; url !== undefined; page += 1) {
      if (page > pageLimit) throw new ReadEnded('incomplete')
      if (!isOnServer(url, access.fhirServer)) throw new ReadEnded('incomplete')
      const answer: FhirResource | undefined = await get(url, access)
      if (!answer) return page === 1 ? { kind: 'nothing' } : { kind: 'failed', reason: 'incomplete' }
      const read = resourcesIn(answer)
      if (!read) throw new ReadEnded('unusable')
      resources.push(...read)
      url = nextPage(answer)
    }
    return { kind: 'found', resources }
  }

  const guarded = async (url: string, access: FhirAccess): Promise<ReadResult> => {
    try {
      return await pages(url, access)
    } catch (error) {
      return { kind: 'failed', reason: failureOf(error, access.signal) }
    }
  }

  return {
    read: (query, access) => guarded(`${access.fhirServer.replace(/\/+$/, '')}/${query}`, access),
    readOn: (next, access) => guarded(next, access),
  }
}

/** Absolute URL of a Bundle's next page, if it has one. */
export function nextPage(resource: FhirResource): string | undefined {
  return resource.resourceType === 'Bundle' ? (resource as Bundle).link?.find(({ relation }) => relation === 'next')?.url : undefined
}

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

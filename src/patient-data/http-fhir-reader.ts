import { laterPages, pageUrl } from './page-links.js'
import { countOf, entriesIn, isOutcome, nextPage, reportsFailure, totalOf, type BundleEntry } from './read-bundle.js'
import { jsonOf, NestedTooDeep, type FhirAnswer } from './fhir-answer.js'
import { connectFhirServers, ReadEnded, type ConnectionLimits } from './fhir-connection.js'
import type { BegunSearch, FhirAccess, FhirReader, ReadFailure, ReadResult } from './fhir-reader.js'
import { HostCrowded, HostLeftAlone } from './host-guard.js'

export interface ReaderLimits extends ConnectionLimits {
  /** Most pages of one search. */
  pageLimit: number
}

interface Page {
  entries: BundleEntry[]
  /** How many of them the search was for. */
  size: number
  total: number | undefined
  next: string | undefined
}

/** Raised when the server says that the one resource asked for is not there. */
class NotThere extends ReadEnded {}

/** Most pages of one search that are asked for before the links to them are known. */
const PAGES_AHEAD = 8

/**
 * A FHIR reader over HTTP. It reads allowed servers only, never follows a redirect, keeps `next` links below the base
 * that they came from (the token goes nowhere else), and stops at the limits of time, size and pages.
 */
export function createHttpFhirReader({ pageLimit, ...limits }: ReaderLimits): FhirReader {
  const get = connectFhirServers(limits)
  const { isAllowed } = limits

  const page = async (url: string, access: FhirAccess): Promise<Page> => {
    const answer = await get(url, access)
    if (answer.status !== 200) throw refusal(answer, url)
    const json = jsonOf(answer)
    if (reportsFailure(json)) throw new ReadEnded({ reason: 'reported-error', status: answer.status })
    const entries = entriesIn(json)
    if (!entries) throw new ReadEnded({ reason: 'unusable' })
    if (!access.budget.takeRecords(entries.length)) throw new ReadEnded({ reason: 'exhausted' })
    return { entries, size: countOf(json), total: totalOf(json), next: linkFrom(nextPage(json), url, access) }
  }

  /** Where the link to the next page leads, if there is one. */
  const linkFrom = (link: string | undefined, near: string, { fhirServer, bases }: FhirAccess): string | undefined =>
    link === undefined ? undefined : (pageUrl(link, near, fhirServer, bases ?? isAllowed.basesOf(fhirServer)) ?? ELSEWHERE)

  /** Reads the first page of a query, and once more without sort and count where the server will not have those. */
  const firstPage = async (query: string, access: FhirAccess): Promise<Page> => {
    try {
      return await page(`${access.fhirServer}/${query}`, access)
    } catch (error) {
      const plain = withoutResultParameters(query)
      if (!(error instanceof ReadEnded) || !NOT_UNDERSTOOD.has(error.failure.status ?? 0) || plain === query) throw error
      return page(`${access.fhirServer}/${plain}`, access)
    }
  }

  /** Reads the pages that follow a first one, in the order of their links; some are asked for ahead. */
  const followingPages = async (
    { size, total, next }: Omit<Page, 'entries'>,
    access: FhirAccess,
    pagesLeft: number,
  ): Promise<ReadResult> => {
    const entries: BundleEntry[] = []
    const started = new Map<string, Promise<Page>>()
    const start = (url: string): Promise<Page> => {
      const reading = started.get(url) ?? page(url, access)
      // What was asked for ahead may fail before anybody waits for it, or without anybody ever doing so.
      reading.catch(() => undefined)
      started.set(url, reading)
      return reading
    }
    let ahead = next === undefined ? [] : laterPages({ next, total, size }, pagesLeft - 1)
    let found = size
    try {
      for (let url = next, pagesRead = 0; url !== undefined; pagesRead += 1) {
        if (url === ELSEWHERE) throw new ReadEnded({ reason: 'elsewhere' })
        if (pagesRead === pagesLeft) throw new ReadEnded({ reason: 'page-limit' })
        const reading = start(url)
        while (ahead.length > 0 && started.size - pagesRead < PAGES_AHEAD) void start(ahead.shift() ?? '')
        const read: Page = await reading
        for (const entry of read.entries) entries.push(entry)
        found += read.size
        url = read.next
        // The links go another way than was guessed.
        if (url !== undefined && !started.has(url) && url !== ahead[0]) ahead = []
      }
    } catch (error) {
      return { kind: 'part', entries, because: failureOf(error, access.signal) }
    }
    return total !== undefined && found < total ? { kind: 'part', entries } : { kind: 'found', entries }
  }

  return {
    read: async (query, access) => {
      try {
        const first = await firstPage(query, access)
        const rest = await followingPages(first, access, pageLimit - 1)
        return { ...rest, entries: [...first.entries, ...entriesOf(rest)] } as ReadResult
      } catch (error) {
        return error instanceof NotThere ? { kind: 'nothing' } : { kind: 'failed', ...failureOf(error, access.signal) }
      }
    },
    readOn: async ({ next, query = '', size, total }: BegunSearch, access) =>
      followingPages({ size, total, next: linkFrom(next, `${access.fhirServer}/${query}`, access) }, access, pageLimit),
  }
}

/** In place of a link that leads to another server. */
const ELSEWHERE = ''

const entriesOf = (result: ReadResult): BundleEntry[] => ('entries' in result ? result.entries : [])

/** Statuses with which servers answer parameters that they do not know. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([400, 404, 422, 501])

/** A query without the parameters that only say how the result is to be handed over. */
function withoutResultParameters(query: string): string {
  const [path = '', parameters] = query.split('?', 2)
  return parameters === undefined
    ? query
    : `${path}?${parameters
        .split('&')
        .filter(each => !/^_(sort|count)=/.test(each))
        .join('&')}`
}

/** What an answer that is not 200 means. */
function refusal(answer: FhirAnswer, url: string): Error {
  const { status } = answer
  const isMissing = status === 404 || status === 410
  // A read of one resource may find none; a search that is not found was not carried out.
  if (isMissing && !url.includes('?')) return new NotThere({ reason: 'refused', status })
  if (isMissing && saysOutcome(answer)) return new ReadEnded({ reason: 'unsupported', status })
  return new ReadEnded({ reason: status === 403 ? 'forbidden' : 'refused', status })
}

/** Whether a FHIR server is speaking, and not something in front of it: to it, a search not found is of a type it does not have. */
function saysOutcome(answer: FhirAnswer): boolean {
  try {
    return isOutcome(jsonOf(answer))
  } catch {
    return false
  }
}

function failureOf(error: unknown, signal: AbortSignal): ReadFailure {
  if (error instanceof ReadEnded) return error.failure
  if (error instanceof NestedTooDeep) return { reason: 'too-deep' }
  if (error instanceof SyntaxError) return { reason: 'unusable' }
  if (error instanceof HostLeftAlone) return { reason: 'circuit-open' }
  if (error instanceof HostCrowded) return { reason: 'crowded' }
  return { reason: signal.aborted ? 'timeout' : 'unreachable' }
}

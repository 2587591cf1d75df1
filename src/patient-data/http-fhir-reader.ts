import { Agent, interceptors, request, type Dispatcher } from 'undici'
import { laterPages, pageUrl } from './page-links.js'
import { countOf, entriesIn, isOutcome, nextPage, reportsFailure, totalOf, type BundleEntry } from './read-bundle.js'
import type { BegunSearch, FhirAccess, FhirReader, ReadFailure, ReadResult } from './fhir-reader.js'

export interface ReaderLimits {
  /** Decides which URLs may be read at all. */
  isAllowed: (url: string) => boolean
  /** Largest answer in bytes, as it is when it is no longer compressed. */
  responseLimit: number
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

/** Raised to end a read; the reason is what the reply may say of it. */
class ReadEnded extends Error {
  constructor(readonly reason: ReadFailure, readonly status?: number) {
    super(reason)
  }
}

/** Raised when the server says that the one resource asked for is not there. */
class NotThere extends Error {}

/** Most pages of one search that are asked for before the links to them are known. */
const PAGES_AHEAD = 8

/**
 * A FHIR reader over HTTP. It reads allowed servers only, never follows a redirect, keeps `next` links on the
 * server they came from (the token goes nowhere else), and stops at the limits of time, size and pages.
 */
export function createHttpFhirReader({ isAllowed, responseLimit, pageLimit }: ReaderLimits): FhirReader {
  const dispatcher = new Agent({ keepAliveTimeout: 10_000, connections: 64, maxResponseSize: responseLimit })
    .compose(interceptors.decompress({ maxSize: responseLimit, skipErrorResponses: false }))

  const get = async (url: string, { accessToken, signal }: FhirAccess): Promise<unknown> => {
    if (!isAllowed(url)) throw new ReadEnded('not-allowed')
    const response = await request(url, {
      dispatcher,
      signal,
      headers: {
        accept: 'application/fhir+json',
        'accept-encoding': 'gzip, deflate, br',
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
    })
    if (response.statusCode === 200) return jsonOf(response)
    throw await refusal(response, url)
  }

  const page = async (url: string, access: FhirAccess): Promise<Page> => {
    const answer = await get(url, access)
    if (reportsFailure(answer)) throw new ReadEnded('refused')
    const entries = entriesIn(answer)
    if (!entries) throw new ReadEnded('unusable')
    const link = nextPage(answer)
    const next = link === undefined ? undefined : (pageUrl(link, url, access.fhirServer) ?? ELSEWHERE)
    return { entries, size: countOf(answer), total: totalOf(answer), next }
  }

  /** Reads the first page of a query, and once more without sort and count where the server will not have those. */
  const firstPage = async (query: string, access: FhirAccess): Promise<Page> => {
    try {
      return await page(`${access.fhirServer}/${query}`, access)
    } catch (error) {
      const plain = withoutResultParameters(query)
      if (!(error instanceof ReadEnded) || !NOT_UNDERSTOOD.has(error.status ?? 0) || plain === query) throw error
      return page(`${access.fhirServer}/${plain}`, access)
    }
  }

  /** Reads the pages that follow a first one, in the order of their links; some are asked for ahead. */
  const followingPages = async ({ size, total, next }: Omit<Page, 'entries'>, access: FhirAccess, pagesLeft: number): Promise<ReadResult> => {
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
        if (pagesRead === pagesLeft || url === ELSEWHERE) throw new ReadEnded('incomplete')
        const reading = start(url)
        while (ahead.length > 0 && started.size - pagesRead < PAGES_AHEAD) start(ahead.shift() ?? '')
        const read: Page = await reading
        for (const entry of read.entries) entries.push(entry)
        found += read.size
        url = read.next
        // The links go another way than was guessed.
        if (url !== undefined && !started.has(url) && url !== ahead[0]) ahead = []
      }
    } catch {
      return { kind: 'part', entries }
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
        return error instanceof NotThere ? { kind: 'nothing' } : { kind: 'failed', reason: failureOf(error, access.signal) }
      }
    },
    readOn: async ({ next, query = '', ...given }: BegunSearch, access) => {
      const url = pageUrl(next, `${access.fhirServer}/${query}`, access.fhirServer) ?? ELSEWHERE
      return followingPages({ ...given, next: url }, access, pageLimit)
    },
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
  return parameters === undefined ? query : `${path}?${parameters.split('&').filter(each => !/^_(sort|count)=/.test(each)).join('&')}`
}

/** Reads JSON in the character set that the answer names, with or without a byte order mark. */
async function jsonOf({ headers, body }: Dispatcher.ResponseData): Promise<unknown> {
  const bytes = await body.arrayBuffer()
  const [, charset = 'utf-8'] = /charset\s*=\s*"?([\w-]+)/i.exec(String(headers['content-type'] ?? '')) ?? []
  return JSON.parse(decode(bytes, charset)) as unknown
}

function decode(bytes: ArrayBuffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    // A character set that nobody knows; JSON is UTF-8 by its own definition.
    return new TextDecoder().decode(bytes)
  }
}

/** What an answer that is not 200 means. */
async function refusal(response: Dispatcher.ResponseData, url: string): Promise<Error> {
  const { statusCode, body } = response
  const isSearch = url.includes('?')
  const isMissing = statusCode === 404 || statusCode === 410
  if (isMissing && isSearch && (await saysOutcome(response))) return new ReadEnded('unsupported', statusCode)
  await body.dump()
  // A read of one resource may find none; a search that is not found was not carried out.
  if (isMissing && !isSearch) return new NotThere()
  return new ReadEnded(statusCode === 403 ? 'forbidden' : 'refused', statusCode)
}

/** Whether a FHIR server is speaking, and not something in front of it: to it, a search not found is of a type it does not have. */
async function saysOutcome(response: Dispatcher.ResponseData): Promise<boolean> {
  try {
    return isOutcome(await jsonOf(response))
  } catch {
    return false
  }
}

function failureOf(error: unknown, signal: AbortSignal): ReadFailure {
  if (error instanceof ReadEnded) return error.reason
  if (signal.aborted) return 'timeout'
  const { code } = error as { code?: string }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'too-large'
  // The codes of node's decompression begin so.
  return error instanceof SyntaxError || /^(Z_|ERR_)/.test(code ?? '') ? 'unusable' : 'unreachable'
}

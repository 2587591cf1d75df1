import { httpUrl, isPathBelow } from '../trust/base-url.js'
import { withoutEnd } from '../plain-values/without-end.js'

/**
 * Where a link to another page leads: at the FHIR server's own origin and below its base, or below a base that is
 * listed as its own, so that the token goes nowhere else, not to another tenant of the host either. Behind a gateway a
 * server may name itself by another scheme or host; then its path tells that it is the same.
 * @param near URL that a relative link starts from.
 * @param bases paths, beside that of the server, below which its pages may lie.
 * @returns undefined when the link leads elsewhere.
 */
export function pageUrl(link: string, near: string, fhirServer: string, bases: readonly string[] = []): string | undefined {
  const url = httpUrl(link, near)
  const server = new URL(fhirServer)
  const own = withoutEnd(server.pathname, '/')
  if (!url || ![own, ...bases].some(base => isPathBelow(url.pathname, base))) return undefined
  // Put together member by member: a path that begins with two slashes would else be read as a host.
  const page = new URL(server.origin)
  page.pathname = url.pathname
  page.search = url.search
  return page.href
}

/** What the first page of a search tells of the others. */
export interface FirstPage {
  /** Address of the second page. */
  next: string
  /** How many resources there are in all, where the server says so. */
  total: number | undefined
  /** How many of them the first page holds. */
  size: number
}

/** Parameters in which servers count resources, and pages. */
const COUNTER = /([?&](?:_getpagesoffset|_?offset|_?skip)=)(\d{1,9})(?=&|$)/
const PAGE_NUMBER = /([?&](?:_?page|_?pageNumber)=)([12])(?=&|$)/

/**
 * Addresses of the third page and those after it, where the server counts its pages openly, so that they can be asked
 * for before the links to them are known. A guess: only the links say which pages there are.
 * @param most how many to give at most.
 */
export function laterPages({ next, total, size }: FirstPage, most: number): string[] {
  if (total === undefined || size === 0) return []
  const count = Math.min(Math.ceil(total / size) - 2, most)
  const pages = Array.from({ length: Math.max(count, 0) }, (_, index) => index + 2)
  const [, , began] = COUNTER.exec(next) ?? []
  if (began !== undefined && Number(began) === size)
    return pages.map(page => next.replace(COUNTER, (_, name: string) => `${name}${page * size}`))
  const [, , second] = PAGE_NUMBER.exec(next) ?? []
  return second === undefined
    ? []
    : pages.map(page => next.replace(PAGE_NUMBER, (_, name: string) => `${name}${Number(second) + page - 1}`))
}

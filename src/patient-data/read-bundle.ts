import type { FhirResource } from 'fhir/r4.js'
import { isObject } from '../plain-values/json.js'
import { idOfAddress, readReference } from './references.js'

/**
 * A resource of a Bundle, under the id of its address where it has none of its own, as it was sent, and that address;
 * or the news that one is gone; or that some were withheld.
 */
export type BundleEntry =
  | { resource: FhirResource; sent: FhirResource; fullUrl?: string; deleted?: undefined; isWithheld?: undefined }
  | { resource?: undefined; sent?: undefined; fullUrl?: undefined; deleted: string; at?: string; isWithheld?: undefined }
  | { resource?: undefined; sent?: undefined; fullUrl?: undefined; deleted?: undefined; isWithheld: true }

/** Most Bundles within one another that are read; deeper is no record. */
const DEEPEST = 8

/**
 * What a prefetch key or a FHIR server gave: the entries of a Bundle and of Bundles within it, or the one resource
 * itself. Of OperationOutcomes it stays that some resources were withheld; entries without a resource are left out.
 * Undefined when it is no FHIR resource at all.
 */
export function entriesIn(value: unknown, depth = 0): BundleEntry[] | undefined {
  if (!isResource(value)) return undefined
  if (value.resourceType !== 'Bundle') return [{ resource: withId(value, undefined), sent: value }]
  const entries = (value as { entry?: unknown }).entry ?? []
  if (!Array.isArray(entries)) return undefined
  const found: BundleEntry[] = []
  for (const entry of entries as (Entry | null)[]) if (entry !== null && typeof entry === 'object') addEntry(entry, depth, found)
  return found
}

interface Entry {
  resource?: unknown
  fullUrl?: unknown
  request?: { method?: unknown; url?: unknown }
  response?: { lastModified?: unknown; status?: unknown } | null
}

/** The entries of a Bundle that are any; none of anything else. */
function entriesOf(value: unknown): Entry[] {
  if (!isResource(value) || value.resourceType !== 'Bundle') return []
  const { entry } = value as { entry?: unknown }
  return Array.isArray(entry) ? entry.filter(isObject) : []
}

/** The Bundles among the entries of a Bundle, as a batch answers several searches. */
const bundlesIn = (value: unknown): FhirResource[] =>
  entriesOf(value).flatMap(({ resource }) => (isResource(resource) && resource.resourceType === 'Bundle' ? [resource] : []))

function addEntry({ resource, fullUrl: address, request, response }: Entry, depth: number, found: BundleEntry[]): void {
  const fullUrl = typeof address === 'string' ? address : undefined
  if (request?.method === 'DELETE') {
    const deleted = readReference(request.url) ?? readReference(fullUrl)
    if (deleted !== undefined) found.push({ deleted, ...(typeof response?.lastModified === 'string' && { at: response.lastModified }) })
    return
  }
  if (!isResource(resource)) return
  if (resource.resourceType === 'OperationOutcome') {
    if (issuesOf(resource).some(({ code }) => WITHHELD.has(code))) found.push({ isWithheld: true })
  } else if (resource.resourceType !== 'Bundle')
    found.push({ resource: withId(resource, fullUrl), sent: resource, ...(fullUrl !== undefined && { fullUrl }) })
  else if (depth < DEEPEST) for (const within of entriesIn(resource, depth + 1) ?? []) found.push(within)
}

/** A resource under the id of its address, where it has none of its own; an id that is no text is none. */
function withId(resource: FhirResource, fullUrl: string | undefined): FhirResource {
  if (typeof resource.id === 'string' && resource.id !== '') return resource
  const { id: _, ...rest } = resource
  const id = idOfAddress(fullUrl, resource.resourceType)
  return id === undefined ? rest : { ...rest, id }
}

/** How many resources there are that a search was for, if it says so; a searchset alone does. */
export function totalOf(value: unknown): number | undefined {
  const { type, total } = (isResource(value) && value.resourceType === 'Bundle' ? value : {}) as { type?: unknown; total?: unknown }
  return type === 'searchset' && typeof total === 'number' && Number.isInteger(total) && total >= 0 ? total : undefined
}

/** How many of the resources that a search was for stand in what it gave; included ones and outcomes are beside the point. */
export function countOf(value: unknown): number {
  if (!isResource(value) || value.resourceType !== 'Bundle') return isResource(value) ? 1 : 0
  const { entry } = value as { entry?: unknown }
  if (!Array.isArray(entry)) return 0
  let count = 0
  for (const each of entry as ({ resource?: unknown; search?: { mode?: unknown } | null } | null)[])
    if (each && !isOutcome(each.resource) && !isBeside(each.search?.mode)) count += countOf(each.resource)
  return count
}

const isBeside = (mode: unknown): boolean => mode !== undefined && ['include', 'outcome'].includes(String(mode))

/** Whether a value is an OperationOutcome, of whatever it tells. */
export const isOutcome = (value: unknown): boolean => isResource(value) && value.resourceType === 'OperationOutcome'

/** Link to a Bundle's next page as it is written, if it has one. */
export function nextPage(value: unknown): string | undefined {
  const { link } = (isResource(value) && value.resourceType === 'Bundle' ? value : {}) as { link?: unknown }
  if (!Array.isArray(link)) return undefined
  const next = (link as ({ relation?: unknown; url?: unknown } | null)[]).find(each => each?.relation === 'next')
  return typeof next?.url === 'string' ? next.url : undefined
}

/** Whether there is more than stands in a result, as it says itself or a Bundle within it does; a link to the next page of the whole is beside the point. */
export function isInPart(value: unknown): boolean {
  const total = totalOf(value)
  return (
    (total !== undefined && total > countOf(value)) || bundlesIn(value).some(within => nextPage(within) !== undefined || isInPart(within))
  )
}

/** Whether a value is an OperationOutcome of a failure, or a Bundle that reports one, itself or in a Bundle within it. */
export function reportsFailure(value: unknown): boolean {
  return isFailure(value) || entriesOf(value).some(isFailed) || bundlesIn(value).some(reportsFailure)
}

/** An entry that is an outcome, or answers one request of a batch, of a failure. */
const isFailed = ({ resource, response }: Entry): boolean =>
  isFailure(resource) || (typeof response?.status === 'string' && /^[45]\d\d\b/.test(response.status))

/** What an issue is about, where not all there is was answered: for reasons of access or of privacy, or since a source did not answer. */
const WITHHELD: ReadonlySet<unknown> = new Set(['suppressed', 'incomplete'])

/** An OperationOutcome that tells of an error; one that only warns or informs takes nothing away. */
function isFailure(value: unknown): boolean {
  if (!isOutcome(value)) return false
  const issues = issuesOf(value as FhirResource)
  return issues.length === 0 || issues.some(({ severity }) => severity === 'error' || severity === 'fatal')
}

/** The issues of an OperationOutcome that are any. */
function issuesOf(outcome: FhirResource): { severity?: unknown; code?: unknown }[] {
  const { issue } = outcome as { issue?: unknown }
  return Array.isArray(issue) ? issue.filter(isObject) : []
}

export function isResource(value: unknown): value is FhirResource {
  return isObject(value) && typeof value.resourceType === 'string'
}

import { randomUUID } from 'node:crypto'
import type { Bundle, BundleEntry } from 'fhir/r4.js'
import type { Interactions, Reply } from './interactions.js'
import { isObject } from '../plain-values/json.js'
import { FhirError, asFhirError, operationOutcome } from './outcome.js'
import type { Call } from './search-request.js'

/** One entry, read: what to do, with the id that a POST will get. */
interface Step {
  method: string
  type: string
  id: string | undefined
  query: URLSearchParams
  resource: unknown
  fullUrl: string | undefined
}

type Perform = (step: Step, interactions: Interactions, call: Call) => Reply

const METHODS: Record<string, Perform> = {
  DELETE: ({ type, id }, interactions) => interactions.remove(type, required(id)),
  POST: ({ type, id, resource }, interactions) => interactions.create(type, resource, id),
  PUT: ({ type, id, resource }, interactions) => interactions.update(type, required(id), resource),
  GET: ({ type, id, query }, interactions, call) => (id ? interactions.read(type, id) : interactions.search(type, query, call)),
}

/** The order in which a transaction is carried out, whatever the order of its entries (FHIR R4, 3.1.0.11.2). */
const ORDER = Object.keys(METHODS)

/**
 * Carries out a Bundle: a transaction wholly or not at all, a batch entry by entry, answered in the entries' order.
 * @throws FhirError 400 when the body is no such Bundle, or the error of the entry that made a transaction fail.
 */
export function processBundle(body: unknown, interactions: Interactions, call: Call): Bundle {
  if (!isObject(body) || body.resourceType !== 'Bundle') throw new FhirError(400, 'The body is not a Bundle.')
  const entries = Array.isArray(body.entry) ? (body.entry as BundleEntry[]) : []
  if (body.type === 'batch') return processBatch(entries, interactions, call)
  if (body.type === 'transaction') return processTransaction(entries, interactions, call)
  throw new FhirError(400, 'The Bundle is neither a transaction nor a batch.')
}

function processTransaction(entries: BundleEntry[], interactions: Interactions, call: Call): Bundle {
  const steps = withResolvedReferences(entries.map(readEntry))
  const replies = new Map<Step, BundleEntry>()
  const undo = interactions.store.snapshot()
  try {
    for (const step of inOrder(steps)) replies.set(step, responseEntry(perform(step, interactions, call), call))
  } catch (error) {
    undo()
    throw error
  }
  return { resourceType: 'Bundle', type: 'transaction-response', entry: steps.map(step => replies.get(step) ?? {}) }
}

function processBatch(entries: BundleEntry[], interactions: Interactions, call: Call): Bundle {
  const entry = entries.map(entry => {
    try {
      return responseEntry(perform(readEntry(entry), interactions, call), call)
    } catch (thrown) {
      const error = asFhirError(thrown)
      return { response: { status: String(error.status), outcome: operationOutcome(error) } }
    }
  })
  return { resourceType: 'Bundle', type: 'batch-response', entry }
}

function readEntry(entry: BundleEntry): Step {
  const { method, url } = entry.request ?? {}
  if (!method || !url) throw new FhirError(400, 'A Bundle entry has no request.method or request.url.')
  const [path = '', query] = url.replace(/^\//, '').split('?', 2)
  const [type = '', id] = path.split('/')
  return {
    method,
    type,
    id: id ?? (method === 'POST' ? randomUUID() : undefined),
    query: new URLSearchParams(query),
    resource: entry.resource,
    fullUrl: entry.fullUrl,
  }
}

function perform(step: Step, interactions: Interactions, call: Call): Reply {
  const method = Object.hasOwn(METHODS, step.method) ? METHODS[step.method] : undefined
  if (!method) throw new FhirError(405, 'A Bundle entry asks for a method that is not supported.')
  return method(step, interactions, call)
}

function inOrder(steps: Step[]): Step[] {
  return [...steps].sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method))
}

/** References between new resources are written as `urn:uuid:` and become `Type/id` once the ids are known. */
function withResolvedReferences(steps: Step[]): Step[] {
  const references = new Map(
    steps.flatMap(({ fullUrl, type, id }) => (fullUrl?.startsWith('urn:') && id ? [[fullUrl, `${type}/${id}`]] : [])),
  )
  if (references.size === 0) return steps
  return steps.map(step => ({ ...step, resource: replaceStrings(step.resource, references) }))
}

function replaceStrings(value: unknown, replacements: Map<string, string>): unknown {
  if (typeof value === 'string') return replacements.get(value) ?? value
  if (Array.isArray(value)) return value.map(part => replaceStrings(part, replacements))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replaceStrings(part, replacements)]))
}

function responseEntry({ status, resource, location }: Reply, { base }: Call): BundleEntry {
  const lastModified = resource?.meta?.lastUpdated
  return {
    ...(resource && { resource }),
    response: {
      status: String(status),
      ...(location && { location: `${base}/${location}` }),
      ...(resource?.meta?.versionId && { etag: `W/"${resource.meta.versionId}"` }),
      ...(lastModified && { lastModified }),
    },
  }
}

function required(id: string | undefined): string {
  if (!id) throw new FhirError(400, 'A Bundle entry needs an id in its request.url.')
  return id
}

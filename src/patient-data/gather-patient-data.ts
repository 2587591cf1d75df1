import { setMaxListeners } from 'node:events'
import { CdsError } from '../errors.js'
import type { Clock } from '../expression/clock.js'
import type { CompiledRequirement } from '../knowledge/compiled.js'
import type { HookRequest } from '../cds-hooks/types.js'
import { fillTemplate, isPublishable, queriesFor } from './fill-template.js'
import type { BegunSearch, FhirAccess, FhirReader, ReadFailure, ReadResult } from './fhir-reader.js'
import { PatientRecord, type RecordContext } from './patient-record.js'
import { countOf, entriesIn, nextPage, reportsFailure, totalOf, type BundleEntry } from './read-bundle.js'
import type { FormDefinitions } from '../knowledge/forms.js'

/** Data that was not essential and could not be had. */
export interface NotRead {
  requirement: CompiledRequirement
  reason: ReadFailure | 'missing' | 'not-found'
}

export interface GatheredData {
  record: PatientRecord
  notRead: NotRead[]
}

export interface GatherOptions {
  reader: FhirReader
  clock: Clock
  /** Milliseconds that reading may take in all. */
  timeLimit: number
  /** The forms that the knowledge reads. */
  forms: FormDefinitions
}

/** What the client gave for one requirement, before anything was read. */
type Given =
  | { kind: 'complete'; entries: BundleEntry[] }
  /** The client looked and found nothing. */
  | { kind: 'none' }
  | { kind: 'begun'; entries: BundleEntry[]; search: BegunSearch }
  /** Fewer resources than the result says it has, and no way to the others. */
  | { kind: 'part'; entries: BundleEntry[] }
  /** What came in its place is no answer to the key, but may still tell of other records. */
  | { kind: 'failed'; entries: BundleEntry[] }
  | { kind: 'absent' }

type Outcome = { requirement: CompiledRequirement; entries: BundleEntry[]; failure?: NotRead['reason'] }

/** What there is for one requirement, and what is left to ask for. */
interface Plan {
  requirement: CompiledRequirement
  given: Given
  /** Queries to run; undefined where the context lacks a value for them. */
  queries: string[] | undefined
}

/**
 * Gathers what the plans read: prefetched data first, then the client's FHIR server for keys that are absent,
 * all in parallel and under one time limit.
 * @throws CdsError CDS_DATA_MISSING or CDS_FHIR_SERVER_NOT_ALLOWED naming essential keys that could not be had;
 *   CDS_DATA_OF_ANOTHER_PATIENT or CDS_READ_DATA_OF_ANOTHER_PATIENT when the data is not this patient's.
 */
export async function gatherPatientData(
  request: HookRequest,
  requirements: readonly CompiledRequirement[],
  options: GatherOptions,
): Promise<GatheredData> {
  const plans = planReading(requirements, request, options.clock)
  const isToBeRead = plans.some(({ given, queries }) => given.kind === 'begun' || queries === undefined || queries.length > 0)
  const outcomes = request.fhirServer !== undefined && isToBeRead ? await readAll(plans, request, request.fhirServer, options) : plans.map(withoutReading)
  const sent = plans.flatMap(({ given }) => ('entries' in given ? given.entries : []))
  return intoRecord(outcomes, request, { ...options, wasRead: resource => !sent.some(entry => entry.resource === resource) })
}

/** Decides what is asked for: nothing that the client gave, under whatever key, and nothing twice. */
function planReading(requirements: readonly CompiledRequirement[], { context, prefetch, fhirServer }: HookRequest, clock: Clock): Plan[] {
  const source = { context, clock }
  const found = requirements.map(requirement => ({ requirement, given: givenFor(requirement, prefetch) }))
  // The common call gives all there is to ask for, and names no server that could be asked for more.
  if (fhirServer === undefined && found.every(({ given }) => given.kind !== 'absent')) return found.map(each => ({ ...each, queries: [] }))
  const answered = new Set<string>()
  const claim = (queries: readonly string[] = []) => queries.forEach(query => answered.add(query))
  for (const { requirement, given } of found) if (given.kind !== 'absent') claim(queriesFor(requirement, source))
  return found.map(({ requirement, given }) => {
    if (given.kind !== 'absent') return { requirement, given, queries: given.kind === 'complete' ? leftOpen(requirement, given.entries, queriesFor(requirement, source)) : [] }
    const queries = queriesFor(requirement, source, query => answered.has(query))
    claim(queries)
    return { requirement, given, queries }
  })
}

/**
 * Queries of ours for one resource by its id that the client's other query did not find: that it found others, or
 * none, does not deny the one.
 */
function leftOpen({ template, further }: CompiledRequirement, entries: readonly BundleEntry[], queries: readonly string[] = []): string[] {
  if (further.length === 0 || !isPublishable(template)) return []
  return queries.filter(query => {
    const [, id] = /[?&]_id=([^?&,]+)(?:&|$)/.exec(query) ?? []
    return id !== undefined && !entries.some(({ resource }) => encodeURIComponent(resource?.id ?? '') === id)
  })
}

function givenFor({ key, type }: CompiledRequirement, prefetch: HookRequest['prefetch']): Given {
  const value = Object.hasOwn(prefetch, key) ? prefetch[key] : undefined
  if (value === undefined) return { kind: 'absent' }
  if (value === null) return { kind: 'none' }
  if (reportsFailure(value)) return { kind: 'failed', entries: [] }
  const entries = entriesIn(value)
  if (!entries) return { kind: 'failed', entries: [] }
  if (isOfOtherTypes(entries, type)) return { kind: 'failed', entries }
  const [next, size, total] = [nextPage(value), countOf(value), totalOf(value)]
  if (next !== undefined) return { kind: 'begun', entries, search: { next, size, total } }
  return { kind: total !== undefined && total > size ? 'part' : 'complete', entries }
}

/** Whether there are resources, but not one of the type asked for. */
const isOfOtherTypes = (entries: readonly BundleEntry[], type: string): boolean =>
  entries.some(({ resource }) => resource) && !entries.some(({ resource, deleted }) => resource?.resourceType === type || deleted?.startsWith(`${type}/`))

/** What can be said of a requirement without asking a server. */
function withoutReading({ requirement, given, queries }: Plan): Outcome {
  if (given.kind === 'complete') return complete(requirement, given.entries)
  if (given.kind === 'none') return complete(requirement, [])
  if (given.kind === 'begun' || given.kind === 'part') return { requirement, entries: given.entries, failure: 'incomplete' }
  if (given.kind === 'failed') return { requirement, entries: given.entries, failure: 'reported-failed' }
  if (queries === undefined) return { requirement, entries: [], failure: 'unfilled' }
  // Who cannot be asked for by a client is not missed; and what other keys ask for is not missed here.
  return queries.length === 0 || !isPublishable(requirement.template) ? complete(requirement, []) : { requirement, entries: [], failure: 'missing' }
}

async function readAll(plans: readonly Plan[], { context, fhirAuthorization }: HookRequest, fhirServer: string, { reader, clock, timeLimit }: GatherOptions): Promise<Outcome[]> {
  const abort = new AbortController()
  // Every query that is run listens to the one signal; more than a few is no leak.
  setMaxListeners(0, abort.signal)
  const timer = setTimeout(() => abort.abort(), timeLimit)
  const access: FhirAccess = { fhirServer, signal: abort.signal, ...(fhirAuthorization && { accessToken: fhirAuthorization.access_token }) }
  try {
    return await Promise.all(plans.map(async plan => {
      const { requirement, given, queries = [] } = plan
      if (given.kind === 'begun') return followOn(requirement, given, fillTemplate(requirement.template, { context, clock }), reader, access)
      const read = await Promise.all(queries.map(async query => outcomeOf(requirement, await reader.read(query, access))))
      return read.length === 0 ? withoutReading(plan) : together(requirement, given.kind === 'complete' ? given.entries : [], read)
    }))
  } finally {
    clearTimeout(timer)
  }
}

/** What several queries for one requirement brought, beside what was given. */
function together(requirement: CompiledRequirement, given: readonly BundleEntry[], read: readonly Outcome[]): Outcome {
  const failure = read.find(outcome => outcome.failure !== undefined)?.failure
  return { requirement, entries: [...given, ...read.flatMap(({ entries }) => entries)], ...(failure && { failure }) }
}

/** Reads the pages that the client's search left open; the pages it gave stand either way. */
async function followOn(requirement: CompiledRequirement, { entries, search }: { entries: BundleEntry[]; search: BegunSearch }, query: string | undefined, reader: FhirReader, access: FhirAccess): Promise<Outcome> {
  const result = await reader.readOn({ ...search, ...(query !== undefined && { query }) }, access)
  if (result.kind === 'found') return { requirement, entries: [...entries, ...result.entries] }
  return { requirement, entries: result.kind === 'part' ? [...entries, ...result.entries] : entries, failure: 'incomplete' }
}

function outcomeOf(requirement: CompiledRequirement, result: ReadResult): Outcome {
  if (result.kind === 'failed') return { requirement, entries: [], failure: result.reason }
  if (result.kind === 'nothing') return complete(requirement, [])
  if (isOfOtherTypes(result.entries, requirement.type)) return { requirement, entries: [], failure: 'unusable' }
  return result.kind === 'part' ? { requirement, entries: result.entries, failure: 'incomplete' } : complete(requirement, result.entries)
}

/** All there is. A search may find nothing; an essential resource that is not there is missing. */
function complete(requirement: CompiledRequirement, entries: BundleEntry[]): Outcome {
  const isMissing = !hasAny(entries) && requirement.essential && !requirement.template.includes('?')
  return { requirement, entries, ...(isMissing && { failure: 'not-found' as const }) }
}

const hasAny = (entries: readonly BundleEntry[]): boolean => entries.some(({ resource }) => resource)

function intoRecord(outcomes: readonly Outcome[], { context, fhirServer }: HookRequest, { clock, forms, wasRead }: GatherOptions & Pick<RecordContext, 'wasRead'>): GatheredData {
  const failed = outcomes.flatMap(({ requirement, failure }) => (failure === undefined ? [] : [{ requirement, reason: failure }]))
  const lacking = outcomes.flatMap(({ requirement, entries, failure }) =>
    isIndispensable(requirement, failure) && failure !== undefined && (failure === 'reported-failed' || !hasAny(entries)) ? [{ requirement, reason: failure }] : [])
  if (lacking.length > 0) throw missing(lacking)
  const keyed = outcomes.map(({ requirement, entries }) => ({ key: requirement.key, entries, questionnaire: questionnaireOf(requirement) }))
  return { record: new PatientRecord(keyed, { patientId: context.patientId, fhirServer, timeZone: clock.timeZone, forms, wasRead }), notRead: failed }
}

/** Essential, unless it is data that this server does not have, or not for this client, and without which something can be said. */
const isIndispensable = ({ essential, whereSupported }: CompiledRequirement, failure: Outcome['failure']): boolean =>
  essential && !(whereSupported && (failure === 'unsupported' || failure === 'forbidden'))

/** The canonical of the questionnaire whose responses a query asks for. */
function questionnaireOf({ template }: CompiledRequirement): string | undefined {
  const written = /[?&]questionnaire=([^&]+)/.exec(template)?.[1]
  return written === undefined ? undefined : decodeURIComponent(written)
}

function missing(lacking: readonly NotRead[]): CdsError {
  const keys = lacking.map(({ requirement }) => requirement.key).join(', ')
  const details = lacking.map(({ requirement, reason }) => `Prefetch key ${requirement.key}: ${REASONS[reason]}.`)
  const isRefused = lacking.some(({ reason }) => reason === 'not-allowed')
  return new CdsError(
    isRefused ? 'CDS_FHIR_SERVER_NOT_ALLOWED' : 'CDS_DATA_MISSING',
    `Data that no answer can do without is missing: ${keys}. Send these prefetch keys, or give access to a FHIR server that this service may read: those that its setting CDS_FHIR_SERVERS lists.`,
    details,
  )
}

/** What an integrator reads about a key whose data could not be had. */
export const explained = ({ requirement, reason }: NotRead): { key: string; reason: string } => ({ key: requirement.key, reason: REASONS[reason] })

const REASONS: Readonly<Record<NotRead['reason'], string>> = {
  missing: 'it is absent and there is no FHIR server to read it from',
  'not-found': 'there is no such resource',
  'reported-failed': 'the client reported that it could not be fetched, or sent something else in its place',
  'not-allowed': 'the FHIR server is not on the list of servers that may be read',
  timeout: 'the FHIR server did not answer in time',
  refused: 'the FHIR server refused the request',
  forbidden: 'the FHIR server refused the request',
  unsupported: 'the FHIR server does not offer this type of resource',
  unusable: 'the FHIR server did not answer with FHIR JSON',
  'too-large': 'the answer of the FHIR server was too large',
  unreachable: 'the FHIR server could not be reached',
  incomplete: 'not all pages of the result could be read',
  unfilled: 'the context lacks a value that the query needs',
}

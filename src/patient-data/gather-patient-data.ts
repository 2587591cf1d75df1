import { setMaxListeners } from 'node:events'
import { CdsError } from '../errors.js'
import type { Clock } from '../expression/clock.js'
import type { CompiledRequirement } from '../knowledge/compiled.js'
import type { HookRequest } from '../cds-hooks/types.js'
import { fillTemplate, isOptionalTemplate, isPublishable } from './fill-template.js'
import type { FhirAccess, FhirReader, ReadFailure, ReadResult } from './fhir-reader.js'
import { PatientRecord } from './patient-record.js'
import { entriesIn, nextPage, reportsFailure, type BundleEntry } from './read-bundle.js'
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
  | { kind: 'begun'; entries: BundleEntry[]; next: string }
  /** What came in its place is no answer to the key, but may still tell of other records. */
  | { kind: 'failed'; entries: BundleEntry[] }
  | { kind: 'absent' }

type Outcome = { requirement: CompiledRequirement; entries: BundleEntry[]; failure?: NotRead['reason'] }

/**
 * Gathers what the plans read: prefetched data first, then the client's FHIR server for keys that are absent,
 * all in parallel and under one time limit.
 * @throws CdsError CDS_DATA_MISSING or CDS_FHIR_SERVER_NOT_ALLOWED naming essential keys that could not be had;
 *   CDS_DATA_OF_ANOTHER_PATIENT when the data is not this patient's.
 */
export async function gatherPatientData(
  request: HookRequest,
  requirements: readonly CompiledRequirement[],
  options: GatherOptions,
): Promise<GatheredData> {
  const given = requirements.map(requirement => ({ requirement, given: givenFor(requirement, request.prefetch) }))
  const needsReading = given.some(({ given: { kind } }) => kind === 'absent' || kind === 'begun')
  const outcomes = needsReading ? await readAll(given, request, options) : given.map(({ requirement, given: found }) => withoutReading(requirement, found))
  return intoRecord(outcomes, request, options)
}

function givenFor({ key, type }: CompiledRequirement, prefetch: HookRequest['prefetch']): Given {
  const value = Object.hasOwn(prefetch, key) ? prefetch[key] : undefined
  if (value === undefined) return { kind: 'absent' }
  if (value === null) return { kind: 'complete', entries: [] }
  if (reportsFailure(value)) return { kind: 'failed', entries: [] }
  const entries = entriesIn(value)
  if (!entries) return { kind: 'failed', entries: [] }
  if (isOfOtherTypes(entries, type)) return { kind: 'failed', entries }
  const next = nextPage(value)
  return next === undefined ? { kind: 'complete', entries } : { kind: 'begun', entries, next }
}

/** Whether there are resources, but not one of the type asked for. */
const isOfOtherTypes = (entries: readonly BundleEntry[], type: string): boolean =>
  entries.some(({ resource }) => resource) && !entries.some(({ resource, deleted }) => resource?.resourceType === type || deleted?.startsWith(`${type}/`))

function withoutReading(requirement: CompiledRequirement, given: Given): Outcome {
  if (given.kind === 'complete') return complete(requirement, given.entries)
  return given.kind === 'failed' ? { requirement, entries: given.entries, failure: 'reported-failed' } : { requirement, entries: [], failure: 'missing' }
}

async function readAll(
  given: readonly { requirement: CompiledRequirement; given: Given }[],
  request: HookRequest,
  { reader, clock, timeLimit }: GatherOptions,
): Promise<Outcome[]> {
  const abort = new AbortController()
  // Every key that is read listens to the one signal; more than a few is no leak.
  setMaxListeners(given.length + 1, abort.signal)
  const timer = setTimeout(() => abort.abort(), timeLimit)
  const { fhirServer, fhirAuthorization } = request
  const access = fhirServer === undefined ? undefined : {
    fhirServer,
    signal: abort.signal,
    ...(fhirAuthorization && { accessToken: fhirAuthorization.access_token }),
  }
  try {
    return await Promise.all(given.map(async ({ requirement, given: found }) => {
      if (found.kind === 'begun') return followOn(requirement, found, reader, access)
      if (found.kind !== 'absent') return withoutReading(requirement, found)
      const query = fillTemplate(requirement.template, { context: request.context, clock })
      if (query === undefined || (!access && !isPublishable(requirement.template))) return outcomeOf(requirement, unfilled(requirement))
      return access ? outcomeOf(requirement, await reader.read(query, access)) : withoutReading(requirement, found)
    }))
  } finally {
    clearTimeout(timer)
  }
}

/** A query without all its values: nothing to ask for where the template allows that, else a failure. */
function unfilled({ template }: CompiledRequirement): ReadResult {
  return isOptionalTemplate(template) ? { kind: 'found', entries: [] } : { kind: 'failed', reason: 'unfilled' }
}

/** Reads the pages that the client's search left open; the pages it gave stand either way. */
async function followOn(requirement: CompiledRequirement, { entries, next }: { entries: BundleEntry[]; next: string }, reader: FhirReader, access: FhirAccess | undefined): Promise<Outcome> {
  if (!access) return { requirement, entries, failure: 'incomplete' }
  const result = await reader.readOn(next, access)
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

function intoRecord(outcomes: readonly Outcome[], request: HookRequest, { clock, forms }: GatherOptions): GatheredData {
  const failed = outcomes.flatMap(({ requirement, failure }) => (failure === undefined ? [] : [{ requirement, reason: failure }]))
  const lacking = outcomes.flatMap(({ requirement, entries, failure }) =>
    requirement.essential && failure !== undefined && (failure === 'reported-failed' || !hasAny(entries)) ? [{ requirement, reason: failure }] : [])
  if (lacking.length > 0) throw missing(lacking)
  const keyed = outcomes.map(({ requirement, entries }) => ({ key: requirement.key, entries, questionnaire: questionnaireOf(requirement) }))
  return { record: new PatientRecord(keyed, { patientId: request.context.patientId, timeZone: clock.timeZone, forms }), notRead: failed }
}

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
    `Data that no answer can do without is missing: ${keys}. Send these prefetch keys, or give access to a FHIR server that this service may read.`,
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
  unusable: 'the FHIR server did not answer with FHIR JSON',
  'too-large': 'the answer of the FHIR server was too large',
  unreachable: 'the FHIR server could not be reached',
  incomplete: 'not all pages of the result could be read',
  unfilled: 'the context lacks a value that the query needs',
}

import type { FhirResource } from 'fhir/r4.js'
import type { Clock } from '../engine/expression/clock.js'
import type { CompiledRequirement } from '../engine/knowledge/compiled.js'
import type { FormDefinitions } from '../engine/knowledge/forms.js'
import type { HookRequest } from '../cds-hooks/types.js'
import type { ReadResult } from './fhir-reader.js'
import { isForEveryCall } from './fill-template.js'
import { missingData, type NotRead } from './not-read.js'
import { countOf, PatientRecord, roomBeside, type RecordContext } from './patient-record.js'
import { isOfOtherTypes, planReading, type ReadingPlan } from './plan-reading.js'
import type { BundleEntry } from './read-bundle.js'
import { readPlans, type PlanResults, type ReadingOptions } from './read-plans.js'

export interface GatheredData {
  record: PatientRecord
  /** Data that could not be had, or not all of it, and without which there is an answer. */
  notRead: NotRead[]
  /** What came of each prefetch key, in the order of the requirements. */
  keys: readonly KeyOutcome[]
  /** Data without which there is no answer; only a dry run goes on without it. */
  lacking: readonly NotRead[]
}

/** What came of one prefetch key. */
export interface KeyOutcome {
  requirement: CompiledRequirement
  /**
   * `sent` as it was asked for; `read` from the client's FHIR server; `in-part`; `unusable`: something else was sent in its
   * place; `missing`; `not-needed`: other keys or the context answer it.
   */
  state: 'sent' | 'read' | 'in-part' | 'unusable' | 'missing' | 'not-needed'
  /** Resources that came under the key, whether or not they count. */
  resources: number
  notRead?: NotRead
}

export interface GatherOptions extends Omit<ReadingOptions, 'mostRecords'> {
  clock: Clock
  /** The forms that the knowledge reads. */
  forms: FormDefinitions
  /** Whether to go on without essential data, so that all that is lacking can be told. */
  isDryRun?: boolean
}

/** What there is of one requirement, and why not all of it. */
interface Outcome {
  requirement: CompiledRequirement
  entries: readonly BundleEntry[]
  failure?: Omit<NotRead, 'requirement'>
}

/**
 * Gathers what the plans read: prefetched data first, then the client's FHIR server for keys that are absent,
 * all in parallel and under one time limit.
 * @throws CdsError CDS_DATA_MISSING or CDS_FHIR_SERVER_NOT_ALLOWED naming essential keys that could not be had;
 *   CDS_DATA_OF_ANOTHER_PATIENT or CDS_READ_DATA_OF_ANOTHER_PATIENT when the data is not this patient's; CDS_BODY_TOO_COSTLY
 *   when the client sent more records than any chart has.
 */
export async function gatherPatientData(
  request: HookRequest,
  requirements: readonly CompiledRequirement[],
  options: GatherOptions,
): Promise<GatheredData> {
  const reading = planReading(requirements, request, options.clock)
  const sent = reading.plans.flatMap(({ given }) => ('entries' in given ? [given.entries] : []))
  const results = await readPlans(reading, request, { ...options, mostRecords: roomBeside(countOf(sent)) })
  const outcomes = results.map(outcomeOf)
  const isAsked = ({ queries = [] }: ReadingPlan) => request.fhirServer !== undefined && queries.some(query => !reading.givers.has(query))
  const keys = outcomes.map((outcome, index) => keyOutcome(outcome, results[index]?.plan, isAsked))
  const wasRead = (resource: FhirResource) => !sent.some(entries => entries.some(entry => entry.resource === resource))
  return { ...intoRecord(outcomes, request, { ...options, wasRead }), keys }
}

function keyOutcome(
  { requirement, entries, failure }: Outcome,
  plan: ReadingPlan | undefined,
  isAsked: (plan: ReadingPlan) => boolean,
): KeyOutcome {
  const resources = resourcesIn(entries)
  return {
    requirement,
    state: stateOf(plan, resources > 0, failure, isAsked),
    resources,
    ...(failure && { notRead: { requirement, ...failure } }),
  }
}

function resourcesIn(entries: readonly BundleEntry[]): number {
  let count = 0
  for (const { resource } of entries) if (resource) count += 1
  return count
}

function stateOf(
  plan: ReadingPlan | undefined,
  hasResources: boolean,
  failure: Outcome['failure'],
  isAsked: (plan: ReadingPlan) => boolean,
): KeyOutcome['state'] {
  if (failure) return plan?.given.kind === 'failed' ? 'unusable' : hasResources || failure.reason === 'incomplete' ? 'in-part' : 'missing'
  if (plan && plan.given.kind !== 'absent') return 'sent'
  return plan && isAsked(plan) ? 'read' : 'not-needed'
}

/** What the results for one requirement come to. */
function outcomeOf({ plan: { requirement, given, queries }, results }: PlanResults): Outcome {
  const told = given.kind === 'failed' ? given.entries : []
  if (given.kind === 'absent' && queries === undefined) return { requirement, entries: told, failure: { reason: 'unfilled' } }
  // Who is not in this call is not missed.
  if (results.length === 0) return complete(requirement, told)
  const outcomes = results.map(result => outcomeOfOne(requirement, result))
  const failed = outcomes.find(({ failure }) => failure)
  const entries =
    outcomes.length === 1 && told.length === 0 ? (outcomes[0]?.entries ?? []) : [...told, ...outcomes.flatMap(each => each.entries)]
  return { requirement, entries, ...(failed?.failure && { failure: failed.failure }) }
}

function outcomeOfOne(requirement: CompiledRequirement, result: ReadResult): Outcome {
  if (result.kind === 'nothing') return complete(requirement, [])
  if (result.kind === 'failed') {
    // What no client can be asked for is not missed where there is no server.
    if (result.reason === 'missing' && !isForEveryCall(requirement)) return complete(requirement, [])
    const { kind: _, ...failure } = result
    return { requirement, entries: [], failure }
  }
  if (isOfOtherTypes(result.entries, requirement.type)) return { requirement, entries: [], failure: { reason: 'unusable' } }
  if (result.kind === 'found') return complete(requirement, result.entries)
  return { requirement, entries: result.entries, failure: { reason: 'incomplete', ...(result.because && { because: result.because }) } }
}

/** All there is. A search may find nothing; an essential resource that is not there is missing. */
function complete(requirement: CompiledRequirement, entries: readonly BundleEntry[]): Outcome {
  const isMissing = !hasAny(entries) && requirement.essential && !requirement.template.includes('?')
  return { requirement, entries, ...(isMissing && { failure: { reason: 'not-found' } }) }
}

const hasAny = (entries: readonly BundleEntry[]): boolean => entries.some(({ resource }) => resource)

function intoRecord(
  outcomes: readonly Outcome[],
  { context, fhirServer }: HookRequest,
  { clock, forms, wasRead, isDryRun = false }: GatherOptions & Pick<RecordContext, 'wasRead'>,
): Omit<GatheredData, 'keys'> {
  const failed = outcomes.flatMap(({ requirement, failure }) => (failure === undefined ? [] : [{ requirement, ...failure }]))
  const lacking = outcomes.flatMap(({ requirement, entries, failure }) =>
    failure && isIndispensable(requirement, failure) && (failure.reason === 'reported-failed' || !hasAny(entries))
      ? [{ requirement, ...failure }]
      : [],
  )
  if (lacking.length > 0 && !isDryRun) throw missingData(lacking)
  const keyed = eachOnce(outcomes).map(({ requirement, entries }) => ({
    key: requirement.key,
    entries,
    questionnaire: questionnaireOf(requirement),
  }))
  return {
    record: new PatientRecord(keyed, { patientId: context.patientId, fhirServer, timeZone: clock.timeZone, forms, wasRead }),
    notRead: failed,
    lacking,
  }
}

/** Outcomes with the entries that several of them share under the first of these alone. */
function eachOnce(outcomes: readonly Outcome[]): readonly Outcome[] {
  const lists = outcomes.map(({ entries }) => entries)
  if (new Set(lists).size === lists.length) return outcomes
  const seen = new Set<BundleEntry>()
  return outcomes.map(outcome => ({ ...outcome, entries: outcome.entries.filter(entry => seen.size < seen.add(entry).size) }))
}

/** Why data may be missing on a server that does not have it, or does not have it for this client. */
const NOT_HERE: ReadonlySet<NotRead['reason']> = new Set(['unsupported', 'forbidden', 'out-of-scope'])

/** What servers answer to a search by what they do not search by. */
const NOT_SEARCHED_BY: ReadonlySet<number> = new Set([400, 422, 501])

const isNotHere = ({ reason, status = 0 }: Omit<NotRead, 'requirement'>): boolean =>
  NOT_HERE.has(reason) || (reason === 'refused' && NOT_SEARCHED_BY.has(status))

/** Essential, unless it is data that may be missing where it is not to be had, and without which something can be said. */
const isIndispensable = ({ essential, whereSupported }: CompiledRequirement, failure: Omit<NotRead, 'requirement'>): boolean =>
  essential && !(whereSupported && isNotHere(failure))

/** The canonical of the questionnaire whose responses a query asks for. */
function questionnaireOf({ template }: CompiledRequirement): string | undefined {
  const written = /[?&]questionnaire=([^&]+)/.exec(template)?.[1]
  return written === undefined ? undefined : decodeURIComponent(written)
}

import type { Clock } from '../engine/expression/clock.js'
import type { CompiledRequirement } from '../engine/knowledge/compiled.js'
import type { HookRequest } from '../cds-hooks/types.js'
import { fillTemplate, isForEveryCall, queriesFor, type IsAnswered, type TokenSource } from './fill-template.js'
import type { BegunSearch } from './fhir-reader.js'
import { countOf, entriesIn, isInPart, nextPage, reportsFailure, totalOf, type BundleEntry } from './read-bundle.js'

/** What the client gave for one requirement, before anything was read. */
export type Given =
  | { kind: 'complete'; entries: BundleEntry[] }
  /** The client looked and found nothing. */
  | { kind: 'none' }
  | { kind: 'begun'; entries: BundleEntry[]; search: BegunSearch }
  /** Fewer resources than the result says it has, and no way to the others. */
  | { kind: 'part'; entries: BundleEntry[] }
  /** What came in its place is no answer to the key, but may still tell of other records. */
  | { kind: 'failed'; entries: BundleEntry[] }
  | { kind: 'absent' }

/** What there is for one requirement, and what else makes up its answer. */
export interface ReadingPlan {
  requirement: CompiledRequirement
  given: Given
  /** Filled queries that make up its answer beside what was given; undefined where the context lacks a value for them. */
  queries: readonly string[] | undefined
}

/** What one call reads. */
export interface Reading {
  plans: readonly ReadingPlan[]
  /** By query, the plan whose given answer counts for every requirement with that query; any other query is asked once. */
  givers: ReadonlyMap<string, ReadingPlan>
}

/** Decides what is asked for: nothing that the client gave, under whatever key, and nothing twice. */
export function planReading(
  requirements: readonly CompiledRequirement[],
  { context, prefetch, fhirServer }: HookRequest,
  clock: Clock,
): Reading {
  const source = { context, clock }
  const found = requirements.map(requirement => ({ requirement, given: givenFor(requirement, prefetch, source) }))
  // The common call gives all there is to ask for, and names no server that could be asked for more.
  if (fhirServer === undefined && found.every(({ given }) => isAnswer(given)))
    return { plans: found.map(each => ({ ...each, queries: [] })), givers: new Map() }
  const givers = new Map<string, ReadingPlan>()
  // Queries for other types are no queries of these.
  const open = new Set(found.filter(isOpen).map(({ requirement }) => requirement.type))
  const given = found.map(each => {
    if (each.given.kind === 'absent') return undefined
    return open.has(each.requirement.type) ? giving(each, queriesFor(each.requirement, source) ?? [], givers) : { ...each, queries: [] }
  })
  const asked = new Set<string>()
  const plans = found.map((each, index) => {
    const plan = given[index]
    if (plan)
      return plan.given.kind === 'failed'
        ? { ...plan, queries: givenElsewhere(plan, queriesFor(plan.requirement, source) ?? [], givers) }
        : plan
    const queries = queriesWithAnswered(each.requirement, source, query => givers.has(query) || asked.has(query))
    queries?.forEach(query => asked.add(query))
    return { ...each, queries }
  })
  return { plans, givers }
}

/** Whether a requirement may need queries beside what was given for it. */
const isOpen = ({ requirement, given }: Omit<ReadingPlan, 'queries'>): boolean => !isAnswer(given) || requirement.further.length > 0

/** The plan of a requirement for which something was given, noted as the giver of the queries that this answers. */
function giving(found: Omit<ReadingPlan, 'queries'>, queries: readonly string[], givers: Map<string, ReadingPlan>): ReadingPlan {
  const { requirement, given } = found
  const open = given.kind === 'complete' ? leftOpen(requirement, given.entries, queries) : []
  const plan = { ...found, queries: open }
  for (const query of queries) if (!open.includes(query) && worthOf(given) > worthOf(givers.get(query)?.given)) givers.set(query, plan)
  return plan
}

/** What tells more counts, where one query was answered under several keys. */
const WORTH = ['absent', 'failed', 'part', 'begun', 'none', 'complete'] satisfies Given['kind'][]

const worthOf = (given: Given | undefined): number => WORTH.indexOf(given?.kind ?? 'absent')

/** The queries of a key whose answer failed, where all of them were answered under other keys. */
const givenElsewhere = (plan: ReadingPlan, queries: readonly string[], givers: ReadonlyMap<string, ReadingPlan>): readonly string[] =>
  queries.every(query => worthOf(givers.get(query)?.given) > worthOf(plan.given)) ? queries : []

/** The queries of a requirement, of several ids that one names those that are known apart from the others. */
function queriesWithAnswered(requirement: CompiledRequirement, source: TokenSource, isAnswered: IsAnswered): string[] | undefined {
  const answered = new Set<string>()
  const asked = queriesFor(requirement, source, query => {
    if (isAnswered(query)) answered.add(query)
    return answered.has(query)
  })
  return asked && [...asked, ...answered]
}

/** Whether the client said something of the data itself. */
const isAnswer = ({ kind }: Given): boolean => kind !== 'absent' && kind !== 'failed'

/**
 * Queries of ours for one resource by its id that the client's other query did not find: that it found others, or
 * none, does not deny the one.
 */
function leftOpen(requirement: CompiledRequirement, entries: readonly BundleEntry[], queries: readonly string[]): string[] {
  if (requirement.further.length === 0 || !isForEveryCall(requirement)) return []
  return queries.filter(query => {
    const [, id] = /[?&]_id=([^?&,]+)(?:&|$)/.exec(query) ?? []
    return id !== undefined && !entries.some(({ resource }) => encodeURIComponent(resource?.id ?? '') === id)
  })
}

function givenFor({ key, type, template }: CompiledRequirement, prefetch: HookRequest['prefetch'], source: TokenSource): Given {
  const value = Object.hasOwn(prefetch, key) ? prefetch[key] : undefined
  if (value === undefined) return { kind: 'absent' }
  if (value === null) return { kind: 'none' }
  if (reportsFailure(value)) return { kind: 'failed', entries: [] }
  const entries = entriesIn(value)
  if (!entries) return { kind: 'failed', entries: [] }
  if (isOfOtherTypes(entries, type)) return { kind: 'failed', entries }
  const [next, total] = [nextPage(value), totalOf(value)]
  if (next !== undefined) {
    const query = fillTemplate(template, source)
    return { kind: 'begun', entries, search: { type, next, size: countOf(value), total, ...(query !== undefined && { query }) } }
  }
  return { kind: isInPart(value) ? 'part' : 'complete', entries }
}

/** Whether there are resources, but not one of the type asked for. */
export const isOfOtherTypes = (entries: readonly BundleEntry[], type: string): boolean =>
  entries.some(({ resource }) => resource) &&
  !entries.some(({ resource, deleted }) => resource?.resourceType === type || deleted?.startsWith(`${type}/`))

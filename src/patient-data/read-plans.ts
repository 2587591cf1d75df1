import type { HookRequest } from '../cds-hooks/types.js'
import type { ListedServer } from '../trust/listed-servers.js'
import type { BegunSearch, FhirAccess, FhirReader, ReadResult } from './fhir-reader.js'
import { withinGrant } from './granted-reader.js'
import type { Reading, ReadingPlan } from './plan-reading.js'
import type { BundleEntry } from './read-bundle.js'
import { readingBudget, type ReadingLimits } from './reading-budget.js'
import { startReadingTime, unlessAborted } from './reading-time.js'

export interface ReadingOptions {
  reader: FhirReader
  /** How the list of servers names that of the call, where it does. */
  server?: ListedServer | undefined
  /** Paths below which its pages may lie, by the list of the client; what another client may read is not this one's. */
  bases?: readonly string[] | undefined
  /** Milliseconds that reading may take in all. */
  timeLimit: number
  limits: ReadingLimits
  /** Milliseconds after which a server that has not answered counts as failing. */
  fairWaitMs: number
  /** Most records that may be read. */
  mostRecords: number
  /** Aborted, with the error of the call, when it can wait no longer; always waited for without it. */
  lastCall?: AbortSignal
}

/** What was given for a plan and what came of its queries, in this order. */
export interface PlanResults {
  plan: ReadingPlan
  results: readonly ReadResult[]
}

/**
 * Finds what makes up each plan's answer: what the client gave, and what its FHIR server says to the rest, each query
 * asked once, all in parallel. What is essential goes first; the rest is waited for no longer than the limits say.
 */
export function readPlans(reading: Reading, request: HookRequest, options: ReadingOptions): PlanResults[] | Promise<PlanResults[]> {
  const { fhirServer } = request
  return fhirServer === undefined || !isAnythingAsked(reading)
    ? withoutServer(reading)
    : unlessAborted(options.lastCall, fromServer(reading, { ...request, fhirServer }, options))
}

async function fromServer(
  reading: Reading,
  { fhirServer, fhirAuthorization }: HookRequest & { fhirServer: string },
  { reader, server, bases, timeLimit, fairWaitMs, limits, mostRecords }: ReadingOptions,
): Promise<PlanResults[]> {
  const time = startReadingTime(timeLimit)
  const budget = readingBudget(limits, mostRecords)
  const access = {
    fhirServer,
    until: time.until,
    fairWaitMs,
    ...(server?.networks && { networks: server.networks }),
    ...(bases && { bases }),
    ...(fhirAuthorization && { accessToken: fhirAuthorization.access_token }),
  }
  const essential: FhirAccess = { ...access, signal: time.essential, budget }
  const optional: FhirAccess = { ...access, signal: time.optional, budget: budget.forOptional() }
  try {
    const granted = withinGrant(reader, fhirAuthorization, server?.tokenRequired)
    const urgent = urgentIn(reading)
    const resultsOf = resultsIn(reading, {
      ask: query => granted.read(query, urgent.has(query) ? essential : optional),
      goOn: (plan, search) => granted.readOn(search, urgent.has(plan) ? essential : optional),
    })
    // Begun in this order, they take their turns in it.
    const first = Promise.all(reading.plans.filter(plan => urgent.has(plan)).map(resultsOf))
    const all = Promise.all(reading.plans.map(resultsOf))
    await Promise.race([first, all])
    time.waitForOptional(limits.optionalWaitMs)
    return await all
  } finally {
    time.end()
  }
}

/** Who is asked for what was not given. */
interface Source {
  ask: (query: string) => Promise<ReadResult>
  goOn: (plan: ReadingPlan, begun: BegunSearch) => Promise<ReadResult>
}

/** The results where nobody is asked for more than was given: pages that are lacking stay so, and what was not given is missing. */
const withoutServer = ({ plans, givers }: Reading): PlanResults[] =>
  plans.map(plan => ({
    plan,
    results: [
      ...(isAnsweredByQueries(plan) ? [] : [resultAlone(plan)]),
      ...(plan.queries ?? []).map((query): ReadResult => {
        const giver = givers.get(query)
        return giver ? resultAlone(giver) : { kind: 'failed', reason: 'missing' }
      }),
    ],
  }))

/** What a client gave, as the result of a read, without what it left for further pages. */
function resultAlone({ given }: ReadingPlan): ReadResult {
  if (given.kind === 'complete') return { kind: 'found', entries: given.entries }
  if (given.kind === 'part') return given
  if (given.kind === 'begun') return { kind: 'part', entries: given.entries }
  return given.kind === 'failed' ? { kind: 'failed', reason: 'reported-failed' } : { kind: 'found', entries: [] }
}

const isAnsweredByQueries = ({ given, queries = [] }: ReadingPlan): boolean =>
  given.kind === 'absent' || (given.kind === 'failed' && queries.length > 0)

const isAnythingAsked = ({ plans, givers }: Reading): boolean =>
  plans.some(({ given, queries }) => given.kind === 'begun' || queries?.some(query => !givers.has(query)))

/** Plans and queries without which there is no answer. */
function urgentIn({ plans, givers }: Reading): ReadonlySet<ReadingPlan | string> {
  const essential = plans.filter(({ requirement }) => requirement.essential)
  const queries = essential.flatMap(plan => plan.queries ?? [])
  return new Set([...essential, ...queries, ...queries.flatMap(query => givers.get(query) ?? [])])
}

/** Finds the results of a plan, so that nothing is asked for twice. */
function resultsIn({ givers }: Reading, source: Source): (plan: ReadingPlan) => Promise<PlanResults> {
  const own = new Map<ReadingPlan, Promise<ReadResult>>()
  const asked = new Map<string, Promise<ReadResult>>()
  const given = (plan: ReadingPlan) => begunOnce(own, plan, () => resultGiven(plan, source))
  const result = (query: string) => {
    const giver = givers.get(query)
    return giver ? given(giver) : begunOnce(asked, query, () => source.ask(query))
  }
  return async plan => {
    const results = [...(isAnsweredByQueries(plan) ? [] : [given(plan)]), ...(plan.queries ?? []).map(result)]
    return { plan, results: await Promise.all(results) }
  }
}

/** The value under a key, made when it is first asked for. */
function begunOnce<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

/** What a client gave, as the result of a read; of a search that it began the rest is read. */
async function resultGiven(plan: ReadingPlan, source: Source): Promise<ReadResult> {
  const { given } = plan
  return given.kind === 'begun' ? afterGiven(given.entries, await source.goOn(plan, given.search)) : resultAlone(plan)
}

/** The pages that the client gave stand, whatever came of the others. */
function afterGiven(given: readonly BundleEntry[], rest: ReadResult): ReadResult {
  if (rest.kind === 'found') return { kind: 'found', entries: [...given, ...rest.entries] }
  if (rest.kind === 'part') return { ...rest, entries: [...given, ...rest.entries] }
  const { kind: _, ...because } = rest.kind === 'failed' ? rest : { kind: 'failed', reason: 'unusable' as const }
  return { kind: 'part', entries: [...given], because }
}

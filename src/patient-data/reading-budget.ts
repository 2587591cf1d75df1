import { bulkhead } from 'cockatiel'

/** What one call may read of its client's FHIR server. */
export interface ReadingLimits {
  /** Most requests, pages and second attempts among them. */
  requests: number
  /** Most bytes of all answers together, no longer compressed. */
  bytes: number
  /** Most requests under way at one time. */
  atOnce: number
  /** Milliseconds that optional data is waited for when all essential data is there. */
  optionalWaitMs: number
}

/** What one call may still read. */
export interface ReadingBudget {
  /** Takes one request; false when none is left. */
  takeRequest: () => boolean
  /** Takes bytes of an answer; false when so many are not left. */
  takeBytes: (count: number) => boolean
  /** Takes the records of an answer; false when so many are not left. */
  takeRecords: (count: number) => boolean
  /** Runs a request as soon as few enough are under way. */
  inTurn: <T>(request: () => Promise<T>) => Promise<T>
  /** The part of it that optional data may take, so that something is left for what is essential. */
  forOptional: () => ReadingBudget
}

type Count = Pick<ReadingLimits, 'requests' | 'bytes'> & { records: number }

/**
 * The budget of one call.
 * @param records most of them that may be read.
 */
export function readingBudget({ atOnce, requests, bytes }: Omit<ReadingLimits, 'optionalWaitMs'>, records: number): ReadingBudget {
  const turns = bulkhead(atOnce, Infinity)
  return budgetOf([{ requests, bytes, records }], request => turns.execute(request))
}

/** A budget that takes from every one of some counts. */
function budgetOf(counts: readonly Count[], inTurn: ReadingBudget['inTurn']): ReadingBudget {
  const take = (of: keyof Count, amount: number): boolean => {
    if (counts.some(count => count[of] < amount)) return false
    for (const count of counts) count[of] -= amount
    return true
  }
  return {
    takeRequest: () => take('requests', 1),
    takeBytes: count => take('bytes', count),
    takeRecords: count => take('records', count),
    inTurn,
    forOptional: () => budgetOf([...counts, optionalShareOf(counts)], inTurn),
  }
}

/** Part of the budget that optional data may take: enough to ask twice for every key of a service. */
const OPTIONAL_SHARE = 0.75

function optionalShareOf(counts: readonly Count[]): Count {
  const share = (of: keyof Count) => Math.ceil(OPTIONAL_SHARE * Math.min(...counts.map(count => count[of])))
  return { requests: share('requests'), bytes: share('bytes'), records: share('records') }
}

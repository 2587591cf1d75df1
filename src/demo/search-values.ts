import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import type { Resource } from 'fhir/r4.js'
import { isRecord } from './intervals.js'
import type { SearchParameter } from './search-parameters.js'

type Evaluate = (resource: Resource) => unknown[]

// With its defaults the engine writes hidden marks into what it reads, and could fetch what data refers to.
const OPTIONS = { resolveInternalTypes: false, async: false } as const

const compiled = new Map<string, Evaluate>()
const remembered = new WeakMap<Resource, Map<string, unknown[]>>()

/**
 * The JSON values that a search parameter finds in a resource, in document order; remembered for as long as the
 * resource lives, so a stored resource must be replaced, never changed.
 */
export function searchValues(resource: Resource, { expression }: SearchParameter): unknown[] {
  const values = remembered.get(resource) ?? new Map<string, unknown[]>()
  remembered.set(resource, values)
  const known = values.get(expression)
  if (known) return known
  const found = evaluator(expression)(resource).map(plainValue)
  values.set(expression, found)
  return found
}

function evaluator(expression: string): Evaluate {
  const known = compiled.get(expression)
  if (known) return known
  const evaluate = fhirpath.compile(expression, r4, OPTIONS)
  compiled.set(expression, evaluate)
  return evaluate
}

function plainValue(item: unknown): unknown {
  return isRecord(item) && 'parentResNode' in item ? item.data : item
}

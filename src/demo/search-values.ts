import type { Resource } from 'fhir/r4.js'
import { compileSelector, type Selector } from '../engine/expression/select.js'
import type { SearchParameter } from './search-parameters.js'

const compiled = new Map<string, Selector>()
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
  const found = evaluator(expression)(resource)
  values.set(expression, found)
  return found
}

function evaluator(expression: string): Selector {
  const known = compiled.get(expression)
  if (known) return known
  const evaluate = compileSelector(expression)
  compiled.set(expression, evaluate)
  return evaluate
}

import type { FhirResource } from 'fhir/r4.js'
import { isObject } from './parse-hook-request.js'
import type { HookContext } from './types.js'

/** The orders that a hook brings. */
export interface HookOrders {
  /** All drafts, in the order of their Bundle. */
  drafts: readonly FhirResource[]
  /** Those that the hook is about: the selected ones where it tells of a selection (of none, none), else all. */
  chosen: readonly FhirResource[]
}

/** Reads the orders of a context. Drafts need not be valid R4; whatever is no resource at all is left out. */
export function ordersOf({ draftOrders, selections }: HookContext): HookOrders {
  const entries = isObject(draftOrders) && Array.isArray(draftOrders.entry) ? (draftOrders.entry as unknown[]) : []
  const drafts = entries.flatMap(entry => (isObject(entry) && isResource(entry.resource) ? [entry.resource] : []))
  if (!Array.isArray(selections)) return { drafts, chosen: drafts }
  const selected = new Set(selections.flatMap(selection => (typeof selection === 'string' ? [selection.split('/').slice(-2).join('/')] : [])))
  return { drafts, chosen: drafts.filter(({ resourceType, id }) => selected.has(`${resourceType}/${id}`)) }
}

function isResource(value: unknown): value is FhirResource {
  return isObject(value) && typeof value.resourceType === 'string'
}

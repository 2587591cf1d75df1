/**
 * FHIR types or element paths such as `Condition` or `QuestionnaireResponse.item`; 'any' where nothing is known and
 * nothing can be checked.
 */
export type ItemTypes = ReadonlySet<string> | 'any'

/** What is known, before any patient, of the items that an expression yields. */
export interface Items {
  readonly types: ItemTypes
  /** Every text that an item can be, or that the code within it can be; undefined where it can be any. */
  readonly codes?: ReadonlySet<string>
  /** Urls of the Questionnaires that the responses answer; undefined where they can answer any. */
  readonly forms?: ReadonlySet<string>
  /** Whether there is always something; told of variables alone. */
  readonly isCertain?: true
  /** The linkId that the items of a form, or the answers to them, are known to have. */
  readonly linkId?: string
}

export const ANY_ITEMS: Items = { types: 'any' }

/** What `{}` yields; it goes with anything. */
export const NO_ITEMS: Items = { types: new Set(), codes: new Set() }

/** Items of the given types, of which nothing else is known. */
export const itemsOf = (...types: readonly string[]): Items => ({ types: new Set(types) })

/** What is known of items that come from any of several places; what is unknown of one is unknown of all. */
export function mergeItems(all: readonly Items[]): Items {
  const some = all.filter(items => items !== NO_ITEMS)
  const [first, ...others] = some
  if (!first) return NO_ITEMS
  if (others.length === 0) return first
  const codes = mergeKnown(some.map(items => items.codes))
  const forms = mergeKnown(some.map(items => items.forms))
  return {
    types: some.some(({ types }) => types === 'any') ? 'any' : new Set(some.flatMap(({ types }) => (types === 'any' ? [] : [...types]))),
    ...(codes && { codes }),
    ...(forms && { forms }),
  }
}

function mergeKnown(sets: readonly (ReadonlySet<string> | undefined)[]): ReadonlySet<string> | undefined {
  return sets.every(set => set !== undefined) ? new Set(sets.flatMap(set => [...set])) : undefined
}

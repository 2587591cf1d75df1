/** How much of a type of resource a token lets one read. */
export type Coverage = 'all' | 'part' | 'none'

/** A read of one resource by its id, or a search. */
export type Interaction = 'read' | 'search'

/** Tells how much of a type of resource may be read in which way. */
export type ScopeTest = (type: string, interaction: Interaction) => Coverage

interface Scope {
  /** `*` for every type. */
  type: string
  interactions: ReadonlySet<string>
  /** Whether a query narrows it. */
  isNarrowed: boolean
}

/** One scope for resources, of SMART 1 (`patient/Condition.read`) or 2 (`user/*.rs`, `system/Observation.s?category=x`). */
const RESOURCE_SCOPE = /^(?:patient|user|system)\/(\*|[A-Za-z]{1,64})\.(\*|read|write|[cruds]{1,5})(\?.*)?$/

/**
 * Reads the scopes of an access token. Where none of them is about resources nothing is limited: then the server alone
 * knows what may be read. A scope with a query covers a part of its type.
 */
export function scopeTest(text: string): ScopeTest {
  const scopes = text.split(/\s/).flatMap(scopeIn)
  if (scopes.length === 0) return () => 'all'
  return (type, interaction) => {
    const covering = scopes.filter(scope => (scope.type === '*' || scope.type === type) && scope.interactions.has(interaction))
    if (covering.length === 0) return 'none'
    return covering.every(({ isNarrowed }) => isNarrowed) ? 'part' : 'all'
  }
}

function scopeIn(text: string): Scope[] {
  const [, type, allowed, query] = RESOURCE_SCOPE.exec(text) ?? []
  return type === undefined || allowed === undefined
    ? []
    : [{ type, interactions: interactionsOf(allowed), isNarrowed: query !== undefined }]
}

function interactionsOf(allowed: string): ReadonlySet<Interaction> {
  if (allowed === 'write') return new Set()
  if (allowed === 'read' || allowed === '*') return new Set(['read', 'search'])
  return new Set([...(allowed.includes('r') ? ['read' as const] : []), ...(allowed.includes('s') ? ['search' as const] : [])])
}

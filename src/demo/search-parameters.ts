import table from './search-parameters.json' with { type: 'json' }

export type SearchParameterKind = 'token' | 'date' | 'string' | 'reference' | 'uri' | 'quantity' | 'number'

/** One R4 search parameter: where its values lie (FHIRPath) and, for a reference, the only type it may point at. */
export interface SearchParameter {
  type: string
  name: string
  kind: SearchParameterKind
  expression: string
  target?: string
}

const PARAMETERS = (table as SearchParameter[]).filter(({ type }) => type !== 'Resource')
const COMMON = (table as SearchParameter[]).filter(({ type }) => type === 'Resource')

/** The resource types that the demo server holds, in the table's order. */
export const RESOURCE_TYPES: readonly string[] = [...new Set(PARAMETERS.map(({ type }) => type))]

const BY_TYPE = new Map(RESOURCE_TYPES.map(type => [type, parametersByName(type)]))

/** The search parameters of a resource type by name, the common ones (`_id`, `_lastUpdated`, ...) included. */
export function searchParameters(type: string): ReadonlyMap<string, SearchParameter> {
  return BY_TYPE.get(type) ?? new Map()
}

function parametersByName(type: string): ReadonlyMap<string, SearchParameter> {
  const own = PARAMETERS.filter(parameter => parameter.type === type)
  return new Map([...COMMON, ...own].map(parameter => [parameter.name, parameter]))
}

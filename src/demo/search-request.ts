import type { Resource } from 'fhir/r4.js'
import { FhirError } from './outcome.js'
import { searchParameters } from './search-parameters.js'
import type { SearchParameter } from './search-parameters.js'
import { splitUnescaped, takesModifier, valueTest } from './search-matching.js'
import { searchValues } from './search-values.js'

const DEFAULT_COUNT = 50
const MAX_COUNT = 500

/** How a client calls: the base URL it uses, and whether an unknown parameter is to be refused. */
export interface Call {
  base: string
  isStrict: boolean
}

/** One search condition; resources must meet them all. */
export interface Filter {
  parameter: SearchParameter
  modifier: string | undefined
  value: string
  matches(resource: Resource): boolean
}

/** One sort key. */
export interface SortKey {
  parameter: SearchParameter
  isDescending: boolean
}

/** A search as the server understood it; `used` holds the parameters it obeyed, as sent, without the page token. */
export interface SearchRequest {
  filters: Filter[]
  sort: SortKey[]
  count: number
  offset: number
  hasTotal: boolean
  isCountOnly: boolean
  used: [name: string, value: string][]
}

type Setting = (value: string, type: string) => Partial<SearchRequest> | undefined

/** The parameters that shape the answer. A setting that answers undefined did not understand the value. */
const SETTINGS: Record<string, Setting> = {
  _count: value => ({ count: Math.min(wholeNumber(value), MAX_COUNT) }),
  _page: value => ({ offset: readPageToken(value) }),
  _sort: (value, type) => sortKeys(value, type),
  _total: value => (['none', 'estimate', 'accurate'].includes(value) ? { hasTotal: value !== 'none' } : undefined),
  _summary: value => (['count', 'false'].includes(value) ? { isCountOnly: value === 'count' } : undefined),
  _format: () => ({}),
  _pretty: () => ({}),
}

/**
 * Reads the search parameters of one resource type.
 * @throws FhirError 400 for an unreadable value or modifier, and under `isStrict` for an unknown parameter.
 */
export function readSearchRequest(type: string, parameters: URLSearchParams, call: Call): SearchRequest {
  const request: SearchRequest = {
    filters: [],
    sort: [],
    count: DEFAULT_COUNT,
    offset: 0,
    hasTotal: true,
    isCountOnly: false,
    used: [],
  }
  for (const [name, value] of parameters) {
    const isUnderstood = applySetting(request, type, name, value) || addFilter(request, type, name, value, call)
    if (!isUnderstood && call.isStrict) throw new FhirError(400, `The search parameter ${name} of ${type} is not supported.`)
    if (isUnderstood && name !== '_page') request.used.push([name, value])
  }
  return request
}

/** The opaque token of the page that starts at an offset. */
export function pageToken(offset: number): string {
  return Buffer.from(`offset ${offset}`).toString('base64url')
}

function readPageToken(token: string): number {
  const found = /^offset (\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString())
  if (!found) throw new FhirError(400, 'The page token is not one of ours.')
  return Number(found[1])
}

function applySetting(request: SearchRequest, type: string, name: string, value: string): boolean {
  const settings = Object.hasOwn(SETTINGS, name) ? SETTINGS[name]?.(value, type) : undefined
  if (settings) Object.assign(request, settings)
  return settings !== undefined
}

function addFilter(request: SearchRequest, type: string, name: string, value: string, call: Call): boolean {
  const colon = name.indexOf(':')
  const plainName = colon < 0 ? name : name.slice(0, colon)
  const modifier = colon < 0 ? undefined : name.slice(colon + 1)
  const parameter = searchParameters(type).get(plainName)
  // Chained parameters (subject:Patient.name) are unknown parameters here, not bad modifiers.
  if (!parameter || modifier?.includes('.')) return false
  if (modifier !== undefined && !takesModifier(parameter, modifier)) {
    throw new FhirError(400, `The search parameter ${plainName} of ${type} does not take this modifier.`)
  }
  request.filters.push(filter(parameter, modifier, value, call.base))
  return true
}

function filter(parameter: SearchParameter, modifier: string | undefined, value: string, base: string): Filter {
  if (value === '') throw new FhirError(400, `The search parameter ${parameter.name} has no value.`)
  const matches = modifier === 'missing' ? missingTest(parameter, value) : anyOf(parameter, modifier, value, base)
  return { parameter, modifier, value, matches }
}

function missingTest(parameter: SearchParameter, value: string): Filter['matches'] {
  if (value !== 'true' && value !== 'false') throw new FhirError(400, 'The modifier :missing takes true or false.')
  return resource => (searchValues(resource, parameter).length === 0) === (value === 'true')
}

function anyOf(parameter: SearchParameter, modifier: string | undefined, value: string, base: string): Filter['matches'] {
  const tests = splitUnescaped(value, ',').map(text => valueTest(text, { parameter, modifier, base }))
  const hasMatch = (resource: Resource) => searchValues(resource, parameter).some(found => tests.some(test => test(found)))
  return modifier === 'not' ? resource => !hasMatch(resource) : hasMatch
}

function sortKeys(value: string, type: string): Partial<SearchRequest> | undefined {
  const keys = value.split(',').map(name => sortKey(name, type))
  return keys.every(key => key !== undefined) ? { sort: keys } : undefined
}

function sortKey(name: string, type: string): SortKey | undefined {
  const isDescending = name.startsWith('-')
  const parameter = searchParameters(type).get(isDescending ? name.slice(1) : name)
  return parameter && { parameter, isDescending }
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new FhirError(400, '_count takes a whole number.')
  return Number(value)
}

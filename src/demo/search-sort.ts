import type { Resource } from 'fhir/r4.js'
import { datedInterval, measuredInterval } from './intervals.js'
import { isObject } from '../plain-values/json.js'
import type { SearchParameterKind } from './search-parameters.js'
import type { SortKey } from './search-request.js'
import { codingsIn, foldedString, stringsIn } from './search-matching.js'
import { searchValues } from './search-values.js'

type Comparable = string | number

const COMPARABLES: Record<SearchParameterKind, (value: unknown, isDescending: boolean) => Comparable[]> = {
  date: (value, isDescending) => endOf(datedInterval(value), isDescending),
  number: (value, isDescending) => endOf(measuredInterval(value), isDescending),
  quantity: (value, isDescending) => endOf(measuredInterval(value), isDescending),
  string: value => stringsIn(value).map(foldedString),
  token: value => codingsIn(value).map(({ code }) => code),
  uri: value => [String(value)],
  reference: value => [String(isObject(value) ? (value.reference ?? '') : value)],
}

/** The resources in the order of the sort keys; those without a value come last, equals keep their order. */
export function sortResources(resources: Resource[], keys: SortKey[]): Resource[] {
  if (keys.length === 0) return resources
  const rows = resources.map(resource => ({ resource, values: keys.map(key => sortValue(resource, key)) }))
  return rows.sort((a, b) => compareRows(a.values, b.values, keys)).map(({ resource }) => resource)
}

/** Of several values the lowest counts when ascending, the highest when descending. */
function sortValue(resource: Resource, { parameter, isDescending }: SortKey): Comparable | undefined {
  const values = searchValues(resource, parameter).flatMap(value => COMPARABLES[parameter.kind](value, isDescending))
  return values.sort((a, b) => (isDescending ? compare(b, a) : compare(a, b)))[0]
}

function compareRows(a: (Comparable | undefined)[], b: (Comparable | undefined)[], keys: SortKey[]): number {
  for (const [index, { isDescending }] of keys.entries()) {
    const order = compareValues(a[index], b[index], isDescending)
    if (order !== 0) return order
  }
  return 0
}

function compareValues(a: Comparable | undefined, b: Comparable | undefined, isDescending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return isDescending ? compare(b, a) : compare(a, b)
}

function compare(a: Comparable, b: Comparable): number {
  return a < b ? -1 : Number(a > b)
}

function endOf(interval: { low: number; high: number } | undefined, isDescending: boolean): Comparable[] {
  return interval ? [isDescending ? interval.high : interval.low] : []
}

import { countTurns } from '../steps.js'
import { NOTHING, plain } from '../values.js'
import type { OwnFunction } from './own-function.js'
import { TURNS_OF_A_RECORD } from './turns.js'

/** How deep into a record references are looked for; R4 keeps those of the records we read within this. */
const REFERENCE_DEPTH = 4

/** Keeps the records that refer to any of the given records, wherever in them the reference stands. */
export const referringTo: OwnFunction = (input, [records = NOTHING], state) => {
  if (records.length === 0) return NOTHING
  const targets = new Set(
    records.map(record => {
      const { resourceType, id } = (plain(record) ?? {}) as { resourceType?: string; id?: string }
      return `${resourceType}/${id}`
    }),
  )
  return input.filter(record => {
    countTurns(state, TURNS_OF_A_RECORD)
    return isWithin(plain(record), targets, REFERENCE_DEPTH)
  })
}

/** References of records and orders have one form, `Type/id`, whatever form they came in (see patient-data/references). */
function mentions(value: object, targets: ReadonlySet<string>, depth: number): boolean {
  if (depth === 0) return false
  if (Array.isArray(value)) {
    for (const entry of value as unknown[]) if (isWithin(entry, targets, depth)) return true
    return false
  }
  const { reference } = value as { reference?: unknown }
  if (typeof reference === 'string' && targets.has(reference)) return true
  for (const name in value) if (isWithin((value as Record<string, unknown>)[name], targets, depth - 1)) return true
  return false
}

const isWithin = (value: unknown, targets: ReadonlySet<string>, depth: number): boolean =>
  typeof value === 'object' && value !== null && mentions(value, targets, depth)

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
    return mentions(plain(record), targets, REFERENCE_DEPTH)
  })
}

/** References of records and orders have one form, `Type/id`, whatever form they came in (see patient-data/references). */
function mentions(value: unknown, targets: ReadonlySet<string>, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false
  if (Array.isArray(value)) return value.some(entry => mentions(entry, targets, depth))
  const { reference } = value as { reference?: unknown }
  if (typeof reference === 'string' && targets.has(reference)) return true
  return Object.values(value).some(child => mentions(child, targets, depth - 1))
}

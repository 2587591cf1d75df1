import type { ClientKeys } from './client-keys.js'
import type { SeenTokens } from './seen-tokens.js'

/** What of the check of clients outlives a change of their file, which must neither let a token in twice nor forget whom to leave alone. */
export interface TrustMemory {
  /** Which tokens were used. */
  seen?: SeenTokens
  /** Keys that were fetched, by where they are and from which networks. */
  keys: ReadonlyMap<string, ClientKeys>
  /** What counts calls, by client and rate. */
  rates: ReadonlyMap<string, () => void>
}

/** The memory of a process that has not let in anybody yet. */
export const createTrustMemory = (): TrustMemory => ({ keys: new Map(), rates: new Map() })

/** What is remembered under a key, or else made, and in either case remembered on. */
export function remembered<T>(before: ReadonlyMap<string, T>, after: Map<string, T>, key: readonly unknown[], make: () => T): T {
  const name = JSON.stringify(key)
  const found = after.get(name) ?? before.get(name) ?? make()
  after.set(name, found)
  return found
}

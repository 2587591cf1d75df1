import { pinnedKeys, publishedKeys, type ClientKeys } from './client-keys.js'
import type { LetIn } from './calling-client.js'
import type { ServerEntry } from './listed-servers.js'
import type { RegisteredClient } from './registered-client.js'
import { seenInProcess } from './seen-tokens.js'
import { clientsByToken } from './token-check.js'
import { createTrustMemory, remembered, type TrustMemory } from './trust-memory.js'

export interface RegistryOptions {
  fhirServers: readonly ServerEntry[]
  publicUrl: string
  /** Seconds for which a token is good from when it was made. */
  maxAge: number
  /** Is told of each token that was forgotten before it expired. */
  onForgotten: () => void
  /** What was remembered before the file of clients changed, if it did. */
  memory?: TrustMemory | undefined
}

/** The check by which registered clients alone are let in; their published keys begin to be fetched at once. */
export async function letInRegistered(
  clients: readonly RegisteredClient[],
  { onForgotten, memory = createTrustMemory(), ...options }: RegistryOptions,
): Promise<LetIn> {
  const createFetchKeys = clients.some(({ jwksUrl }) => jwksUrl !== undefined)
    ? (await import('./fetch-keys.js')).createFetchKeys
    : undefined
  const callRate = clients.some(({ rate }) => rate !== undefined) ? (await import('./call-rate.js')).callRate : undefined
  const [keys, rates] = [new Map<string, ClientKeys>(), new Map<string, () => void>()]
  memory.seen ??= seenInProcess(() => Date.now() / 1000, onForgotten)
  const letIn = clientsByToken({
    ...options,
    clients,
    keysOf: ({ jwks, jwksUrl, jwksNetworks }) =>
      jwksUrl !== undefined && createFetchKeys
        ? remembered(memory.keys, keys, [jwksUrl, jwksNetworks], () => publishedKeys(jwksUrl, createFetchKeys({ networks: jwksNetworks })))
        : pinnedKeys(jwks ?? { keys: [] }),
    rateOf: ({ name, rate }) => (rate && callRate ? remembered(memory.rates, rates, [name, rate], () => callRate(name, rate)) : undefined),
    // Of the clock that runs: a frozen one would let expired tokens in.
    now: () => new Date(),
    seen: memory.seen,
  })
  Object.assign(memory, { keys, rates })
  return letIn
}

import { pinnedKeys, publishedKeys } from './client-keys.js'
import type { LetIn } from './calling-client.js'
import type { ServerEntry } from './listed-servers.js'
import type { RegisteredClient } from './registered-client.js'
import { seenInProcess } from './seen-tokens.js'
import { clientsByToken } from './token-check.js'

export interface RegistryOptions {
  fhirServers: readonly ServerEntry[]
  publicUrl: string
  /** Seconds for which a token is good from when it was made. */
  maxAge: number
  /** Is told of each token that was forgotten before it expired. */
  onForgotten: () => void
}

/** The check by which registered clients alone are let in; their published keys begin to be fetched at once. */
export async function letInRegistered(clients: readonly RegisteredClient[], { onForgotten, ...options }: RegistryOptions): Promise<LetIn> {
  const createFetchKeys = clients.some(({ jwksUrl }) => jwksUrl !== undefined)
    ? (await import('./fetch-keys.js')).createFetchKeys
    : undefined
  const callRate = clients.some(({ rate }) => rate !== undefined) ? (await import('./call-rate.js')).callRate : undefined
  return clientsByToken({
    ...options,
    clients,
    keysOf: ({ jwks, jwksUrl, jwksNetworks }) =>
      jwksUrl !== undefined && createFetchKeys
        ? publishedKeys(jwksUrl, createFetchKeys({ networks: jwksNetworks }))
        : pinnedKeys(jwks ?? { keys: [] }),
    rateOf: ({ name, rate }) => (rate === undefined ? undefined : callRate?.(name, rate)),
    // Of the clock that runs: a frozen one would let expired tokens in.
    now: () => new Date(),
    seen: seenInProcess(() => Date.now() / 1000, onForgotten),
  })
}

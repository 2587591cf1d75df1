import { Counter, type Registry } from 'prom-client'
import type { Refusal } from '../trust/caller-refused.js'

/** Figures of who calls. Clients are known by the operator's own names for them. */
export interface ClientMetrics {
  /** Counts a token by what came of it: accepted, accepted while nobody could tell whether another process had seen it, why it was refused, or forgotten before it had expired. */
  countToken: (outcome: Refusal | 'accepted' | 'unconfirmed' | 'forgotten') => void
  /** Counts a request of a client that called more often than was agreed. */
  countTooOften: (client: string) => void
}

/** Makes the figures of who calls. */
export function createClientMetrics(registers: Registry[]): ClientMetrics {
  const tokens = new Counter({
    name: 'cds_tokens_total',
    help: 'Tokens of registered clients: accepted, accepted while the store could not tell whether they were used before, by why they were refused, and those forgotten before they had expired, which could be used again.',
    labelNames: ['outcome'],
    registers,
  })
  const tooOften = new Counter({
    name: 'cds_client_calls_refused_total',
    help: 'Requests of a registered client that were refused since it called more often than was agreed.',
    labelNames: ['client'],
    registers,
  })
  return { countToken: outcome => tokens.inc({ outcome }), countTooOften: client => tooOften.inc({ client }) }
}

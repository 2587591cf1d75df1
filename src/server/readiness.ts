import type { ServiceRegistry } from '../services/service-registry.js'

/** Whether calls should be sent to this process, which its start and its end decide together with the knowledge. */
export interface Readiness {
  readonly isStopping: boolean
  /** From now on the process is not ready, so that whoever shares out calls sends no more of them. */
  stop: () => void
}

/** The readiness of a process that has started. */
export function createReadiness(): Readiness {
  let isStopping = false
  return {
    get isStopping() {
      return isStopping
    },
    stop: () => {
      isStopping = true
    },
  }
}

/** Why no calls should be sent here, in words for an operator; empty when they should. */
export function reasonsAgainst({ isStopping }: Readiness, services: ServiceRegistry): string[] {
  return [
    ...(isStopping ? ['the process is stopping'] : []),
    ...(services.size === 0 ? ['no service is published: no plan that a service applies is approved, and CDS_DRAFT_KNOWLEDGE is off'] : []),
  ]
}

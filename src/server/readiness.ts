import { setMaxListeners } from 'node:events'
import { CdsError } from '../errors.js'
import type { ServiceRegistry } from '../knowledge-files/services.js'

/** Whether calls should be sent to this process, which its start and its end decide together with the knowledge. */
export interface Readiness {
  readonly isStopping: boolean
  /** From now on the process is not ready, so that whoever shares out calls sends no more of them. */
  stop: () => void
  /** Aborted, by the error to answer with, when what is under way can be waited for no longer. */
  readonly lastCall: AbortSignal
  /** Says that this is now. */
  callLast: () => void
}

/** The readiness of a process that has started. */
export function createReadiness(): Readiness {
  let isStopping = false
  const last = new AbortController()
  // Every request that waits for something listens to it.
  setMaxListeners(0, last.signal)
  return {
    get isStopping() {
      return isStopping
    },
    stop: () => {
      isStopping = true
    },
    lastCall: last.signal,
    callLast: () =>
      last.abort(
        new CdsError(
          'CDS_NOT_READY',
          'The service is stopping and could not wait for the request to be complete, or for the FHIR server. Send it again.',
        ),
      ),
  }
}

/** What the readiness of a process is told from. */
interface Asked {
  readiness: Readiness
  services: ServiceRegistry
  record: { fault: () => string | undefined }
  /** Whether no token is taken while the record does not answer. */
  isReplayStrict: boolean
  /** How many clients are registered; absent where anybody is let in. */
  registeredClients?: number
}

/** Why no calls should be sent here, in words for an operator; empty when they should. */
export function reasonsAgainst({ readiness: { isStopping }, services, record, isReplayStrict, registeredClients }: Asked): string[] {
  return [
    ...(isStopping ? ['the process is stopping'] : []),
    ...(isReplayStrict && registeredClients !== undefined && record.fault() !== undefined
      ? ['the store does not answer, and no token is taken meanwhile (CDS_REPLAY_STRICT)']
      : []),
    ...(services.size === 0
      ? ['no service is published: cds-services holds none, or no plan that one applies is approved while CDS_DRAFT_KNOWLEDGE is off']
      : []),
  ]
}

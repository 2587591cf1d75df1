import { senderWritten } from '../trust/sender.js'
import { EVERY_PRACTICE, type Person } from './person.js'
import { practiceRefused } from './refusals.js'

export interface ReadableOptions {
  /** Whether whoever signed in may read the figures of every practice. */
  isEveryPracticeShown: boolean
  /** The client, as a sender, that alone reads a FHIR server; absent where anybody may call. */
  senderAt?: ((fhirServer: string) => string | undefined) | undefined
}

/**
 * Of which practices a person may read figures, as senders: who came from an EHR of the client whose that EHR's server is, and of no
 * other; others of those that their sign-in names.
 * @throws CdsError CDS_PRACTICE_REFUSED where that is none.
 */
export function readablePractices(
  { fhirServer, practices = [] }: Person,
  { isEveryPracticeShown, senderAt }: ReadableOptions,
): 'all' | readonly string[] {
  if (fhirServer !== undefined) return ofServer(senderAt?.(fhirServer))
  if (isEveryPracticeShown || practices.includes(EVERY_PRACTICE)) return 'all'
  if (practices.length === 0) throw practiceRefused()
  return practices.map(senderWritten)
}

function ofServer(sender: string | undefined): readonly string[] {
  if (sender === undefined) throw practiceRefused()
  return [sender]
}

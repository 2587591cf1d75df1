import type { Bundle } from 'fhir/r4.js'
import type { PageSettings } from '../../src/server/routes.js'
import type { FhirClient } from './fhir.js'

/** Who works in a page, as a FHIR server refers to somebody of whom it is told nothing. */
export const UNKNOWN_CLINICIAN = 'Practitioner/unknown'

/**
 * Who works in a page, as a FHIR server refers to them: who signed in, where that is told; else nobody of its own, lest another be
 * named as the author of what they write. Where nobody signs in, as in the demonstration, the first practitioner of the server.
 * @throws Refused
 */
export async function clinicianAt({ base, read }: FhirClient, { user }: PageSettings, givenUp?: AbortSignal): Promise<string> {
  if (user) return ownReference(user.fhirUser ?? '', base) ?? UNKNOWN_CLINICIAN
  const { entry = [] } = await read<Bundle>('Practitioner?_count=1', givenUp)
  const [first] = entry
  return first?.resource?.id === undefined ? UNKNOWN_CLINICIAN : `Practitioner/${first.resource.id}`
}

/** A reference as it is at a server; undefined where it is to something of another one, or is none. */
function ownReference(reference: string, base: string): string | undefined {
  const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference
  return relative.split('/').length === 2 ? relative : undefined
}

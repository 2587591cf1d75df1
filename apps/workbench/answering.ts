import type { Action, Card, Suggestion } from '../../src/cds-hooks/types.js'
import type { FhirClient } from '../shared/fhir.js'
import { sendFeedback } from '../shared/service.js'
import { referenceOf } from './call.js'

/** What was written to a FHIR server. */
export interface Written {
  type: Action['type']
  reference: string
}

/** Does to a FHIR server what a suggestion asks for, one thing after another. @throws Refused where the server does not take one. */
export async function write(client: FhirClient, actions: readonly Action[]): Promise<Written[]> {
  const written: Written[] = []
  for (const { type, resource, resourceId } of actions) {
    if (type === 'delete') {
      const reference = resourceId ?? (resource && referenceOf(resource))
      if (reference === undefined) continue
      await client.remove(reference)
      written.push({ type, reference })
    } else if (resource) {
      written.push({ type, reference: referenceOf(await client.save(resource)) })
    }
  }
  return written
}

/** Tells the service that a suggestion was taken. @throws Refused */
export const tellAccepted = (service: string, card: Card, { uuid }: Suggestion, at: string): Promise<unknown> =>
  tell(service, { card: card.uuid, outcome: 'accepted', acceptedSuggestions: [{ id: uuid }], outcomeTimestamp: at })

/** Why a card is not followed, as its reader says it. */
export interface Override {
  reason?: { code: string; system: string; display?: string }
  userComment?: string
}

/** Tells the service that a card was overridden. @throws Refused */
export const tellOverridden = (service: string, card: Card, overrideReason: Override, at: string): Promise<unknown> =>
  tell(service, { card: card.uuid, outcome: 'overridden', overrideReason, outcomeTimestamp: at })

const tell = (service: string, entry: object): Promise<unknown> => sendFeedback(service, { feedback: [entry] })

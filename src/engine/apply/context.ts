import type { FhirResource } from 'fhir/r4.js'
import type { Terminology } from '../terminology/terminology.js'

/** Who and what a plan is applied to. */
export interface ApplyContext {
  patientId: string
  /** `Type/id` of the user, when there is one. */
  userId?: string
  encounterId?: string
  /** Only actions with a trigger of this name; all actions when undefined. */
  hook?: string
  /** Language of all texts. */
  language: string
  terminology: Terminology
  /** An order as the client sent it, by the one that rules see; the same where nothing tells. */
  asSent?: (order: FhirResource) => FhirResource
}

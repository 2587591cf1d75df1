import type { FhirResource, Reference } from 'fhir/r4.js'
import type { Terminology } from '../terminology/terminology.js'

/** Who and what a plan is applied to. */
export interface ApplyContext {
  patientId: string
  /** `Type/id` of whom the plan is for, where that is no patient. */
  subject?: string
  /** `Type/id` of the user, when there is one. */
  userId?: string
  encounterId?: string
  /**
   * Who asks for what `$apply` proposes, as `Type/id`; what is known of that and the encounter stands on every proposal.
   * Absent for cards: a draft says nothing of it, and becomes the request of the user who accepts it.
   */
  proposer?: { practitioner?: string; organization?: string }
  /** Only actions with a trigger of this name; all actions when undefined. */
  hook?: string
  /** Language of all texts. */
  language: string
  terminology: Terminology
  /** An order as the client sent it, by the one that rules see; the same where nothing tells. */
  asSent?: (order: FhirResource) => FhirResource
}

/** Whom a plan is applied to. */
export const subjectOf = ({ subject, patientId }: ApplyContext): Reference => ({ reference: subject ?? `Patient/${patientId}` })

import type { ActivityDefinition } from 'fhir/r4.js'

/** Kinds of ActivityDefinition that become a resource. */
export const ACTIVITY_KINDS = ['ServiceRequest', 'MedicationRequest', 'DeviceRequest', 'CommunicationRequest', 'CarePlan', 'Task', 'Appointment'] as const

export type ActivityKind = (typeof ACTIVITY_KINDS)[number]

/** Elements of an ActivityDefinition that say what is to be done; all others tell of the definition itself. */
export const CONTENT_ELEMENTS = [
  'profile', 'code', 'intent', 'priority', 'doNotPerform', 'timingTiming', 'timingDateTime', 'timingAge', 'timingPeriod', 'timingRange', 'timingDuration',
  'location', 'participant', 'productReference', 'productCodeableConcept', 'quantity', 'dosage', 'bodySite',
  'specimenRequirement', 'observationRequirement', 'observationResultRequirement', 'transform',
] as const satisfies readonly (keyof ActivityDefinition)[]

export type ContentElement = (typeof CONTENT_ELEMENTS)[number]

const OCCURRENCE = ['timingTiming', 'timingDateTime', 'timingPeriod'] as const satisfies readonly ContentElement[]

/**
 * What the resource of each kind takes over from its definition. Whoever makes a kind carry more says it here: what a
 * definition states and its kind does not hold is told when the knowledge is loaded.
 */
export const HELD: Readonly<Record<ActivityKind, readonly ContentElement[]>> = {
  ServiceRequest: ['intent', 'priority', 'doNotPerform', 'code', 'bodySite', 'quantity', 'location', ...OCCURRENCE],
  MedicationRequest: ['intent', 'priority', 'doNotPerform', 'productCodeableConcept', 'productReference', 'dosage'],
  DeviceRequest: ['intent', 'priority', 'code', ...OCCURRENCE],
  CommunicationRequest: ['priority', 'doNotPerform', 'code'],
  CarePlan: ['intent', 'code'],
  Task: ['intent', 'priority', 'code'],
  Appointment: ['code'],
}

/** Elements that a definition states and the resource of its kind does not hold. */
export const notHeld = (kind: ActivityKind, definition: ActivityDefinition): ContentElement[] =>
  CONTENT_ELEMENTS.filter(element => definition[element] !== undefined && !HELD[kind].includes(element))

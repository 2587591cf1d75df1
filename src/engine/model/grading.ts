import type { Coding } from 'fhir/r4.js'

/** The system of the strengths that only a graded recommendation has. */
const GRADED_STRENGTH = 'http://terminology.hl7.org/CodeSystem/recommendation-strength'

/** Whether a document grades the strength of a recommendation, whether or not it tells the certainty behind it. */
export const isGraded = (strength: readonly Coding[]): boolean => strength.some(({ system }) => system === GRADED_STRENGTH)

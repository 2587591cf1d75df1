/** Somebody who works in a page of ours. */
export interface Person {
  /** By what reference an auditor is told of them, and what they are shown is remembered: it is kept as a keyed hash. */
  user: string
  /** Themselves at a FHIR server: `Practitioner/id`, or with the server's base before it; where who signed them in says so. */
  fhirUser?: string
  /** What the page calls them. */
  name?: string
  /** The FHIR server whose patient they look at, where they came from an EHR; else all that are listed. */
  fhirServer?: string
}

/** Most characters of a name that a page shows, and of an identifier. */
const LONGEST = 200

/** A text of an issuer, where it is one and not too long. */
export const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST ? value.trim() : undefined

/** Whoever treats patients, at a server that is named or not. */
const CLINICIAN = /^(?:https?:\/\/\S+\/)?(?:Practitioner|PractitionerRole)\/[A-Za-z0-9.-]{1,64}$/

/** A claim `fhirUser` that names somebody who treats patients. */
export function clinicianIn(value: unknown): string | undefined {
  const text = shortText(value)
  return text !== undefined && CLINICIAN.test(text) ? text : undefined
}

/** How a person is referred to whom an issuer knows by an identifier. */
export const referenceTo = (identifier: string): string => `Person/${identifier}`

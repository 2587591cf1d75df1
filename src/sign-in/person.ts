/** Somebody who works in a page of ours. */
export interface Person {
  /** By what reference an auditor is told of them, and what they are shown is remembered: it is kept as a keyed hash. */
  user: string
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

/** How a person is referred to whom an issuer knows by an identifier. */
export const referenceTo = (identifier: string): string => `Person/${identifier}`

/** Somebody who works in a page of ours. */
export interface Person {
  /** By what reference an auditor is told of them, and what they are shown is remembered: it is kept as a keyed hash. */
  user: string
  /** Themselves at a FHIR server: `Practitioner/id`, or with the server's base before it; where who signed them in says so. */
  fhirUser?: string
  /** What the page calls them. */
  name?: string
  /** The practices whose figures they may read, each as `client` or `client/tenant`; `*` is every practice. */
  practices?: readonly string[]
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

/** Most bytes of all practices of a person together: a proxy in front takes 4 kB of headers, the session's among them. */
const LONGEST_PRACTICES = 1_200

/** Every practice there is, in a list of somebody's practices. */
export const EVERY_PRACTICE = '*'

/** The practices that an issuer or a proxy names; undefined where it names none, or more than a session holds: a part of them would pass for all. What is no short text is no practice. */
export function practicesIn(value: unknown): readonly string[] | undefined {
  const named: readonly unknown[] = Array.isArray(value) ? value : [value]
  const practices = [...new Set(named.map(shortText).filter(each => each !== undefined))]
  if (practices.includes(EVERY_PRACTICE)) return [EVERY_PRACTICE]
  return practices.length === 0 || Buffer.byteLength(JSON.stringify(practices)) > LONGEST_PRACTICES ? undefined : practices
}

/** How a person is referred to whom an issuer knows by an identifier. */
export const referenceTo = (identifier: string): string => `Person/${identifier}`

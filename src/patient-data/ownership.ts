import type { FhirResource, Patient } from 'fhir/r4.js'
import { isId } from '../cds-hooks/parse-hook-request.js'
import { isObject, type JsonObject } from '../plain-values/json.js'
import { baseUrl } from '../trust/base-url.js'
import { LONGEST_REFERENCE, withoutFragment, type ReferenceIndex } from './references.js'

/** Whose a record is: this patient's, plainly another's, or nobody can tell. */
export type Owner = 'own' | 'other' | 'unknown'

/** By what the patient of a call is known. */
export interface PatientOfCall {
  patientId: string
  patient: Patient | undefined
  /** Base URL, in its one spelling, of the server whose patient this is; undefined where no address is certain. */
  server: string | undefined
  index: ReferenceIndex
}

/** Elements in which a record names its patient. */
const OWNER_ELEMENTS = ['subject', 'patient', 'for', 'beneficiary', 'individual'] as const

/**
 * Whose a record is, by every reference in which it names its patient: relative, below the server, by the `urn:` under
 * which the patient travelled, or by an identifier alone that the patient has too. Whatever else stands there, the same
 * id on another server among it, names nobody for certain. A record that names nobody came with this patient's query
 * and is this patient's.
 */
export function ownerOf(resource: FhirResource, whose: PatientOfCall): Owner {
  if (resource.resourceType === 'Patient') return resource.id === whose.patientId ? 'own' : 'other'
  const record = resource as unknown as Readonly<Record<string, unknown>>
  let isUnknown = false
  for (const element of OWNER_ELEMENTS) {
    const subject = record[element]
    if (subject === undefined || subject === null) continue
    const owner = ownerNamed(subject, whose)
    if (owner === 'other') return owner
    isUnknown ||= owner === 'unknown'
  }
  return isUnknown ? 'unknown' : 'own'
}

/** Whether all that a record says of its patient is said in the plainest way; a record that names nobody says nothing else. @param reference `Patient/id`. */
export function isPlainlyOwn(resource: FhirResource, reference: string): boolean {
  if (resource.resourceType === 'Patient') return false
  const record = resource as unknown as Readonly<Record<string, unknown>>
  return OWNER_ELEMENTS.every(element => {
    const subject = record[element]
    return subject === undefined || subject === null || (subject as { reference?: unknown }).reference === reference
  })
}

/** Whom a record names as its patient, where nobody said whom it is asked about. */
export type NamedOwner =
  | { kind: 'patient'; id: string }
  /** By an identifier alone, as text that is the same for the same identifier. */
  | { kind: 'identifier'; identifier: string }
  /** It names nobody. */
  | { kind: 'nobody' }
  /** It names somebody, and who cannot be told, or several patients. */
  | { kind: 'unclear' }

/**
 * Whom a record names as its patient; a Patient names itself. Whether that is certain, `ownerOf` tells once the patient is known.
 * @param index addresses under which the records travelled.
 */
export function namedOwner(resource: FhirResource, index?: ReferenceIndex): NamedOwner {
  if (resource.resourceType === 'Patient') return isId(resource.id) ? { kind: 'patient', id: resource.id } : { kind: 'unclear' }
  const record = resource as unknown as Readonly<Record<string, unknown>>
  let owner: NamedOwner = { kind: 'nobody' }
  for (const element of OWNER_ELEMENTS) {
    const subject = record[element]
    if (subject === undefined || subject === null) continue
    const named = namedBy(subject, index)
    if (owner.kind === 'patient' && named.kind === 'patient' && owner.id !== named.id) return { kind: 'unclear' }
    // What a reference says is surer than an identifier, and what is said at all than what is not.
    if (owner.kind === 'nobody' || owner.kind === 'unclear' || named.kind === 'patient') owner = named
  }
  return owner
}

function namedBy(subject: unknown, index: ReferenceIndex | undefined): NamedOwner {
  if (!isObject(subject)) return { kind: 'unclear' }
  const { reference, identifier } = subject
  if (reference === undefined || reference === null)
    return isWholeIdentifier(identifier) ? { kind: 'identifier', identifier: identifierText(identifier) } : { kind: 'unclear' }
  const named = patientNamed(reference, index)
  return named ? { kind: 'patient', id: named.id } : { kind: 'unclear' }
}

/** What a patient is known by, each as text that is the same for the same identifier. */
export const identifierTexts = (patient: Patient): string[] => [...identifiersOf(patient)]

/** The servers whose patients are named by records, relative references aside. */
export function serversNamed(records: Iterable<{ resource: FhirResource }>): ReadonlySet<string> {
  const servers = new Set<string>()
  for (const { resource } of records) {
    const record = resource as unknown as Readonly<Record<string, unknown>>
    for (const element of OWNER_ELEMENTS) {
      const subject = record[element]
      const server = isObject(subject) ? patientNamed(subject.reference)?.server : undefined
      if (server !== undefined) servers.add(server)
    }
  }
  return servers
}

function ownerNamed(subject: unknown, { patientId, patient, server, index }: PatientOfCall): Owner {
  if (!isObject(subject)) return 'unknown'
  const { reference, identifier } = subject
  // The common case first.
  if (reference === `Patient/${patientId}` || (server !== undefined && reference === `${server}/Patient/${patientId}`)) return 'own'
  if (reference === undefined || reference === null) return isIdentifierOf(patient, identifier) ? 'own' : 'unknown'
  const named = patientNamed(reference, index)
  if (!named || (named.server !== undefined && named.server !== server)) return 'unknown'
  return named.id === patientId ? 'own' : 'other'
}

/** A patient as a reference names one. */
export interface NamedPatient {
  id: string
  /** Base URL of the server, in its one spelling; undefined where the reference is relative. */
  server?: string
}

/** Which patient a reference names: `Patient/id`, alone or behind a base URL, with or without a version and a fragment, and nothing else. */
export function patientNamed(written: unknown, index?: ReferenceIndex): NamedPatient | undefined {
  if (typeof written !== 'string' || written.length > LONGEST_REFERENCE) return undefined
  const plain = PLAIN.exec(written)
  if (plain) return { id: plain[1] ?? '' }
  const segments = withoutFragment(withoutAddress(written.trim(), index)).split('/')
  if (segments.at(-2) === '_history' && isId(segments.at(-1))) segments.splice(-2)
  const [type, id] = segments.splice(-2)
  if (type !== 'Patient' || !isId(id)) return undefined
  if (segments.length === 0) return { id }
  const address = segments.join('/')
  const server = PLAIN_ADDRESS.test(address) ? baseUrl(address) : undefined
  return server === undefined ? undefined : { id, server }
}

/** A relative reference to a patient, as most are written. */
const PLAIN = /^Patient\/([A-Za-z0-9-]{1,64})$/

/** An address as a URI is written, in ASCII; to read names in other scripts takes a thousand times as long. */
const PLAIN_ADDRESS = /^[!-~]*$/

/** What travelled under a `urn:`; any other reference as it is. */
const withoutAddress = (reference: string, index: ReferenceIndex | undefined): string =>
  (/^urn:/i.test(reference) ? index?.get(reference.toLowerCase()) : undefined) ?? reference

function isIdentifierOf(patient: Patient | undefined, sent: unknown): boolean {
  return patient !== undefined && isWholeIdentifier(sent) && identifiersOf(patient).has(identifierText(sent))
}

const isWholeIdentifier = (sent: unknown): sent is JsonObject =>
  isObject(sent) && typeof sent.system === 'string' && typeof sent.value === 'string'

const identifiers = new WeakMap<Patient, ReadonlySet<string>>()

/** What a patient is known by, gone through once however many records are held against it. */
function identifiersOf(patient: Patient): ReadonlySet<string> {
  const before = identifiers.get(patient)
  if (before) return before
  const sent: unknown = patient.identifier
  const found = new Set((Array.isArray(sent) ? sent.filter(isObject) : []).map(identifierText))
  identifiers.set(patient, found)
  return found
}

const identifierText = ({ system, value }: Readonly<Record<string, unknown>>): string => JSON.stringify([system, value])

import type { Condition, FhirResource } from 'fhir/r4.js'

/** The codes by which R4 says whether a condition goes on. */
const STATUSES: ReadonlySet<string> = new Set(['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'])

/** What R5 writes where R4 leaves the status out. */
const UNKNOWN = 'unknown'

/**
 * A condition with the clinical status that R4 has for what it says: one that ended, and says no status, is inactive
 * (con-4); one whose status is unknown says none. Any other record is handed on as it is.
 */
export function withClinicalStatus(resource: FhirResource): FhirResource {
  if (resource.resourceType !== 'Condition') return resource
  const { clinicalStatus, ...rest } = resource
  const codes = statusCodes(resource)
  if (codes.some(code => code !== UNKNOWN) || (codes.length === 0 && clinicalStatus !== undefined)) return resource
  if (hasAbated(resource)) return { ...rest, clinicalStatus: { coding: [{ code: 'inactive' }] } }
  return clinicalStatus === undefined ? resource : rest
}

/** Whether a record says of its clinical status what R4 does not know, so that nobody can tell whether it goes on. */
export function hasForeignStatus(resource: FhirResource): boolean {
  if (resource.resourceType !== 'Condition' || resource.clinicalStatus === undefined) return false
  return !statusCodes(resource).some(code => STATUSES.has(code))
}

const statusCodes = ({ clinicalStatus }: Condition): string[] => (clinicalStatus?.coding ?? []).flatMap(({ code }) => code ?? [])

/** Every way in which R4 says how a condition ended; older releases also write a plain yes or no. */
const hasAbated = (condition: Condition & { abatementBoolean?: unknown }): boolean =>
  condition.abatementDateTime !== undefined ||
  condition.abatementPeriod !== undefined ||
  condition.abatementAge !== undefined ||
  condition.abatementRange !== undefined ||
  condition.abatementString !== undefined ||
  condition.abatementBoolean === true

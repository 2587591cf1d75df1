import type { Condition, FhirResource } from 'fhir/r4.js'
import type { UnusableValue } from './intake.js'

/** The codes by which R4 says whether a condition goes on. */
const CLINICAL: ReadonlySet<string> = new Set(['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'])

/** What R5 writes where R4 leaves the clinical status out. */
const UNKNOWN = 'unknown'

/** Types of patients' records that say by their status whether what they tell of is so; R4 has none of them without it. */
const WITH_STATUS: ReadonlySet<string> = new Set([
  'CarePlan',
  'DiagnosticReport',
  'Encounter',
  'EpisodeOfCare',
  'ImagingStudy',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
  'Procedure',
  'QuestionnaireResponse',
  'ServiceRequest',
])

/**
 * A condition with the clinical status that R4 has for what it says: one that ended, and says no status, is inactive
 * (con-4); one whose status is unknown says none. Any other record is handed on as it is.
 */
export function withClinicalStatus(resource: FhirResource): FhirResource {
  if (resource.resourceType !== 'Condition') return resource
  const { clinicalStatus, ...rest } = resource
  const codes = clinicalCodes(resource)
  if (codes.some(code => code !== UNKNOWN) || (codes.length === 0 && clinicalStatus !== undefined)) return resource
  if (hasAbated(resource)) return { ...rest, clinicalStatus: { coding: [{ code: 'inactive' }] } }
  return clinicalStatus === undefined ? resource : rest
}

/** What is wrong with the status of a record, so that what it tells of may not count; undefined where nothing is. */
export function unclearStatus(resource: FhirResource): UnusableValue | undefined {
  const { resourceType } = resource
  if (resourceType !== 'Condition')
    return WITH_STATUS.has(resourceType) && (resource as { status?: unknown }).status === undefined
      ? { element: `${resourceType}.status`, reason: 'is missing, without which it may not count' }
      : undefined
  return resource.clinicalStatus === undefined || clinicalCodes(resource).some(code => CLINICAL.has(code))
    ? undefined
    : { element: 'Condition.clinicalStatus', reason: 'is no clinical status of FHIR; the condition does not count as active' }
}

const clinicalCodes = ({ clinicalStatus }: Condition): string[] => (clinicalStatus?.coding ?? []).flatMap(({ code }) => code ?? [])

/** Every way in which R4 says how a condition ended; older releases also write a plain yes or no. */
const hasAbated = (condition: Condition & { abatementBoolean?: unknown }): boolean =>
  condition.abatementDateTime !== undefined ||
  condition.abatementPeriod !== undefined ||
  condition.abatementAge !== undefined ||
  condition.abatementRange !== undefined ||
  condition.abatementString !== undefined ||
  condition.abatementBoolean === true

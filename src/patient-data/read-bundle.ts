import type { FhirResource } from 'fhir/r4.js'

/**
 * The resources in what a prefetch key or a FHIR server gave: those of a Bundle, or the one resource itself.
 * OperationOutcomes and entries without a resource are left out. Undefined when it is no FHIR resource at all.
 */
export function resourcesIn(value: unknown): FhirResource[] | undefined {
  if (!isResource(value)) return undefined
  if (value.resourceType !== 'Bundle') return [value]
  const entries = (value as { entry?: unknown }).entry ?? []
  if (!Array.isArray(entries)) return undefined
  const resources: FhirResource[] = []
  for (const entry of entries as ({ resource?: unknown } | null)[]) {
    const resource = entry?.resource
    if (isResource(resource) && resource.resourceType !== 'OperationOutcome') resources.push(resource)
  }
  return resources
}

/** Absolute URL of a Bundle's next page, if it has one. */
export function nextPage(value: unknown): string | undefined {
  const { link } = (isResource(value) && value.resourceType === 'Bundle' ? value : {}) as { link?: unknown }
  if (!Array.isArray(link)) return undefined
  const next = (link as ({ relation?: unknown; url?: unknown } | null)[]).find(each => each?.relation === 'next')
  return typeof next?.url === 'string' ? next.url : undefined
}

/** Whether a value is an OperationOutcome of a failure, or a Bundle that reports one. */
export function reportsFailure(value: unknown): boolean {
  if (!isResource(value)) return false
  if (isFailure(value)) return true
  const entries = (value as { entry?: unknown }).entry
  return value.resourceType === 'Bundle' && Array.isArray(entries) && entries.some((entry: { resource?: unknown } | null) => isFailure(entry?.resource))
}

/** An OperationOutcome that tells of an error; one that only warns or informs takes nothing away. */
function isFailure(value: unknown): boolean {
  if (!isResource(value) || value.resourceType !== 'OperationOutcome') return false
  const issues = (value as { issue?: unknown }).issue
  return !Array.isArray(issues) || issues.length === 0 || issues.some((issue: { severity?: unknown } | null) => issue?.severity === 'error' || issue?.severity === 'fatal')
}

function isResource(value: unknown): value is FhirResource {
  return typeof value === 'object' && value !== null && typeof (value as { resourceType?: unknown }).resourceType === 'string'
}

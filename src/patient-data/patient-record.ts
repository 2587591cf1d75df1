import type { FhirResource } from 'fhir/r4.js'
import { CdsError } from '../errors.js'

/**
 * One patient's resources, indexed by type and ordered by id, so that the order in which a server found them decides
 * nothing; each resource once. Resources that say they belong to another patient are refused.
 */
export class PatientRecord {
  private readonly byType = new Map<string, FhirResource[]>()
  private readonly seen = new Set<string>()
  private readonly ordered = new Set<string>()

  constructor(private readonly patientId: string) {}

  /**
   * Takes in the resources of one prefetch key.
   * @throws CdsError CDS_DATA_OF_ANOTHER_PATIENT naming the key, before anything of it was taken in.
   */
  add(key: string, resources: readonly FhirResource[]): void {
    for (const resource of resources) {
      if (!this.isOwn(resource)) {
        throw new CdsError('CDS_DATA_OF_ANOTHER_PATIENT', `The data of ${key} holds a resource of another patient than context.patientId. Send this patient's data only.`)
      }
    }
    for (const resource of resources) this.take(resource)
  }

  /** Resources of a type by id; empty when there is none. */
  ofType(type: string): readonly FhirResource[] {
    const resources = this.byType.get(type) ?? []
    if (!this.ordered.has(type)) resources.sort(byId)
    this.ordered.add(type)
    return resources
  }

  private take(resource: FhirResource): void {
    const { resourceType, id } = resource as { resourceType: string; id?: unknown }
    if (typeof id === 'string') {
      const reference = `${resourceType}/${id}`
      if (this.seen.has(reference)) return
      this.seen.add(reference)
    }
    this.ordered.delete(resourceType)
    const list = this.byType.get(resourceType)
    if (list) list.push(resource)
    else this.byType.set(resourceType, [resource])
  }

  private isOwn(resource: FhirResource): boolean {
    if (resource.resourceType === 'Patient') return resource.id === this.patientId
    const { subject, patient } = resource as { subject?: { reference?: unknown }; patient?: { reference?: unknown } }
    const owner = subject?.reference ?? patient?.reference ?? (resource as { for?: { reference?: unknown } }).for?.reference
    const named = typeof owner === 'string' ? PATIENT_REFERENCE.exec(owner)?.[1] : undefined
    return named === undefined || named === this.patientId
  }
}

const idOf = ({ id }: FhirResource): string => (typeof id === 'string' ? id : '')

const byId = (one: FhirResource, other: FhirResource): number => (idOf(one) === idOf(other) ? 0 : idOf(one) < idOf(other) ? -1 : 1)

const PATIENT_REFERENCE = /(?:^|\/)Patient\/([^/]+)(?:\/_history\/[^/]+)?$/

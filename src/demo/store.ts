import type { Resource } from 'fhir/r4.js'
import { isObject } from '../plain-values/json.js'
import { searchParameters } from './search-parameters.js'
import { searchValues } from './search-values.js'

type Resources = Map<string, Resource>

/** Resources in memory, by type and id, and by the patient they are about. Stored resources are never changed. */
export class ResourceStore {
  #byType = new Map<string, Resources>()
  /** Ids by `Type/patient id`, so that one person's data are found without reading everybody's. */
  #idsOfPatient = new Map<string, Set<string>>()

  read(type: string, id: string): Resource | undefined {
    return this.#byType.get(type)?.get(id)
  }

  /** All resources of a type in the order they came. */
  list(type: string): Resource[] {
    return [...(this.#byType.get(type)?.values() ?? [])]
  }

  /** The resources of a type that name a patient in their `patient` search parameter. */
  listOfPatient(type: string, patientId: string): Resource[] {
    const ids = this.#idsOfPatient.get(`${type}/${patientId}`) ?? []
    return [...ids].flatMap(id => this.read(type, id) ?? [])
  }

  put(resource: Resource & { id: string }): void {
    const { resourceType, id } = resource
    const resources = this.#byType.get(resourceType) ?? new Map<string, Resource>()
    this.#byType.set(resourceType, resources)
    this.#forgetPatients(resources.get(id))
    resources.set(id, resource)
    for (const key of patientKeys(resource)) this.#idsOfPatient.set(key, (this.#idsOfPatient.get(key) ?? new Set()).add(id))
  }

  remove(type: string, id: string): void {
    this.#forgetPatients(this.read(type, id))
    this.#byType.get(type)?.delete(id)
  }

  /** Remembers the present content; the function it returns brings that content back. */
  snapshot(): () => void {
    const resources = new Map([...this.#byType].map(([type, held]) => [type, new Map(held)]))
    const ids = new Map([...this.#idsOfPatient].map(([key, held]) => [key, new Set(held)]))
    return () => {
      this.#byType = resources
      this.#idsOfPatient = ids
    }
  }

  #forgetPatients(resource: Resource | undefined): void {
    if (!resource) return
    for (const key of patientKeys(resource)) this.#idsOfPatient.get(key)?.delete(resource.id ?? '')
  }
}

function patientKeys(resource: Resource): string[] {
  const parameter = searchParameters(resource.resourceType).get('patient')
  const references = parameter ? searchValues(resource, parameter) : []
  return references.flatMap(reference => {
    const found = isObject(reference) && /(?:^|\/)Patient\/([^/]+)/.exec(String(reference.reference))
    return found ? [`${resource.resourceType}/${found[1]}`] : []
  })
}

import type { FhirResource } from 'fhir/r4.js'

/** A resource of the knowledge and the file it was read from. */
export interface KnowledgeFile<R extends FhirResource = FhirResource> {
  file: string
  resource: R
}

/** Files that hold a resource of one type. */
export function ofType<R extends KnowledgeFile['resource']>(files: readonly KnowledgeFile[], type: R['resourceType']): KnowledgeFile<R>[] {
  return files.filter((file): file is KnowledgeFile<R> => file.resource.resourceType === type)
}

/** The file that a resource of the knowledge was read from, by its type and id; empty where none holds it. */
export const fileOf = (files: readonly KnowledgeFile[], { resourceType, id }: FhirResource): string =>
  files.find(({ resource }) => resource.resourceType === resourceType && resource.id === id)?.file ?? ''

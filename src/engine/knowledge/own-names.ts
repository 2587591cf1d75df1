import type { FaultList } from '../model/faults.js'
import { isObject, type JsonObject } from '../../plain-values/json.js'
import type { KnowledgeFile } from '../model/knowledge-file.js'
import type { KnowledgeNames } from '../model/names.js'

/**
 * Tells of names beneath the base of the knowledge that nothing has: extensions that nobody reads, and code systems that
 * are not there. Whoever misspells one would else lose in silence what hangs on it, such as that data is essential.
 */
export function reportUnknownNames(files: readonly KnowledgeFile[], faults: FaultList, { base, extension }: KnowledgeNames): void {
  const known = new Set<string | undefined>([
    ...Object.values<string>({ ...extension }),
    ...files.map(({ resource }) => (resource as { url?: string }).url),
  ])
  const isUnknown = (name: unknown): name is string => typeof name === 'string' && name.startsWith(`${base}/`) && !known.has(name)
  for (const { file, resource } of files) {
    visitObjects(resource, resource.resourceType, (object, element) => {
      if (isUnknown(object.url) && /\bextension\[\d+\]$/.test(element))
        faults.add('CANONICAL_UNKNOWN', file, element, `Nobody reads an extension ${object.url}.`)
      // What has a value is an identifier or a quantity, and what has a display brings its own words.
      if (isUnknown(object.system) && !('value' in object) && !('display' in object))
        faults.add('CANONICAL_UNKNOWN', file, element, `There is no code system ${object.system}.`)
    })
  }
}

/** Visits a value's objects, each with the FHIR path of its place. */
function visitObjects(value: unknown, element: string, visit: (object: JsonObject, element: string) => void): void {
  if (Array.isArray(value)) value.forEach((each, index) => visitObjects(each, `${element}[${index}]`, visit))
  if (!isObject(value)) return
  visit(value, element)
  for (const [name, member] of Object.entries(value)) visitObjects(member, `${element}.${name}`, visit)
}

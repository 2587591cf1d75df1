import type { FaultList } from '../model/faults.js'
import type { JsonObject } from '../../plain-values/json.js'
import { fhirPath, type Step } from '../model/fhir-path.js'
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
    visitObjects(resource, (object, steps) => {
      if (isUnknown(object.url) && steps.at(-2) === 'extension')
        faults.add('CANONICAL_UNKNOWN', file, fhirPath(resource.resourceType, steps), `Nobody reads an extension ${object.url}.`)
      // What has a value is an identifier or a quantity, and what has a display brings its own words.
      if (isUnknown(object.system) && !('value' in object) && !('display' in object))
        faults.add('CANONICAL_UNKNOWN', file, fhirPath(resource.resourceType, steps), `There is no code system ${object.system}.`)
    })
  }
}

/** Visits a value's objects, each with the steps that lead to it; they are put together only where there is something to tell. */
function visitObjects(value: unknown, visit: (object: JsonObject, steps: readonly Step[]) => void, steps: Step[] = []): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) visit(value as JsonObject, steps)
  for (const [step, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (typeof member !== 'object') continue
    steps.push(step)
    visitObjects(member, visit, steps)
    steps.pop()
  }
}

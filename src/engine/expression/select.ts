import r4 from 'fhirpath/fhir-context/r4'
import { interpreterLibrary } from './interpreter-library.js'
import { fromInterpreter } from './interpreter-values.js'
import { plain } from './values.js'

/** Finds values in a resource. */
export type Selector = (resource: object) => unknown[]

/**
 * Compiles a path that needs no call around it, such as that of a search parameter. The values are plain JSON, and
 * nothing is written into the resource.
 */
export function compileSelector(path: string): Selector {
  const select = interpreterLibrary().compile(path, r4, { resolveInternalTypes: false, async: false })
  return resource => fromInterpreter(select(resource) as unknown[]).map(plain)
}

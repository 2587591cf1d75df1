import type { FhirResource } from 'fhir/r4.js'
import { memberAccess } from './members.js'
import { bareNode, type Collection } from './values.js'

const parameterOf = memberAccess('parameter')
const nameOf = memberAccess('name')
const valueOf = memberAccess('value')
const resourceOf = memberAccess('resource')

/** What a caller gives for the parameters that libraries declare, by name, as expressions read it. */
export function parameterValues(parameters: FhirResource): ReadonlyMap<string, Collection> {
  const values = new Map<string, Collection>()
  for (const parameter of parameterOf([bareNode(parameters)])) {
    const name = String((nameOf([parameter])[0] as { data?: unknown } | undefined)?.data)
    values.set(name, [...(values.get(name) ?? []), ...valueOf([parameter]), ...resourceOf([parameter])])
  }
  return values
}

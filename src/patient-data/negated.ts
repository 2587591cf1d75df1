import type { FhirResource } from 'fhir/r4.js'
import { isObject } from '../plain-values/json.js'

/** Elements by which a record turns what it says into its opposite, and the value that does, in R4 and in older releases. */
const NEGATIONS: Readonly<Record<string, unknown>> = { doNotPerform: true, notDone: true, wasNotTaken: true, taken: 'n' }

/** The same for requests that have no element for it. */
const DO_NOT_PERFORM = 'http://hl7.org/fhir/StructureDefinition/request-doNotPerform'

/** Whether a record says that something is not to be done, or was not: a prohibition is no order, and what was not taken no medicine. */
export function isNegated(resource: FhirResource): boolean {
  const record = resource as unknown as Readonly<Record<string, unknown>>
  for (const element in NEGATIONS) if (record[element] === NEGATIONS[element]) return true
  const { modifierExtension } = record
  return (
    Array.isArray(modifierExtension) &&
    modifierExtension.some(each => isObject(each) && each.url === DO_NOT_PERFORM && each.valueBoolean === true)
  )
}

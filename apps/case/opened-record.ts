import type { FhirResource } from 'fhir/r4.js'
import { createContext } from 'preact'
import type { FhirClient } from '../shared/fhir.js'

/** Reads a resource of the record that is open. */
export type ReadResource = (reference: string) => Promise<FhirResource>

/** How what is shown reads the record. */
export const OpenedRecord = createContext<ReadResource>(() => Promise.reject(new Error('No record is open.')))

/** Reads each resource once. */
export function readingOnce({ read }: FhirClient): ReadResource {
  const asked = new Map<string, Promise<FhirResource>>()
  return reference => {
    const found = asked.get(reference) ?? read(reference)
    asked.set(reference, found)
    return found
  }
}

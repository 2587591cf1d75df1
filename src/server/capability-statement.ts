import type { CapabilityStatement } from 'fhir/r4.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'

const APPLIED = ['ActivityDefinition', 'PlanDefinition']

/** What the FHIR side of the service can do: knowledge to read, and $apply. */
export function capabilityStatement({ files }: Knowledge, about: string | undefined): CapabilityStatement {
  const types = [...new Set(files.map(({ resource }) => resource.resourceType))].sort()
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-11-21',
    kind: 'instance',
    implementation: { description: about === undefined ? 'Columna' : `Columna: knowledge of ${about}` },
    fhirVersion: '4.0.1',
    format: ['json'],
    rest: [
      {
        mode: 'server',
        resource: types.map(type => ({
          type: type as 'PlanDefinition',
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: [{ name: 'url', type: 'uri' }],
          ...(APPLIED.includes(type) && {
            operation: [{ name: 'apply', definition: `http://hl7.org/fhir/OperationDefinition/${type}-apply` }],
          }),
        })),
      },
    ],
  }
}

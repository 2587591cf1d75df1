import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js'
import { RESOURCE_TYPES, searchParameters } from './search-parameters.js'

const INTERACTIONS = ['read', 'search-type', 'create', 'update', 'delete'] as const

/** What the demo server can do, as a FHIR R4 CapabilityStatement for the base URL it is called by. */
export function capabilityStatement(base: string, date: Date): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: date.toISOString(),
    kind: 'instance',
    software: { name: 'Columna demo FHIR server' },
    implementation: { description: 'Synthetic people in memory, for demonstrations and tests', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        security: { cors: true },
        resource: RESOURCE_TYPES.map(restResource),
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
      },
    ],
  }
}

function restResource(type: string): CapabilityStatementRestResource {
  return {
    type: type as CapabilityStatementRestResource['type'],
    interaction: INTERACTIONS.map(code => ({ code })),
    versioning: 'versioned',
    readHistory: false,
    updateCreate: true,
    conditionalCreate: true,
    searchParam: [...searchParameters(type).values()].map(({ name, kind }) => ({ name, type: kind })),
  }
}

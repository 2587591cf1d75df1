import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js'
import { MODULE_TYPES } from '../engine/knowledge/module-definition.js'
import type { ServerEnvironment } from './environment.js'
import { API_VERSION } from './openapi/document.js'
import { SEARCH_PARAMETERS } from './search-parameters.js'

/** Day on which what is stated here last changed. */
const CHANGED = '2026-11-28'

/** Where an operation has its patients from, where that is another place than FHIR says. */
const OF_REQUEST: Readonly<Record<string, string>> = {
  'evaluate-measure':
    'Of the patients whose records come as Bundles in the parameter `data`, and of no others: no data is kept here, and no FHIR server is read.',
}

const APPLIED: readonly string[] = ['ActivityDefinition', 'PlanDefinition']

/** What the FHIR side of the service can do: knowledge to read, plans to apply, and what each needs. */
export function capabilityStatement({ knowledge: { files }, about, registeredClients }: ServerEnvironment): CapabilityStatement {
  const types = [...new Set(files.map(({ resource }) => resource.resourceType))].sort()
  const who = registeredClients === undefined ? 'Anybody may call.' : 'Registered clients call $apply with a token, as they call CDS Hooks.'
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: CHANGED,
    kind: 'instance',
    software: { name: 'Columna', version: API_VERSION },
    implementation: { description: about === undefined ? 'Columna' : `Columna: knowledge of ${about}` },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        documentation:
          'The knowledge is read-only. Data of patients are neither kept nor read here, but by calls, $apply and $evaluate-measure.',
        security: { cors: true, description: `Knowledge is open to read. ${who}` },
        resource: types.map(type => ({
          type: type as 'PlanDefinition',
          versioning: 'no-version',
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: SEARCH_PARAMETERS.map(({ name, type: kind }) => ({ name, type: kind })),
          ...withOperations(type),
        })),
      },
    ],
  }
}

function withOperations(type: string): Pick<CapabilityStatementRestResource, 'operation'> {
  const names = [
    ...(APPLIED.includes(type) ? ['apply'] : []),
    ...(type === 'Measure' ? ['evaluate-measure'] : []),
    ...(MODULE_TYPES.includes(type) ? ['data-requirements'] : []),
  ]
  if (names.length === 0) return {}
  return {
    operation: names.map(name => ({
      name,
      definition: `http://hl7.org/fhir/OperationDefinition/${type}-${name}`,
      ...(OF_REQUEST[name] !== undefined && { documentation: OF_REQUEST[name] }),
    })),
  }
}

/**
 * Is this JSON a FHIR R4 resource? Elements, data types, cardinality, required elements and the codes of required
 * bindings. Not checked: invariants, references, profiles, two values of one choice (`valueString` beside
 * `valueInteger`), calendar days (31 February passes) and the narrative's XHTML.
 *
 * r4-schema.json is made by tools/ from HL7's R4 (4.0.1) StructureDefinitions (CC0). Compared with HL7's own JSON
 * schema it covers only the resource types this project meets, requires required primitives (`status`, `linkId`)
 * and value choices, refuses empty lists and non-objects, carries the codes of all required bindings but media types
 * and currencies, and picks a contained resource's rules by its `resourceType`, so that a fault inside a Bundle is
 * reported where it is. Resource types it does not cover are faults.
 *
 * For authoring and tests: the running service does not import this, nor ajv.
 */
import { Ajv, type ErrorObject, type SchemaObject, type ValidateFunction } from 'ajv'
import { isObject } from '../plain-values/json.js'
import { lazily } from '../engine/model/memoised.js'
import r4Schema from '../engine/model/r4-schema.json' with { type: 'json' }

/** Where a resource departs from R4, and how. `path` is written as FHIR writes it: `PlanDefinition.action[0].title`. */
export interface ShapeFault {
  path: string
  message: string
}

/** Made when it is first asked for, since most who load this check no shape. */
const validator = lazily((): ValidateFunction => {
  const schema: SchemaObject = r4Schema
  // From `validateSchema` to `code`: quicker to compile. `verbose` gives an error the schema it failed.
  return new Ajv({
    allErrors: true,
    discriminator: true,
    strict: false,
    validateSchema: false,
    inlineRefs: false,
    code: { optimize: false },
    verbose: true,
  }).compile(schema)
})

/** All faults of shape of a resource, in no particular order; empty when it is valid R4. */
export function faultsOfShape(resource: unknown): ShapeFault[] {
  const validate = validator()
  if (validate(resource)) return []
  const type = property(resource, 'resourceType')
  const root = typeof type === 'string' && type !== '' ? type : 'Resource'
  return (validate.errors ?? []).flatMap(error => faultOf(error, root) ?? [])
}

function faultOf(error: ErrorObject, root: string): ShapeFault | undefined {
  const path = fhirPath(root, error.instancePath)
  switch (error.keyword) {
    case 'additionalProperties':
      return { path: `${path}.${String(error.params['additionalProperty'])}`, message: 'no such element in R4' }
    case 'required':
      // One alternative of a required primitive (`status` or `_status`) or choice: their anyOf says it once, below.
      if (error.schemaPath.includes('/anyOf/')) return undefined
      return { path: `${path}.${String(error.params['missingProperty'])}`, message: 'is missing' }
    case 'anyOf': {
      const choice: unknown = error.parentSchema?.['$comment']
      const [first] = error.schema as { required: [string] }[]
      return { path: `${path}.${typeof choice === 'string' ? choice : (first?.required[0] ?? '')}`, message: 'is missing' }
    }
    case 'discriminator': {
      const type = property(error.data, 'resourceType')
      return {
        path: `${path}.resourceType`,
        message: type === undefined ? 'is missing' : `${JSON.stringify(type)} is not a resource type checked here`,
      }
    }
    case 'enum': {
      const codes = error.schema as string[]
      return { path, message: codes.length > 20 ? 'is not a code allowed here' : `must be one of ${codes.join(', ')}` }
    }
    case 'type': {
      const kind = ([] as unknown[]).concat(error.schema)[0]
      return { path, message: `must be ${names[String(kind)] ?? String(kind)}` }
    }
    case 'pattern':
      return { path, message: `is not a valid ${String(error.parentSchema?.['$comment'])}` }
    case 'minItems':
      return { path, message: 'must not be an empty list' }
    default:
      return { path, message: error.message ?? error.keyword }
  }
}

const names: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
  integer: 'a whole number',
}

/** `/action/0/title` as `PlanDefinition.action[0].title`. */
function fhirPath(root: string, pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : `${path}.${step}`), root)
}

function property(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined
}

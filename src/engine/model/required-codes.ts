import { memoised } from './memoised.js'
import { referredTo, schemaOf, type SchemaNode } from './r4-schema.js'

/** Elements of type CodeableConcept whose binding is required in R4; the schema tells of elements of type code alone. */
const CONCEPTS: Readonly<Record<string, readonly string[]>> = {
  'AllergyIntolerance.clinicalStatus': ['active', 'inactive', 'resolved'],
  'AllergyIntolerance.verificationStatus': ['unconfirmed', 'confirmed', 'refuted', 'entered-in-error'],
  'Condition.clinicalStatus': ['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'],
  'Condition.verificationStatus': ['unconfirmed', 'provisional', 'differential', 'confirmed', 'refuted', 'entered-in-error'],
}

/** The codes that R4 allows at an element, by its path; undefined where no binding is required. */
export function requiredCodes(path: string): ReadonlySet<string> | undefined {
  return codesAt(path).codes
}

const codesAt = memoised((path: string): { codes: ReadonlySet<string> | undefined } => {
  const codes = CONCEPTS[path] ?? resolved(elementAt(path))?.enum
  return { codes: codes && new Set(codes.map(String)) }
})

function elementAt(path: string): SchemaNode | undefined {
  const [type = '', ...names] = path.split('.')
  return names.reduce<SchemaNode | undefined>((owner, name) => resolved(owner)?.properties?.[name], schemaOf(type))
}

/** A node of the schema, past lists and references. */
function resolved(node: SchemaNode | undefined): SchemaNode | undefined {
  const inner = node?.items ?? node
  return inner && referredTo(inner)
}

import { defined } from '../plain-values/defined.js'
import type { JsonObject } from '../plain-values/json.js'
import type { ArchivedFile } from './tar.js'
import { jsonText } from '../knowledge-source/index.js'

/** What a package says of itself beside its resources. */
export interface PackageFacts {
  name: string
  version: string
  canonical: string
  description: string
  license?: string
}

/** What of a resource the index tells, so that a loader need not open it. */
const INDEXED = ['url', 'version', 'kind', 'type', 'supplements', 'content', 'valueSet', 'derivation'] as const

/**
 * The files of a FHIR NPM package (https://hl7.org/fhir/packages.html): manifest, index, resources, and beside them what the service needs
 * to answer by them.
 * @param others files that are no resources, by their path below the folder of the knowledge.
 */
export function packageFiles(facts: PackageFacts, resources: readonly JsonObject[], others: readonly ArchivedFile[]): ArchivedFile[] {
  const named = resources
    .map(resource => ({ filename: fileNameOf(resource), resource }))
    .sort((one, other) => (one.filename < other.filename ? -1 : 1))
  return [
    { path: 'package/package.json', text: jsonText(manifestOf(facts)) },
    { path: 'package/.index.json', text: jsonText({ 'index-version': 2, files: named.map(entryOf) }) },
    ...named.map(({ filename, resource }) => ({ path: `package/${filename}`, text: jsonText(resource) })),
    ...others.map(({ path, text }) => ({ path: `package/other/${path}`, text })),
  ]
}

const manifestOf = ({ name, version, canonical, description, license }: PackageFacts): JsonObject => ({
  name,
  version,
  canonical,
  description,
  ...defined({ license }),
  fhirVersions: ['4.0.1'],
  type: 'Conformance',
  dependencies: { 'hl7.fhir.r4.core': '4.0.1' },
})

function entryOf({ filename, resource }: { filename: string; resource: JsonObject }): JsonObject {
  const told = INDEXED.flatMap(element => (typeof resource[element] === 'string' ? [[element, resource[element]] as const] : []))
  return { filename, resourceType: resource['resourceType'], id: resource['id'], ...Object.fromEntries(told) }
}

const fileNameOf = ({ resourceType, id }: JsonObject): string => `${String(resourceType)}-${String(id)}.json`

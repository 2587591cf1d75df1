import type { DataRequirement, FhirResource, Library, ParameterDefinition } from 'fhir/r4.js'
import { EXTENSION } from '../model/extensions.js'
import type { Knowledge } from './compile-knowledge.js'
import { compileRequirement } from './data-requirements.js'
import type { CompiledRequirement } from './compiled.js'

/** Types of resources of which it can be told what they need. */
export const MODULE_TYPES: readonly string[] = ['Library', 'Measure', 'PlanDefinition']

/**
 * Tells what a plan, a library or a measure needs: the data it reads of a patient, each with the queries that bring them, the
 * parameters of its libraries, and all other resources of the knowledge that it rests on.
 * @returns a Library of type `module-definition`, as `$data-requirements` of FHIR R4 answers it.
 */
export function moduleDefinition(knowledge: Knowledge, resource: FhirResource): Library {
  const needed = dependenciesOf(knowledge, resource)
  const libraries = [resource, ...needed].filter(isLibrary)
  const plan = resource.resourceType === 'PlanDefinition' ? knowledge.plan(resource.id ?? '') : undefined
  const requirements = plan ? plan.requirements : requirementsOf(libraries, knowledge)
  const parameter = parametersOf(libraries)
  return {
    resourceType: 'Library',
    status: (resource as Partial<Library>).status ?? 'unknown',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'module-definition' }] },
    subjectCodeableConcept: (resource as Partial<Library>).subjectCodeableConcept ?? PATIENT,
    ...(needed.length > 0 && { relatedArtifact: needed.map(each => ({ type: 'depends-on' as const, resource: canonicalOf(each) })) }),
    ...(parameter.length > 0 && { parameter }),
    ...(requirements.length > 0 && { dataRequirement: requirements.map(withQueries) }),
  }
}

const PATIENT: Library['subjectCodeableConcept'] = {
  coding: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Patient' }],
}

type Canonical = FhirResource & { url: string; version?: string }

const isLibrary = (resource: FhirResource): resource is Library => resource.resourceType === 'Library'

const canonicalOf = ({ url, version }: Canonical): string => (version === undefined ? url : `${url}|${version}`)

/** The resources of the knowledge that one rests on, whatever lies between, by type and url. */
function dependenciesOf({ files }: Knowledge, resource: FhirResource): Canonical[] {
  const byUrl = new Map(files.flatMap(({ resource: each }) => (hasUrl(each) ? [[each.url, each] as const] : [])))
  const found = new Set<Canonical>()
  const look = (each: FhirResource): void => {
    for (const url of urlsIn(each)) {
      const other = byUrl.get(url)
      if (other === undefined || other === resource || found.has(other)) continue
      found.add(other)
      look(other)
    }
  }
  look(resource)
  return [...found].toSorted((one, other) => (canonicalOf(one) < canonicalOf(other) ? -1 : 1))
}

const hasUrl = (resource: FhirResource): resource is Canonical => 'url' in resource && typeof resource.url === 'string'

/** Elements that tell where something comes from, not what it rests on. */
const ABOUT_ITS_SOURCES: ReadonlySet<string> = new Set(['documentation', 'contained', 'meta'])

const URL = /(?:https?:\/\/|urn:)[^\s'"|)]+/g

/** Every url that a resource names: by itself, or within an expression. */
function urlsIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return value.match(URL) ?? []
  if (typeof value !== 'object' || value === null || ABOUT_ITS_SOURCES.has(name)) return []
  if (name === 'relatedArtifact' && !Array.isArray(value) && (value as { type?: unknown }).type !== 'depends-on') return []
  return Object.entries(value).flatMap(([key, each]) => urlsIn(each, Array.isArray(value) ? name : key))
}

/** What libraries ask for, each key once. */
function requirementsOf(libraries: readonly Library[], { terminology }: Knowledge): CompiledRequirement[] {
  const compiled = libraries
    .flatMap(({ dataRequirement = [] }) => dataRequirement)
    .map(requirement => compileRequirement(requirement, terminology))
  return [...new Map(compiled.map(each => [each.key, each] as const)).values()]
}

/** Parameters that go in, each name once. */
function parametersOf(libraries: readonly Library[]): ParameterDefinition[] {
  const all = libraries.flatMap(({ parameter = [] }) => parameter)
  return [...new Map(all.map(each => [each.name ?? '', each] as const)).values()]
}

/** A requirement with the queries that bring its data, the template first. */
function withQueries({ requirement, template, further }: CompiledRequirement): DataRequirement {
  const others = (requirement.extension ?? []).filter(({ url }) => url !== EXTENSION.queryPattern)
  const queries = [template, ...further].map(valueString => ({ url: EXTENSION.queryPattern, valueString }))
  return { ...requirement, extension: [...others, ...queries] }
}

import type { FhirResource } from 'fhir/r4.js'
import { moduleDefinition, MODULE_TYPES } from '../engine/knowledge/module-definition.js'
import { CdsError } from '../errors.js'
import { capabilityStatement } from './capability-statement.js'
import type { ServerEnvironment } from './environment.js'
import { knowledgeReply, type Asked, type Reply } from './reply.js'
import { SEARCH_PARAMETERS } from './search-parameters.js'

/** What the FHIR side of the service can do. */
export function metadata(_asked: Asked, environment: ServerEnvironment): Reply {
  return knowledgeReply(capabilityStatement(environment))
}

/** The resources of a type, or those of them that a search asks for; its link tells which parameters were heard. */
export function searchKnowledge(asked: Asked, environment: ServerEnvironment): Reply {
  const type = asked.parameter('type')
  const heard = SEARCH_PARAMETERS.flatMap(parameter => textsIn(asked.query[parameter.name]).map(wanted => ({ ...parameter, wanted })))
  const found = resourcesOf(type, environment).filter(resource => heard.every(each => isFoundBy(each, resource)))
  const { base } = environment.knowledge.profile.names
  const entry = found.map(resource => ({ fullUrl: urlOf(resource) ?? `${base}/${type}/${resource.id}`, resource }))
  const query = new URLSearchParams(heard.map(({ name, wanted }) => [name, wanted])).toString()
  return knowledgeReply({
    resourceType: 'Bundle',
    type: 'searchset',
    total: found.length,
    link: [{ relation: 'self', url: `${type}${query === '' ? '' : `?${query}`}` }],
    ...(entry.length > 0 && { entry }),
  })
}

/** One resource of the knowledge. */
export function readKnowledge(asked: Asked, environment: ServerEnvironment): Reply {
  return knowledgeReply(resourceAt(asked, environment))
}

/** What a plan, a library or a measure needs, as `$data-requirements` of FHIR tells it. */
export function dataRequirements(asked: Asked, environment: ServerEnvironment): Reply {
  if (!MODULE_TYPES.includes(asked.parameter('type')))
    throw new CdsError('CDS_RESOURCE_UNKNOWN', `Data requirements are told of ${MODULE_TYPES.join(', ')} only.`)
  return knowledgeReply(moduleDefinition(environment.knowledge, resourceAt(asked, environment)))
}

function resourceAt(asked: Asked, environment: ServerEnvironment): FhirResource {
  const id = asked.parameter('id')
  const found = resourcesOf(asked.parameter('type'), environment).find(resource => resource.id === id)
  if (!found) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'There is no such resource in the knowledge.')
  return found
}

function resourcesOf(type: string, { knowledge }: ServerEnvironment): FhirResource[] {
  const found = knowledge.files.filter(({ resource }) => resource.resourceType === type).map(({ resource }) => resource)
  if (found.length === 0) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'The knowledge holds no resources of this type.')
  return found
}

const urlOf = (resource: FhirResource): string | undefined => (resource as { url?: string }).url

/** What a parameter of a query asks for: each must be found where it is repeated. */
const textsIn = (value: unknown): string[] => [value].flat().filter(each => typeof each === 'string')

interface Heard {
  type: (typeof SEARCH_PARAMETERS)[number]['type']
  element: string
  /** One of several between commas. */
  wanted: string
}

/** As R4 searches: a text by how it begins, whatever its case; the rest whole, a canonical with its version or without. */
function isFoundBy({ type, element, wanted }: Heard, resource: FhirResource): boolean {
  const { [element]: value, version } = resource as FhirResource & Readonly<Record<string, unknown>>
  if (typeof value !== 'string') return false
  return wanted.split(',').some(one => {
    if (type === 'string') return value.toLowerCase().startsWith(one.toLowerCase())
    return one === value || (type === 'uri' && typeof version === 'string' && one === `${value}|${version}`)
  })
}

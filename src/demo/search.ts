import type { Bundle, BundleLink, Resource } from 'fhir/r4.js'
import { pageToken, readSearchRequest } from './search-request.js'
import type { Call, Filter, SearchRequest } from './search-request.js'
import { sortResources } from './search-sort.js'
import { splitUnescaped } from './search-matching.js'
import type { ResourceStore } from './store.js'

/**
 * Searches one resource type and answers one page as a searchset Bundle with absolute links.
 * @throws FhirError 400 for a search that cannot be read.
 */
export function search(store: ResourceStore, type: string, parameters: URLSearchParams, call: Call): Bundle {
  const request = readSearchRequest(type, parameters, call)
  const found = candidates(store, type, request.filters).filter(resource => request.filters.every(filter => filter.matches(resource)))
  const page = request.isCountOnly ? [] : sortResources(found, request.sort).slice(request.offset, request.offset + request.count)
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(request.hasTotal && { total: found.length }),
    link: links(type, request, found.length, call),
    ...(page.length > 0 && { entry: page.map(resource => searchEntry(resource, call)) }),
  }
}

/** What can match at all: with a plain `patient=` only that patient's resources, otherwise all of the type. */
function candidates(store: ResourceStore, type: string, filters: Filter[]): Resource[] {
  const ofPatient = filters.find(({ parameter, modifier }) => parameter.name === 'patient' && modifier === undefined)
  if (!ofPatient) return store.list(type)
  const ids = splitUnescaped(ofPatient.value, ',').map(
    reference =>
      reference
        .replace(/\/_history\/[^/]+$/, '')
        .split('/')
        .at(-1) ?? '',
  )
  return [...new Set(ids.flatMap(id => store.listOfPatient(type, id)))]
}

function links(type: string, request: SearchRequest, total: number, { base }: Call): BundleLink[] {
  const pageUrl = (offset: number) => `${base}/${type}${queryString(request, offset)}`
  const next = request.offset + request.count
  const hasNext = !request.isCountOnly && request.count > 0 && next < total
  return [{ relation: 'self', url: pageUrl(request.offset) }, ...(hasNext ? [{ relation: 'next', url: pageUrl(next) }] : [])]
}

function queryString({ used }: SearchRequest, offset: number): string {
  const parameters = new URLSearchParams(used)
  if (offset > 0) parameters.append('_page', pageToken(offset))
  return parameters.size > 0 ? `?${parameters.toString()}` : ''
}

function searchEntry(resource: Resource, { base }: Call): NonNullable<Bundle['entry']>[number] {
  return {
    fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }
}

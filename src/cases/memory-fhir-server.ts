import type { Bundle, FhirResource } from 'fhir/r4.js'
import type { FhirReader } from '../patient-data/fhir-reader.js'

interface Searchable {
  questionnaire?: string
  code?: { coding?: { code?: string }[] }
  practitioner?: { reference?: string }
}

/** Resources of one patient that answer a read or a search, by type and by the `code` and `questionnaire` parameters. */
export function search(resources: readonly FhirResource[], query: string): FhirResource[] {
  const { pathname, searchParams } = new URL(query, 'https://ehr.example.org/')
  const [, type, id] = pathname.split('/')
  const codes = searchParams.get('code')?.split(',')
  const questionnaire = searchParams.get('questionnaire')
  const practitioner = searchParams.get('practitioner')
  const ids = searchParams.get('_id')?.split(',')
  return resources.filter(resource => {
    const { code, questionnaire: answered, practitioner: of } = resource as Searchable
    return (
      resource.resourceType === type &&
      (id === undefined || resource.id === id) &&
      (!codes || (code?.coding ?? []).some(coding => codes.includes(coding.code ?? ''))) &&
      (!practitioner || practitioner.split(',').includes(of?.reference?.split('/').at(-1) ?? '')) &&
      (!ids || ids.includes(resource.id ?? '')) &&
      (!questionnaire || answered?.split('|')[0] === questionnaire)
    )
  })
}

/** What an EHR sends as prefetch for a query: the resource of a read, the Bundle of a search. */
export function prefetched(resources: readonly FhirResource[], query: string): FhirResource | Bundle | null {
  const found = search(resources, query)
  if (!query.includes('?')) return found[0] ?? null
  return { resourceType: 'Bundle', type: 'searchset', entry: found.map(resource => ({ resource })) }
}

/** What an EHR sends as prefetch for several searches of one key. */
export function prefetchedSearches(resources: readonly FhirResource[], queries: readonly string[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    entry: queries.flatMap(query => search(resources, query)).map(resource => ({ resource })),
  }
}

/** A FHIR server that holds the given resources and nothing else. */
export function memoryFhirReader(resources: readonly FhirResource[]): FhirReader {
  return {
    read: query => Promise.resolve({ kind: 'found', entries: search(resources, query).map(resource => ({ resource, sent: resource })) }),
    readOn: () => Promise.resolve({ kind: 'nothing' }),
  }
}

/** For calls whose data all comes as prefetch. */
export const noFhirReader: FhirReader = {
  read: () => Promise.resolve({ kind: 'failed', reason: 'not-allowed' }),
  readOn: () => Promise.resolve({ kind: 'failed', reason: 'not-allowed' }),
}

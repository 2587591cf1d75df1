import { RESOURCE_TYPES } from '../engine/model/r4-model.js'
import type { Tracing } from '../tracing/tracing.js'
import type { Send } from './fhir-connection.js'
import type { FhirAccess } from './fhir-reader.js'

const TYPES = new Set(RESOURCE_TYPES)

/** A request that is told by what type of data it asks for: not for whom, and by none of the words of its address. */
export const tracedRequest =
  (tracing: Tracing) =>
  (send: Send): Send =>
  (url, access) =>
    tracing.ask(`GET ${askedFor(url, access)}`, async (headers, tell) => {
      tell({ 'http.request.method': 'GET', 'server.address': new URL(url).hostname })
      const answer = await send(url, access, headers)
      tell({ 'http.response.status_code': answer.status, 'http.response.body.size': answer.bytes.length })
      return answer
    })

/** A server writes the links to further pages as it likes: of those nothing is told. */
function askedFor(url: string, { fhirServer }: FhirAccess): string {
  const [, type = '', id] = /^\/(\w+)(\/[^?]+)?(?:\?|$)/.exec(url.slice(fhirServer.length)) ?? []
  if (!TYPES.has(type)) return 'a page'
  return id === undefined ? type : `${type}/{id}`
}

import { randomUUID } from 'node:crypto'
import type { Resource } from 'fhir/r4.js'
import { isObject } from '../plain-values/json.js'
import { FhirError } from './outcome.js'
import { search } from './search.js'
import { RESOURCE_TYPES } from './search-parameters.js'
import type { Call } from './search-request.js'
import { ResourceStore } from './store.js'

/** What the server answers to one interaction; `location` is relative to the base URL. */
export interface Reply {
  status: number
  resource?: Resource
  location?: string
}

const ID = /^[A-Za-z0-9.-]{1,64}$/

/** The FHIR interactions on single resources and types, apart from HTTP. They throw FhirError when they refuse. */
export class Interactions {
  constructor(
    readonly store: ResourceStore,
    readonly now: () => Date,
  ) {}

  read(type: string, id: string): Reply {
    const resource = this.store.read(knownType(type), id)
    if (!resource) throw new FhirError(404, `There is no ${type} with this id.`)
    return { status: 200, resource }
  }

  search(type: string, parameters: URLSearchParams, call: Call): Reply {
    return { status: 200, resource: search(this.store, knownType(type), parameters, call) }
  }

  /**
   * @param unless search by which something that is there already is told from something new; one that is found is the answer, and
   *   of several none can be.
   */
  create(type: string, body: unknown, id: string = randomUUID(), unless?: string): Reply {
    const resource = resourceOfType(type, body)
    const [known, other] = unless === undefined ? [] : this.#found(type, unless)
    if (other) throw new FhirError(412, 'Several resources match If-None-Exist.')
    if (known) return { status: 200, resource: known, location: `${type}/${known.id ?? ''}` }
    return this.#save({ ...resource, id }, 201)
  }

  update(type: string, id: string, body: unknown): Reply {
    const resource = resourceOfType(type, body)
    if (!ID.test(id)) throw new FhirError(400, 'An id has 1 to 64 letters, digits, hyphens and dots.')
    if (resource.id !== id) throw new FhirError(422, 'The id of the resource is not the id in the URL.')
    return this.#save({ ...resource, id }, this.store.read(type, id) ? 200 : 201)
  }

  remove(type: string, id: string): Reply {
    this.store.remove(knownType(type), id)
    return { status: 204 }
  }

  #found(type: string, query: string): Resource[] {
    const parameters = new URLSearchParams(query)
    // Without a condition that is understood, anything would match.
    if (parameters.size === 0) throw new FhirError(400, 'If-None-Exist has no search parameter.')
    const { entry = [] } = search(this.store, type, parameters, { base: '', isStrict: true })
    return entry.flatMap(({ resource }) => (resource ? [resource] : []))
  }

  #save(resource: Resource & { id: string }, status: number): Reply {
    const { resourceType: type, id } = resource
    const versionId = String(Number(this.store.read(type, id)?.meta?.versionId ?? 0) + 1)
    const saved = { ...resource, meta: { ...resource.meta, versionId, lastUpdated: this.now().toISOString() } }
    this.store.put(saved)
    return { status, resource: saved, location: `${type}/${id}` }
  }
}

/**
 * A store with resources in it from the start, all in version 1.
 * @throws Error when a resource has no id, is there twice, or is of a type the server does not hold.
 */
export function filledStore(resources: Resource[], now: Date): ResourceStore {
  const store = new ResourceStore()
  for (const resource of resources) {
    const { resourceType: type, id, meta } = resource
    if (id === undefined || !RESOURCE_TYPES.includes(type)) throw new Error(`The demo server cannot hold ${type}/${id ?? '(no id)'}.`)
    if (store.read(type, id)) throw new Error(`${type}/${id} is there twice.`)
    store.put({ ...resource, id, meta: { lastUpdated: now.toISOString(), ...meta, versionId: '1' } })
  }
  return store
}

function knownType(type: string): string {
  if (!RESOURCE_TYPES.includes(type)) throw new FhirError(404, 'This server does not hold that resource type.')
  return type
}

function resourceOfType(type: string, body: unknown): Resource {
  knownType(type)
  if (!isObject(body) || typeof body.resourceType !== 'string') throw new FhirError(400, 'The body is not a FHIR resource.')
  if (body.resourceType !== type) throw new FhirError(422, 'The resourceType of the body is not the type in the URL.')
  if (body.meta !== undefined && !isObject(body.meta)) throw new FhirError(400, 'The meta element is not an object.')
  return { ...body, resourceType: type }
}

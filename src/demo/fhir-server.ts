import cors from 'cors'
import express from 'express'
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express'
import type { Resource } from 'fhir/r4.js'
import { capabilityStatement } from './capability-statement.js'
import { Interactions, filledStore } from './interactions.js'
import type { Reply } from './interactions.js'
import { FhirError, asFhirError, operationOutcome } from './outcome.js'
import type { Call } from './search-request.js'
import { processBundle } from './transaction.js'

type Handler = (request: Request) => Reply
type Routes = Record<string, Partial<Record<'get' | 'post' | 'put' | 'delete', Handler>>>

const BODY_LIMIT = '5mb'
const JSON_TYPES = ['application/fhir+json', 'application/json', 'application/json+fhir']
const FORM_TYPE = 'application/x-www-form-urlencoded'
const EXPOSED_HEADERS = ['Location', 'ETag', 'Last-Modified']

/**
 * An in-memory FHIR R4 server for demonstrations and tests, to be listened with or mounted under any path.
 * `resources` are its first content (each with an id); `now` gives `meta.lastUpdated`. Refusals are OperationOutcomes.
 * @throws Error when a resource has no id, is there twice, or is of a type the server does not hold.
 */
export function createDemoFhirServer(options: { resources: Resource[]; now: () => Date }): Express {
  const interactions = new Interactions(filledStore(options.resources, options.now()), options.now)
  const app = express().disable('x-powered-by').disable('etag')
  app.use(allowPrivateNetwork)
  app.use(cors({ exposedHeaders: EXPOSED_HEADERS }))
  app.use(express.json({ type: JSON_TYPES, limit: BODY_LIMIT }))
  app.use(express.text({ type: FORM_TYPE, limit: BODY_LIMIT }))
  for (const [path, handlers] of Object.entries(routes(interactions))) addRoute(app, path, handlers)
  app.use(() => {
    throw new FhirError(404, 'There is nothing at this URL.')
  })
  app.use(answerError)
  return app
}

/** Lets a public page, such as the hosted Sandbox, call the demonstration on its user's own machine. */
function allowPrivateNetwork({ headers }: Request, response: Response, next: NextFunction): void {
  if (headers['access-control-request-private-network'] === 'true') response.set('Access-Control-Allow-Private-Network', 'true')
  next()
}

function routes(interactions: Interactions): Routes {
  return {
    '/metadata': {
      get: request => ({ status: 200, resource: capabilityStatement(baseOf(request), interactions.now()) }),
    },
    '/': {
      post: request => ({ status: 200, resource: processBundle(jsonBody(request), interactions, callOf(request)) }),
    },
    '/:type/_search': {
      post: request => interactions.search(part(request, 'type'), searchParametersOf(request), callOf(request)),
    },
    '/:type': {
      get: request => interactions.search(part(request, 'type'), searchParametersOf(request), callOf(request)),
      post: request => interactions.create(part(request, 'type'), jsonBody(request), undefined, request.get('If-None-Exist')),
    },
    '/:type/:id': {
      get: request => interactions.read(part(request, 'type'), part(request, 'id')),
      put: request => interactions.update(part(request, 'type'), part(request, 'id'), jsonBody(request)),
      delete: request => interactions.remove(part(request, 'type'), part(request, 'id')),
    },
  }
}

function addRoute(app: Express, path: string, handlers: Routes[string]): void {
  const route = app.route(path)
  for (const [method, handler] of Object.entries(handlers)) route[method as keyof Routes[string]](answerWith(handler))
  const allowed = Object.keys(handlers).join(', ').toUpperCase()
  route.all(() => {
    throw new FhirError(405, `Only ${allowed} is supported here.`, { Allow: allowed })
  })
}

function answerWith(handler: Handler): RequestHandler {
  return (request, response) => {
    const { status, resource, location } = handler(request)
    if (location) response.set('Location', `${baseOf(request)}/${location}`)
    if (resource?.meta?.versionId) response.set('ETag', `W/"${resource.meta.versionId}"`)
    if (resource?.meta?.lastUpdated) response.set('Last-Modified', new Date(resource.meta.lastUpdated).toUTCString())
    sendResource(response, status, resource)
  }
}

// Express knows an error handler by its four parameters.
function answerError(thrown: unknown, _request: Request, response: Response, _next: NextFunction): void {
  const error = asFhirError(thrown)
  sendResource(response.set(error.headers), error.status, operationOutcome(error))
}

function sendResource(response: Response, status: number, resource: Resource | undefined): void {
  response.status(status).set('Cache-Control', 'no-store')
  if (resource) response.set('Content-Type', 'application/fhir+json; charset=utf-8').send(JSON.stringify(resource))
  else response.end()
}

function baseOf(request: Request): string {
  return `${request.protocol}://${request.get('host') ?? 'localhost'}${request.baseUrl}`
}

function callOf(request: Request): Call {
  return { base: baseOf(request), isStrict: /handling\s*=\s*strict/.test(request.get('Prefer') ?? '') }
}

/** The parameters of the URL, then those of a form body; a repeated one keeps each of its values. */
function searchParametersOf(request: Request): URLSearchParams {
  const query = new URLSearchParams(request.originalUrl.split('?').slice(1).join('?'))
  // A body in another format would leave its filters unread and answer with everybody's data.
  if (request.method === 'POST' && request.is(FORM_TYPE) === false) throw new FhirError(415, `The body must be ${FORM_TYPE}.`)
  const form = typeof request.body === 'string' ? [...new URLSearchParams(request.body)] : []
  return new URLSearchParams([...query, ...form])
}

function jsonBody(request: Request): unknown {
  if (!request.is(JSON_TYPES)) throw new FhirError(415, 'The body must be FHIR JSON.')
  return request.body
}

function part(request: Request, name: string): string {
  return String(request.params[name])
}

import { CdsError, ERROR_CODES } from '../../errors.js'
import { DOCUMENTED, type DocumentedOperation } from './operations.js'
import { SCHEMAS } from './schemas.js'
import { named, said, TEXT } from './schema.js'

/** Version of what is described: it grows when something that a client may rely on changes. */
export const API_VERSION = '1.0.0'

/** What the service answers over HTTP, as OpenAPI 3.1 describes it: every path and method, and every error with its status. */
export const openApiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Columna',
    version: API_VERSION,
    description:
      'A CDS Hooks service with its explanations, its knowledge as FHIR R4, and its pages. Errors are OperationOutcomes with one stable code; `x-errors` tells the status of each.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  paths: Object.fromEntries(
    Object.entries(DOCUMENTED).map(([route, methods]) => [
      pathOf(route),
      Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, described(method, route, operation)])),
    ]),
  ),
  components: {
    schemas: SCHEMAS,
    responses: {
      Error: {
        description: 'A refusal or a fault.',
        content: {
          'application/fhir+json': { schema: named('Error') },
          'text/html': { schema: said(TEXT, 'A page, where a person asked for one.') },
        },
      },
    },
    securitySchemes: {
      client: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'Where clients are registered: a token for each request.',
      },
    },
  },
  'x-errors': Object.fromEntries(ERROR_CODES.map(code => [code, new CdsError(code, '').status])),
})

/** A path as OpenAPI writes it. */
const pathOf = (route: string): string => route.replaceAll(/:(\w+)/g, '{$1}')

function described(
  method: string,
  route: string,
  { summary, tag, isForClients, query = {}, request, answers }: DocumentedOperation,
): object {
  const inPath = [...route.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: TEXT }))
  const inQuery = Object.entries(query).map(([name, { schema, description }]) => ({ name, in: 'query', description, schema }))
  const parameters = [...inPath, ...inQuery]
  return {
    operationId: `${method} ${route}`.replaceAll(/[^a-zA-Z]+/g, '-').replaceAll(/^-|-$/g, ''),
    summary,
    tags: [tag],
    ...(isForClients && { security: [{}, { client: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(request && { requestBody: { required: true, content: { 'application/json': { schema: request } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, content]) => [status, answer(content)])),
      default: { $ref: '#/components/responses/Error' },
    },
  }
}

function answer(byType: DocumentedOperation['answers'][number]): object {
  const content = Object.fromEntries(Object.entries(byType).map(([type, schema]) => [type, { schema }]))
  return Object.keys(content).length === 0
    ? { description: 'The path where it is to be read, in `Location`.' }
    : { description: 'As asked.', content }
}

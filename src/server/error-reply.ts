import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express'
import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js'
import type { Logger } from 'pino'
import { CdsError, stackFrames } from '../errors.js'
import { CalledTooOften, CallerRefused } from '../trust/caller-refused.js'
import { APP_PATHS } from '../browser-apps/app-list.js'
import { PAGES_BEGIN } from '../pages/page-urls.js'
import type { Pages } from '../pages/pages.js'
import { noteCaller, noteFailure, noteRefusal } from './call-log.js'
import type { ClientMetrics } from './client-metrics.js'
import type { Metrics } from './metrics.js'
import { isAskedByPerson } from './reply.js'

/** Code system of our error codes, whatever knowledge is served. */
const ERROR_SYSTEM = 'https://columna.example.org/fhir/CodeSystem/error'

/** Most issues that one answer lists; the rest would help nobody. */
const MOST_ISSUES = 20

/** An error as FHIR tells it: a stable code, what is wrong and what to do; one further issue a detail. */
export function operationOutcome({ code, issue, message, details }: CdsError): OperationOutcome {
  const issueOf = (diagnostics: string): OperationOutcomeIssue => ({
    severity: 'error',
    code: issue as OperationOutcomeIssue['code'],
    details: { coding: [{ system: ERROR_SYSTEM, code }], text: message },
    diagnostics,
  })
  const diagnostics = details.length > 0 ? details.slice(0, MOST_ISSUES) : [message]
  if (details.length > MOST_ISSUES) diagnostics.push(`and ${details.length - MOST_ISSUES} more`)
  return { resourceType: 'OperationOutcome', issue: diagnostics.map(issueOf) }
}

/** The one place where errors leave the service: every thrown value becomes an OperationOutcome, or a page where a person asked for one. */
export function errorHandler(log: Logger, metrics: Pick<Metrics, 'countError' | keyof ClientMetrics>, pages?: Pages): ErrorRequestHandler {
  // Four parameters make it an error handler; nothing is handed on, since Express would print the message.
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const error = asCdsError(thrown)
    metrics.countError(error.code)
    noteRefused(error, response, metrics)
    noteFailure(response, { code: error.code, ...(isFault(error) && { stack: stackFrames(error.cause ?? thrown) ?? '' }) }, log)
    if (response.headersSent) {
      // Half an answer cannot be mended; the client must see that it is half.
      response.destroy()
      return
    }
    // Whatever the route says of its answers: a cache would else keep for a while that there is nothing.
    response.setHeader('Cache-Control', 'no-store')
    // A 401 has to say how a client may tell who it is.
    if (error.status === 401)
      response.setHeader('WWW-Authenticate', request.headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"')
    if (error.retryAfter !== undefined) response.setHeader('Retry-After', error.retryAfter)
    response.status(error.status)
    if (pages && isAmongPages(request) && isAskedByPerson(request, response)) {
      response.type('text/html').send(pages.error(error.status, error.code, pages.languageOf(request.query.lang)))
      return
    }
    response.type('application/fhir+json').send(JSON.stringify(operationOutcome(error)))
  }
}

/** Tells the operator who was not let in, and why. */
function noteRefused(error: CdsError, response: Response, { countToken, countTooOften }: ClientMetrics): void {
  if (error instanceof CallerRefused) {
    countToken(error.refusal)
    noteRefusal(response, error.refusal)
  }
  if (error instanceof CalledTooOften) {
    countTooOften(error.client)
    noteCaller(response, error.client)
  }
}

/** Whether a path is one at which people read pages. */
const isAmongPages = ({ path }: Request): boolean =>
  PAGES_BEGIN.some(begin => path === begin || path.startsWith(`${begin}/`)) ||
  // Below the page of a program stand paths that it asks for data.
  Object.values(APP_PATHS).some(page => path === page || path === `${page}/`)

/** Whether an error is a fault of ours or of the knowledge, and no refusal that was meant. */
const isFault = ({ code }: CdsError): boolean =>
  ['CDS_INTERNAL', 'CDS_FEEDBACK_NOT_KEPT', 'CDS_KNOWLEDGE_INVALID', 'CDS_SETTING_INVALID', 'CDS_EXPRESSION_FAILED'].includes(code)

interface BodyParserError {
  type?: string
  status?: number
}

/** Faults that the body parser reports, by its own types. */
const BODY_FAULTS: Readonly<Record<string, () => CdsError>> = {
  'entity.too.large': () =>
    new CdsError(
      'CDS_BODY_TOO_LARGE',
      'The body is larger than this service accepts. Send less, or let the service read from a FHIR server.',
    ),
  'encoding.unsupported': () =>
    new CdsError('CDS_MEDIA_TYPE_UNSUPPORTED', 'The content encoding is not supported. Send plain, gzip, deflate or br.'),
  'request.aborted': () => new CdsError('CDS_REQUEST_INVALID', 'The request ended before its body was complete.'),
  'request.size.invalid': () => new CdsError('CDS_REQUEST_INVALID', 'The body does not have the length that the request announced.'),
}

function asCdsError(thrown: unknown): CdsError {
  if (thrown instanceof CdsError) return thrown
  const { type, status } = (thrown ?? {}) as BodyParserError
  const known = type === undefined ? undefined : BODY_FAULTS[type]?.()
  if (known) return known
  if (thrown instanceof RangeError && /call stack/i.test(thrown.message)) {
    return new CdsError('CDS_NESTED_TOO_DEEP', 'The body is nested deeper than any FHIR resource. Send the resources as they are.')
  }
  if (status !== undefined && status >= 400 && status < 500) return new CdsError('CDS_REQUEST_INVALID', 'The request could not be read.')
  return new CdsError('CDS_INTERNAL', 'The service failed. The fault is logged; nothing of the request was kept.')
}

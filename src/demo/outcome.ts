import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js'

const ISSUE_CODE: Record<number, OperationOutcomeIssue['code']> = {
  400: 'invalid',
  404: 'not-found',
  405: 'not-supported',
  412: 'multiple-matches',
  413: 'too-long',
  415: 'not-supported',
  422: 'invariant',
}

const PARSER_MESSAGE: Record<number, string> = {
  400: 'The request could not be read as FHIR JSON.',
  413: 'The body is larger than 5 MB.',
}

/** A refused FHIR interaction: an HTTP status and a sentence that holds no patient data. */
export class FhirError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message)
  }
}

/** The OperationOutcome that tells a client why its interaction was refused. */
export function operationOutcome(error: FhirError): OperationOutcome {
  const code = ISSUE_CODE[error.status] ?? 'exception'
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics: error.message }] }
}

/** Any thrown value as a FhirError: the body parser's errors keep their status, everything else becomes 500. */
export function asFhirError(error: unknown): FhirError {
  if (error instanceof FhirError) return error
  const status = statusOf(error)
  return new FhirError(status, PARSER_MESSAGE[status] ?? 'The request could not be answered.')
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}

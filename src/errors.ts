/** Every error the service can answer with: its stable code, its HTTP status, its OperationOutcome issue type, and after how many seconds it is worth trying again. */
const ERRORS = {
  CDS_BODY_NOT_JSON: { status: 400, issue: 'structure' },
  CDS_REQUEST_INVALID: { status: 400, issue: 'invalid' },
  CDS_HOOK_MISMATCH: { status: 400, issue: 'invalid' },
  CDS_CONTEXT_INVALID: { status: 400, issue: 'invalid' },
  CDS_DATA_OF_ANOTHER_PATIENT: { status: 400, issue: 'security' },
  CDS_FEEDBACK_INVALID: { status: 400, issue: 'invalid' },
  CDS_NESTED_TOO_DEEP: { status: 400, issue: 'too-costly' },
  CDS_BODY_TOO_COSTLY: { status: 400, issue: 'too-costly' },
  CDS_PARAMETERS_INVALID: { status: 400, issue: 'invalid' },
  CDS_SIGN_IN_FAILED: { status: 400, issue: 'login' },
  CDS_CLIENT_REFUSED: { status: 401, issue: 'login' },
  CDS_OPERATOR_REFUSED: { status: 401, issue: 'login' },
  CDS_SIGN_IN_REQUIRED: { status: 401, issue: 'login' },
  CDS_SIGN_IN_REFUSED: { status: 403, issue: 'forbidden' },
  CDS_PRACTICE_REFUSED: { status: 403, issue: 'forbidden' },
  CDS_PAGE_REFUSED: { status: 403, issue: 'security' },
  CDS_PAGES_CLOSED: { status: 403, issue: 'forbidden' },
  CDS_CLOCK_REFUSED: { status: 403, issue: 'forbidden' },
  CDS_SERVICE_UNKNOWN: { status: 404, issue: 'not-found' },
  CDS_RESOURCE_UNKNOWN: { status: 404, issue: 'not-found' },
  CDS_LINK_UNKNOWN: { status: 404, issue: 'not-found' },
  CDS_PATH_UNKNOWN: { status: 404, issue: 'not-found' },
  CDS_METHOD_NOT_ALLOWED: { status: 405, issue: 'not-supported' },
  CDS_LINK_USED: { status: 409, issue: 'conflict' },
  CDS_DATA_MISSING: { status: 412, issue: 'processing' },
  CDS_FHIR_SERVER_NOT_ALLOWED: { status: 412, issue: 'security' },
  CDS_FHIR_TOKEN_REQUIRED: { status: 412, issue: 'security' },
  CDS_READ_DATA_OF_ANOTHER_PATIENT: { status: 412, issue: 'security' },
  CDS_BODY_TOO_LARGE: { status: 413, issue: 'too-long' },
  CDS_MEDIA_TYPE_UNSUPPORTED: { status: 415, issue: 'not-supported' },
  CDS_EXPRESSION_FAILED: { status: 422, issue: 'processing' },
  CDS_RELOAD_REFUSED: { status: 422, issue: 'business-rule' },
  CDS_RATE_EXCEEDED: { status: 429, issue: 'throttled' },
  CDS_BUSY: { status: 503, issue: 'throttled', retryAfter: 1 },
  CDS_CALL_TOO_LATE: { status: 503, issue: 'timeout', retryAfter: 1 },
  CDS_FEEDBACK_NOT_KEPT: { status: 503, issue: 'no-store', retryAfter: 60 },
  CDS_LINK_NOT_KEPT: { status: 503, issue: 'no-store', retryAfter: 60 },
  CDS_DEADLINE_PASSED: { status: 503, issue: 'timeout' },
  CDS_KEYS_UNAVAILABLE: { status: 503, issue: 'transient', retryAfter: 30 },
  CDS_SIGN_IN_UNAVAILABLE: { status: 503, issue: 'transient', retryAfter: 30 },
  CDS_REPLAY_UNCHECKED: { status: 503, issue: 'transient', retryAfter: 2 },
  CDS_NOT_READY: { status: 503, issue: 'transient', retryAfter: 1 },
  CDS_KNOWLEDGE_INVALID: { status: 500, issue: 'exception' },
  CDS_SETTING_INVALID: { status: 500, issue: 'exception' },
  CDS_INTERNAL: { status: 500, issue: 'exception' },
} as const satisfies Record<string, { status: number; issue: string; retryAfter?: number }>

export type ErrorCode = keyof typeof ERRORS

/**
 * An error with a stable code. The message says what, where and what to do; it never holds patient data,
 * since it is answered and logged as it stands.
 */
export class CdsError extends Error {
  override readonly name = 'CdsError'

  /**
   * @param details one sentence for each further fault; answered as further issues of the OperationOutcome.
   * @param options the cause of a fault of ours; nothing of it is told but the frames of its stack, in the log.
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: readonly string[] = [],
    options?: { cause: unknown },
  ) {
    super(message, options)
  }

  /** The HTTP status that belongs to the code. */
  get status(): number {
    return ERRORS[this.code].status
  }

  /** Seconds after which it is worth trying again; undefined where that depends on what is sent. */
  get retryAfter(): number | undefined {
    const error = ERRORS[this.code]
    return 'retryAfter' in error ? error.retryAfter : undefined
  }

  /** The OperationOutcome issue type that belongs to the code. */
  get issue(): string {
    return ERRORS[this.code].issue
  }
}

/** All error codes, in the order of their HTTP status. */
export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[]

/** The frames of a stack without its message, which may quote a request and may itself look like a frame; undefined for what has no stack. */
export function stackFrames(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  const { stack = '', message } = thrown
  const at = stack.indexOf(message)
  const frames = at === -1 ? '' : stack.slice(at + message.length)
  return frames
    .split('\n')
    .filter(line => /^\s+at /.test(line))
    .join('\n')
}

import { CdsError, type ErrorCode } from '../errors.js'

/** Why nobody is let in by a token: for the operator's figures and log, never for the caller. */
export const REFUSALS = [
  'none',
  'form',
  'algorithm',
  'type',
  'key-id',
  'key-reference',
  'critical',
  'issuer',
  'tenant',
  'audience',
  'expired',
  'time',
  'token-id',
  'key',
  'signature',
  'replayed',
  'keys-unavailable',
  'store-unavailable',
] as const

export type Refusal = (typeof REFUSALS)[number]

const WORDS: Partial<Record<ErrorCode, string>> = {
  CDS_CLIENT_REFUSED:
    'No registered client can be told from this request. Send `Authorization: Bearer` with a new token for each request, signed as it was agreed with this service.',
  CDS_KEYS_UNAVAILABLE: 'The keys by which this client is known cannot be had now. Send the request again later, with a new token.',
  CDS_REPLAY_UNCHECKED: 'Whether this token was used before cannot be told now. Send the request again in a moment, with a new token.',
}

/** A caller who is not let in. All are told the same, so that nobody learns which check failed. */
export class CallerRefused extends CdsError {
  constructor(
    readonly refusal: Refusal,
    code: 'CDS_CLIENT_REFUSED' | 'CDS_KEYS_UNAVAILABLE' | 'CDS_REPLAY_UNCHECKED' = 'CDS_CLIENT_REFUSED',
  ) {
    super(code, WORDS[code] ?? '')
  }
}

/** A client that calls more often than was agreed. */
export class CalledTooOften extends CdsError {
  /** @param seconds after which there is room for one more call. */
  constructor(
    readonly client: string,
    private readonly seconds: number,
  ) {
    super(
      'CDS_RATE_EXCEEDED',
      'This client calls more often than was agreed. Send the request again when Retry-After has passed, with a new token.',
    )
  }

  override get retryAfter(): number {
    return this.seconds
  }
}

import { jsonFault } from '../trust/json-scan.js'

/** One answer of a FHIR server, whole, no longer compressed. */
export interface FhirAnswer {
  status: number
  contentType: string
  retryAfter: string | undefined
  bytes: Uint8Array
}

/** Most lists, objects and commas of one answer; a real one of 8 MB has fewer. */
const MOST_PARTS = 800_000

/** Raised when an answer nests deeper than any resource does. */
export class NestedTooDeep extends Error {}

/**
 * Reads JSON in the character set that the answer names, with or without a byte order mark.
 * @throws NestedTooDeep before anything is parsed; SyntaxError when it is no JSON, or has more parts or wider objects than FHIR has.
 */
export function jsonOf({ contentType, bytes }: FhirAnswer): unknown {
  const [, charset = 'utf-8'] = /charset\s{0,9}=\s{0,9}"?([\w-]+)/i.exec(contentType) ?? []
  const text = decode(bytes, charset)
  // In other character sets a byte may look like a bracket and be none.
  const fault = jsonFault(/^utf-?8$/i.test(charset) ? bytes : Buffer.from(text), MOST_PARTS)
  if (fault === 'too-deep') throw new NestedTooDeep()
  if (fault) throw new SyntaxError(fault)
  return JSON.parse(text) as unknown
}

function decode(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    // A character set that nobody knows; JSON is UTF-8 by its own definition.
    return new TextDecoder().decode(bytes)
  }
}

/** Milliseconds for which a server asks to be left alone, in seconds or until an HTTP date; undefined when it says nothing of the kind. */
export function waitAsked({ retryAfter = '' }: FhirAnswer, now: Date): number | undefined {
  const text = retryAfter.trim()
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1_000
  const until = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(until) ? undefined : Math.max(until - now.getTime(), 0)
}

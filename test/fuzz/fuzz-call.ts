/** One request as it goes over the wire; bodies and raw bytes hold one byte a character. */
export interface FuzzCall {
  /** What it was made as. */
  kind: string
  method: string
  target: string
  headers: Readonly<Record<string, string>>
  body: string
  /** Bytes that are sent in place of a well-formed request. */
  raw?: string
  /** Shares of the request after which the caller hangs up. */
  hangsUpAt?: number
}

/** Words that are planted in requests and may be found in no log, metric, error or header of an answer. */
export const MARKER = 'zqxleak'

const JSON_TYPE = { 'content-type': 'application/json' }

/** A POST of JSON text. */
export function post(kind: string, target: string, text: string, headers: Readonly<Record<string, string>> = {}): FuzzCall {
  return { kind, method: 'POST', target, headers: { ...JSON_TYPE, ...headers }, body: bytesOf(text) }
}

/** UTF-8 of a text, one byte a character; lone surrogates become the replacement character, as any encoder makes them. */
export const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

import { CdsError, ERROR_CODES } from '../../src/errors.js'
import { faultsOfResponse } from '../support/check-response.js'
import { MARKER, type FuzzCall } from './fuzz-call.js'
import type { WireAnswer } from './wire.js'

/** Statuses with which Node itself refuses what is no HTTP, or what it gave up waiting for. */
const REFUSED_BY_NODE: ReadonlySet<number> = new Set([400, 408, 413, 417, 431])

/** Statuses that our error codes have; 500 is declared for faults of ours, and a stranger must not be able to cause one. */
const DECLARED: ReadonlySet<number> = new Set([
  200,
  204,
  304,
  ...ERROR_CODES.map(code => new CdsError(code, '').status).filter(status => status < 500 || status === 503),
])

/** Bodies this large may be refused while they are still being sent, which a client can see as a broken connection. */
const LARGE = 60_000

/** What is wrong with an answer; undefined where nothing is. */
export function faultOf(call: FuzzCall, answer: WireAnswer): string | undefined {
  const { status, headers, body } = answer
  if (status === 0) return call.raw !== undefined || call.hangsUpAt !== undefined || call.body.length > LARGE ? undefined : 'no answer'
  if (status >= 400 && holdsMarker(`${JSON.stringify(headers)}${body}`)) return 'an error repeats what was sent'
  if (REFUSED_BY_NODE.has(status) && headers.connection === 'close' && headers['content-type'] === undefined) return undefined
  if (!DECLARED.has(status)) return `status ${status}`
  if (call.method === 'HEAD' || status === 204 || status === 304) return undefined
  return bodyFault(call, answer)
}

/** Whether a text holds anything of what was planted. */
export const holdsMarker = (text: string): boolean => text.toLowerCase().includes(MARKER)

/** The stable code of an error, for the count. */
export const codeOf = ({ body }: WireAnswer): string | undefined => /"code":"(CDS_[A-Z_]+)"/.exec(body)?.[1]

function bodyFault(call: FuzzCall, answer: WireAnswer): string | undefined {
  const { status, headers } = answer
  const type = String(headers['content-type'] ?? '')
  if (headers['content-encoding'] !== undefined || /^text\/(plain|html)/.test(type))
    return status === 200 ? undefined : `an error as ${type}`
  const json = jsonOf(answer.body)
  if (json === undefined) return 'a body that is not JSON'
  // Whatever was sent, a rule reads what is sound of it, and does not fail.
  if (answer.body.includes('"CDS_EXPRESSION_FAILED"')) return 'an expression failed'
  if (status >= 400)
    return (json as { resourceType?: unknown }).resourceType === 'OperationOutcome' && codeOf(answer)
      ? undefined
      : 'an error without its code'
  if (status !== 200 || !isCall(call)) return undefined
  const faults = faultsOfResponse(json)
  return faults.length > 0 ? `an illegal answer: ${faults[0]}` : undefined
}

const isCall = ({ method, target }: FuzzCall): boolean => method === 'POST' && /^\/cds-services\/[a-z-]+\/?(\?|$)/.test(target)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

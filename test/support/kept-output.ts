import { appendFileSync } from 'node:fs'
import type { RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import pino, { type Logger } from 'pino'

/** Where it is written, set for a whole run of the tests: what services wrote, told on /metrics and refused with is read at its end. */
export const KEPT_OUTPUT = 'COLUMNA_KEPT_OUTPUT'

/** What of a service an operator may see, or a caller that was refused. */
export type OutputKind = 'log' | 'metrics' | 'refusal'

/** Keeps what a service let out, so that nothing of a patient in it stays unseen, whatever the test itself looked at. */
export function keepOutput(kind: OutputKind, text: string): void {
  const folder = process.env[KEPT_OUTPUT]
  if (folder !== undefined && text !== '')
    appendFileSync(join(folder, `${kind}-${process.pid}.txt`), text.endsWith('\n') ? text : `${text}\n`)
}

/** A log as in production, of which nothing is shown. */
export function keptLog(): Logger {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      keepOutput('log', chunk.toString())
      done()
    },
  })
  return pino({ level: 'info' }, stream)
}

/** Keeps the figures that a handler tells, and every answer by which it refuses. */
export const keepingRefusals =
  (handler: RequestListener): RequestListener =>
  (request, response) => {
    const end = response.end.bind(response) as (...given: readonly unknown[]) => ServerResponse
    response.end = (...given: readonly unknown[]) => {
      const kind = request.url === '/metrics' ? 'metrics' : response.statusCode >= 400 ? 'refusal' : undefined
      if (kind !== undefined && (typeof given[0] === 'string' || Buffer.isBuffer(given[0]))) keepOutput(kind, given[0].toString())
      return end(...given)
    }
    handler(request, response)
  }

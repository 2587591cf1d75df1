import { Writable } from 'node:stream'
import pino, { type Logger } from 'pino'
import { keepOutput } from './kept-output.js'

/** A logger that keeps every line it writes, down to the least important. */
export interface CapturedLog {
  log: Logger
  text: () => string
  lines: () => Record<string, unknown>[]
}

/** Makes a logger whose lines a test can read. */
export function captureLog(): CapturedLog {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      keepOutput('log', chunk.toString())
      done()
    },
  })
  const text = () => chunks.join('')
  const lines = () =>
    text()
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Record<string, unknown>)
  return { log: pino({ level: 'trace' }, stream), text, lines }
}

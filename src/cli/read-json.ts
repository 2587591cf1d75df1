import { readFileSync } from 'node:fs'
import { CliError } from './cli-error.js'

/** Number of the standard input among the open files of a process. */
const STANDARD_INPUT = 0

/** What a file of JSON holds, `-` being the standard input. @throws CliError when it holds none. */
export function readJson(file: string): unknown {
  const text = readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8')
  try {
    return JSON.parse(text) as unknown
  } catch {
    // What the parser says quotes the file, which may be about a patient.
    throw new CliError('COLUMNA_FILE_UNREADABLE', `${file} holds no JSON.`)
  }
}

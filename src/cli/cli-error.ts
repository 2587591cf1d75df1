/** Why a command could not do what was asked; each is told with its code, and the command answers 2. */
export const CLI_ERRORS = {
  COLUMNA_USAGE: 'The words of the command are not those of its manual.',
  COLUMNA_FILE_UNREADABLE: 'A file or folder that the command needs is not there, or does not hold what it must.',
  COLUMNA_FILE_EXISTS: 'A file that the command would write is there already; none is written over.',
  COLUMNA_ID_TAKEN: 'What the command would write has an id that the knowledge uses already.',
  COLUMNA_CASES_MISSING: 'There are no clinical cases beside the knowledge.',
  COLUMNA_CASE_INVALID: 'A clinical case says what the language of cases, its vocabulary or the services do not have.',
  COLUMNA_SOURCE_MISSING: 'The folder has no `knowledge/`, which the command works on.',
  COLUMNA_TOPIC_UNKNOWN: 'No file of the source has the name that was given with `--topic`.',
  COLUMNA_INTERNAL: 'A fault of the command itself.',
} as const

export type CliErrorCode = keyof typeof CLI_ERRORS

/** Why a command could not do what was asked: what, where, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError'

  /** @param details one sentence for each further fault. */
  constructor(
    readonly code: CliErrorCode,
    message: string,
    readonly details: readonly string[] = [],
  ) {
    super(message)
  }
}

/** A thrown thing as it is told: its code, what it says, and the sentences beneath it. */
export interface ToldError {
  code: string
  message: string
  details: readonly string[]
}

/** What of an error helps whoever typed the command: where in the program it was noticed does not. */
export function toldError(thrown: unknown): ToldError {
  const { code, message = String(thrown), details = [] } = thrown as Partial<ToldError>
  return { code: typeof code === 'string' ? toldCode(code) : 'COLUMNA_INTERNAL', message, details }
}

/** Codes of ours stand as they are; those of the system (`ENOENT`) are about a file, and its message names it. */
function toldCode(code: string): string {
  if (/^(CDS|COLUMNA)_/.test(code)) return code
  if (code === 'EEXIST') return 'COLUMNA_FILE_EXISTS'
  return /^E[A-Z]+$/.test(code) ? 'COLUMNA_FILE_UNREADABLE' : 'COLUMNA_INTERNAL'
}

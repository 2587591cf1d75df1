/** A run that cannot begin or go on, for what it was given: what, where, and what to do. */
export class RunError extends Error {
  override readonly name = 'RunError'

  /** @param code by which a command tells it. */
  constructor(
    readonly code: 'COLUMNA_USAGE' | 'COLUMNA_FILE_UNREADABLE',
    message: string,
  ) {
    super(message)
  }
}

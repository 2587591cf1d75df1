/** A case that cannot be read or asked, for what it says: its file and name, and what to write instead. */
export class CaseError extends Error {
  override readonly name = 'CaseError'
  readonly code = 'COLUMNA_CASE_INVALID'

  /** What is wrong, without where. */
  readonly said: string

  /** @param where the file, and the name of the case where it is one. */
  constructor(
    readonly where: string,
    cause: unknown,
  ) {
    const said = cause instanceof Error ? cause.message : String(cause)
    super(`${where}: ${said}`, { cause })
    this.said = said
  }
}

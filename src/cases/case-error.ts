/** A case that cannot be asked, for what it says: its file and name, and what to write instead. */
export class CaseError extends Error {
  override readonly name = 'CaseError'
  readonly code = 'COLUMNA_CASE_INVALID'

  /** @param title file and name of the case. */
  constructor(title: string, cause: unknown) {
    super(`${title}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** What an author wrote: texts, lists and words with what stands behind them, in the order in which they stand. */
export type Written = string | number | boolean | null | Verbatim | readonly Written[] | WrittenMap

/** Words with what stands behind them; a Map, since an object would put words such as `10` first. */
export type WrittenMap = ReadonlyMap<string, Written>

/** FHIR as it is, for what the source form has no word for. */
export class Verbatim {
  constructor(readonly json: unknown) {}
}

/** The word behind which FHIR stands as it is. */
export const VERBATIM = 'fhir'

/** Where something stands in a file of the source: the words and places in lists that lead to it. */
export type SourcePath = readonly (string | number)[]

/** What an author wrote cannot be read; the message says what to write instead. */
export class WordFault extends Error {
  constructor(
    message: string,
    /** Where, from the word on. */
    readonly at: SourcePath = [],
  ) {
    super(message)
  }
}

/** Whether words stand there. */
export const isMap = (written: Written | undefined): written is WrittenMap => written instanceof Map

/** Whether a list stands there. */
export const isList = (written: Written | undefined): written is readonly Written[] => Array.isArray(written)

/**
 * The text that stands there.
 * @throws WordFault where it is no text.
 */
export function textOf(written: Written | undefined): string {
  if (typeof written === 'string') return written
  if (typeof written === 'number' || typeof written === 'boolean') return String(written)
  throw new WordFault('A text is wanted here.')
}

/**
 * The number that stands there.
 * @throws WordFault where it is none.
 */
export function numberOf(written: Written | undefined): number {
  const number = typeof written === 'string' && written.trim() !== '' ? Number(written) : written
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new WordFault('A number is wanted here.')
}

/**
 * Whether true or false stands there.
 * @throws WordFault where neither does.
 */
export function truthOf(written: Written | undefined): boolean {
  if (written === true || written === 'true') return true
  if (written === false || written === 'false') return false
  throw new WordFault('Write true or false.')
}

/** What stands there as a list: a single thing is a list of one. */
export const listOf = (written: Written | undefined): readonly Written[] =>
  isList(written) ? written : written === undefined || written === null ? [] : [written]

/**
 * The words that stand there.
 * @throws WordFault where none do.
 */
export function mapOf(written: Written | undefined): WrittenMap {
  if (isMap(written)) return written
  throw new WordFault('Words with a colon are wanted here, each on a line of its own.')
}

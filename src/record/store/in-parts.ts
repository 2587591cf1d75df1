/** Rows of one insert: databases limit the values of a statement. */
const ROWS_AT_ONCE = 200

/** Some values in parts that a statement can take. */
export function* inParts<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < values.length; from += ROWS_AT_ONCE) yield values.slice(from, from + ROWS_AT_ONCE)
}

// What holds of all rows that wait for their way to the store, whoever lets them wait.

/** Milliseconds for which rows wait for others, and how many notes are sent together. */
export const EVERY_MS = 50
export const MOST_TOGETHER = 200

/** Most rows and bytes that wait; beyond that the oldest are lost. */
export const MOST_ROWS = 10_000
export const MOST_BYTES = 16_000_000

/** Bytes of a row in memory beyond its text, from what a heap was seen to grow by. */
const ROW_OVERHEAD = 400

/** Bytes that rows take up while they wait. */
export const bytesOfRows = (rows: readonly object[]): number =>
  rows.reduce<number>((sum, row) => sum + ROW_OVERHEAD + 2 * Object.values(row).join('').length, 0)

/** Bytes of a row in memory beyond its text, from what a heap was seen to grow by. */
const ROW_OVERHEAD = 400

/** Bytes that rows take up while they wait. */
export const bytesOfRows = (rows: readonly object[]): number =>
  rows.reduce<number>((sum, row) => sum + ROW_OVERHEAD + 2 * Object.values(row).join('').length, 0)

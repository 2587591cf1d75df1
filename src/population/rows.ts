import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a line stands in the input. */
export interface Place {
  /** Place of the file among those of the input. */
  file: number
  /** Byte of the file at which the line begins. */
  offset: number
}

/** What stands before a line that was sorted to its patient. */
export const head = (patient: string, { file, offset }: Place): string => `${patient}\t${file}\t${offset}\t`

const NEWLINE = 10
const TAB = 9

/** Rows of a file of lanes: so many fields that end in a tab, and what stands behind them. */
export function* rowsOf(
  folders: readonly string[],
  file: string,
  fieldsOf: (first: string) => number,
): Generator<{ fields: string[]; rest: Buffer }> {
  for (const folder of folders) {
    const path = join(folder, file)
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(NEWLINE, start)
      const fields: string[] = []
      let count = 1
      for (; fields.length < count; count = fieldsOf(fields[0] ?? '')) {
        const tab = bytes.indexOf(TAB, start)
        fields.push(bytes.toString('utf8', start, tab))
        start = tab + 1
      }
      yield { fields, rest: bytes.subarray(start, end) }
      start = end + 1
    }
  }
}

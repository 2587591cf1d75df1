/** A file of an archive. */
export interface ArchivedFile {
  /** At most 100 bytes. */
  path: string
  text: string
}

const BLOCK = 512

/** Bytes of a path that a header has room for. */
const LONGEST_PATH = 100

/** A tar archive of files (ustar), the same bytes for the same files whenever and by whomever it is made. @throws Error when a path is longer than 100 bytes. */
export function tarOf(files: readonly ArchivedFile[]): Buffer {
  const entries = files.flatMap(({ path, text }) => {
    const bytes = Buffer.from(text)
    return [headerOf(path, bytes.length), bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]
  })
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)])
}

/** A file that everybody may read and its owner may write, owned by nobody in particular. */
const MODE = 0o644

/** The header of a file: fields of octal digits at the columns that the format gives them. */
function headerOf(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) > LONGEST_PATH) throw new Error(`${path} is too long a name for an archive.`)
  const header = Buffer.alloc(BLOCK)
  const digits = (at: number, value: number, width: number) => header.write(`${value.toString(8).padStart(width, '0')}\0`, at)
  header.write(path)
  digits(100, MODE, 7)
  digits(108, 0, 7)
  digits(116, 0, 7)
  digits(124, size, 11)
  digits(136, 0, 11)
  header.write('0', 156)
  header.write('ustar\u000000', 257)
  // The sum is made over a header whose own field for it holds blanks.
  header.fill(' ', 148, 156)
  digits(
    148,
    header.reduce((total, byte) => total + byte, 0),
    6,
  )
  return header
}

import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RunError } from './run-error.js'

/** A file of the input, by its path below the input's folder. */
export interface InputFile {
  name: string
  bytes: number
}

/** Part of a file: the lines that begin within it. */
export interface Piece {
  /** Place of the file among all. */
  file: number
  start: number
  end: number
}

/** A line of a file; `bytes` is good until the next line is asked for, and absent where the line is longer than any record. */
export interface Line {
  /** Byte at which it begins. */
  offset: number
  bytes?: Buffer
}

/** Bytes of a file that are sorted at a time, after which it is noted how far the run has come. */
const PIECE = 32_000_000

/** Longest line that is read: many times the largest record that holds no scanned paper. */
const LONGEST_LINE = 16_000_000

/** Bytes that are read of a file at a time. */
const CHUNK = 1_000_000

const NEWLINE = 10

/**
 * The files of a bulk export: all that end in .ndjson, in the folder and below it, by name.
 * @throws RunError when there is no such folder, it holds none, or one of them is compressed.
 */
export function inputFiles(folder: string): InputFile[] {
  if (!existsSync(folder))
    throw new RunError('COLUMNA_FILE_UNREADABLE', `There is no folder ${folder}. Give the one that the bulk export was saved to.`)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const compressed = names.find(name => /\.ndjson\.(gz|zst|bz2|zip)$/.test(name))
  if (compressed !== undefined) throw new RunError('COLUMNA_FILE_UNREADABLE', `${compressed} in ${folder} is compressed. Unpack it first.`)
  const files = names.filter(name => name.endsWith('.ndjson')).map(name => ({ name, bytes: statSync(join(folder, name)).size }))
  if (files.length === 0)
    throw new RunError(
      'COLUMNA_FILE_UNREADABLE',
      `There is no .ndjson file in ${folder}. Give the folder that the bulk export was saved to.`,
    )
  return files
}

/** Bytes of all files together. */
export const bytesIn = (files: readonly InputFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

/** All files in pieces. */
export const piecesOf = (files: readonly InputFile[], size = PIECE): Piece[] =>
  files.flatMap(({ bytes }, file) =>
    Array.from({ length: Math.ceil(bytes / size) }, (_, index) => ({
      file,
      start: index * size,
      end: Math.min(bytes, (index + 1) * size),
    })),
  )

/** The lines that begin within a piece, the last one whole. Memory is that of the longest line. */
export function* linesOf(path: string, { start, end }: Omit<Piece, 'file'>): Generator<Line> {
  const reader = new ChunkReader(path, start === 0 ? 0 : start - 1)
  try {
    // What begins before the piece belongs to the one before.
    if (start > 0) reader.next()
    while (reader.offset < end) {
      const line = reader.next()
      if (!line) return
      yield line
    }
  } finally {
    reader.close()
  }
}

/** Reads a file line by line from some byte on. */
class ChunkReader {
  private readonly file: number
  /** What was read and not handed out yet. */
  private buffer = Buffer.alloc(0)
  /** Byte of the file at which the buffer begins. */
  offset: number

  constructor(path: string, offset: number) {
    this.file = openSync(path, 'r')
    this.offset = offset
  }

  /** The line that begins at the offset, which then is that of the next; undefined at the end of the file. */
  next(): Line | undefined {
    const offset = this.offset
    const line = (bytes: Buffer, isWhole: boolean): Line => (isWhole ? { offset, bytes } : { offset })
    let isWhole = true
    let searched = 0
    for (;;) {
      const end = this.buffer.indexOf(NEWLINE, searched)
      if (end >= 0) return line(this.take(end + 1).subarray(0, end), isWhole)
      if (this.buffer.length > LONGEST_LINE) {
        isWhole = false
        this.take(this.buffer.length)
      }
      searched = this.buffer.length
      if (!this.fill()) break
    }
    const rest = this.take(this.buffer.length)
    return this.offset === offset ? undefined : line(rest, isWhole)
  }

  close(): void {
    closeSync(this.file)
  }

  private take(length: number): Buffer {
    const taken = this.buffer.subarray(0, length)
    this.buffer = this.buffer.subarray(length)
    this.offset += length
    return taken
  }

  private fill(): boolean {
    const chunk = Buffer.allocUnsafe(CHUNK)
    const read = readSync(this.file, chunk, 0, CHUNK, this.offset + this.buffer.length)
    if (read > 0) this.buffer = this.buffer.length === 0 ? chunk.subarray(0, read) : Buffer.concat([this.buffer, chunk.subarray(0, read)])
    return read > 0
  }
}

/** The line numbers, from 1, at which bytes of a file begin. @param offsets ascending. */
export function lineNumbers(path: string, offsets: readonly number[]): number[] {
  const reader = openSync(path, 'r')
  const chunk = Buffer.allocUnsafe(CHUNK)
  const found: number[] = []
  let [at, line] = [0, 1]
  try {
    while (found.length < offsets.length) {
      const read = readSync(reader, chunk, 0, CHUNK, at)
      let from = 0
      for (let next = offsets[found.length]; next !== undefined && next < at + read; next = offsets[found.length]) {
        line += newlinesIn(chunk, from, next - at)
        from = next - at
        found.push(line)
      }
      line += newlinesIn(chunk, from, read)
      at += read
      if (read === 0) break
    }
  } finally {
    closeSync(reader)
  }
  return found
}

function newlinesIn(chunk: Buffer, from: number, to: number): number {
  let count = 0
  for (let index = chunk.indexOf(NEWLINE, from); index >= 0 && index < to; index = chunk.indexOf(NEWLINE, index + 1)) count += 1
  return count
}

/** What a line says, without the mark of its encoding or the blanks around it. */
export const textOfLine = (bytes: Buffer): string => bytes.toString('utf8').trim()

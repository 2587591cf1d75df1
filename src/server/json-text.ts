import { isAscii, isUtf8 } from 'node:buffer'

/** Bytes that escapes may take up beyond those that are read, as a part of these; of a text with more wide characters nothing is saved. */
const ROOM_FOR_ESCAPES = 0.5

/** Bytes of the longest escape: one character in two units. */
const LONGEST_ESCAPE = 12

const BACKSLASH = 0x5c

/**
 * JSON in UTF-8 as text that costs one byte a character: characters beyond U+00FF are written as escapes, which mean the
 * same wherever JSON allows the character. One dash in a chart would else double its text, and with it the time to read
 * it. Bytes that are no JSON become text that is none either.
 */
export function jsonText(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  return (isUtf8(bytes) ? narrowText(bytes) : undefined) ?? bytes.toString()
}

/** UTF-8 as text of one byte a character; undefined where escapes would take up too much room. */
function narrowText(bytes: Buffer): string | undefined {
  const narrow = Buffer.allocUnsafe(Math.ceil(bytes.length * (1 + ROOM_FOR_ESCAPES)) + LONGEST_ESCAPE)
  let at = 0
  let to = 0
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0
    if (byte < 0x80) {
      narrow[to++] = byte
      at += 1
      // What looks like an escape is passed over with its backslash. None has a character beyond ASCII: there the text stays wrong.
      if (byte === BACKSLASH && at < bytes.length) narrow[to++] = bytes[at++] ?? 0
      continue
    }
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    const point = pointAt(bytes, at, length)
    at += length
    if (point <= 0xff) narrow[to++] = point
    else if (to + LONGEST_ESCAPE + bytes.length - at > narrow.length) return undefined
    else to = writeEscape(narrow, to, point)
  }
  return narrow.toString('latin1', 0, to)
}

/** The character that begins at a byte of sound UTF-8, as its number. */
function pointAt(bytes: Buffer, at: number, length: number): number {
  let point = (bytes[at] ?? 0) & (0xff >> (length + 1))
  for (let next = at + 1; next < at + length; next += 1) point = (point << 6) | ((bytes[next] ?? 0) & 0x3f)
  return point
}

const HEX = Buffer.from('0123456789abcdef')

/** Writes a character as JSON escapes it. @returns where the next byte goes. */
function writeEscape(narrow: Buffer, to: number, point: number): number {
  if (point <= 0xffff) return writeUnit(narrow, to, point)
  const beyond = point - 0x10000
  return writeUnit(narrow, writeUnit(narrow, to, 0xd800 | (beyond >> 10)), 0xdc00 | (beyond & 0x3ff))
}

function writeUnit(narrow: Buffer, to: number, unit: number): number {
  let next = to
  narrow[next++] = BACKSLASH
  narrow[next++] = 0x75
  for (let shift = 12; shift >= 0; shift -= 4) narrow[next++] = HEX[(unit >> shift) & 0xf] ?? 0
  return next
}

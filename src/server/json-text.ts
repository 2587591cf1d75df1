import { isAscii, isUtf8 } from 'node:buffer'

/**
 * Bytes that escapes may take up beyond those that are read, as a part of these: measured, a text with more wide characters
 * is read as fast as it is.
 */
const ROOM_FOR_ESCAPES = 0.25

/**
 * Texts of up to so many bytes are written into memory that is kept: to touch fresh memory for each would take as long as
 * to parse it. Larger ones are rare, and would hold theirs for ever.
 */
const KEPT_BYTES = 512 * 1024
const kept = Buffer.allocUnsafeSlow(KEPT_BYTES)

const BACKSLASH = 0x5c

/** The bits that are 0 in four characters of ASCII. */
const BEYOND_ASCII = 0x80808080

/**
 * JSON in UTF-8 as text that costs one byte a character: characters beyond U+00FF are written as escapes, which mean the
 * same wherever JSON allows the character. One dash in a chart would else double its text, and with it the time to read
 * it. Bytes that are no JSON become text that is none either.
 */
export function jsonText(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  return (isUtf8(bytes) ? narrowText(bytes) : undefined) ?? bytes.toString()
}

/** Sound UTF-8 as text of one byte a character; undefined where escapes would take up too much room, or would make JSON of what is none. */
function narrowText(bytes: Buffer): string | undefined {
  const most = Math.floor(bytes.length * (1 + ROOM_FOR_ESCAPES))
  const narrow = most <= KEPT_BYTES ? kept : Buffer.allocUnsafeSlow(most)
  const from = viewOf(bytes)
  const into = viewOf(narrow)
  let at = 0
  let to = 0
  while (at < bytes.length) {
    // Almost all of a chart is ASCII: four characters at a time.
    for (; at + 4 <= bytes.length && (from.getInt32(at) & BEYOND_ASCII) === 0; at += 4, to += 4) into.setInt32(to, from.getInt32(at))
    if (at === bytes.length) break
    const byte = bytes[at] ?? 0
    const length = lengthOf(byte)
    const point = length === 1 ? byte : pointAt(bytes, at, length)
    if (point <= 0xff) narrow[to++] = point
    else if (to + lengthOfEscape(point) + bytes.length - at - length > most || isEscaped(bytes, at)) return undefined
    else to = writeEscape(narrow, to, point)
    at += length
  }
  return narrow.toString('latin1', 0, to)
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length)

/** How many bytes the character has that begins with this one. */
const lengthOf = (first: number): number => (first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4)

/** The character of several bytes that begins at one of them, as its number. */
function pointAt(bytes: Buffer, at: number, length: number): number {
  let point = (bytes[at] ?? 0) & (0xff >> (length + 1))
  for (let next = at + 1; next < at + length; next += 1) point = (point << 6) | ((bytes[next] ?? 0) & 0x3f)
  return point
}

/** Whether a backslash claims the character at `at`: none beyond ASCII may be, but what is written for it might. */
function isEscaped(bytes: Buffer, at: number): boolean {
  let from = at
  while (bytes[from - 1] === BACKSLASH) from -= 1
  return (at - from) % 2 === 1
}

const HEX = Buffer.from('0123456789abcdef')

const lengthOfEscape = (point: number): number => (point <= 0xffff ? 6 : 12)

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

import { isAscii, isUtf8 } from 'node:buffer'

/**
 * Characters beyond ASCII as UTF-8 writes them, each byte read as a character of its own; and whatever a backslash
 * stands before, so that what looks like an escape is known from one.
 */
const ESCAPED_OR_WIDE = /\\[^]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g

/** Most such places that are written anew; with more it costs more than it saves, and a real chart of the limit has fewer. */
const MOST_PLACES = 100_000

/**
 * JSON in UTF-8 as text that costs one byte a character: characters beyond U+00FF are written as escapes, which mean the
 * same wherever JSON allows the character. One dash in a chart would else double its text, and with it the time to read
 * it. Bytes that are no JSON become text that is none either.
 */
export function jsonText(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (!isUtf8(bytes) || placesIn(bytes) > MOST_PLACES) return bytes.toString()
  return bytes.toString('latin1').replace(ESCAPED_OR_WIDE, found => (found.startsWith('\\') ? escaped(found) : narrow(found)))
}

/** How many characters there are beyond ASCII, and how many backslashes. */
function placesIn(bytes: Uint8Array): number {
  let places = 0
  for (const byte of bytes) if (byte >= 0xc2 || byte === 0x5c) places += 1
  return places
}

/** No escape of JSON has a character beyond ASCII; where one stands, the text must stay wrong. */
const escaped = (found: string): string => (found.charCodeAt(1) < 0x80 ? found : '\\')

function narrow(bytes: string): string {
  const character = Buffer.from(bytes, 'latin1').toString()
  return character.charCodeAt(0) <= 0xff ? character : character.split('').map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}

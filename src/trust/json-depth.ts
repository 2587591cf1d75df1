/** Deepest nesting that is read: no FHIR resource of any chart seen comes near it. */
export const DEEPEST_JSON = 100

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Whether JSON in UTF-8 nests lists and objects deeper than `deepest`, told from its bytes, so that nobody has to parse
 * it to know. Brackets within strings do not count; of bytes that are no JSON the answer means nothing.
 */
export function isDeeperThan(deepest: number, json: Uint8Array): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at]
    if (byte === QUOTE) at = endOfString(json, at + 1)
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1
      if (depth > deepest) return true
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1
  }
  return false
}

/** Where the string that begins at `from` has its closing quote; the end of the bytes where it has none. */
function endOfString(json: Uint8Array, from: number): number {
  let at = from
  for (let byte = json[at]; byte !== QUOTE && byte !== undefined; byte = json[at]) at += byte === BACKSLASH ? 2 : 1
  return at
}

/** Deepest nesting that is read: no FHIR resource of any chart seen comes near it. */
export const DEEPEST_JSON = 100

/** Most members of one object; the richest FHIR resource has fewer than a tenth. */
const MOST_MEMBERS = 1_000

/** What makes JSON cost more time than its size tells: nesting, an object of very many members, or very many parts for its bytes. */
export type JsonFault = 'too-deep' | 'too-wide' | 'too-many'

/** The bytes that structure JSON. */
const QUOTE = 0x22,
  BACKSLASH = 0x5c,
  OPEN_LIST = 0x5b,
  CLOSE_LIST = 0x5d,
  OPEN_OBJECT = 0x7b,
  CLOSE_OBJECT = 0x7d,
  COMMA = 0x2c,
  COLON = 0x3a

/** How many members the object at each depth has so far; one scan ends before another begins. */
const membersAt = new Uint32Array(DEEPEST_JSON + 1)

/**
 * Whether it would take too long to parse JSON in UTF-8 and to walk what it holds, told from its bytes. Signs within
 * strings do not count; of bytes that are no JSON the answer means nothing.
 * @param mostParts how many lists, objects and commas there may be in all.
 */
export function jsonFault(json: Uint8Array, mostParts: number): JsonFault | undefined {
  let depth = 0
  let parts = 0
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case QUOTE:
        at = endOfString(json, at + 1)
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        parts += 1
        depth += 1
        if (depth > DEEPEST_JSON) return 'too-deep'
        membersAt[depth] = 0
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1
        break
      case COMMA:
        parts += 1
        break
      case COLON:
        membersAt[depth] = (membersAt[depth] ?? 0) + 1
        if ((membersAt[depth] ?? 0) > MOST_MEMBERS) return 'too-wide'
        break
      default:
    }
    if (parts > mostParts) return 'too-many'
  }
  return undefined
}

/** Where the string that begins at `from` has its closing quote; the end of the bytes where it has none. */
function endOfString(json: Uint8Array, from: number): number {
  let at = from
  for (let byte = json[at]; byte !== QUOTE && byte !== undefined; byte = json[at]) at += byte === BACKSLASH ? 2 : 1
  return at
}

import { isId } from '../cds-hooks/parse-hook-request.js'

/** `Type/id` by the full address under which a resource travelled, in lower case. */
export type ReferenceIndex = ReadonlyMap<string, string>

/** Most characters of a reference: a base URL, a type, an id and a version; what is longer names nothing. */
export const LONGEST_REFERENCE = 3_000

/** A relative reference to one resource, as most are written. */
const PLAIN = /^[A-Z][A-Za-z]+\/[A-Za-z0-9-]{1,64}$/
const VERSION = /\/_history\/[^/]*$/
const TYPE = /^[A-Z][A-Za-z]+$/

/**
 * The one reader of references: what a reference names, as `Type/id`, whether it is written relative, absolute, with a
 * version or a fragment, or as an address under which a resource travelled beside it (`urn:uuid`, fullUrl). Undefined
 * where that is not certain: conditional references, addresses of nothing that came with the call, free text.
 */
export function readReference(written: unknown, index: ReferenceIndex = NOTHING_BESIDE): string | undefined {
  if (typeof written !== 'string' || written.length > LONGEST_REFERENCE) return undefined
  if (index.size === 0 && PLAIN.test(written)) return written
  const reference = written.trim()
  const known = index.get(reference.toLowerCase()) ?? index.get(reference.replace(VERSION, '').toLowerCase())
  if (known !== undefined) return known
  if (reference.includes('?') || reference.startsWith('#') || reference.startsWith('urn:')) return undefined
  const [type = '', id] = withoutFragment(reference).replace(VERSION, '').split('/').slice(-2)
  return TYPE.test(type) && isId(id) ? `${type}/${id}` : undefined
}

/** A reference without what it names inside of its resource. */
export const withoutFragment = (reference: string): string => reference.split('#', 1)[0] ?? ''

const NOTHING_BESIDE: ReferenceIndex = new Map()

/** The id in a reference to a resource of the type; undefined where it names another or nothing certain. */
export function idIn(written: unknown, type: string, index?: ReferenceIndex): string | undefined {
  const [found, id] = readReference(written, index)?.split('/') ?? []
  return found === type ? id : undefined
}

/** The id of a resource that has none of its own, by the address under which it travelled. */
export function idOfAddress(fullUrl: string | undefined, type: string): string | undefined {
  if (fullUrl === undefined) return undefined
  const uuid = /^urn:(?:uuid|oid):(.+)$/i.exec(fullUrl.trim())?.[1]?.toLowerCase()
  return uuid !== undefined ? (isId(uuid) ? uuid : undefined) : idIn(fullUrl, type)
}

import { createHmac, randomBytes } from 'node:crypto'

/** Names by which something is known again and that tell nothing of it. */
export type KeyedHash = (...parts: readonly string[]) => string

/** A keyed hash that means nothing outside of this process. */
export function createKeyedHash(key = randomBytes(32)): KeyedHash {
  return (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64')
}

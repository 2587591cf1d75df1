import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'

/** Fewest characters of a secret. */
export const SHORTEST_SECRET = 32

/**
 * The secret of a site that named none, from a file beside that of its store, which is made where it is not there.
 * @throws Error when it can be neither read nor made, or holds no secret.
 */
export function siteKeyBeside(store: string): string {
  const path = `${store}.key`
  try {
    return keyIn(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const whole = `${path}.${process.pid}`
  writeFileSync(whole, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  try {
    // Whoever makes it at the same time has the same in the end: the file is there whole or not at all, and never replaced.
    linkSync(whole, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(whole)
  }
  return keyIn(path)
}

function keyIn(path: string): string {
  const key = readFileSync(path, 'utf8').trim()
  if (key.length < SHORTEST_SECRET) throw Object.assign(new Error('The file holds no secret.'), { code: 'KEY_TOO_SHORT' })
  return key
}

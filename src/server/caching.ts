import { createHash } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'

/** Seconds for which anybody may keep what is about nobody: a client learns of new prefetch keys within this time. */
const PUBLIC_SECONDS = 60

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** Before anything else, so that errors carry it too: what is asked and answered here is about a patient unless it says otherwise. */
export function noStore(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store')
  next()
}

/** Leaves it to others what they keep of an answer. */
export function maybeStored(_request: Request, response: Response, next: NextFunction): void {
  response.removeHeader('Cache-Control')
  next()
}

/** Lets anybody keep for ever what never changes under its name. */
export function keptForEver(response: Response): void {
  response.setHeader('Cache-Control', `public, max-age=${YEAR_SECONDS}, immutable`)
}

/** Sends what is the same for everybody: any cache may keep it for a while, and ask by its tag whether it still holds. */
export function sendPublic(response: Response, body: object | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.setHeader('Cache-Control', `public, max-age=${PUBLIC_SECONDS}`)
  // Weak, since the same content travels packed and unpacked.
  response.setHeader('ETag', `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`)
  response.send(text)
}

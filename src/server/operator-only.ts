import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { CdsError } from '../errors.js'

const BEARER = 'Bearer '

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Lets in who brings the secret of operators as a bearer token, and tells nobody by the time it takes how near a guess was. */
export function operatorOnly(secret: string): RequestHandler {
  const expected = digestOf(secret)
  return ({ headers: { authorization = '' } }, _response, next) => {
    const given = /^bearer /i.test(authorization) ? authorization.slice(BEARER.length).trim() : ''
    if (!timingSafeEqual(digestOf(given), expected))
      throw new CdsError('CDS_OPERATOR_REFUSED', 'Send the secret of CDS_OPERATIONS_KEY as a bearer token.')
    next()
  }
}

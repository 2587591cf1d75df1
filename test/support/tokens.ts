import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose'

/** A key pair of a client, as it signs and as it is registered. */
export interface ClientKey {
  kid: string
  alg: string
  sign: CryptoKey
  publicKey: JWK
}

export async function makeKey(kid: string, alg = 'ES384'): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, sign: privateKey, publicKey: { ...(await exportJWK(publicKey)), kid } }
}

export const now = (): number => Math.floor(Date.now() / 1000)

/** What a test puts in place of the members of a good token; `undefined` leaves one out. */
export interface TokenMembers {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
}

/** A token of CDS Hooks, new and good for five minutes unless the test says otherwise. */
export async function tokenFor(key: ClientKey, iss: string, aud: string, { header = {}, claims = {} }: TokenMembers = {}): Promise<string> {
  const usual = { iss, aud, iat: now(), exp: now() + 300, jti: randomUUID() }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: key.alg, typ: 'JWT', kid: key.kid, ...header } as JWTHeaderParameters)
    .sign(key.sign, { crit: { made: true } })
}

/** A token whose signature is whatever the test makes of what is signed. */
export function handMade(header: object, claims: object, signature: (signed: string) => string = () => ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(claims)}`
  return `${signed}.${signature(signed)}`
}

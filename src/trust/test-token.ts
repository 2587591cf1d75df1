import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose'
import { isKeyFor, type RegisteredClient } from './registered-client.js'

/** A key pair of a test client: for whoever signs, and for whoever registers it. */
export interface TestKeys {
  privateKey: JWK
  publicKey: JWK
}

/** Algorithm of the keys that are made here. */
const ALGORITHM = 'ES384'

/** Makes a key pair whose id is told by its making, so that no two are the same. */
export async function makeTestKeys(): Promise<TestKeys> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  const kid = `test-${crypto.randomUUID()}`
  return {
    privateKey: { ...(await exportJWK(privateKey)), kid, alg: ALGORITHM },
    publicKey: { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM },
  }
}

/** How a test token is made. */
export interface TestTokenOptions {
  /** Its `aud`: the URL that is called with it. */
  url: string
  seconds: number
}

/**
 * The client that a private key is of: the one with its id among its keys, or where a name is given the one of that name.
 * @throws Error that says what is lacking; nothing of the key is told.
 */
export function clientOfKey(clients: readonly RegisteredClient[], { kid }: JWK, name?: string): RegisteredClient {
  const found = clients.find(client => (name === undefined ? client.jwks?.keys.some(key => key.kid === kid) : client.name === name))
  if (!found)
    throw new Error(
      name === undefined ? 'No client is registered with the kid of this key. Name the client.' : 'No client is registered by this name.',
    )
  if (found.jwks && !found.jwks.keys.some(key => key.kid === kid))
    throw new Error('The kid of this key is not among the keys of the client.')
  return found
}

/**
 * Signs a token as a client would, good for one request, to try a service out with.
 * @throws Error when the key cannot sign, or by no algorithm of the client.
 */
export async function testToken(
  { iss, sub, tenant, alg }: RegisteredClient,
  key: JWK,
  { url, seconds }: TestTokenOptions,
): Promise<string> {
  const algorithm = alg.find(each => isKeyFor(each, key) && (key.alg === undefined || key.alg === each))
  if (algorithm === undefined || key.d === undefined || key.kid === undefined)
    throw new Error(`The key must be a private JWK with a kid, of a kind that ${alg.join(' or ')} uses.`)
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss, ...(sub !== undefined && { sub }), ...(tenant !== undefined && { tenant }), aud: url, iat: now, exp: now + seconds }
  return new SignJWT({ ...claims, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: key.kid })
    .sign(await importJWK(key, algorithm))
}

import { readFileSync, writeFileSync } from 'node:fs'
import type { RegisteredClient } from '../trust/registered-client.js'
import { clientOfKey, makeTestKeys, testToken } from '../trust/test-token.js'
import { readTrustFile } from '../trust/trust-file.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import type { Teller } from './teller.js'

/** Either the file of a new key, or what a token is signed with and for. */
export interface TokenOptions {
  new?: string
  key?: string
  url?: string
  trust: string
  client?: string
}

type PrivateKey = Parameters<typeof testToken>[1]

/** Seconds for which a test token is good. */
const GOOD_FOR = 300

/**
 * Tells a token for one request; with `new`, makes a private key in a file and tells the trust.json that registers it.
 * @throws Error that says what is lacking; nothing of a key is told.
 */
export async function mintToken({ new: file, key, url, trust, client: name }: TokenOptions, teller: Teller): Promise<Outcome> {
  if (file !== undefined) return makeClient(file, teller)
  if (key === undefined || url === undefined)
    throw new CliError('COLUMNA_USAGE', 'Give --key, the file of a private JWK, and --url, the address that the token is for.')
  const privateKey = keyIn(key)
  const client = clientOfKey(await readTrustFile(trust), privateKey, name)
  const token = await testToken(client, privateKey, { url, seconds: GOOD_FOR })
  teller.tell(token)
  teller.tellJson({ token })
  return 0
}

/** Nobody but its owner may read the private key, and none that is there is written over. */
async function makeClient(path: string, teller: Teller): Promise<Outcome> {
  const { privateKey, publicKey } = await makeTestKeys()
  writeFileSync(path, `${JSON.stringify(privateKey)}\n`, { mode: 0o600, flag: 'wx' })
  const client: Pick<RegisteredClient, 'name' | 'iss' | 'jwks'> = {
    name: 'test',
    iss: 'https://test.example.org',
    jwks: { keys: [publicKey] },
  }
  const trust = { clients: [client] }
  teller.tell(JSON.stringify(trust, undefined, 2))
  teller.tellJson(trust)
  return 0
}

function keyIn(path: string): PrivateKey {
  const text = readFileSync(path, 'utf8')
  try {
    return JSON.parse(text) as PrivateKey
  } catch {
    // The message of the parser would quote the key.
    throw new CliError('COLUMNA_FILE_UNREADABLE', `${path} is not the JSON of a key.`)
  }
}

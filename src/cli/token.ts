import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { RegisteredClient } from '../trust/registered-client.js'
import { clientOfKey, makeTestKeys, testToken } from '../trust/test-token.js'
import { readTrustFile } from '../trust/trust-file.js'

type PrivateKey = Parameters<typeof testToken>[1]

/** Seconds for which a test token is good. */
const GOOD_FOR = 300

/**
 * Writes a token for one request to the standard output; with `--new`, a private key into a file and a trust.json that registers it to the
 * standard output.
 * @throws Error that says what is lacking; nothing of a key is told.
 */
export async function mintToken(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      new: { type: 'string' },
      key: { type: 'string' },
      trust: { type: 'string', default: 'trust.json' },
      client: { type: 'string' },
      url: { type: 'string' },
    },
  })
  const { key, url, trust, client: name } = values
  if (values.new !== undefined) return makeClient(values.new)
  if (key === undefined || url === undefined)
    throw new Error('Give --key, the file of a private JWK, and --url, the address that the token is for.')
  const privateKey = keyIn(key)
  const client = clientOfKey(await readTrustFile(trust), privateKey, name)
  process.stdout.write(`${await testToken(client, privateKey, { url, seconds: GOOD_FOR })}\n`)
  return 0
}

/** Nobody but its owner may read the private key, and none that is there is written over. */
async function makeClient(path: string): Promise<number> {
  const { privateKey, publicKey } = await makeTestKeys()
  writeFileSync(path, `${JSON.stringify(privateKey)}\n`, { mode: 0o600, flag: 'wx' })
  const client: Pick<RegisteredClient, 'name' | 'iss' | 'jwks'> = {
    name: 'test',
    iss: 'https://test.example.org',
    jwks: { keys: [publicKey] },
  }
  process.stdout.write(`${JSON.stringify({ clients: [client] }, undefined, 2)}\n`)
  return 0
}

function keyIn(path: string): PrivateKey {
  const text = readFileSync(path, 'utf8')
  try {
    return JSON.parse(text) as PrivateKey
  } catch {
    // The message of the parser would quote the key.
    throw new Error(`${path} is not the JSON of a key.`)
  }
}

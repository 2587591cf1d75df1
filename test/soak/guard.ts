import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FuzzCall } from '../fuzz/fuzz-call.js'
import { makeKey, tokenFor } from '../support/tokens.js'

const PUBLIC_URL = 'https://columna.example.org'
const ISSUER = 'https://soak.example.org'

/** What a service is given so that registered clients alone may call and all is kept in a file, and how they call. */
export interface Guard {
  environment: Readonly<Record<string, string>>
  /** A request with a token of its own. */
  signed: (call: FuzzCall) => Promise<FuzzCall>
  /** Bytes of the file and of what is beside it. */
  bytes: () => number
  remove: () => void
}

/** A client with a key, and a folder for the store. */
export async function createGuard(): Promise<Guard> {
  const home = mkdtempSync(join(tmpdir(), 'columna-soak-'))
  const key = await makeKey('soak')
  const [trust, store] = [join(home, 'trust.json'), join(home, 'columna.db')]
  const client = { name: 'soak', iss: ISSUER, alg: [key.alg], jwks: { keys: [key.publicKey] }, fhirServers: ['http://127.0.0.1:*'] }
  writeFileSync(trust, JSON.stringify({ clients: [client] }))
  return {
    environment: {
      CDS_TRUST: trust,
      CDS_PUBLIC_URL: PUBLIC_URL,
      CDS_STORE: `file:${store}`,
      CDS_PATIENT_KEY: randomBytes(32).toString('base64'),
    },
    async signed(call) {
      if (call.raw !== undefined || call.method !== 'POST') return call
      const authorization = `Bearer ${await tokenFor(key, ISSUER, PUBLIC_URL)}`
      return { ...call, headers: { ...call.headers, authorization } }
    },
    bytes: () => ['', '-wal'].reduce((sum, end) => sum + (statSync(`${store}${end}`, { throwIfNoEntry: false })?.size ?? 0), 0),
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeKey, tokenFor, type ClientKey } from '../support/tokens.js'
import { load, medianRound, warm, type Round, type Target } from './load.js'
import { firstAnswer, startServer, type RunningServer } from './servers.js'

/** What clients call the service; it listens at another address, as behind a proxy. */
const PUBLIC_URL = 'https://columna.example.org'
const ISSUER = (algorithm: string): string => `https://${algorithm.toLowerCase()}.example.org`
const FHIR_SERVER = 'https://ehr.example.org/fhir'
const ALGORITHMS = ['RS384', 'ES384'] as const

/** Requests of a round: each has a token of its own, which is signed beforehand. */
const REQUESTS = 2_000
const CALLERS = 8

/** A call that is measured. */
export interface GuardedCall {
  name: string
  service: string
  body: string
}

/** What who may call and what is kept add to a call of the main thread's time, per algorithm, beside a server that lets anybody in and keeps in memory. */
export async function compareGuarded(calls: readonly GuardedCall[], rounds: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'columna-guarded-'))
  const keys = await Promise.all(ALGORITHMS.map(algorithm => makeKey(`key-${algorithm}`, algorithm)))
  const servers = startServers(home, keys)
  try {
    for (const server of servers) await firstAnswer(`${server.url}/health/ready`, {})
    for (const call of calls) await compare(call, servers, keys, rounds)
  } finally {
    await Promise.all(servers.map(server => server.stop()))
    rmSync(home, { recursive: true, force: true })
  }
}

/** One that lets anybody in and keeps in memory, and one with clients and a file. */
function startServers(home: string, keys: readonly ClientKey[]): readonly [RunningServer, RunningServer] {
  const trust = join(home, 'trust.json')
  const clients = keys.map(({ alg, publicKey }) => ({
    name: alg,
    iss: ISSUER(alg),
    alg: [alg],
    jwks: { keys: [publicKey] },
    fhirServers: [FHIR_SERVER],
  }))
  writeFileSync(trust, JSON.stringify({ clients }))
  const guard = {
    CDS_TRUST: trust,
    CDS_PUBLIC_URL: PUBLIC_URL,
    CDS_STORE: `file:${join(home, 'columna.db')}`,
    CDS_PATIENT_KEY: randomBytes(32).toString('base64'),
  }
  return [startServer('columna', { CDS_FHIR_SERVERS: FHIR_SERVER, CDS_STORE: 'memory' }), startServer('guarded', guard)]
}

async function compare(call: GuardedCall, servers: readonly [RunningServer, RunningServer], keys: readonly ClientKey[], rounds: number) {
  const [open, guarded] = servers
  const path = `/cds-services/${call.service}`
  const body = JSON.stringify({ ...(JSON.parse(call.body) as object), fhirServer: FHIR_SERVER })
  const target = (server: RunningServer): Target => ({ server, url: `${server.url}${path}`, body })
  const signed = async (key: ClientKey): Promise<Target> => {
    const tokens = await mint(key, `${PUBLIC_URL}${path}`)
    return { ...target(guarded), token: () => tokens.pop() ?? '' }
  }
  const measured: Record<string, Round[]> = Object.fromEntries(['open', ...ALGORITHMS].map(name => [name, []]))
  await warm(target(open), CALLERS)
  for (const key of keys) await load(await signed(key), CALLERS, { requests: REQUESTS }, true)
  for (let round = 0; round < rounds; round += 1) {
    measured['open']?.push(await load(target(open), CALLERS, { requests: REQUESTS }, true))
    for (const key of keys) measured[key.alg]?.push(await load(await signed(key), CALLERS, { requests: REQUESTS }, true))
  }
  tell(call.name, measured)
}

const mint = (key: ClientKey, aud: string): Promise<string[]> =>
  Promise.all(Array.from({ length: REQUESTS }, () => tokenFor(key, ISSUER(key.alg), aud)))

function tell(name: string, measured: Readonly<Record<string, readonly Round[]>>): void {
  const open = medianRound(measured['open'] ?? [])
  console.log(`${name}, anybody and in memory: ${open.mainUs.toFixed(0)} us main, ${open.allUs.toFixed(0)} us all, p99 ${open.p99} ms`)
  for (const algorithm of ALGORITHMS) {
    const { mainUs, allUs, p99, refused } = medianRound(measured[algorithm] ?? [])
    console.log(
      `${name}, clients by ${algorithm} and kept in a file: ${mainUs.toFixed(0)} us main (${(mainUs - open.mainUs).toFixed(0)} more), ${allUs.toFixed(0)} us all (${(allUs - open.allUs).toFixed(0)} more), p99 ${p99} ms (${(p99 / open.p99).toFixed(2)} times), ${refused} turned away`,
    )
  }
}

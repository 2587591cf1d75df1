import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CdsError } from '../errors.js'
import { clientCheck, type LetIn } from './calling-client.js'
import { fhirServerList } from './fhir-server-list.js'
import type { ServerEntry, ServerRisk } from './listed-servers.js'
import type { RegisteredClient } from './registered-client.js'
import { spelledSender } from './sender.js'
import type { TrustMemory } from './trust-memory.js'

/** Name of the file that registers clients, where it stands beside the knowledge. */
const TRUST_FILE = 'trust.json'

/** Says in place of a file of clients that another layer checks who calls. */
export const TRUST_OFF = 'off'

/** What a deployment says of who may call. */
export interface TrustOptions {
  /** File that registers clients, or `off`; undefined where it is the one beside the knowledge, if any. */
  trust: string | undefined
  /** Folder of the knowledge. */
  folder: string
  isProduction: boolean
  /** Address of the service, to which tokens are made out. */
  publicUrl: string | undefined
  /** Seconds for which a token is good from when it was made. */
  tokenMaxAge: number
  /** FHIR servers of clients that have none of their own, and of everybody where no clients are registered. */
  fhirServers: readonly ServerEntry[]
  refusedRisks: readonly ServerRisk[]
  /** Languages of the knowledge. */
  languages: readonly string[]
  /** Is told of each token that was forgotten before it expired. */
  onForgotten: () => void
  /** What was remembered before the file of clients changed, if it did. */
  memory?: TrustMemory
}

/** Who may call, and what may be read for them. */
export interface Trust {
  letIn: LetIn
  /** The registered clients as text, by which a change is seen; absent where anybody is let in. */
  written?: string
  /** How many clients are registered; absent where anybody is let in. */
  registeredClients?: number
  /** Names of those that any service answers without cards. */
  inShadow?: readonly string[]
  /** Origins of web pages that may call; absent where all may. */
  origins?: readonly string[]
  /** FHIR servers that may be read for any of them. */
  fhirServers: readonly ServerEntry[]
  /** The client, as a sender, that alone reads a FHIR server; undefined where none does, or several do. Absent where anybody is let in. */
  senderAt?: (fhirServer: string) => string | undefined
  /** Services that clients are registered for. */
  services: readonly string[]
}

/**
 * Whom a deployment lets in: the clients that it registered, else anybody.
 * @throws CdsError CDS_SETTING_INVALID when the file of clients is wrong, or production has none and does not say that another layer checks.
 */
export async function whoMayCall(options: TrustOptions): Promise<Trust> {
  const { trust, folder, isProduction, fhirServers } = options
  const path = trust ?? join(folder, TRUST_FILE)
  if (trust !== TRUST_OFF && (trust !== undefined || existsSync(path))) return registered(path, options)
  if (trust === undefined && isProduction)
    throw wrong(
      'production answers registered clients alone. Name the file that registers them (docs/integrating.md), or say off where a proxy in front checks who calls',
    )
  return { letIn: clientCheck(fhirServerList(fhirServers)), fhirServers, services: [] }
}

/** What checks tokens is loaded only where it is wanted. */
async function registered(path: string, options: TrustOptions): Promise<Trust> {
  const { publicUrl, fhirServers, refusedRisks: refused, languages, tokenMaxAge: maxAge, onForgotten, memory } = options
  if (publicUrl === undefined)
    throw wrong('registered clients need CDS_PUBLIC_URL, the address of this service, to which their tokens are made out')
  const [{ readTrustFile }, { letInRegistered }] = await Promise.all([import('./trust-file.js'), import('./registered-clients.js')])
  const clients = await readTrustFile(path, { refused, languages })
  return {
    letIn: await letInRegistered(clients, { fhirServers, publicUrl, maxAge, onForgotten, memory }),
    written: JSON.stringify(clients),
    registeredClients: clients.length,
    inShadow: clients.filter(({ shadow = false }) => shadow !== false).map(({ name }) => name),
    origins: [...new Set(clients.flatMap(({ origins }) => origins))],
    fhirServers: [...new Set([...fhirServers, ...clients.flatMap(client => client.fhirServers ?? [])])],
    senderAt: sendersByServer(clients, fhirServers),
    services: [...new Set(clients.flatMap(({ services = [], shadow }) => [...services, ...(typeof shadow === 'object' ? shadow : [])]))],
  }
}

/** Tells by a FHIR server whose it is. The tenant is known where all tokens of the client are for one. */
function sendersByServer(clients: readonly RegisteredClient[], usual: readonly ServerEntry[]): (fhirServer: string) => string | undefined {
  const readers = clients.map(({ name, tenant, fhirServers = usual }) => ({
    sender: spelledSender(name, tenant),
    reads: fhirServerList(fhirServers),
  }))
  return fhirServer => {
    const [reader, ...others] = readers.filter(({ reads }) => reads(fhirServer))
    return others.length === 0 ? reader?.sender : undefined
  }
}

const wrong = (why: string): CdsError =>
  new CdsError('CDS_SETTING_INVALID', `Settings are wrong: CDS_TRUST: ${why}.`, [`CDS_TRUST: ${why}`])

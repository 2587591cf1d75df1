import type { FhirServerList } from './fhir-server-list.js'
import type { SmartLink } from './registered-client.js'
import type { UsedToken } from './seen-tokens.js'

/** What is known of a request before anything of its body is read. */
export interface RequestHead {
  method: string
  /** As the client wrote it, without its query. The host that it wrote says nothing: it may be any. */
  path: string
  /** By their names in lower case, as they came. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Address from which it came: of the last proxy, where there is any. */
  address?: string
}

/** A client that was let in. */
export interface Caller {
  /**
   * Whose ids the call speaks in, under which anything is remembered: its FHIR server. Undefined where nobody can tell: then nothing is remembered and nothing
   * remembered is used, since the ids of two sites must not meet.
   */
  nameIn: (call: { readonly fhirServer?: string }) => string | undefined
  /** Name by which it is registered; absent where nobody is. */
  name?: string
  /** By what is kept for it and for no other, with the tenant that it calls for; absent where nobody is registered, and then whoever was shown a card may report on it. */
  sender?: string
  /** FHIR servers that may be read for it; absent where what reads them says so alone. */
  fhirServers?: FhirServerList
  /** Origins of web pages that may call as this client; absent where any may. */
  origins?: ReadonlySet<string>
  /** Services that it may call; absent where it may call all. */
  services?: ReadonlySet<string>
  /** Whether a service works in its shadow: evaluated and recorded, and answered without cards; absent where none does. */
  isInShadow?: (service: string) => boolean
  /** SMART apps that cards of a service link to; absent where there is none. */
  smartLinks?: (service: string) => readonly SmartLink[]
  /** Language of answers where the call prefers none. */
  language?: string
  /** Who asks, where a person signed in to a page of ours: whom the request itself names as its user is then not believed. */
  user?: string
  /** What that person's browser is to keep from now on, where it is something else than before. */
  cookie?: string
  /** The token by which it was let in. Whoever answers the request asks the record first whether another process has seen it. */
  token?: UsedToken
}

/**
 * Lets a client in by the head of its request. What it throws is answered instead of the body being read.
 * @throws CdsError CDS_CLIENT_REFUSED where nobody can tell who calls, or it is nobody who may; CDS_KEYS_UNAVAILABLE where
 *   nobody can tell now; CDS_RATE_EXCEEDED where it calls too often.
 */
export type LetIn = (head: RequestHead) => Promise<Caller>

/**
 * The check of a deployment that has registered no clients. It lets everybody in: a client is known by the listed FHIR
 * server that its call names, in its one spelling.
 * @param fhirServers the list of the deployment.
 */
export const clientCheck = (fhirServers: FhirServerList): LetIn => {
  const caller: Caller = {
    nameIn: ({ fhirServer }) => (fhirServer !== undefined && fhirServers(fhirServer) ? fhirServer : undefined),
    fhirServers,
  }
  return async () => caller
}

import type { JSONWebKeySet } from 'jose'
import type { ServerEntry } from './listed-servers.js'

/** How often a client may call. */
export interface CallRate {
  /** Calls in a minute, evenly spread. */
  perMinute: number
  /** Calls that may come at once. */
  burst?: number
}

/** A SMART app that cards link to, which the client launches. */
export interface SmartLink {
  label: string
  /** Its launch URL as the client registered it, to which the client adds `iss` and `launch`. */
  url: string
  /** Ids of the services whose cards link to it; all where it is not limited. */
  services?: readonly string[]
}

/** A client as trust.json registers it. */
export interface RegisteredClient {
  /** By what name the operator knows it: in logs, and in what is kept for it. */
  name: string
  /** What its tokens say in `iss`, and where it is given in `sub` and `tenant`. */
  iss: string
  sub?: string
  tenant?: string
  /** Its public keys: here, or where they are fetched. */
  jwks?: JSONWebKeySet
  jwksUrl?: string
  /** Networks in which the addresses of that must lie, in CIDR form; usual addresses unless given. */
  jwksNetworks?: readonly string[]
  /** Algorithms by which it may sign. */
  alg: readonly string[]
  /** What its tokens may say in `aud` beside the URL that is called. */
  aud: readonly string[]
  /** FHIR servers that may be read for it; those of the deployment where it has none of its own. */
  fhirServers?: readonly ServerEntry[]
  /** Origins of web pages that may call with its tokens. */
  origins: readonly string[]
  /** Ids of the services that it may call; all where it is not limited. */
  services?: readonly string[]
  /** Language of answers to calls that prefer none. */
  language?: string
  /** SMART apps that its cards link to. */
  smartLinks?: readonly SmartLink[]
  /** How often it may call; as often as it likes where nothing was agreed. */
  rate?: CallRate
  /** Services that it is answered without cards, so that what they would say can be watched first; `true` for all. */
  shadow?: boolean | readonly string[]
}

/** Algorithms that may be agreed, and the keys that each goes with. None is symmetric, and `none` is not among them. */
const KEY_OF_ALGORITHM: Readonly<Record<string, string>> = {
  ES256: 'EC P-256',
  ES384: 'EC P-384',
  ES512: 'EC P-521',
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  EdDSA: 'OKP Ed25519',
}

/** All algorithms that trust.json may name. */
export const ALGORITHMS = Object.keys(KEY_OF_ALGORITHM)

/** Algorithms of a client that names none: those that CDS Hooks recommends. */
export const USUAL_ALGORITHMS = ['ES384', 'RS384']

/** Whether a key can have made a signature of an algorithm. */
export const isKeyFor = (algorithm: string, { kty, crv }: { kty?: string; crv?: string }): boolean =>
  KEY_OF_ALGORITHM[algorithm] === [kty, ...(crv === undefined ? [] : [crv])].join(' ')

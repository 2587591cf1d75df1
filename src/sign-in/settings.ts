/** How people sign in: at an issuer of the site, or at a proxy in front of the service. */
export const WAYS = ['oidc', 'proxy'] as const

/** Whose figures somebody who signed in may read: of the practices that are theirs, or of all. */
export const PRACTICES_SHOWN = ['own', 'all'] as const

/** An OpenID Connect issuer, and how this service is registered there. */
export interface IssuerSettings {
  issuer: string
  clientId: string
  /** Absent where it is registered as a public client. */
  clientSecret?: string | undefined
  scope: string
  /** Groups of which a person must have one; anybody whom the issuer signs in where it is empty. */
  groups: readonly string[]
  /** The claim that names a person's groups. */
  groupsClaim: string
  /** The claim that names a person's practices; undefined where it names none. */
  practicesClaim?: string | undefined
  /** Networks in which the addresses of the issuer must lie; usual addresses unless given. */
  networks?: readonly string[] | undefined
}

/** A proxy that says who asks. */
export interface ProxySettings {
  /** Name of the header, in lower case. */
  header: string
  /** Name of the header that tells the person's practices, in lower case; undefined where none does. */
  practicesHeader?: string | undefined
  /** Networks from which that is believed, in CIDR form. */
  networks: readonly string[]
}

/** What a deployment chose for people who sign in. */
export interface SignInSettings {
  way: { oidc: IssuerSettings } | { proxy: ProxySettings } | undefined
  /** Secret under which sessions are sealed; undefined where there are none. */
  sessionKey: string | undefined
  /** Ids of the services that people may call; all where it is undefined. */
  services: readonly string[] | undefined
  /** Whether whoever signed in may read the figures of every practice, and not of their own alone. */
  isEveryPracticeShown: boolean
  /** Most calls of one person in a minute. */
  perMinute: number
}

/** How people sign in: at an issuer of the site, or at a proxy in front of the service. */
export const WAYS = ['oidc', 'proxy'] as const

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
  /** Networks in which the addresses of the issuer must lie; usual addresses unless given. */
  networks?: readonly string[] | undefined
}

/** A proxy that says who asks. */
export interface ProxySettings {
  /** Name of the header, in lower case. */
  header: string
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
  /** Most calls of one person in a minute. */
  perMinute: number
}

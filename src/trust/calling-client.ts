/** What is known of a request before anything of its body is read. */
export interface RequestHead {
  method: string
  /** Where the client addressed it: scheme, the host that it wrote, path and query. */
  url: string
  /** By their names in lower case, as they came. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** A client that was let in. */
export interface Caller {
  /**
   * By what name anything is remembered for it. Undefined where nobody can tell: then nothing is remembered and nothing
   * remembered is used, since the ids of two sites must not meet.
   */
  nameIn: (call: { readonly fhirServer?: string }) => string | undefined
}

/**
 * Lets a client in by the head of its request. What it throws is answered instead of the body being read.
 * @throws CdsError CDS_CLIENT_REFUSED where nobody can tell who calls, or it is nobody who may.
 */
export type LetIn = (head: RequestHead) => Promise<Caller>

/**
 * The check that the deployment makes. It lets everybody in: until clients are authenticated, a client is known by the
 * listed FHIR server that its call names, in its one spelling.
 * @param isListed whether a FHIR server is on the list of the deployment.
 */
export const clientCheck = (isListed: (url: string) => boolean): LetIn => {
  const caller: Caller = { nameIn: ({ fhirServer }) => (fhirServer !== undefined && isListed(fhirServer) ? fhirServer : undefined) }
  return async () => caller
}

/**
 * Tells who calls, as far as anything is remembered for them: until clients are authenticated, the listed FHIR server
 * that a call names, in its one spelling. Undefined where it names none or another: then nothing is remembered and
 * nothing remembered is used, since the ids of two sites must not meet.
 * @param isListed whether a FHIR server is on the list of the deployment.
 */
export const clientByFhirServer =
  (isListed: (url: string) => boolean) =>
  ({ fhirServer }: { readonly fhirServer?: string }): string | undefined =>
    fhirServer !== undefined && isListed(fhirServer) ? fhirServer : undefined

import { CdsError } from '../errors.js'

/** The refusal of pages that people work in, where nobody said how they sign in. */
export const pagesClosed = (): CdsError =>
  new CdsError(
    'CDS_PAGES_CLOSED',
    'The pages that people work in are closed here, since nobody chose how they sign in. Whoever runs the service sets CDS_SIGN_IN to oidc or proxy (docs/operating.md), and CDS_SESSION_KEY for pages that an EHR opens.',
  )

/** The refusal of who is not signed in, or no longer. */
export const signInRequired = (): CdsError =>
  new CdsError('CDS_SIGN_IN_REQUIRED', 'Nobody is signed in, or no longer. Sign in again, or open the page from the EHR once more.')

/** The refusal of an EHR at which the page is not registered. */
export const notRegisteredThere = (): CdsError =>
  new CdsError(
    'CDS_SIGN_IN_REFUSED',
    'The page is not registered at that FHIR server. Whoever runs the service can list it, with its smartClientId.',
  )

/** The refusal of figures of a practice that is not the reader's own, whether there is such a practice or not. */
export const practiceRefused = (): CdsError =>
  new CdsError(
    'CDS_PRACTICE_REFUSED',
    'Your sign-in does not name this practice as yours, or names none. Whoever runs the service can say whose figures you may read (docs/operating.md, "The practice report").',
  )

/** The refusal of who was signed in by nobody, where a proxy does. */
export const notByProxy = (): CdsError =>
  new CdsError('CDS_SIGN_IN_REFUSED', 'The proxy in front of this service did not say who you are. Open the page at its own address.')

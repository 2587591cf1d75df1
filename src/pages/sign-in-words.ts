/** What a person reads who is not shown a page, and whether they may try to sign in again. */
export interface NotShown {
  title: string
  text: string
  /** What the operator must know, in the words of the settings. */
  forOperator?: string
  signIn?: string
}

type Words = Readonly<Record<string, NotShown>>

const DA: Words = {
  CDS_PAGES_CLOSED: {
    title: 'Arbejdssiderne er lukket her',
    text: 'Det er ikke valgt, hvordan man logger ind på denne installation. Anbefalingerne og patientinformationen kan læses af alle.',
    forOperator:
      'Til driften: sæt CDS_SIGN_IN til oidc eller proxy, og CDS_SESSION_KEY til en hemmelighed på 32 tegn eller flere (docs/operating.md).',
  },
  CDS_SIGN_IN_REFUSED: {
    title: 'Du har ikke adgang til siden',
    text: 'Du er enten ikke blandt dem, der må bruge siden, eller også sagde jeres login ikke, hvem du er. Bed den, der driver tjenesten, om adgang.',
    signIn: 'Log ind som en anden',
  },
  CDS_PRACTICE_REFUSED: {
    title: 'Du kan ikke se tal for denne praksis',
    text: 'Dit login siger ikke, at praksissen er din. Du kan kun se tal for de praksisser, som dit login nævner.',
    forOperator:
      'Til driften: sæt CDS_OIDC_PRACTICES_CLAIM eller CDS_PROXY_PRACTICES_HEADER, eller CDS_QUALITY_PRACTICES til all, hvis alle må se alle (docs/operating.md).',
    signIn: 'Log ind som en anden',
  },
  CDS_SIGN_IN_FAILED: {
    title: 'Login blev ikke gennemført',
    text: 'Det tog for lang tid, blev besvaret to gange eller begyndte i en anden browser.',
    signIn: 'Log ind igen',
  },
  CDS_SIGN_IN_UNAVAILABLE: {
    title: 'Login svarer ikke',
    text: 'Stedets login kan ikke nås lige nu. Anbefalingerne kan læses imens.',
    signIn: 'Prøv igen',
  },
}

const EN: Words = {
  CDS_PAGES_CLOSED: {
    title: 'The pages that people work in are closed here',
    text: 'Nobody has chosen how people sign in to this installation. The recommendations and the patient information can be read by anybody.',
    forOperator:
      'For operators: set CDS_SIGN_IN to oidc or proxy, and CDS_SESSION_KEY to a secret of 32 characters or more (docs/operating.md).',
  },
  CDS_SIGN_IN_REFUSED: {
    title: 'You have no access to this page',
    text: 'Either you are not among those who may use it, or your sign-in did not say who you are. Ask whoever runs the service for access.',
    signIn: 'Sign in as somebody else',
  },
  CDS_PRACTICE_REFUSED: {
    title: 'You cannot see figures of this practice',
    text: 'Your sign-in does not say that the practice is yours. You see figures of the practices that your sign-in names.',
    forOperator:
      'For operators: set CDS_OIDC_PRACTICES_CLAIM or CDS_PROXY_PRACTICES_HEADER, or CDS_QUALITY_PRACTICES to all where everybody may see all (docs/operating.md).',
    signIn: 'Sign in as somebody else',
  },
  CDS_SIGN_IN_FAILED: {
    title: 'The sign-in was not completed',
    text: 'It took too long, was answered twice, or began in another browser.',
    signIn: 'Sign in again',
  },
  CDS_SIGN_IN_UNAVAILABLE: {
    title: 'The sign-in does not answer',
    text: 'The sign-in of your site cannot be reached now. The recommendations can be read meanwhile.',
    signIn: 'Try again',
  },
}

/** What is told where somebody is not shown a page for the reason of an error code; undefined where the reason is another. */
export const notShown = (language: string, code: string): NotShown | undefined => (language === 'da' ? DA : EN)[code]

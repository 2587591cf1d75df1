import type { InLanguages } from './language.js'
import type { Refused } from './service.js'

/** Words that pages for clinicians share. */
interface ClinicWords {
  indicators: Readonly<Record<'info' | 'warning' | 'critical', string>>
  newCard: string
  patient: string
  choosePatient: string
  server: string
  loadingPatients: string
  noPatients: string
  born: (date: string) => string
  tryAgain: string
  signInAgain: string
  signOut: string
  signOutFailed: string
  otherPatient: string
  /** @param what was tried, as in `hente patienterne`. */
  refused: (what: string, why: Refused) => string
  fetchPatients: string
  fetchSettings: string
  fetchRecord: string
  noServers: string
  leave: (count: number) => string
  toAdvice: string
  /** In place of advice that could not be had. */
  noAdviceHere: string
  adviceComes: string
  /** Said beside a form that was not saved. */
  stillHere: string
}

const because = ({ message }: Refused): string => (message === '' ? '' : ` ${message}`)

export const clinicWords: InLanguages<ClinicWords> = {
  da: {
    indicators: { info: 'Information', warning: 'Advarsel', critical: 'Akut' },
    newCard: 'Nyt',
    patient: 'Patient',
    choosePatient: 'Vælg en patient',
    server: 'FHIR-server',
    loadingPatients: 'Patienterne hentes …',
    noPatients: 'Serveren har ingen patienter. Vælg en anden server.',
    born: date => `født ${date}`,
    tryAgain: 'Prøv igen',
    signInAgain: 'Log ind igen',
    signOut: 'Log ud',
    signOutFailed: 'Du er stadig logget ind. Det lykkedes ikke at logge ud; prøv igen.',
    otherPatient: 'Anden patient',
    refused: (what, why) =>
      why.status === 0
        ? `Det lykkedes ikke at ${what}: der kom intet svar. Se efter, om tjenesten kører, og prøv igen.`
        : `Det lykkedes ikke at ${what} (${why.code ?? why.status}).${because(why)}`,
    fetchPatients: 'hente patienterne',
    fetchSettings: 'hente sidens indstillinger',
    fetchRecord: 'hente patientens data',
    noServers: 'Tjenesten har ingen FHIR-server, som siden må læse. Sæt CDS_FHIR_SERVERS, eller start demonstrationen.',
    leave: count =>
      `${count === 1 ? 'Et svar er ikke gemt' : `${count} svar er ikke gemt`}. Gå videre og slet ${count === 1 ? 'det' : 'dem'}?`,
    toAdvice: 'Se rådene',
    noAdviceHere: 'Rådene kunne ikke hentes.',
    adviceComes: 'Rådene hentes …',
    stillHere: 'Svarene står stadig her på siden og er ikke gemt. Prøv at gemme igen.',
  },
  en: {
    indicators: { info: 'Information', warning: 'Warning', critical: 'Urgent' },
    newCard: 'New',
    patient: 'Patient',
    choosePatient: 'Choose a patient',
    server: 'FHIR server',
    loadingPatients: 'Loading the patients …',
    noPatients: 'The server has no patients. Choose another server.',
    born: date => `born ${date}`,
    tryAgain: 'Try again',
    signInAgain: 'Sign in again',
    signOut: 'Sign out',
    signOutFailed: 'You are still signed in. Signing out did not succeed; try again.',
    otherPatient: 'Another patient',
    refused: (what, why) =>
      why.status === 0
        ? `Could not ${what}: nobody answered. Check that the service runs, and try again.`
        : `Could not ${what} (${why.code ?? why.status}).${because(why)}`,
    fetchPatients: 'load the patients',
    fetchSettings: 'load the settings of the page',
    fetchRecord: "load the patient's data",
    noServers: 'The service has no FHIR server that this page may read. Set CDS_FHIR_SERVERS, or start the demonstration.',
    leave: count =>
      `${count === 1 ? 'One answer is not saved' : `${count} answers are not saved`}. Go on and delete ${count === 1 ? 'it' : 'them'}?`,
    toAdvice: 'See the advice',
    noAdviceHere: 'The advice could not be loaded.',
    adviceComes: 'Loading the advice …',
    stillHere: 'The answers are still here on the page, and not saved. Try to save again.',
  },
}

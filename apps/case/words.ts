import type { InLanguages } from '../shared/language.js'
import type { FaultOfLaunch } from './launch-fault.js'

/** What is told where a launch came to nothing: what happened, and what to do. */
interface FaultWords {
  happened: string
  toDo: string
}

interface CaseWords {
  title: string
  launching: string
  asking: string
  faults: Readonly<Record<FaultOfLaunch, FaultWords>>
  faultTitle: string
  openEhr: string
  ask: string
  patient: string
  born: (date: string, age: number) => string
  card: string
  cardsNow: string
  whyThis: string
  noCards: string
  notNow: string
  orderUnknown: string
  recommendation: string
  opensNewTab: string
  why: string
  whyNot: string
  answers: Readonly<Record<'yes' | 'no' | 'cannot-tell' | 'error', string>>
  foundIn: string
  restsOn: string
  nothingFound: string
  yes: string
  no: string
  missing: string
  nothingMissing: string
  missingLead: string
  askFor: string
  andMore: (count: number) => string
  notRead: (keys: string) => string
  near: string
  nearLead: string
  noNear: string
  met: (met: number, of: number) => string
  allConditions: string
  seenAt: (time: string) => string
  otherLanguage: { code: string; name: string }
  expired: string
  types: Readonly<Record<string, string>>
}

const AGAIN_DA = 'Åbn siden igen fra patientens journal.'
const AGAIN_EN = "Open the page once more from the patient's record."

export const caseWords: InLanguages<CaseWords> = {
  da: {
    title: 'Hvorfor dette kort?',
    launching: 'Journalen spørges, hvem patienten er …',
    asking: 'Begrundelsen hentes …',
    faultTitle: 'Siden kan ikke vises',
    openEhr: AGAIN_DA,
    faults: {
      'not-launched': {
        happened: 'Siden ved ikke, hvilken patient det drejer sig om: den åbnes fra journalen, ikke for sig selv.',
        toDo: `${AGAIN_DA} En genindlæsning glemmer alt, fordi intet om patienten gemmes.`,
      },
      'not-registered': {
        happened: 'Journalsystemet, som siden blev åbnet fra, er ikke på listen over dem, siden må åbnes fra.',
        toDo: 'Den, der driver tjenesten, kan tilføje det (smartClientId).',
      },
      'no-configuration': {
        happened: 'Journalsystemet fortæller ikke, hvordan man logger ind (.well-known/smart-configuration).',
        toDo: 'Prøv igen om lidt, og sig det ellers til den, der driver tjenesten.',
      },
      'no-pkce': {
        happened: 'Journalsystemet kan ikke den sikre måde at logge ind på, som siden kræver (PKCE med S256).',
        toDo: 'Sig det til den, der driver tjenesten.',
      },
      'not-ours': { happened: 'Svaret fra journalen hører ikke til noget, som denne fane har spurgt om.', toDo: AGAIN_DA },
      'refused-by-ehr': {
        happened: 'Journalsystemet gav ikke adgang til patientens data.',
        toDo: `${AGAIN_DA} Spørg den, der driver journalsystemet, hvis det sker igen.`,
      },
      'no-token': { happened: 'Journalsystemet bekræftede ikke, hvem der åbnede siden.', toDo: AGAIN_DA },
      'no-answer': {
        happened: 'Journalsystemet svarede ikke, eller siden må ikke spørge det.',
        toDo: `${AGAIN_DA} Sker det igen, mangler adressen måske i smartOrigins.`,
      },
      'no-patient': {
        happened: 'Journalen sagde ikke, hvilken patient det drejer sig om.',
        toDo: 'Åbn en patient i journalen, og åbn siden derfra.',
      },
    },
    ask: 'hente begrundelsen',
    patient: 'Patient',
    born: (date, age) => `født ${date} · ${age} år`,
    card: 'Kortet',
    cardsNow: 'Kort, når journalen åbnes nu',
    whyThis: 'Hvorfor dette kort?',
    noCards: 'Der er ingen kort til patienten nu. Nedenfor står, hvad der var tæt på.',
    notNow: 'Kortet ville ikke komme nu. Det kan være, fordi der er kommet nye data, siden det blev vist.',
    orderUnknown:
      'Kortet kom ved en bestilling, som siden ikke kender: det, der afhænger af bestillingen, er besvaret, som om intet var bestilt.',
    recommendation: 'Læs anbefalingen med evidens og kilde',
    opensNewTab: '(åbner i en ny fane)',
    why: 'Derfor kom kortet',
    whyNot: 'Betingelserne nu',
    answers: { yes: 'Ja', no: 'Nej', 'cannot-tell': 'Kan ikke siges', error: 'Fejl' },
    foundIn: 'Fundet i journalen',
    restsOn: 'Bygger på',
    nothingFound: 'intet fundet',
    yes: 'ja',
    no: 'nej',
    missing: 'Det, journalen ikke fortæller',
    nothingMissing: 'Alt, hvad kortet bygger på, er kendt.',
    missingLead: 'Journalen fortæller ikke, om dette gælder. Kortet kunne have sagt mere, hvis det var kendt:',
    askFor: 'Spørg til:',
    andMore: count => `og ${count} mere`,
    notRead: keys => `Ikke læst i journalen: ${keys}. Det kan have ændret svarene.`,
    near: 'Det var tæt på',
    nearLead: 'Andre råd, der næsten gælder for patienten; først dem, hvor noget ikke er kendt.',
    noNear: 'Intet andet råd var tæt på.',
    met: (met, of) => `${met} af ${of} opfyldt`,
    allConditions: 'Alle betingelser',
    seenAt: time => `Set ${time} i patientens data, som de var da. Intet er gemt.`,
    otherLanguage: { code: 'en', name: 'English' },
    expired: 'Adgangen fra journalen er udløbet. Åbn siden igen fra patientens journal.',
    types: {
      Condition: 'Diagnose',
      Observation: 'Måling',
      QuestionnaireResponse: 'Besvaret skema',
      MedicationRequest: 'Ordination',
      MedicationStatement: 'Medicin',
      ServiceRequest: 'Henvisning',
      Procedure: 'Procedure',
      Encounter: 'Kontakt',
      Patient: 'Patient',
      AllergyIntolerance: 'Overfølsomhed',
      DiagnosticReport: 'Svar',
      Task: 'Opgave',
      Appointment: 'Aftale',
      CarePlan: 'Plan',
    },
  },
  en: {
    title: 'Why this card?',
    launching: 'Asking the record who the patient is …',
    asking: 'Loading the reasons …',
    faultTitle: 'The page cannot be shown',
    openEhr: AGAIN_EN,
    faults: {
      'not-launched': {
        happened: 'The page does not know which patient it is about: it is opened from the record, not by itself.',
        toDo: `${AGAIN_EN} Reloading forgets everything, since nothing of a patient is kept.`,
      },
      'not-registered': {
        happened: 'The record system that the page was opened from is not on the list of those that may.',
        toDo: 'Whoever runs the service can add it (smartClientId).',
      },
      'no-configuration': {
        happened: 'The record system does not tell how to sign in (.well-known/smart-configuration).',
        toDo: 'Try again in a moment, else tell whoever runs the service.',
      },
      'no-pkce': {
        happened: 'The record system lacks the safe way to sign in that the page needs (PKCE with S256).',
        toDo: 'Tell whoever runs the service.',
      },
      'not-ours': { happened: 'The answer of the record belongs to nothing that this tab asked.', toDo: AGAIN_EN },
      'refused-by-ehr': {
        happened: "The record system gave no access to the patient's data.",
        toDo: `${AGAIN_EN} Ask whoever runs the record system if it happens again.`,
      },
      'no-token': { happened: 'The record system did not confirm who opened the page.', toDo: AGAIN_EN },
      'no-answer': {
        happened: 'The record system did not answer, or the page may not ask it.',
        toDo: `${AGAIN_EN} If it happens again, its address may be missing in smartOrigins.`,
      },
      'no-patient': {
        happened: 'The record did not say which patient it is about.',
        toDo: 'Open a patient in the record, and the page from there.',
      },
    },
    ask: 'load the reasons',
    patient: 'Patient',
    born: (date, age) => `born ${date} · ${age} years`,
    card: 'The card',
    cardsNow: 'Cards if the record were opened now',
    whyThis: 'Why this card?',
    noCards: 'There are no cards for the patient now. Below stands what was near.',
    notNow: 'The card would not come now. Data may have come since it was shown.',
    orderUnknown: 'The card came for an order that the page does not know: what depends on it is answered as if nothing was ordered.',
    recommendation: 'Read the recommendation with evidence and source',
    opensNewTab: '(opens in a new tab)',
    why: 'Why the card came',
    whyNot: 'The conditions now',
    answers: { yes: 'Yes', no: 'No', 'cannot-tell': 'Cannot be told', error: 'Error' },
    foundIn: 'Found in the record',
    restsOn: 'Rests on',
    nothingFound: 'nothing found',
    yes: 'yes',
    no: 'no',
    missing: 'What the record does not tell',
    nothingMissing: 'All that the card rests on is known.',
    missingLead: 'The record does not tell whether this is so. The card could have said more if it were known:',
    askFor: 'Ask about:',
    andMore: count => `and ${count} more`,
    notRead: keys => `Not read from the record: ${keys}. That may have changed the answers.`,
    near: 'What was near',
    nearLead: 'Other advice that nearly applies to the patient; first where something is not known.',
    noNear: 'No other advice was near.',
    met: (met, of) => `${met} of ${of} met`,
    allConditions: 'All conditions',
    seenAt: time => `Seen ${time} in the patient's data as it was then. Nothing is kept.`,
    otherLanguage: { code: 'da', name: 'Dansk' },
    expired: "The access that the record gave has expired. Open the page once more from the patient's record.",
    types: {
      Condition: 'Diagnosis',
      Observation: 'Measurement',
      QuestionnaireResponse: 'Answered form',
      MedicationRequest: 'Prescription',
      MedicationStatement: 'Medicine',
      ServiceRequest: 'Referral',
      Procedure: 'Procedure',
      Encounter: 'Contact',
      Patient: 'Patient',
      AllergyIntolerance: 'Allergy',
      DiagnosticReport: 'Report',
      Task: 'Task',
      Appointment: 'Appointment',
      CarePlan: 'Plan',
    },
  },
}

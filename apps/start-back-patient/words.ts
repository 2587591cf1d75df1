import type { InLanguages } from '../shared/language.js'

interface PatientWords {
  noWording: string
  noWordingWhat: string
  begin: string
  about: (count: number) => string
  place: (at: number, of: number) => string
  back: string
  skip: string
  review: string
  reviewLead: string
  notAnswered: string
  change: string
  changeOf: (question: string) => string
  send: string
  sending: string
  done: string
  thanks: string
  sent: string
  handBack: string
  showAnswers: string
  next: string
  used: string
  usedWhat: string
  notSent: (why: string) => string
  noCrypto: string
  again: string
  stillThere: string
  goOn: string
  ready: string
  readyLead: string
  loadFailed: string
}

export const patientWords: InLanguages<PatientWords> = {
  da: {
    noWording: 'Skemaet kan ikke besvares her endnu',
    noWordingWhat:
      'Klinikken har ikke lagt skemaets validerede ordlyd ind. Aflever skærmen til klinikken. Til klinikken: indstillingen CDS_START_BACK_WORDING navngiver filen med ordlyden, og driftsvejledningen fortæller, hvordan den ser ud.',
    begin: 'Begynd',
    about: count => `${count} spørgsmål, ét ad gangen. Du kan springe over og gå tilbage.`,
    place: (at, of) => `Spørgsmål ${at} af ${of}`,
    back: 'Tilbage',
    skip: 'Spring over',
    review: 'Dine svar',
    reviewLead: 'Se svarene igennem. Du kan rette dem, før du er færdig.',
    notAnswered: 'Ikke besvaret',
    change: 'Ret',
    changeOf: question => `Ret svaret på: ${question}`,
    send: 'Send svarene',
    sending: 'Sender …',
    done: 'Færdig',
    thanks: 'Tak for dine svar',
    sent: 'Svarene er sendt til klinikken. Du kan lukke siden.',
    handBack: 'Aflever skærmen til klinikken.',
    showAnswers: 'Vis svarene til klinikken',
    next: 'Næste patient',
    used: 'Linket virker ikke længere',
    usedWhat: 'Det er brugt eller udløbet. Bed klinikken om et nyt.',
    notSent: why => `Svarene blev ikke sendt.${why === '' ? ' Der er ingen forbindelse.' : ` ${why}`} De står her endnu. Prøv igen.`,
    noCrypto: 'Browseren kan ikke forsegle svarene. Siden skal åbnes med https.',
    again: 'Prøv igen',
    stillThere: 'Er du der stadig? Svarene slettes om lidt.',
    goOn: 'Jeg er her',
    ready: 'Klar til næste patient',
    readyLead: 'Tryk på Begynd, når du sidder med skærmen.',
    loadFailed: 'Siden kunne ikke hentes. Se efter, om der er forbindelse, og prøv igen.',
  },
  en: {
    noWording: 'The questionnaire cannot be answered here yet',
    noWordingWhat:
      'The clinic has not installed the validated wording. Hand the screen back to the clinic. To the clinic: the setting CDS_START_BACK_WORDING names the file with the wording, and the operating guide tells what it looks like.',
    begin: 'Begin',
    about: count => `${count} questions, one at a time. You can skip and go back.`,
    place: (at, of) => `Question ${at} of ${of}`,
    back: 'Back',
    skip: 'Skip',
    review: 'Your answers',
    reviewLead: 'Look through your answers. You can change them before you finish.',
    notAnswered: 'Not answered',
    change: 'Change',
    changeOf: question => `Change the answer to: ${question}`,
    send: 'Send the answers',
    sending: 'Sending …',
    done: 'Finish',
    thanks: 'Thank you for your answers',
    sent: 'The answers are sent to the clinic. You can close this page.',
    handBack: 'Hand the screen back to the clinic.',
    showAnswers: 'Show the answers to the clinic',
    next: 'Next patient',
    used: 'The link no longer works',
    usedWhat: 'It was used or has expired. Ask the clinic for a new one.',
    notSent: why => `The answers were not sent.${why === '' ? ' There is no connection.' : ` ${why}`} They still stand here. Try again.`,
    noCrypto: 'The browser cannot seal the answers. The page must be opened with https.',
    again: 'Try again',
    stillThere: 'Are you still there? The answers are about to be deleted.',
    goOn: 'I am here',
    ready: 'Ready for the next patient',
    readyLead: 'Press Begin when you have the screen.',
    loadFailed: 'The page could not be loaded. Check the connection and try again.',
  },
}

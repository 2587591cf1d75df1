import type { InLanguages } from '../shared/language.js'

/** Words about links to the form and the ways around them, which a page needs only below the form. */
interface LinkWords {
  links: string
  linksLead: string
  linksOtherwise: string
  noWording: string
  newLink: string
  makeLink: string
  link: (place: number) => string
  made: (at: string, until: string) => string
  open: string
  answered: string
  fetch: string
  fetchAnswers: string
  wrongForm: string
  chooseForLink: string
  othersLinks: string
  choose: (name: string) => string
  savedOpen: string
  discardLink: string
  discardAnswers: (place: number) => string
  codeWhat: string
  codeLead: string
  code: string
  codeNote: (at: string, until: string, page: string, code: string) => string
  copyCode: string
  codeCopied: string
  pasteCode: string
  pasteHint: string
  takeUp: string
  codeUnreadable: string
  codeOfOther: string
  fetchLink: string
  copy: string
  copied: string
  printLink: string
  openHere: string
  discard: string
  qr: string
  paper: string
  waitingRoom: string
  sheetTitle: string
  sheetSteps: readonly string[]
  sheetUntil: (until: string) => string
}

export const linkWords: InLanguages<LinkWords> = {
  da: {
    links: 'Lad patienten svare',
    linksLead: 'Patienten svarer på sin egen telefon eller på en skærm i klinikken. Linket gælder i syv dage og til én besvarelse.',
    linksOtherwise: 'Uden link kan patienten svare på en skærm i venteværelset; svarene bliver på skærmen, til du har set dem.',
    noWording:
      'Patienter kan først svare selv, når klinikken har lagt den validerede ordlyd ind (CDS_START_BACK_WORDING). Emneordene her er for klinikere og kan ikke vises til patienter.',
    newLink: 'Lav et link',
    makeLink: 'lave et link',
    link: place => `Link ${place}`,
    made: (at, until) => `lavet ${at}, gælder til ${until}`,
    open: 'Venter på svar',
    answered: 'Besvaret',
    fetch: 'Hent svarene',
    fetchAnswers: 'hente svarene',
    wrongForm: 'Svarene kan ikke læses med linkets nøgle, eller de er til et andet skema. Lav et nyt link.',
    chooseForLink: 'Vælg patienten først: et link hører til den patient, det er lavet til.',
    othersLinks: 'Links til andre patienter',
    choose: name => `Vælg ${name}`,
    savedOpen: 'Gemt i journalen, men linket er ikke lukket endnu',
    discardLink: 'lukke linket',
    discardAnswers: place => `Svarene fra link ${place} er ikke gemt i journalen. Luk linket og slet svarene?`,
    codeWhat: 'Hent svarene senere eller på en anden computer',
    codeLead:
      'Linket kan kun læses i denne fane. Kopiér teksten til patientens journal, så kan svarene også hentes, når fanen er lukket. Koden er fortrolig: giv den ikke til andre.',
    code: 'Tekst til journalen',
    codeNote: (at, until, page, code) =>
      `STarT Back: patienten fik et link ${at}, som gælder til ${until}. Hent svarene: åbn ${page} med denne patient, og indsæt koden.\n${code}`,
    copyCode: 'Kopiér teksten til journalen',
    codeCopied: 'Teksten er kopieret',
    pasteCode: 'Hentekode fra journalen',
    pasteHint: 'Indsæt koden eller hele teksten fra journalen.',
    takeUp: 'Find linket',
    codeUnreadable: 'Her er ingen hel hentekode. Kopiér hele teksten fra journalen, og indsæt den igen.',
    codeOfOther:
      'Hentekoden hører til en anden patient end den, der er valgt. Der er ikke hentet noget. Vælg den patient, i hvis journal koden står, og indsæt den igen.',
    fetchLink: 'finde linket',
    copy: 'Kopiér linket',
    copied: 'Linket er kopieret',
    printLink: 'Udskriv ark med koden',
    openHere: 'Åbn på denne skærm',
    discard: 'Luk linket',
    qr: 'QR-kode til skemaet',
    paper: 'Udskriv skema på papir',
    waitingRoom: 'Åbn skærm til venteværelset',
    sheetTitle: 'Spørgeskema før din tid',
    sheetSteps: [
      'Åbn kameraet på din telefon, og peg på koden.',
      'Tryk på linket, og besvar spørgsmålene ét ad gangen.',
      'Send svarene. De kan kun læses i klinikken.',
    ],
    sheetUntil: until => `Koden gælder til ${until} og kan bruges én gang.`,
  },
  en: {
    links: 'Let the patient answer',
    linksLead: 'The patient answers on their own phone or on a screen of the clinic. The link is good for seven days and one answer.',
    linksOtherwise:
      'Without a link the patient can answer on a screen in the waiting room; the answers stay on that screen until you have seen them.',
    noWording:
      'Patients can answer once the clinic has installed the validated wording (CDS_START_BACK_WORDING). The labels here are for clinicians and cannot be shown to patients.',
    newLink: 'Make a link',
    makeLink: 'make a link',
    link: place => `Link ${place}`,
    made: (at, until) => `made ${at}, good until ${until}`,
    open: 'Waiting for answers',
    answered: 'Answered',
    fetch: 'Fetch the answers',
    fetchAnswers: 'fetch the answers',
    wrongForm: 'The answers cannot be read with the key of the link, or they are of another form. Make a new link.',
    chooseForLink: 'Choose the patient first: a link belongs to the patient it is made for.',
    othersLinks: 'Links of other patients',
    choose: name => `Choose ${name}`,
    savedOpen: 'Saved in the record, but the link is not closed yet',
    discardLink: 'close the link',
    discardAnswers: place => `The answers of link ${place} are not saved in the record. Close the link and delete the answers?`,
    codeWhat: 'Fetch the answers later or on another computer',
    codeLead:
      "The link can be read in this tab alone. Copy the text into the patient's record, and the answers can be fetched when the tab is closed as well. The code is confidential: give it to nobody else.",
    code: 'Text for the record',
    codeNote: (at, until, page, code) =>
      `STarT Back: the patient was given a link ${at}, good until ${until}. To fetch the answers: open ${page} with this patient, and paste the code.\n${code}`,
    copyCode: 'Copy the text for the record',
    codeCopied: 'The text is copied',
    pasteCode: 'Retrieval code from the record',
    pasteHint: 'Paste the code, or the whole text from the record.',
    takeUp: 'Find the link',
    codeUnreadable: 'There is no whole retrieval code here. Copy the whole text from the record and paste it again.',
    codeOfOther:
      'The retrieval code belongs to another patient than the one who is chosen. Nothing was fetched. Choose the patient in whose record the code stands, and paste it again.',
    fetchLink: 'find the link',
    copy: 'Copy the link',
    copied: 'The link is copied',
    printLink: 'Print a sheet with the code',
    openHere: 'Open on this screen',
    discard: 'Close the link',
    qr: 'QR code of the form',
    paper: 'Print the form on paper',
    waitingRoom: 'Open the screen for the waiting room',
    sheetTitle: 'A questionnaire before your appointment',
    sheetSteps: [
      'Open the camera of your phone and point it at the code.',
      'Press the link and answer the questions one at a time.',
      'Send the answers. They can be read in the clinic only.',
    ],
    sheetUntil: until => `The code is good until ${until} and can be used once.`,
  },
}

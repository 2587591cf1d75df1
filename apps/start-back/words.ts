import type { InLanguages } from '../shared/language.js'

interface StartBackWords {
  title: string
  lead: string
  chooseFirst: string
  loading: string
  form: string
  missing: (count: number) => string
  whole: string
  score: string
  inRecord: string
  withAnswers: string
  total: string
  subscore: string
  of: (value: number, most: number) => string
  risks: Readonly<Record<string, string>>
  incomplete: string
  /** Beside a group that the missing answers cannot change. */
  incompleteSame: (items: readonly string[]) => string
  scoring: string
  noScore: string
  advice: string
  getAdvice: string
  save: string
  saving: string
  saved: (where: string) => string
  unsaved: string
  clear: string
  saveForm: string
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
  fetched: (place: number) => string
  fetchAnswers: string
  wrongForm: string
  replaceAnswers: (unsaved: number, place: number) => string
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

export const startBackWords: InLanguages<StartBackWords> = {
  da: {
    title: 'STarT Back',
    lead: 'Tast patientens svar, eller lad patienten svare selv. Tjenesten regner scoren ud for hvert svar.',
    chooseFirst: 'Vælg en patient for at begynde.',
    loading: 'Patientens data hentes …',
    form: 'Svar',
    missing: count => (count === 1 ? '1 emne mangler' : `${count} emner mangler`),
    whole: 'Alle emner er besvaret',
    score: 'Risikogruppe',
    inRecord: 'Efter journalen',
    withAnswers: 'Med svarene her, endnu ikke gemt',
    total: 'Samlet score',
    subscore: 'Delscore, psykosocial',
    of: (value, most) => `${value} af ${most}`,
    risks: { low: 'Lav risiko', medium: 'Middel risiko', high: 'Høj risiko' },
    incomplete: 'Svarene rækker ikke til en gruppe endnu.',
    incompleteSame: items =>
      `Skemaet er ufuldstændigt: ${items.length === 1 ? 'spørgsmål' : 'spørgsmålene'} ${items.join(', ')} mangler. Gruppen er den samme, uanset hvad der svares.`,
    scoring: 'Scoren regnes ud …',
    noScore: 'Tjenesten viser ingen gruppe for patienten lige nu.',
    advice: 'Råd',
    getAdvice: 'regne scoren ud',
    save: 'Gem i journalen',
    saving: 'Gemmer …',
    saved: where => `Skemaet er gemt i journalen som ${where}.`,
    unsaved: 'Svarene er ikke gemt',
    clear: 'Ryd svar',
    saveForm: 'gemme skemaet',
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
    fetched: place => `Svarene fra link ${place} står i skemaet. Se dem igennem, og gem.`,
    fetchAnswers: 'hente svarene',
    wrongForm: 'Svarene kan ikke læses med linkets nøgle, eller de er til et andet skema. Lav et nyt link.',
    replaceAnswers: (unsaved, place) =>
      `${unsaved === 1 ? 'Et svar i skemaet er ikke gemt' : `${unsaved} svar i skemaet er ikke gemt`}. Skal svarene fra link ${place} træde i stedet?`,
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
    title: 'STarT Back',
    lead: "Put in the patient's answers, or let the patient answer. The service works out the score with each answer.",
    chooseFirst: 'Choose a patient to begin.',
    loading: "Loading the patient's data …",
    form: 'Answers',
    missing: count => (count === 1 ? '1 item is missing' : `${count} items are missing`),
    whole: 'All items are answered',
    score: 'Risk group',
    inRecord: 'By the record',
    withAnswers: 'With the answers here, not saved yet',
    total: 'Total score',
    subscore: 'Psychosocial sub-score',
    of: (value, most) => `${value} of ${most}`,
    risks: { low: 'Low risk', medium: 'Medium risk', high: 'High risk' },
    incomplete: 'The answers do not make a group yet.',
    incompleteSame: items =>
      `The form is incomplete: ${items.length === 1 ? 'item' : 'items'} ${items.join(', ')} missing. The group is the same whatever is answered.`,
    scoring: 'Working out the score …',
    noScore: 'The service shows no group for the patient right now.',
    advice: 'Advice',
    getAdvice: 'work out the score',
    save: 'Save in the record',
    saving: 'Saving …',
    saved: where => `The form is saved in the record as ${where}.`,
    unsaved: 'The answers are not saved',
    clear: 'Clear answers',
    saveForm: 'save the form',
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
    fetched: place => `The answers of link ${place} stand in the form. Look them over, and save.`,
    fetchAnswers: 'fetch the answers',
    wrongForm: 'The answers cannot be read with the key of the link, or they are of another form. Make a new link.',
    replaceAnswers: (unsaved, place) =>
      `${unsaved === 1 ? 'One answer in the form is not saved' : `${unsaved} answers in the form are not saved`}. Put the answers of link ${place} in their place?`,
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

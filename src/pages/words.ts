import type { Measure } from '../engine/model/evidence.js'
/** What the pages themselves say, in one language. */
export interface PageWords {
  service: string
  skip: string
  languageName: string
  otherLanguage: string
  index: string
  indexLead: string
  search: string
  searchLabel: string
  byDocument: string
  byHook: string
  review: string
  found: (count: number) => string
  nothingFound: string
  withoutDocument: string
  draft: string
  hooks: Readonly<Record<string, string>>
  recommendation: string
  confidence: string
  notGraded: string
  notGradedMeaning: string
  notStated: string
  notStatedMeaning: string
  appliesWhen: string
  shownWhen: string
  lines: string
  lineWhen: string
  elsewhere: string
  suggestions: string
  suggestionsLead: string
  evidence: string
  rationale: string
  source: string
  sources: string
  section: string
  openDocument: string
  point: string
  points: string
  version: string
  printing: string
  placeholder: string
  scrollable: string
  leaflet: string
  outcome: string
  effect: string
  participants: string
  plot: string
  certainty: string
  noEffect: string
  favours: string
  relevant: string
  interval: (low: string, high: string) => string
  measures: Readonly<Record<Measure, string>>
  notFoundTitle: string
  notFound: string
  wrongTitle: string
  toIndex: string
  action: string
  conditions: string
  cases: string
  yes: string
  no: string
  cannotTell: string
  reviewLead: string
  noRecord: string
  lastRun: (passed: number, all: number) => string
  always: string
  /** What stands for a group of actions, which has no words of its own. */
  group: string
  footer: string
}

const DANISH: PageWords = {
  service: 'Columna',
  skip: 'Gå til indholdet',
  languageName: 'Dansk',
  otherLanguage: 'English',
  index: 'Retningslinjer',
  indexLead: 'Alle anbefalinger, som beslutningsstøtten bygger på, med grad, kilde og evidens.',
  search: 'Søg',
  searchLabel: 'Søg i titler, tekster og beslutningspunkter',
  byDocument: 'Efter dokument',
  byHook: 'Efter hændelse og bestilling',
  review: 'Gennemsyn for fagansvarlige',
  found: count => (count === 1 ? '1 anbefaling' : `${count} anbefalinger`),
  nothingFound: 'Ingen anbefaling indeholder alle ordene. Prøv færre eller kortere ord.',
  withoutDocument: 'Uden kildedokument',
  draft: 'Udkast: ikke godkendt til klinisk brug.',
  hooks: {
    'patient-view': 'Når journalen åbnes',
    'encounter-start': 'Når en kontakt begynder',
    'encounter-discharge': 'Når en kontakt slutter',
    'order-select': 'Når en bestilling vælges',
    'order-sign': 'Når en bestilling underskrives',
    'order-dispatch': 'Når en bestilling sendes',
    'appointment-book': 'Når en tid bestilles',
  },
  recommendation: 'Anbefaling',
  confidence: 'Tillid til evidensen',
  notGraded: 'Ikke graderet',
  notGradedMeaning: 'Dokumentet graderer ikke evidensen bag dette.',
  notStated: 'Ikke oplyst',
  notStatedMeaning: 'Dokumentet oplyser ikke, hvor sikker evidensen er.',
  appliesWhen: 'Gælder når',
  shownWhen: 'Vises',
  lines: 'Det siger anbefalingen',
  lineWhen: 'Når',
  elsewhere: 'Hvad andre dokumenter siger',
  suggestions: 'Det kan kortet foreslå',
  suggestionsLead: 'Kladder, som brugeren selv vælger og underskriver.',
  evidence: 'Evidens',
  rationale: 'Begrundelse',
  source: 'Kilde',
  sources: 'Kilder',
  section: 'Afsnit',
  openDocument: 'Åbn udgiverens side',
  point: 'Beslutningspunkt',
  points: 'Beslutningspunkter',
  version: 'Version',
  printing: 'Siden kan udskrives på A4 med browserens Udskriv.',
  placeholder: 'Tekst i ‹ › udfyldes med patientens egne oplysninger på kortet.',
  scrollable: 'Tabel, kan rulles vandret',
  leaflet: 'Information til patienter',
  outcome: 'Udfald',
  effect: 'Effekt (95 % KI)',
  participants: 'Patienter / studier',
  plot: 'Figur',
  certainty: 'Tillid',
  noEffect: 'Lodret streg: ingen forskel.',
  favours: 'Tonet side: til fordel for det først nævnte.',
  relevant: 'Stiplet streg: mindste relevante forskel.',
  interval: (low, high) => `${low} til ${high}`,
  measures: {
    MD: 'Forskel i middelværdi (MD)',
    SMD: 'Standardiseret forskel (SMD)',
    RR: 'Relativ risiko (RR)',
    OR: 'Odds ratio (OR)',
    HR: 'Hazard ratio (HR)',
    RD: 'Risikoforskel (RD)',
    'median-difference': 'Forskel i median',
    text: 'Uden samlet tal',
  },
  notFoundTitle: 'Siden findes ikke',
  notFound: 'Der er ingen retningslinje, intet beslutningspunkt og ingen patientinformation på denne adresse.',
  wrongTitle: 'Siden kan ikke vises',
  toIndex: 'Se alle retningslinjer',
  action: 'Handling',
  conditions: 'Betingelser',
  cases: 'Cases',
  yes: 'ja',
  no: 'nej',
  cannotTell: 'kan ikke afgøres',
  reviewLead:
    'Hver plan som beslutningstabel: beslutningspunkt, handling, betingelser og antal kliniske cases, der svarer ja, nej eller kan ikke afgøres.',
  noRecord: 'Der er ingen optegnelse over kliniske cases i vidensmappen.',
  lastRun: (passed, all) => `Seneste kørsel: ${passed} af ${all} cases svarede som ventet.`,
  always: 'Altid.',
  group: 'Fælles betingelser for de næste rækker',
  footer: 'Siden indeholder ingen patientoplysninger og er ens for alle.',
}

const ENGLISH: PageWords = {
  service: 'Columna',
  skip: 'Skip to content',
  languageName: 'English',
  otherLanguage: 'Dansk',
  index: 'Guidelines',
  indexLead: 'Every recommendation that the decision support rests on, with grade, source and evidence.',
  search: 'Search',
  searchLabel: 'Search titles, texts and decision points',
  byDocument: 'By document',
  byHook: 'By event and order',
  review: 'Review for clinical owners',
  found: count => (count === 1 ? '1 recommendation' : `${count} recommendations`),
  nothingFound: 'No recommendation holds all the words. Try fewer or shorter words.',
  withoutDocument: 'Without a source document',
  draft: 'Draft: not approved for clinical use.',
  hooks: {
    'patient-view': 'When the record is opened',
    'encounter-start': 'When a contact begins',
    'encounter-discharge': 'When a contact ends',
    'order-select': 'When an order is selected',
    'order-sign': 'When an order is signed',
    'order-dispatch': 'When an order is dispatched',
    'appointment-book': 'When an appointment is booked',
  },
  recommendation: 'Recommendation',
  confidence: 'Confidence in the evidence',
  notGraded: 'Not graded',
  notGradedMeaning: 'The document does not grade the evidence behind this.',
  notStated: 'Not stated',
  notStatedMeaning: 'The document does not say how certain the evidence is.',
  appliesWhen: 'Applies when',
  shownWhen: 'Shown',
  lines: 'What the recommendation says',
  lineWhen: 'When',
  elsewhere: 'What other documents say',
  suggestions: 'What the card can suggest',
  suggestionsLead: 'Drafts that the user chooses and signs.',
  evidence: 'Evidence',
  rationale: 'Rationale',
  source: 'Source',
  sources: 'Sources',
  section: 'Section',
  openDocument: "Open the publisher's page",
  point: 'Decision point',
  points: 'Decision points',
  version: 'Version',
  printing: "The page can be printed on A4 with the browser's Print.",
  placeholder: "Text in ‹ › is filled with the patient's own data on the card.",
  scrollable: 'Table, can be scrolled sideways',
  leaflet: 'Information for patients',
  outcome: 'Outcome',
  effect: 'Effect (95 % CI)',
  participants: 'Patients / studies',
  plot: 'Figure',
  certainty: 'Confidence',
  noEffect: 'Vertical line: no difference.',
  favours: 'Tinted side: in favour of what is named first.',
  relevant: 'Dashed line: smallest relevant difference.',
  interval: (low, high) => `${low} to ${high}`,
  measures: {
    MD: 'Mean difference (MD)',
    SMD: 'Standardised mean difference (SMD)',
    RR: 'Risk ratio (RR)',
    OR: 'Odds ratio (OR)',
    HR: 'Hazard ratio (HR)',
    RD: 'Risk difference (RD)',
    'median-difference': 'Difference in medians',
    text: 'Without a pooled figure',
  },
  notFoundTitle: 'There is no such page',
  notFound: 'There is no guideline, decision point or patient information at this address.',
  wrongTitle: 'The page cannot be shown',
  toIndex: 'See all guidelines',
  action: 'Action',
  conditions: 'Conditions',
  cases: 'Cases',
  yes: 'yes',
  no: 'no',
  cannotTell: 'cannot tell',
  reviewLead:
    'Every plan as a decision table: decision point, action, conditions and the number of clinical cases that answer yes, no or cannot tell.',
  noRecord: 'The knowledge folder holds no record of clinical cases.',
  lastRun: (passed, all) => `Last run: ${passed} of ${all} cases answered as expected.`,
  always: 'Always.',
  group: 'Conditions that the next rows share',
  footer: 'The page holds no patient data and is the same for everybody.',
}

const WORDS: Readonly<Record<string, PageWords>> = { da: DANISH, en: ENGLISH }

/** The pages' own words in a language, English where they have none in it. */
export const pageWords = (language: string): PageWords => WORDS[language] ?? ENGLISH

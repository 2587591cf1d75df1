/** The few words of a card's frame. What a card says of patients stands in the knowledge, not here. */
export interface CardWords {
  quality: string
  notGraded: string
  /** Of a graded recommendation whose document does not say how certain the evidence is. */
  notStated: string
  /** The direction of a recommendation that advises not to. */
  against: string
  /** Names the page that tells all of a recommendation. */
  page: string
  notRead: string
  /** A kind of data of which a part could not be used. */
  partOf: (label: string) => string
  /** A question whose answer could not be used. */
  answerTo: (question: string) => string
  /** A question that was answered both yes and no, of which the yes counts. */
  bothAnswers: (question: string) => string
  /** A form of this kind of data that does not say which it is, and whose answers count. */
  unnamedForm: (label: string) => string
  /** The orders that a hook brings. */
  drafts: string
  /** Summary of the card that says that data was read only in part, and what that means for its reader. */
  partlyRead: (labels: string) => string
  partlyReadDetail: string
  /** Summary of the card that says what could not be decided. */
  undecided: (names: string) => string
  /** Its one line, where the data stood in the way. */
  undecidedByFault: string
  /** Its one line, where the time ran out. */
  undecidedInTime: string
  /** Its one line, where both were the case. */
  undecidedByEither: string
  /** A name that may be half a sentence itself. */
  quoted: (name: string) => string
  /** Joins the last two of several names. */
  and: string
  /** What is not named of a long list. */
  others: (count: number) => string
  /** A count of days, which may have grown since by nothing but the calendar; asked of patients' words too, so that it never looks back. */
  countedDays: RegExp
}

const WORDS: Readonly<Record<string, CardWords>> = {
  da: {
    quality: 'evidens',
    notGraded: 'ikke graderet',
    notStated: 'evidens ikke oplyst',
    against: 'imod',
    page: 'Anbefaling og evidens',
    notRead: 'Kunne ikke læses og er ikke medregnet',
    partOf: label => `dele af ${label}`,
    answerTo: question => `svaret på »${question}« (regnes som ikke spurgt)`,
    bothAnswers: question => `et af svarene på »${question}« (besvaret både ja og nej; ja tæller)`,
    unnamedForm: label => `navnet på et skema blandt ${label} (svarene tæller)`,
    drafts: 'bestillinger i kladde',
    partlyRead: labels => `Ikke alle ${labels} kunne læses`,
    partlyReadDetail: 'Det, der kunne læses, giver ingen kort; det resterende kan ændre det. Se efter i journalen.',
    undecided: names => `Kunne ikke afgøres: ${names}`,
    undecidedByFault: 'En oplysning i journalen kunne ikke bruges i beregningen; det er ikke et nej, så vurdér det selv.',
    undecidedInTime: 'Systemet var for længe om det (en sag for driften); det er ikke et nej, så vurdér det selv, eller åbn igen.',
    undecidedByEither:
      'En oplysning i journalen kunne ikke bruges, eller systemet var for længe om det (en sag for driften); det er ikke et nej, så vurdér det selv, eller åbn igen.',
    quoted: name => `»${name}«`,
    and: 'og',
    others: count => (count === 1 ? '1 anden' : `${count} andre`),
    countedDays: /(?<!\p{L})dag \d{1,6}(?!\d)|(?<!\d)\d{1,6} dage?(?!\p{L})/giu,
  },
  en: {
    quality: 'evidence',
    notGraded: 'not graded',
    notStated: 'evidence not stated',
    against: 'against',
    page: 'Advice and evidence',
    notRead: 'Could not be read and is not taken into account',
    partOf: label => `parts of ${label}`,
    answerTo: question => `the answer to “${question}” (counts as not asked)`,
    bothAnswers: question => `one of the answers to “${question}” (answered both yes and no; yes counts)`,
    unnamedForm: label => `the name of a form among the ${label} (its answers count)`,
    drafts: 'draft orders',
    partlyRead: labels => `Not all ${labels} could be read`,
    partlyReadDetail: 'What could be read brings no card; the rest may change that. Look in the record.',
    undecided: names => `Could not be decided: ${names}`,
    undecidedByFault: 'Something in the record could not be used in the evaluation; that is not a no, so assess it yourself.',
    undecidedInTime: 'The system was too slow (a matter for operations); that is not a no, so assess it yourself, or open again.',
    undecidedByEither:
      'Something in the record could not be used, or the system was too slow (a matter for operations); that is not a no, so assess it yourself, or open again.',
    quoted: name => `“${name}”`,
    and: 'and',
    others: count => (count === 1 ? '1 other' : `${count} others`),
    countedDays: /(?<!\p{L})day \d{1,6}(?!\d)|(?<!\d)\d{1,6} days?(?!\p{L})/giu,
  },
}

/** Words in a language, English where the language has none. */
export function cardWords(language: string): CardWords {
  return WORDS[language] ?? (WORDS.en as CardWords)
}

/** The few words of a card's frame. What a card says of patients stands in the knowledge, not here. */
export interface CardWords {
  grade: string
  quality: string
  notGraded: string
  /** The direction of a recommendation that advises not to. */
  against: string
  recommendation: string
  source: string
  notRead: string
  /** A kind of data of which a part could not be used. */
  partOf: (label: string) => string
  /** A question whose answer could not be used. */
  answerTo: (question: string) => string
  /** A question that was answered both yes and no, of which the yes counts. */
  bothAnswers: (question: string) => string
  /** The orders that a hook brings. */
  drafts: string
  /** Summary of the card that says that data was read only in part, and what that means for its reader. */
  partlyRead: (labels: string) => string
  partlyReadDetail: string
  /** Summary and first line of the card that says that something could not be decided. */
  undecided: string
  undecidedDetail: string
}

const WORDS: Readonly<Record<string, CardWords>> = {
  da: {
    grade: 'Styrke',
    quality: 'evidens',
    notGraded: 'ikke graderet',
    against: 'imod',
    recommendation: 'Anbefaling',
    source: 'Kilde',
    notRead: 'Kunne ikke læses og er ikke medregnet',
    partOf: label => `dele af ${label}`,
    answerTo: question => `svaret på »${question}« (regnes som ikke spurgt)`,
    bothAnswers: question => `et af svarene på »${question}« (besvaret både ja og nej; ja tæller)`,
    drafts: 'bestillinger i kladde',
    partlyRead: labels => `Ikke alle ${labels} kunne læses`,
    partlyReadDetail: 'Det, der kunne læses, giver ingen kort; det resterende kan ændre det. Se efter i journalen.',
    undecided: 'Ikke alle anbefalinger kunne afgøres for denne patient',
    undecidedDetail: 'Beregningen fejlede; det er ikke et nej. Vurdér patienten uden disse kort, og meld koden til driften:',
  },
  en: {
    grade: 'Strength',
    quality: 'evidence',
    notGraded: 'not graded',
    against: 'against',
    recommendation: 'Recommendation',
    source: 'Source',
    notRead: 'Could not be read and is not taken into account',
    partOf: label => `parts of ${label}`,
    answerTo: question => `the answer to “${question}” (counts as not asked)`,
    bothAnswers: question => `one of the answers to “${question}” (answered both yes and no; yes counts)`,
    drafts: 'draft orders',
    partlyRead: labels => `Not all ${labels} could be read`,
    partlyReadDetail: 'What could be read brings no card; the rest may change that. Look in the record.',
    undecided: 'Not all recommendations could be decided for this patient',
    undecidedDetail: 'The evaluation failed; that is not a no. Assess the patient without these cards and report the code to operations:',
  },
}

/** Words in a language, Danish where the language has none. */
export function cardWords(language: string): CardWords {
  return WORDS[language] ?? (WORDS.da as CardWords)
}

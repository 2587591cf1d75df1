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
    undecided: 'Not all recommendations could be decided for this patient',
    undecidedDetail: 'The evaluation failed; that is not a no. Assess the patient without these cards and report the code to operations:',
  },
}

/** Words in a language, Danish where the language has none. */
export function cardWords(language: string): CardWords {
  return WORDS[language] ?? (WORDS.da as CardWords)
}

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
  },
  en: {
    grade: 'Strength',
    quality: 'evidence',
    notGraded: 'not graded',
    against: 'against',
    recommendation: 'Recommendation',
    source: 'Source',
    notRead: 'Could not be read and is not taken into account',
  },
}

/** Words in a language, Danish where the language has none. */
export function cardWords(language: string): CardWords {
  return WORDS[language] ?? (WORDS.da as CardWords)
}

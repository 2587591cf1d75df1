import { wordsOf, type InLanguages } from './language.js'

interface KeptWords {
  waiting: string
  resumed: (count: number) => string
  discard: string
  outdated: string
}

const keptWords: InLanguages<KeptWords> = {
  da: {
    waiting: 'Denne fane har svar, der ikke er gemt. Vælg patienten igen for at gå videre med dem.',
    resumed: count =>
      count === 1
        ? 'Et svar fra før siden blev indlæst igen, er sat ind. Det er ikke gemt.'
        : `${count} svar fra før siden blev indlæst igen, er sat ind. De er ikke gemt.`,
    discard: 'Slet',
    outdated: 'Svar fra før siden blev indlæst igen, er ikke sat ind: skemaet i journalen er siden blevet et andet.',
  },
  en: {
    waiting: 'This tab has answers that are not saved. Choose the patient again to go on with them.',
    resumed: count =>
      count === 1
        ? 'One answer from before the page was loaded again is back. It is not saved.'
        : `${count} answers from before the page was loaded again are back. They are not saved.`,
    discard: 'Delete',
    outdated: 'Answers from before the page was loaded again are left out: the form in the record has become another since.',
  },
}

interface KeptNoteProps {
  /** How many answers were put back into a form; none where they wait for their patient to be chosen, or are left out. */
  resumed?: number
  isOutdated?: boolean
  onDiscard?: () => void
}

/** Says what became of the answers that were not saved when the page was loaded anew. */
export function KeptNote({ resumed = 0, isOutdated = false, onDiscard }: KeptNoteProps) {
  const words = wordsOf(keptWords)
  return (
    <p class="form-notice" role="status">
      {resumed > 0 ? words.resumed(resumed) : isOutdated ? words.outdated : words.waiting}{' '}
      {resumed > 0 && (
        <button type="button" class="form-quiet" onClick={onDiscard}>
          {words.discard}
        </button>
      )}
    </p>
  )
}

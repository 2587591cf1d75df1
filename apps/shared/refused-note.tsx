import { clinicWords } from './clinic-words.js'
import { wordsOf } from './language.js'
import type { Refused } from './service.js'
import { signInAgain } from './signed-in.js'

interface RefusedProps {
  what: string
  refused: Refused
  /** What else there is to say of it. */
  also?: string
  onAgain?: () => void
}

/** What did not work, why, and another try where that can help. */
export function RefusedNote({ what, refused, also, onAgain }: RefusedProps) {
  const words = wordsOf(clinicWords)
  return (
    <div class="refused" role="alert">
      <p>{words.refused(what, refused)}</p>
      {also !== undefined && <p>{also}</p>}
      {refused.code === 'CDS_SIGN_IN_REQUIRED' && (
        <p>
          <a href={signInAgain()}>{words.signInAgain}</a>
        </p>
      )}
      {onAgain && (
        <button type="button" class="button" onClick={onAgain}>
          {words.tryAgain}
        </button>
      )}
    </div>
  )
}

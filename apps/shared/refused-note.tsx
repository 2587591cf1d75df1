import { clinicWords } from './clinic-words.js'
import { wordsOf } from './language.js'
import type { Refused } from './service.js'
import { signInAgain } from './signed-in.js'

/** What did not work, why, and another try where that can help. */
export function RefusedNote({ what, refused, onAgain }: { what: string; refused: Refused; onAgain?: () => void }) {
  const words = wordsOf(clinicWords)
  return (
    <div class="refused" role="alert">
      <p>{words.refused(what, refused)}</p>
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

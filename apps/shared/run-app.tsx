import { render, type ComponentChild } from 'preact'
import { RefusedNote } from './refused-note.js'
import { pageSettings, type Refused } from './service.js'
import { showSignedIn } from './signed-in.js'

/**
 * Puts a program into its page, once what it needs is there.
 * @param load what it needs. @param what says what was tried where that does not work.
 */
export function runApp<Needed>(load: () => Promise<Needed>, show: (needed: Needed) => ComponentChild, what: () => string): void {
  const place = document.getElementById('app')
  if (!place) return
  place.replaceChildren()
  pageSettings().then(showSignedIn, () => undefined)
  const start = () =>
    load().then(
      needed => render(show(needed), place),
      (refused: unknown) => render(<RefusedNote what={what()} refused={refused as Refused} onAgain={() => void start()} />, place),
    )
  void start()
}

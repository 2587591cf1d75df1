import { clinicWords } from './clinic-words.js'
import { wordsOf } from './language.js'

/** Has the browser ask before it leaves answers behind. @returns what ends that. */
export function warnBeforeLeaving(isNeeded: boolean): (() => void) | undefined {
  if (!isNeeded) return undefined
  const warn = (event: BeforeUnloadEvent) => event.preventDefault()
  addEventListener('beforeunload', warn)
  return () => removeEventListener('beforeunload', warn)
}

/** Whether answers may be left behind for something else, as whoever gave them says. */
export const mayLeave = (unsaved: number): boolean => unsaved === 0 || confirm(wordsOf(clinicWords).leave(unsaved))

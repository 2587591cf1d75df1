import { useEffect, useState } from 'preact/hooks'
import type { ComponentType } from 'preact'
import { clinicWords } from './clinic-words.js'
import { wordsOf } from './language.js'
import { RefusedNote } from './refused-note.js'
import { Refused } from './service.js'

/** A part of a page whose program is loaded when it is first shown. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  return function Later(props) {
    const [View, setView] = useState<ComponentType<Props>>()
    const [isMissing, setMissing] = useState(false)
    useEffect(() => {
      load().then(
        loaded => setView(() => loaded),
        () => setMissing(true),
      )
    }, [])
    if (isMissing) return <RefusedNote what={wordsOf(clinicWords).fetchSettings} refused={new Refused(0, undefined, '')} />
    return View ? <View {...props} /> : null
  }
}

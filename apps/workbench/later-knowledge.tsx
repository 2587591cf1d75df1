import { useEffect, useState } from 'preact/hooks'
import type { ComponentType } from 'preact'
import { clinicWords } from '../shared/clinic-words.js'
import { wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import { Refused } from '../shared/service.js'
import type { Guideline } from './guideline-pages.js'

interface KnowledgeProps {
  pages: readonly Guideline[]
}

/** The view of the knowledge, whose program is loaded when it is first looked at. */
export function LaterKnowledge({ pages }: KnowledgeProps) {
  const [View, setView] = useState<ComponentType<KnowledgeProps>>()
  const [isMissing, setMissing] = useState(false)
  useEffect(() => {
    import('./knowledge-view.js').then(
      ({ KnowledgeView }) => setView(() => KnowledgeView),
      () => setMissing(true),
    )
  }, [])
  if (isMissing) return <RefusedNote what={wordsOf(clinicWords).fetchSettings} refused={new Refused(0, undefined, '')} />
  return View ? <View pages={pages} /> : null
}

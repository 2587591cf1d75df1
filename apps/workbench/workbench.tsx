import { useEffect, useState } from 'preact/hooks'
import type { ServiceDescription } from '../../src/cds-hooks/types.js'
import type { PageSettings } from '../../src/server/routes.js'
import { later } from '../shared/later.js'
import { wordsOf } from '../shared/language.js'
import { guidelines, type Guideline } from './guideline-pages.js'
import { PatientView } from './patient-view.js'
import { questionTexts, type QuestionTexts } from './question-texts.js'
import { workbenchWords } from './words.js'

/** What the workbench knows of the service before any call. */
export interface Known {
  settings: PageSettings
  services: readonly ServiceDescription[]
  /** Recommendations with a page; none until they have come, or where they do not. */
  pages: readonly Guideline[]
  questions: QuestionTexts
}

const KnowledgeView = later(async () => (await import('./knowledge-view.js')).KnowledgeView)

const VIEWS = ['patient', 'knowledge'] as const

/** The workbench: calls about patients, or the knowledge by itself. */
export function Workbench({ settings, services }: Pick<Known, 'settings' | 'services'>) {
  const words = wordsOf(workbenchWords)
  const [view, setView] = useState<(typeof VIEWS)[number]>(location.hash === '#knowledge' ? 'knowledge' : 'patient')
  const [pages, setPages] = useState<readonly Guideline[]>([])
  const [questions, setQuestions] = useState<QuestionTexts>(new Map())
  useEffect(() => {
    // Without them there are no links to pages, and questions go by their ids.
    guidelines().then(setPages, () => undefined)
    questionTexts().then(setQuestions, () => undefined)
  }, [])
  const known = { settings, services, pages, questions }
  return (
    <>
      <div class="wb-head">
        <div>
          <h1>{words.title}</h1>
          <p class="wb-lead">{words.lead}</p>
        </div>
        <div class="wb-views" role="group" aria-label={words.title}>
          {VIEWS.map(each => (
            <button key={each} type="button" aria-pressed={view === each} onClick={() => setView(each)}>
              {words.views[each]}
            </button>
          ))}
        </div>
      </div>
      <div hidden={view !== 'patient'}>
        <PatientView known={known} />
      </div>
      {view === 'knowledge' && <KnowledgeView pages={pages} />}
    </>
  )
}

import type { Questionnaire } from 'fhir/r4.js'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { CdsResponse, ServiceDescription } from '../../src/cds-hooks/types.js'
import type { OpenQuestions } from '../../src/calls/open-questions.js'
import type { PageSettings } from '../../src/server/routes.js'
import { CardList, cardKey } from '../shared/card-list.js'
import { AdviceStrip } from '../shared/advice-strip.js'
import { clinicWords } from '../shared/clinic-words.js'
import { writtenDay } from '../shared/dates.js'
import type { FhirClient, PatientChoice } from '../shared/fhir.js'
import { readForm } from '../shared/form/definition.js'
import { pageLanguage, wordsOf } from '../shared/language.js'
import { PatientChooser } from '../shared/patient-chooser.js'
import { keepsAnswers } from '../shared/kept-answers.js'
import { later } from '../shared/later.js'
import { mayLeave, warnBeforeLeaving } from '../shared/leaving.js'
import { NotReadNote } from '../shared/not-read-note.js'
import { RefusedNote } from '../shared/refused-note.js'
import { openQuestions, type Refused } from '../shared/service.js'
import { adviceOn, hookRequest, isOf, isSameRecord, openSession, reopenSession, type Session } from '../shared/session.js'
import { serviceClock } from '../shared/service-clock.js'
import { useLatest, type Latest } from '../shared/use-latest.js'
import { formWriter } from '../shared/write-once.js'
import { openCount, ShortForm } from './short-form.js'
import { useForms, type Forms } from './use-forms.js'
import { WholeForm } from './whole-form.js'
import { consultationWords } from './words.js'

/** Seldom needed, and not to begin with. */
const KeptNote = later(async () => (await import('../shared/kept-note.js')).KeptNote)

interface ConsultationProps {
  settings: PageSettings
  /** Services that are called when a record is opened. */
  services: readonly ServiceDescription[]
  questionnaires: readonly Questionnaire[]
}

interface Chosen {
  client: FhirClient
  patient: PatientChoice
}

/** A patient, the questions that can change the advice for them, and the advice. */
export function Consultation({ settings, services, questionnaires }: ConsultationProps) {
  const words = wordsOf(consultationWords)
  const clinic = wordsOf(clinicWords)
  const [service, setService] = useState(services[0])
  const [chosen, setChosen] = useState<Chosen>()
  const [session, setSession] = useState<Session>()
  const opened = useLatest(
    chosen && service && (givenUp => openSession({ client: chosen.client, service, patientId: chosen.patient.id, settings }, givenUp)),
    [chosen, service],
  )
  useEffect(() => setSession(opened.answer), [opened.answer])
  const [isKept] = useState(() => keepsAnswers(settings))
  const unsaved = useRef(0)
  const [, showAgain] = useState({})
  const isOpen = session !== undefined && isOf(session, chosen) && session.service === service
  return (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <div class="choosers">
        <PatientChooser
          settings={settings}
          chosen={chosen}
          onChoose={(client, patient) => mayLeave(unsaved.current) && setChosen({ client, patient })}
        />
        {services.length > 1 && (
          <div class="choice">
            <label for="choose-service">{words.service}</label>
            <select
              id="choose-service"
              value={service?.id}
              onChange={({ currentTarget }) => {
                // What is answered belongs to the record of one service.
                if (mayLeave(unsaved.current)) setService(services.find(({ id }) => id === currentTarget.value))
                else showAgain({})
              }}
            >
              {services.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
      {!chosen && <p class="muted">{words.chooseFirst}</p>}
      {!chosen && isKept && <KeptNote />}
      {opened.refused && <RefusedNote what={clinic.fetchRecord} refused={opened.refused} onAgain={opened.askAgain} />}
      {chosen && !isOpen && !opened.refused && <p role="status">{words.asking}</p>}
      {isOpen && (
        <OpenRecord
          key={`${session.client.base} ${session.patientId} ${session.service.id}`}
          session={session}
          onSaved={next => setSession(now => (now && isSameRecord(now, next) ? next : now))}
          onUnsaved={count => (unsaved.current = count)}
          settings={settings}
          questionnaires={questionnaires}
        />
      )}
    </>
  )
}

interface OpenRecordProps {
  session: Session
  /** Is given the record as it is after something was saved. */
  onSaved: (session: Session) => void
  /** Is told how many answers are not saved. */
  onUnsaved: (count: number) => void
  settings: PageSettings
  questionnaires: readonly Questionnaire[]
}

function OpenRecord({ session, onSaved, onUnsaved, settings, questionnaires }: OpenRecordProps) {
  const words = wordsOf(consultationWords)
  const now = useMemo(() => serviceClock(settings), [settings])
  const asked = useMemo(() => questionnaires.filter(({ url }) => isAskedFor(url, session.service)), [session.service])
  const forms = useForms(
    useMemo(() => asked.map(each => readForm(each, pageLanguage())), [asked]),
    session,
  )
  useEffect(() => onUnsaved(forms.unsaved), [forms.unsaved])
  const [isWhole, setWhole] = useState(false)
  const [saving, setSaving] = useState<Saving>()
  const isSaving = saving !== undefined && 'isSaving' in saving
  const { id } = session.service
  const tried = forms.responses('completed', 'now')
  const drafts = JSON.stringify(tried)
  // What a question asks is what would be said once the form were saved as done.
  const request = () => hookRequest(session, forms.responses('completed', now()))
  const advice = useLatest(givenUp => adviceOn(session, forms.responses('completed', now()), givenUp), [session, drafts])
  const open = useLatest(async givenUp => (await openQuestions(id, request(), givenUp)).answer, [session, drafts])
  return (
    <div class="columns">
      <AdviceStrip advice={advice} />
      <section class="form-column" aria-labelledby="form-heading">
        <div class="form-head">
          <h2 id="form-heading">{words.forms}</h2>
          <div class="switch" role="group" aria-label={words.forms}>
            {[false, true].map(whole => (
              <button key={String(whole)} type="button" aria-pressed={isWhole === whole} onClick={() => setWhole(whole)}>
                {whole ? words.whole : words.short}
              </button>
            ))}
          </div>
        </div>
        {draftDates(forms).map(date => (
          <p key={date} class="muted">
            {words.goesOn(date)}
          </p>
        ))}
        {forms.resumed > 0 && <KeptNote resumed={forms.resumed} onDiscard={forms.discard} />}
        {forms.isOutdated && <KeptNote isOutdated />}
        {/* What were answered while it is saved would be neither saved nor there after it. */}
        <div inert={isSaving}>
          {isWhole ? (
            <WholeForm forms={forms} />
          ) : (
            <ShortOrWhy open={open.answer} refused={open.refused} onAgain={open.askAgain} forms={forms} />
          )}
        </div>
        <SaveBar session={session} forms={forms} now={now} onSaved={onSaved} saving={saving} setSaving={setSaving} />
      </section>
      <Advice advice={advice} />
    </div>
  )
}

const isAskedFor = (url: string | undefined, service: ServiceDescription): boolean =>
  Object.values(service.prefetch ?? {}).some(template => new URLSearchParams(template.split('?', 2)[1]).get('questionnaire') === url)

const draftDates = (forms: Forms): string[] =>
  [...forms.byUrl.values()].flatMap(form => {
    const authored = forms.filledOf(form).draft?.authored
    return authored === undefined ? [] : [writtenDay(authored)]
  })

interface Asked {
  refused: Refused | undefined
  onAgain: () => void
}

function ShortOrWhy({ open, refused, onAgain, forms }: Asked & { open: OpenQuestions | undefined; forms: Forms }) {
  const words = wordsOf(consultationWords)
  // Beside a refusal the questions before it stay: what was answered is to be seen, and can be mended.
  const last = useRef<OpenQuestions | undefined>(undefined)
  if (open) last.current = open
  const left = open && openCount(open, forms)
  return (
    <>
      {refused && <RefusedNote what={words.ask} refused={refused} onAgain={onAgain} />}
      {!refused && left === undefined && <p role="status">{words.asking}</p>}
      {left !== undefined && (
        <p class="left" role="status">
          {left === 0 ? words.nothingLeft : words.left(left)}
        </p>
      )}
      {left !== undefined && left > 0 && <p class="keys muted">{words.keys}</p>}
      {last.current && <ShortForm open={last.current} forms={forms} />}
    </>
  )
}

/** The cards as they are after the last answer. */
function Advice({ advice }: { advice: Latest<CdsResponse> }) {
  const { answer: response, before, refused, askAgain, isAsking } = advice
  const words = wordsOf(consultationWords)
  const known = new Set(before?.cards.map(cardKey))
  const fresh = new Set(before ? response?.cards.map(cardKey).filter(key => !known.has(key)) : [])
  return (
    <section class="advice-column" aria-labelledby="advice-heading" aria-busy={isAsking}>
      <h2 id="advice-heading">{words.adviceNow}</h2>
      {refused && <RefusedNote what={words.advice} refused={refused} onAgain={askAgain} />}
      {!response && !refused && <p role="status">{words.asking}</p>}
      {response && (
        <>
          <p class="muted" role="status">
            {response.cards.length === 0 ? words.noAdvice : words.cards(response.cards.length)}
          </p>
          <NotReadNote response={response} />
          <CardList cards={response.cards} fresh={fresh} />
        </>
      )}
    </section>
  )
}

type Saving = { isSaving: true } | { saved: string } | { refused: Refused } | { isFaulty: true } | undefined

interface SaveBarProps {
  session: Session
  forms: Forms
  now: () => string
  onSaved: (session: Session) => void
  saving: Saving
  setSaving: (saving: Saving) => void
}

function SaveBar({ session, forms, now, onSaved, saving, setSaving }: SaveBarProps) {
  const words = wordsOf(consultationWords)
  const clinic = wordsOf(clinicWords)
  useEffect(() => warnBeforeLeaving(forms.unsaved > 0), [forms.unsaved > 0])
  const writer = useMemo(formWriter, [])
  const save = async (status: 'completed' | 'in-progress') => {
    if (document.querySelector('.form-column [aria-invalid="true"]')) {
      setSaving({ isFaulty: true })
      return
    }
    setSaving({ isSaving: true })
    try {
      const saved = await Promise.all(forms.responses(status, now()).map(form => writer.write(session.client, form)))
      onSaved(await reopenSession(session))
      writer.forget()
      const places = saved.map(({ id }) => words.savedAs(`QuestionnaireResponse/${id ?? ''}`))
      setSaving({ saved: [status === 'completed' ? words.saved(saved.length) : words.draftSaved, ...places].join(' ') })
    } catch (refused) {
      setSaving({ refused: refused as Refused })
    }
  }
  const isSaving = saving !== undefined && 'isSaving' in saving
  return (
    <div class="save-bar">
      <div class="save-buttons">
        <button type="button" class="button" disabled={!forms.canBeDone || isSaving} onClick={() => void save('completed')}>
          {words.save}
        </button>
        <button type="button" class="form-quiet" disabled={forms.unsaved === 0 || isSaving} onClick={() => void save('in-progress')}>
          {words.saveDraft}
        </button>
      </div>
      <p role="status">
        {isSaving && words.saving}
        {!isSaving && forms.unsaved > 0 && words.unsaved(forms.unsaved)}
        {forms.unsaved === 0 && saving && 'saved' in saving && <span class="saved">{saving.saved}</span>}
      </p>
      {saving && 'isFaulty' in saving && <p role="alert">{words.mendFirst}</p>}
      {saving && 'refused' in saving && <RefusedNote what={words.saveForm} refused={saving.refused} also={clinic.stillHere} />}
    </div>
  )
}

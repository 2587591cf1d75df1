import type { Questionnaire } from 'fhir/r4.js'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ServiceDescription } from '../../src/cds-hooks/types.js'
import type { PageSettings } from '../../src/server/routes.js'
import { AdviceStrip } from '../shared/advice-strip.js'
import { clinicWords } from '../shared/clinic-words.js'
import type { FhirClient, PatientChoice } from '../shared/fhir.js'
import { answerCount, askedBy, NO_ANSWERS, type Answers } from '../shared/form/answers.js'
import { flat, isQuestion, readForm } from '../shared/form/definition.js'
import { ItemsView } from '../shared/form/form-view.js'
import { toResponse } from '../shared/form/response.js'
import { formWords } from '../shared/form/words.js'
import { pageLanguage, wordsOf } from '../shared/language.js'
import { later } from '../shared/later.js'
import { mayLeave, warnBeforeLeaving } from '../shared/leaving.js'
import { PatientChooser } from '../shared/patient-chooser.js'
import type { PatientForm } from '../shared/patient-links.js'
import { NotReadNote } from '../shared/not-read-note.js'
import { keepsAnswers, keptAnswers, useKeeping } from '../shared/kept-answers.js'
import { RefusedNote } from '../shared/refused-note.js'
import type { PatientAnswers } from '../shared/sealed-answers.js'
import type { Refused } from '../shared/service.js'
import { serviceClock } from '../shared/service-clock.js'
import { adviceOn, authorIn, isOf, isSameRecord, openSession, reopenSession, type Session } from '../shared/session.js'
import { useLatest } from '../shared/use-latest.js'
import { formWriter } from '../shared/write-once.js'
import { useKeptLinks, type KeptLink } from './kept-links.js'
import { isSamePatient, type LinkPatient } from './retrieval-code.js'
import { Score } from './score.js'
import { startBackWords } from './words.js'

/** Below the form, and not needed to begin with it. */
const PatientLinksView = later(async () => (await import('./patient-links-view.js')).PatientLinksView)

/** Seldom needed, and not to begin with. */
const KeptNote = later(async () => (await import('../shared/kept-note.js')).KeptNote)

interface StartBackProps {
  settings: PageSettings
  service: ServiceDescription
  questionnaire: Questionnaire
  patientForm: PatientForm | undefined
}

/** Answers that came from a patient by a link. */
interface Fetched {
  given: PatientAnswers
  link: KeptLink
}

type Chosen = { client: FhirClient; patient: PatientChoice }

const linkPatientOf = ({ client, patient }: Chosen): LinkPatient => ({ server: client.base, id: patient.id })

/** The form with its score, and the ways in which the patient answers. */
export function StartBack({ settings, service, questionnaire, patientForm }: StartBackProps) {
  const words = wordsOf(startBackWords)
  const clinic = wordsOf(clinicWords)
  const [chosen, setChosen] = useState<Chosen>()
  const [session, setSession] = useState<Session>()
  const [fetched, setFetched] = useState<Fetched>()
  const now = useMemo(() => serviceClock(settings), [settings])
  const opened = useLatest(
    chosen && (givenUp => openSession({ client: chosen.client, service, patientId: chosen.patient.id, settings }, givenUp)),
    [chosen],
  )
  useEffect(() => setSession(opened.answer), [opened.answer])
  const isOpen = session !== undefined && isOf(session, chosen)
  const [isKept] = useState(() => keepsAnswers(settings))
  const unsaved = useRef(0)
  // Who was chosen here, the last of whom is chosen now: by them the links of others are called.
  const met = useRef<Chosen[]>([])
  const choose = (client: FhirClient, patient: PatientChoice) => {
    if (!mayLeave(unsaved.current)) return
    setFetched(undefined)
    setChosen({ client, patient })
    met.current.push({ client, patient })
  }
  const kept = useKeptLinks()
  const isAtRisk = kept.links.some(({ hasCode, isSaved }) => !hasCode && !isSaved)
  useEffect(() => warnBeforeLeaving(isAtRisk), [isAtRisk])
  const metAs = (other: LinkPatient) => met.current.find(each => isSamePatient(linkPatientOf(each), other))
  const take = (given: PatientAnswers, link: KeptLink) => {
    const current = met.current.at(-1)
    if (!current || !isSamePatient(linkPatientOf(current), link.patient)) return
    if (unsaved.current > 0 && !confirm(words.replaceAnswers(unsaved.current, link.place))) return
    setFetched({ given, link })
  }
  return (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <div class="choosers">
        <PatientChooser settings={settings} chosen={chosen} onChoose={choose} />
      </div>
      {!chosen && <p class="muted">{words.chooseFirst}</p>}
      {!chosen && isKept && <KeptNote />}
      {opened.refused && <RefusedNote what={clinic.fetchRecord} refused={opened.refused} onAgain={opened.askAgain} />}
      {chosen && !isOpen && !opened.refused && <p role="status">{words.loading}</p>}
      {isOpen && (
        <FormWithScore
          key={`${session.client.base} ${session.patientId}`}
          {...{ session, questionnaire, now, fetched }}
          onSaved={next => setSession(now => (now && isSameRecord(now, next) ? next : now))}
          onUnsaved={count => (unsaved.current = count)}
          onWritten={link => void kept.close(link).catch(() => kept.note(link.id, { isSaved: true }))}
        />
      )}
      <PatientLinksView
        form={patientForm}
        now={now}
        timeZone={settings.clock.timeZone}
        kept={kept}
        patient={chosen && linkPatientOf(chosen)}
        onFetched={isOpen ? take : undefined}
        others={{
          nameOf: other => metAs(other)?.patient.name,
          onChoose: other => {
            const found = metAs(other)
            if (found) choose(found.client, found.patient)
          },
        }}
      />
    </>
  )
}

interface FormProps {
  session: Session
  questionnaire: Questionnaire
  now: () => string
  fetched: Fetched | undefined
  onSaved: (session: Session) => void
  /** Is told how many answers are not saved. */
  onUnsaved: (count: number) => void
  /** Is told when the answers of a link stand in the record. */
  onWritten: (link: KeptLink) => void
}

type Saving = 'saving' | { saved: string } | { refused: Refused } | undefined

function FormWithScore({ session, questionnaire, now, fetched, onSaved, onUnsaved, onWritten }: FormProps) {
  const words = wordsOf(startBackWords)
  const clinic = wordsOf(clinicWords)
  const form = useMemo(() => readForm(questionnaire, pageLanguage()), [questionnaire])
  const kept = useMemo(() => keptAnswers(session).get(form.canonical), [])
  const [answers, setAnswers] = useState<Answers>(kept && !kept.isOutdated ? kept.answers : NO_ANSWERS)
  const [saving, setSaving] = useState<Saving>()
  /** Whose answers stand in the form. */
  const [from, setFrom] = useState<Fetched>()
  const writer = useMemo(formWriter, [])
  const clear = () => {
    writer.forget()
    setFrom(undefined)
    setAnswers(NO_ANSWERS)
  }
  useEffect(() => {
    // What came for somebody else meanwhile is nobody's here.
    if (!fetched || !isSamePatient(fetched.link.patient, { server: session.client.base, id: session.patientId })) return
    writer.forget()
    setFrom(fetched)
    setAnswers({ values: Object.fromEntries(Object.entries(fetched.given.answers).map(([linkId, value]) => [linkId, [value]])), rows: {} })
    setSaving(undefined)
  }, [fetched])
  const isAsked = askedBy(form, answers)
  const count = answerCount(answers)
  useEffect(() => {
    onUnsaved(count)
    return warnBeforeLeaving(count > 0)
  }, [count])
  // What came by a link waits there, until it is saved.
  const isKept = count > 0 && from === undefined
  useKeeping(session, new Map(isKept ? [[form.canonical, { answers }]] : []), [answers, isKept])
  const missing = flat(form.items).filter(isQuestion).length - count
  const author = authorIn(session)
  const draft = () =>
    toResponse(form, answers, isAsked, {
      status: 'completed',
      subject: `Patient/${session.patientId}`,
      authored: from?.given.authored ?? now(),
      ...(author !== undefined && { author }),
      source: `Patient/${session.patientId}`,
    })
  const asked = JSON.stringify(answers)
  const advice = useLatest(givenUp => adviceOn(session, count === 0 ? [] : [draft()], givenUp), [session, asked])
  const save = async () => {
    setSaving('saving')
    try {
      const { id = '' } = await writer.write(session.client, draft())
      if (from) onWritten(from.link)
      onSaved(await reopenSession(session))
      clear()
      setSaving({ saved: `QuestionnaireResponse/${id}` })
    } catch (why) {
      setSaving({ refused: why as Refused })
    }
  }
  return (
    <div class="columns">
      <AdviceStrip advice={advice} />
      <section aria-labelledby="form-heading">
        <h2 id="form-heading">{words.form}</h2>
        {kept && answers === kept.answers && <KeptNote resumed={count} onDiscard={clear} />}
        {kept?.isOutdated && count === 0 && <KeptNote isOutdated />}
        {from && count > 0 && <p class="form-notice">{words.fetched(from.link.place)}</p>}
        {/* What were answered while it is saved would be neither saved nor there after it. */}
        <div inert={saving === 'saving'}>
          <ItemsView items={form.items} state={{ answers, isAsked, onAnswer: setAnswers, words: formWords(pageLanguage()) }} />
        </div>
        <div class="save-bar">
          <div class="save-buttons">
            <button type="button" class="button" disabled={count === 0 || saving === 'saving'} onClick={() => void save()}>
              {words.save}
            </button>
            <button type="button" class="form-quiet" disabled={count === 0} onClick={clear}>
              {words.clear}
            </button>
          </div>
          <p role="status">
            {saving === 'saving' && words.saving}
            {saving !== 'saving' && count > 0 && `${words.unsaved} · ${missing === 0 ? words.whole : words.missing(missing)}`}
            {count === 0 && typeof saving === 'object' && 'saved' in saving && <span class="saved">{words.saved(saving.saved)}</span>}
          </p>
          {typeof saving === 'object' && 'refused' in saving && (
            <RefusedNote what={words.saveForm} refused={saving.refused} also={clinic.stillHere} />
          )}
        </div>
      </section>
      <section class="advice-column" aria-labelledby="score-heading" aria-busy={advice.isAsking}>
        <h2 id="score-heading">{words.score}</h2>
        {advice.refused && <RefusedNote what={words.getAdvice} refused={advice.refused} onAgain={advice.askAgain} />}
        {!advice.answer && !advice.refused && <p role="status">{words.scoring}</p>}
        {advice.answer && (
          <>
            <NotReadNote response={advice.answer} />
            <Score response={advice.answer} isWithAnswers={count > 0} />
          </>
        )}
      </section>
    </div>
  )
}

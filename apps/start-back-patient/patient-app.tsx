import { useEffect, useRef, useState } from 'preact/hooks'
import type { PageSettings } from '../../src/server/routes.js'
import { wordsOf } from '../shared/language.js'
import { answerLink, type PatientForm, type PatientQuestion } from '../shared/patient-links.js'
import { seal } from '../shared/sealed-answers.js'
import type { Refused } from '../shared/service.js'
import { serviceClock } from '../shared/service-clock.js'
import { useIdle } from './idle.js'
import { forgetLink, fragmentOf, type Link } from './link.js'
import { patientWords } from './words.js'

type Answers = Readonly<Record<string, boolean | string>>

/** Where somebody is in the form. */
type Step = { at: 'start' } | { at: 'review' } | { at: 'finished' } | { at: number; isCorrection?: true }

interface PatientProps {
  form: PatientForm
  settings: PageSettings
  /** Absent where the answers stay on this screen. */
  link: Link | undefined
}

/** The form as a patient meets it: one question a page, and never what the answers count. */
export function PatientApp({ form, settings, link }: PatientProps) {
  const words = wordsOf(patientWords)
  const [answers, setAnswers] = useState<Answers>({})
  const [step, setStep] = useState<Step>({ at: 'start' })
  const [isForNext, setForNext] = useState(false)
  const isShared = link?.isOnSharedScreen ?? true
  const clear = () => {
    setAnswers({})
    setStep({ at: 'start' })
    setForNext(true)
    forgetLink()
    // A link is used up, or was of the patient before.
    if (link) location.reload()
  }
  const isAsking = useIdle(isShared && step.at !== 'start', clear)
  useEffect(() => {
    if (isShared) forgetLink()
  }, [])
  useEffect(() => settleHead(link, step.at === 'start'), [step.at === 'start'])
  return (
    <div class="patient" lang={form.language}>
      {isAsking && (
        <div class="still-there" role="alertdialog" aria-label={words.stillThere}>
          <p>{words.stillThere}</p>
          <button type="button" class="big">
            {words.goOn}
          </button>
        </div>
      )}
      <StepView
        {...{ form, settings, link, answers, step, setStep, isForNext, clear }}
        onAnswer={(linkId, value) => setAnswers(withAnswer(answers, linkId, value))}
      />
      <p class="licence">{form.licence}</p>
    </div>
  )
}

/** What stands above the form leads nobody away from it; another language can be chosen until it is begun, and keeps the link. */
function settleHead(link: Link | undefined, isAtStart: boolean): void {
  document.querySelector('.brand')?.removeAttribute('href')
  for (const way of document.querySelectorAll<HTMLAnchorElement>('.bar nav a')) {
    way.hidden = !isAtStart
    way.hash = link ? fragmentOf(link) : ''
  }
}

function withAnswer(answers: Answers, linkId: string, value: boolean | string | undefined): Answers {
  const { [linkId]: _, ...others } = answers
  return value === undefined ? others : { ...others, [linkId]: value }
}

interface StepProps extends PatientProps {
  answers: Answers
  step: Step
  setStep: (step: Step) => void
  onAnswer: (linkId: string, value: boolean | string | undefined) => void
  isForNext: boolean
  clear: () => void
}

function StepView(props: StepProps) {
  const { form, step, setStep, link, clear } = props
  if (step.at === 'start') return <StartPage {...props} />
  if (step.at === 'review') return <ReviewPage {...props} />
  if (step.at === 'finished') return <FinishedPage {...props} link={link} clear={clear} />
  const { at, isCorrection } = step
  const question = form.questions[at]
  if (!question) return <ReviewPage {...props} />
  const goOn = () => setStep(isCorrection || at + 1 === form.questions.length ? { at: 'review' } : { at: at + 1 })
  return <QuestionPage {...props} question={question} at={at} goOn={goOn} />
}

/** A heading that has the focus when its page comes, so that it is read aloud. */
function Heading({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    scrollTo(0, 0)
  }, [children])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}

function StartPage({ form, link, isForNext, setStep }: StepProps) {
  const words = wordsOf(patientWords)
  return (
    <>
      <Heading>{isForNext ? words.ready : form.title}</Heading>
      {form.introduction !== undefined && <p>{form.introduction}</p>}
      <p>{words.about(form.questions.length)}</p>
      {!link && <p>{words.readyLead}</p>}
      <button type="button" class="big is-first" onClick={() => setStep({ at: 0 })}>
        {words.begin}
      </button>
    </>
  )
}

interface QuestionProps extends StepProps {
  question: PatientQuestion
  at: number
  goOn: () => void
}

function QuestionPage({ form, question, at, answers, onAnswer, setStep, goOn }: QuestionProps) {
  const words = wordsOf(patientWords)
  const { linkId, text } = question
  return (
    <>
      <p class="place">
        <progress value={at + 1} max={form.questions.length} aria-hidden="true" />
        <span>{words.place(at + 1, form.questions.length)}</span>
      </p>
      <Heading>{text}</Heading>
      <div class="answers" role="group" aria-label={text}>
        {question.answers.map(({ value, label }) => (
          <button
            key={label}
            type="button"
            class="big answer"
            aria-pressed={answers[linkId] === value}
            onClick={() => {
              onAnswer(linkId, value)
              goOn()
            }}
          >
            {label}
          </button>
        ))}
      </div>
      <div class="ways">
        <button type="button" class="quiet" onClick={() => setStep(at === 0 ? { at: 'start' } : { at: at - 1 })}>
          {words.back}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            onAnswer(linkId, undefined)
            goOn()
          }}
        >
          {words.skip}
        </button>
      </div>
    </>
  )
}

/** Each question with its answer in words. */
function AnswerList({ form, answers, onChange }: { form: PatientForm; answers: Answers; onChange?: (at: number) => void }) {
  const words = wordsOf(patientWords)
  return (
    <ol class="given">
      {form.questions.map(({ linkId, text, answers: labels }, at) => (
        <li key={linkId}>
          <p>{text}</p>
          <p class="given-answer">
            <strong>{labels.find(({ value }) => value === answers[linkId])?.label ?? words.notAnswered}</strong>
            {onChange && (
              <button type="button" class="quiet" aria-label={words.changeOf(text)} onClick={() => onChange(at)}>
                {words.change}
              </button>
            )}
          </p>
        </li>
      ))}
    </ol>
  )
}

type Sending = 'sending' | { why: string } | undefined

function ReviewPage({ form, settings, link, answers, setStep }: StepProps) {
  const words = wordsOf(patientWords)
  const [sending, setSending] = useState<Sending>()
  const now = useRef(serviceClock(settings)).current
  const finish = async () => {
    if (link) {
      setSending('sending')
      try {
        await send({ questionnaire: form.questionnaire, authored: now(), answers }, link)
      } catch (refused) {
        setSending({ why: crypto.subtle === undefined ? words.noCrypto : (refused as Refused).message })
        return
      }
    }
    setStep({ at: 'finished' })
  }
  return (
    <>
      <Heading>{words.review}</Heading>
      <p>{words.reviewLead}</p>
      <AnswerList form={form} answers={answers} onChange={at => setStep({ at, isCorrection: true })} />
      {typeof sending === 'object' && (
        <p class="not-sent" role="alert">
          {words.notSent(sending.why)}
        </p>
      )}
      <button type="button" class="big is-first" disabled={sending === 'sending'} onClick={() => void finish()}>
        {sending === 'sending' ? words.sending : link ? words.send : words.done}
      </button>
    </>
  )
}

const send = async (given: Parameters<typeof seal>[0], { id, key }: Link): Promise<void> => answerLink(id, await seal(given, key, id))

function FinishedPage({ form, answers, link, clear }: StepProps) {
  const words = wordsOf(patientWords)
  const isShared = link?.isOnSharedScreen ?? true
  useEffect(() => {
    if (link) forgetLink()
  }, [])
  return (
    <>
      <Heading>{words.thanks}</Heading>
      <p>{isShared ? words.handBack : words.sent}</p>
      {!link && (
        <details class="for-clinic">
          <summary>{words.showAnswers}</summary>
          <AnswerList form={form} answers={answers} />
        </details>
      )}
      {isShared && (
        <button type="button" class="big is-first" onClick={clear}>
          {words.next}
        </button>
      )}
    </>
  )
}

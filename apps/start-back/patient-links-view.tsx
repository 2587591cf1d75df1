import { useState } from 'preact/hooks'
import { pageLanguage, wordsOf } from '../shared/language.js'
import { collectLink, type PatientForm } from '../shared/patient-links.js'
import { RefusedNote } from '../shared/refused-note.js'
import { open, type PatientAnswers } from '../shared/sealed-answers.js'
import type { Refused } from '../shared/service.js'
import { CodeForm, CodeToKeep } from './code-view.js'
import { addressOf, type KeptLink, type KeptLinks } from './kept-links.js'
import { QrCode } from './qr-code.js'
import { isSamePatient, type LinkPatient } from './retrieval-code.js'
import { linkWords } from './link-words.js'

interface LinksProps {
  form: PatientForm | undefined
  kept: KeptLinks
  now: () => string
  /** Of the service. */
  timeZone: string
  /** Who is chosen. */
  patient: LinkPatient | undefined
  /** Is given what the patient answered. Absent while no record is open. */
  onFetched: ((answers: PatientAnswers, link: KeptLink) => void) | undefined
  others: Omit<OthersProps, 'links'>
}

type Trouble = { what: string; refused: Refused } | 'wrong-form' | undefined

/** Ways in which the patient answers: a link of their own, a screen of the clinic, paper. */
export function PatientLinksView({ form, kept, now, timeZone, patient, onFetched, others }: LinksProps) {
  const words = wordsOf(linkWords)
  const { links, make, close } = kept
  const [shown, setShown] = useState<string>()
  const [trouble, setTrouble] = useState<Trouble>()
  const trying = async (what: string, attempt: () => Promise<void>) => {
    setTrouble(undefined)
    await attempt().catch((refused: unknown) => setTrouble({ what, refused: refused as Refused }))
  }
  const makeLink = () => trying(words.makeLink, async () => patient && setShown((await make(now(), patient)).id))
  const fetchAnswers = (link: KeptLink) =>
    trying(words.fetchAnswers, async () => {
      const answers = await fetchFrom(link)
      if (answers !== undefined && answers !== 'unreadable' && answers.questionnaire === form?.questionnaire) onFetched?.(answers, link)
      else if (answers !== undefined) setTrouble('wrong-form')
    })
  const discard = async (link: KeptLink) => {
    if (link.isAnswered && !link.isSaved && !confirm(words.discardAnswers(link.place))) return
    await trying(words.discardLink, () => close(link))
  }
  const isOfPatient = (link: KeptLink) => isSamePatient(link.patient, patient)
  return (
    <section class="links" aria-labelledby="links-heading">
      <h2 id="links-heading">{words.links}</h2>
      {!form && <p class="muted">{words.noWording}</p>}
      {form && (
        <>
          <p>{words.linksLead}</p>
          {!patient && <p class="muted">{words.chooseForLink}</p>}
          <div class="save-buttons">
            <button type="button" class="button" disabled={!patient} onClick={() => void makeLink()}>
              {words.newLink}
            </button>
            <button type="button" class="form-quiet" onClick={() => printOnly('paper')}>
              {words.paper}
            </button>
          </div>
          {trouble === 'wrong-form' && (
            <p class="refused" role="alert">
              {words.wrongForm}
            </p>
          )}
          {typeof trouble === 'object' && <RefusedNote {...trouble} />}
          <ul class="link-list">
            {links.filter(isOfPatient).map(link => (
              <LinkView
                key={link.id}
                link={link}
                timeZone={timeZone}
                isShown={shown === link.id}
                onShow={() => setShown(link.id)}
                onDiscard={() => void discard(link)}
                onFetch={onFetched && (() => void fetchAnswers(link))}
                onCodeTaken={() => kept.note(link.id, { hasCode: true })}
              />
            ))}
          </ul>
          <OthersLinks {...others} links={links.filter(link => !isOfPatient(link))} />
          {patient && <CodeForm key={`${patient.server} ${patient.id}`} patient={patient} onFound={kept.takeUp} />}
          <p class="muted">
            {words.linksOtherwise} <a href="/start-back/patient/">{words.waitingRoom}</a>
          </p>
          <PaperForm form={form} />
        </>
      )}
    </section>
  )
}

/** The answers of a link; undefined where they have not come yet. @throws Refused */
async function fetchFrom({ id, key, collector }: KeptLink): Promise<PatientAnswers | 'unreadable' | undefined> {
  const sealed = await collectLink(id, collector)
  return sealed === undefined ? undefined : open(sealed, key, id).catch(() => 'unreadable' as const)
}

interface OthersProps {
  links: readonly KeptLink[]
  /** What somebody is called who was chosen here before. */
  nameOf: (patient: LinkPatient) => string | undefined
  onChoose: (patient: LinkPatient) => void
}

/** What became of the links of patients who are not chosen: nothing more can be done with them here. */
function OthersLinks({ links, nameOf, onChoose }: OthersProps) {
  const words = wordsOf(linkWords)
  if (links.length === 0) return null
  return (
    <section class="others-links" aria-labelledby="others-links-heading">
      <h3 id="others-links-heading">{words.othersLinks}</h3>
      <ul>
        {links.map(link => (
          <li key={link.id}>
            <span>
              {nameOf(link.patient) ?? `Patient/${link.patient.id}`} · {words.link(link.place)} · <LinkState link={link} />
            </span>
            {nameOf(link.patient) !== undefined && (
              <button type="button" class="form-quiet" onClick={() => onChoose(link.patient)}>
                {words.choose(nameOf(link.patient) ?? '')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function LinkState({ link: { isAnswered, isSaved } }: { link: KeptLink }) {
  const words = wordsOf(linkWords)
  const said = isSaved ? words.savedOpen : isAnswered ? words.answered : words.open
  return <span class={isAnswered ? 'answered' : 'muted'}>{said}</span>
}

interface LinkProps {
  link: KeptLink
  timeZone: string
  /** Whether its code is shown. */
  isShown: boolean
  onShow: () => void
  onDiscard: () => void
  onFetch: (() => void) | undefined
  /** Is told when the retrieval code was copied. */
  onCodeTaken: () => void
}

function LinkView({ link, timeZone, isShown, onShow, onDiscard, onFetch, onCodeTaken }: LinkProps) {
  const words = wordsOf(linkWords)
  const [isCopied, setCopied] = useState(false)
  const [made, until] = [momentOf(link.made, timeZone), dayOf(link.expires, timeZone)]
  return (
    <li class="link">
      <p>
        <strong>{words.link(link.place)}</strong> <LinkState link={link} />
        <br />
        <span class="muted">{words.made(made, until)}</span>
      </p>
      {link.isAnswered && (
        <div class="save-buttons">
          {onFetch && !link.isSaved && (
            <button type="button" class="button" onClick={onFetch}>
              {words.fetch}
            </button>
          )}
          <button type="button" class="form-quiet" onClick={onDiscard}>
            {words.discard}
          </button>
        </div>
      )}
      {!link.isAnswered && !isShown && (
        <button type="button" class="form-quiet" onClick={onShow}>
          {words.qr}
        </button>
      )}
      {!link.isAnswered && isShown && (
        <div class="link-open">
          <div class="sheet">
            <h3 class="sheet-only">{words.sheetTitle}</h3>
            <QrCode text={addressOf(link)} label={words.qr} />
            <ol class="sheet-only">
              {words.sheetSteps.map(step => (
                <li key={step}>{step}</li>
              ))}
            </ol>
            <p class="sheet-only">{words.sheetUntil(until)}</p>
          </div>
          <div class="link-ways">
            <button
              type="button"
              class="form-quiet"
              onClick={() => void navigator.clipboard.writeText(addressOf(link)).then(() => setCopied(true))}
            >
              {isCopied ? words.copied : words.copy}
            </button>
            <button type="button" class="form-quiet" onClick={() => printOnly('sheet')}>
              {words.printLink}
            </button>
            <a class="form-quiet" href={addressOf(link, true)} target="_blank" rel="noreferrer">
              {words.openHere}
            </a>
            <button type="button" class="form-quiet" onClick={onDiscard}>
              {words.discard}
            </button>
          </div>
        </div>
      )}
      {!link.isSaved && <CodeToKeep link={link} made={made} until={until} onTaken={onCodeTaken} />}
    </li>
  )
}

/** The form on paper, in the wording of the site, for who has no phone. */
function PaperForm({ form }: { form: PatientForm }) {
  return (
    <div class="paper" lang={form.language}>
      <h3>{form.title}</h3>
      {form.introduction !== undefined && <p>{form.introduction}</p>}
      <ol>
        {form.questions.map(({ linkId, text, answers }) => (
          <li key={linkId}>
            <p>{text}</p>
            <p class="boxes">
              {answers.map(({ label }) => (
                <span key={label}>☐ {label}</span>
              ))}
            </p>
          </li>
        ))}
      </ol>
      <p>{form.licence}</p>
    </div>
  )
}

/** Prints one part of the page and nothing else. */
function printOnly(part: 'sheet' | 'paper'): void {
  document.body.dataset['print'] = part
  addEventListener('afterprint', () => delete document.body.dataset['print'], { once: true })
  print()
}

const localeOf = (): string => (pageLanguage() === 'en' ? 'en-GB' : 'da-DK')

const dayOf = (instant: string, timeZone: string): string =>
  new Date(instant).toLocaleDateString(localeOf(), { day: 'numeric', month: 'long', timeZone })

const momentOf = (instant: string, timeZone: string): string =>
  new Date(instant).toLocaleString(localeOf(), { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', timeZone })

import { useState } from 'preact/hooks'
import { pageLanguage, wordsOf } from '../shared/language.js'
import { collectLink, type PatientForm } from '../shared/patient-links.js'
import { RefusedNote } from '../shared/refused-note.js'
import { open, type PatientAnswers } from '../shared/sealed-answers.js'
import type { Refused } from '../shared/service.js'
import { addressOf, useKeptLinks, type KeptLink } from './kept-links.js'
import { QrCode } from './qr-code.js'
import { startBackWords } from './words.js'

interface LinksProps {
  form: PatientForm | undefined
  now: () => string
  /** Of the service. */
  timeZone: string
  /** Is given what a patient answered. Absent while no patient is chosen. */
  onFetched: ((answers: PatientAnswers, place: number) => void) | undefined
}

type Trouble = { what: string; refused: Refused } | 'wrong-form' | undefined

/** Ways in which the patient answers: a link of their own, a screen of the clinic, paper. */
export function PatientLinksView({ form, now, timeZone, onFetched }: LinksProps) {
  const words = wordsOf(startBackWords)
  const { links, make, drop } = useKeptLinks()
  const [shown, setShown] = useState<string>()
  const [trouble, setTrouble] = useState<Trouble>()
  const [given, setGiven] = useState<ReadonlyMap<string, PatientAnswers | 'unreadable'>>(new Map())
  const makeLink = async () => {
    setTrouble(undefined)
    try {
      setShown((await make(now())).id)
    } catch (refused) {
      setTrouble({ what: words.makeLink, refused: refused as Refused })
    }
  }
  const fetchAnswers = async (link: KeptLink) => {
    setTrouble(undefined)
    try {
      const answers = given.get(link.id) ?? (await fetchFrom(link))
      if (answers === undefined) return
      // The service holds them no longer: they stand here until the link is taken off the list.
      setGiven(new Map(given).set(link.id, answers))
      if (answers !== 'unreadable' && answers.questionnaire === form?.questionnaire) onFetched?.(answers, link.place)
      else setTrouble('wrong-form')
    } catch (refused) {
      setTrouble({ what: words.fetchAnswers, refused: refused as Refused })
    }
  }
  return (
    <section class="links" aria-labelledby="links-heading">
      <h2 id="links-heading">{words.links}</h2>
      {!form && <p class="muted">{words.noWording}</p>}
      {form && (
        <>
          <p>{words.linksLead}</p>
          <div class="save-buttons">
            <button type="button" class="button" onClick={() => void makeLink()}>
              {words.newLink}
            </button>
            <button type="button" class="form-quiet" onClick={() => printOnly('paper')}>
              {words.paper}
            </button>
          </div>
          {trouble === 'wrong-form' && <p role="alert">{words.wrongForm}</p>}
          {typeof trouble === 'object' && <RefusedNote {...trouble} />}
          <ul class="link-list">
            {links.map(link => (
              <LinkView
                key={link.id}
                link={link}
                timeZone={timeZone}
                isShown={shown === link.id}
                onShow={() => setShown(link.id)}
                onDrop={() => drop(link.id)}
                onFetch={onFetched && (() => void fetchAnswers(link))}
              />
            ))}
          </ul>
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

interface LinkProps {
  link: KeptLink
  timeZone: string
  /** Whether its code is shown. */
  isShown: boolean
  onShow: () => void
  onDrop: () => void
  onFetch: (() => void) | undefined
}

function LinkView({ link, timeZone, isShown, onShow, onDrop, onFetch }: LinkProps) {
  const words = wordsOf(startBackWords)
  const [isCopied, setCopied] = useState(false)
  const until = dayOf(link.expires, timeZone)
  return (
    <li class="link">
      <p>
        <strong>{words.link(link.place)}</strong>{' '}
        <span class={link.isAnswered ? 'answered' : 'muted'}>{link.isAnswered ? words.answered : words.open}</span>
        <br />
        <span class="muted">{words.made(timeOf(link.made, timeZone), until)}</span>
      </p>
      {link.isAnswered && (
        <div class="save-buttons">
          {onFetch && (
            <button type="button" class="button" onClick={onFetch}>
              {words.fetch}
            </button>
          )}
          <button type="button" class="form-quiet" onClick={onDrop}>
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
            <button type="button" class="form-quiet" onClick={onDrop}>
              {words.discard}
            </button>
          </div>
        </div>
      )}
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

const timeOf = (instant: string, timeZone: string): string =>
  new Date(instant).toLocaleTimeString(localeOf(), { hour: '2-digit', minute: '2-digit', timeZone })

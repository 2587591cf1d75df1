import type { FhirResource, Patient } from 'fhir/r4.js'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Explanation, ToldCondition } from '../../src/calls/explain-call.js'
import type { OpenQuestions } from '../../src/calls/open-questions.js'
import { CardList } from '../shared/card-list.js'
import { fhirClient } from '../shared/fhir.js'
import { FactsContext, useFactsOf } from '../shared/known-facts.js'
import { pageLanguage, wordsOf } from '../shared/language.js'
import { cardActions, nearMisses, type PlacedAction } from '../shared/near-misses.js'
import { RefusedNote } from '../shared/refused-note.js'
import { discover, explain, openQuestions, Refused } from '../shared/service.js'
import { useLatest } from '../shared/use-latest.js'
import { BehindCondition, dateWords, Opened } from './fact-view.js'
import type { Launched } from './launch.js'
import { OpenedRecord, readingOnce } from './opened-record.js'
import { actionNamed, plainTitle, planId, questionsFor, untold } from './reasons.js'
import { caseWords } from './words.js'

/** Why a service answered as it did. */
interface Answered {
  service: string
  hook: string
  explanation: Explanation
  /** Asks why of one action alone. @throws Refused */
  askWhole: (action: string) => Promise<Explanation>
}

/** One patient: why a card came, what it rests on, what is missing, and what was near. */
export function CasePage({ launched }: { launched: Launched }) {
  const words = wordsOf(caseWords)
  const language = pageLanguage()
  const read = useMemo(() => readingOnce(fhirClient(launched.iss, launched.token)), [launched])
  const [action, setAction] = useState(launched.card?.action)
  const asked = useLatest(() => explanations(launched), [launched, language])
  const answered = asked.answer ?? NOTHING
  const found = action === undefined ? undefined : firstOf(answered, ({ explanation }) => actionNamed(explanation, action))
  return (
    <OpenedRecord.Provider value={read}>
      <h1>{words.title}</h1>
      <PatientBanner patientId={launched.patientId} read={read} today={answered[0]?.explanation.clock.today} />
      {asked.refused && <RefusedNote what={words.ask} refused={told(asked.refused)} onAgain={asked.askAgain} />}
      {!asked.answer && !asked.refused && <p role="status">{words.asking}</p>}
      {asked.answer && (
        <>
          {found ? (
            <Reasons placed={found.value} answered={found.answered} isOfOrder={launched.card?.hook.startsWith('order-') === true} />
          ) : (
            <CardsNow answered={answered} onChoose={setAction} />
          )}
          <Near launched={launched} answered={answered} />
          <p class="muted seen">{words.seenAt(timeWords(answered[0]?.explanation.clock.now ?? ''))}</p>
        </>
      )}
    </OpenedRecord.Provider>
  )

  /** The session of the page ends with the EHR's hour: another is had there, and not by signing in. */
  function told(refused: Refused): Refused {
    return refused.code === 'CDS_SIGN_IN_REQUIRED' ? new Refused(refused.status, undefined, words.expired) : refused
  }
}

const NOTHING: readonly Answered[] = []

/** Asks the service of the card why, or where the EHR named none, all that speak when the record is opened. */
async function explanations(launched: Launched): Promise<Answered[]> {
  const { card } = launched
  const services = card ? [{ id: card.service, hook: card.hook }] : (await discover()).filter(({ hook }) => hook === 'patient-view')
  return Promise.all(
    services.map(async ({ id, hook }) => {
      const why = async (query?: { action: string }) => (await explain(id, requestFor(launched, hook), query)).answer
      return { service: id, hook, explanation: await why(), askWhole: (action: string) => why({ action }) }
    }),
  )
}

function requestFor({ iss, clientId, token, expiresIn, scope, patientId, encounterId, userId, card }: Launched, hook: string) {
  return {
    hook,
    hookInstance: card?.hookInstance ?? crypto.randomUUID(),
    fhirServer: iss,
    fhirAuthorization: { access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope, subject: clientId },
    context: {
      userId,
      patientId,
      ...(encounterId !== undefined && { encounterId }),
      // The orders of a card are not told to a page; an EHR may not tell them to a link.
      ...(hook.startsWith('order-') && { draftOrders: { resourceType: 'Bundle', type: 'collection' } }),
      ...(hook === 'order-select' && { selections: [] }),
    },
  }
}

function firstOf<Value>(
  answered: readonly Answered[],
  pick: (each: Answered) => Value | undefined,
): { answered: Answered; value: Value } | undefined {
  for (const each of answered) {
    const value = pick(each)
    if (value !== undefined) return { answered: each, value }
  }
  return undefined
}

function PatientBanner({
  patientId,
  read,
  today,
}: {
  patientId: string
  read: (reference: string) => Promise<FhirResource>
  today: string | undefined
}) {
  const words = wordsOf(caseWords)
  const [patient, setPatient] = useState<Patient>()
  useEffect(() => {
    read(`Patient/${patientId}`).then(
      found => setPatient(found as Patient),
      () => undefined,
    )
  }, [patientId])
  if (!patient) return null
  const { name: [name] = [], birthDate } = patient
  return (
    <p class="patient">
      <span class="muted">{words.patient}</span> <strong>{name?.text ?? [...(name?.given ?? []), name?.family].join(' ')}</strong>
      {birthDate !== undefined && today !== undefined && (
        <span class="muted">{words.born(dateWords(birthDate), yearsBetween(birthDate, today))}</span>
      )}
    </p>
  )
}

/** Whole years from one day to another. */
const yearsBetween = (from: string, to: string): number =>
  Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(5) < from.slice(5) ? 1 : 0)

/** The cards that would come now, of which one is chosen. */
function CardsNow({ answered, onChoose }: { answered: readonly Answered[]; onChoose: (action: string) => void }) {
  const words = wordsOf(caseWords)
  const cards = answered.flatMap(({ explanation }) =>
    explanation.response.cards.flatMap(card => {
      const placed = cardActions(explanation).find(({ action }) => action.card === card.uuid)
      return placed ? [{ card, placed }] : []
    }),
  )
  if (cards.length === 0) return <p class="lead">{words.noCards}</p>
  return (
    <section aria-labelledby="cards-now">
      <h2 id="cards-now">{words.cardsNow}</h2>
      {cards.map(({ card, placed }) => (
        <div key={card.uuid} class="choice">
          <CardList cards={[card]} fresh={NONE} />
          <button type="button" class="button" onClick={() => onChoose(placed.action.id)}>
            {words.whyThis}
            <span class="visually-hidden">: {card.summary}</span>
          </button>
        </div>
      ))}
    </section>
  )
}

const NONE: ReadonlySet<string> = new Set()

/** The card, why it came, and what is missing. */
function Reasons({ placed, answered, isOfOrder }: { placed: PlacedAction; answered: Answered; isOfOrder: boolean }) {
  const words = wordsOf(caseWords)
  const { action } = placed
  const { facts, response, notRead } = answered.explanation
  const known = useFactsOf(action, facts, answered.askWhole)
  const card = response.cards.find(({ uuid }) => uuid === action.card)
  const missing = untold(action)
  return (
    <>
      <section aria-labelledby="card">
        <h2 id="card" class="visually-hidden">
          {words.card}
        </h2>
        {card ? <CardList cards={[card]} fresh={NONE} /> : <p class="not-now">{plainTitle(action)}</p>}
        {!card && <p>{isOfOrder ? words.orderUnknown : words.notNow}</p>}
        <PageLink placed={placed} />
      </section>
      <section aria-labelledby="why">
        <h2 id="why">{card ? words.why : words.whyNot}</h2>
        <FactsContext.Provider value={known}>
          <Conditions conditions={action.conditions} />
        </FactsContext.Provider>
      </section>
      <section aria-labelledby="missing">
        <h2 id="missing">{words.missing}</h2>
        {notRead.length > 0 && <p class="note">{words.notRead([...new Set(notRead.map(({ label }) => label))].join(', '))}</p>}
        {missing.length === 0 && notRead.length === 0 && <p>{words.nothingMissing}</p>}
        {missing.length > 0 && (
          <>
            <p class="muted">{words.missingLead}</p>
            <ul class="missing">
              {missing.slice(0, MOST_MISSING).map(each => (
                <li key={each}>{each}</li>
              ))}
              {missing.length > MOST_MISSING && <li class="muted">{words.andMore(missing.length - MOST_MISSING)}</li>}
            </ul>
          </>
        )}
      </section>
    </>
  )
}

/** Most of what is missing that a reader goes through. */
const MOST_MISSING = 6

function Conditions({ conditions }: { conditions: readonly ToldCondition[] }) {
  const words = wordsOf(caseWords)
  return (
    <ul class="conditions">
      {conditions.map(({ description, answer, facts: names }) => (
        <li key={description} class={`condition is-${answer}`}>
          <span class="answer">
            <span aria-hidden="true" class="answer-mark">
              {MARKS[answer]}
            </span>
            {words.answers[answer]}
          </span>
          <div class="condition-text">
            {names.length === 0 ? (
              <p>{description}</p>
            ) : (
              <Opened summary={description}>
                <BehindCondition names={names} />
              </Opened>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}

const MARKS: Readonly<Record<ToldCondition['answer'], string>> = { yes: '✓', no: '✕', 'cannot-tell': '?', error: '!' }

/** What nearly became a card, and what to ask where that could decide it. */
function Near({ launched, answered }: { launched: Launched; answered: readonly Answered[] }) {
  const words = wordsOf(caseWords)
  const near = nearMisses(answered.map(({ explanation }) => explanation))
  const isOpen = near.some(({ action }) => action.applies === 'cannot-tell')
  const questions = useLatest(isOpen ? () => questionsOf(launched, answered) : undefined, [answered])
  return (
    <section aria-labelledby="near">
      <h2 id="near">{words.near}</h2>
      {near.length === 0 ? <p>{words.noNear}</p> : <p class="muted">{words.nearLead}</p>}
      <ul class="near">
        {near.map(placed => {
          const of = answered.find(({ explanation }) => actionNamed(explanation, placed.action.id))
          const toAsk = (questions.answer ?? []).flatMap(each => questionsFor(each, placed))
          return of && <NearMiss key={`${placed.plan} ${placed.action.id}`} placed={placed} answered={of} toAsk={toAsk} />
        })}
      </ul>
    </section>
  )
}

/** What can still be asked; where that cannot be told the page is good without. */
const questionsOf = (launched: Launched, answered: readonly Answered[]): Promise<OpenQuestions[]> =>
  Promise.all(answered.map(({ service, hook }) => openQuestions(service, requestFor(launched, hook)).then(({ answer }) => answer)))

/** Most questions of one action that a reader goes through. */
const MOST_ASKED = 4

function NearMiss({ placed, answered, toAsk }: { placed: PlacedAction; answered: Answered; toAsk: readonly string[] }) {
  const words = wordsOf(caseWords)
  const { met, of, conditions } = placed.action
  const deciding = conditions.filter(({ answer }) => answer !== 'yes')
  const known = useFactsOf(placed.action, answered.explanation.facts, answered.askWhole)
  return (
    <li>
      <h3>{plainTitle(placed.action)}</h3>
      <p class="met">
        <meter aria-hidden="true" min={0} max={of} value={met} /> {words.met(met, of)}
      </p>
      <FactsContext.Provider value={known}>
        <Conditions conditions={deciding} />
      </FactsContext.Provider>
      {toAsk.length > 0 && (
        <div class="to-ask">
          <p>{words.askFor}</p>
          <ul>
            {toAsk.slice(0, MOST_ASKED).map(each => (
              <li key={each}>{each}</li>
            ))}
            {toAsk.length > MOST_ASKED && <li class="muted">{words.andMore(toAsk.length - MOST_ASKED)}</li>}
          </ul>
        </div>
      )}
      <Opened summary={words.allConditions}>
        <FactsContext.Provider value={known}>
          <Conditions conditions={conditions} />
        </FactsContext.Provider>
      </Opened>
      <PageLink placed={placed} />
    </li>
  )
}

/** The way to the page of a recommendation, in a tab of its own: this one forgets everything when it is left. */
function PageLink({ placed: { plan, action } }: { placed: PlacedAction }) {
  const words = wordsOf(caseWords)
  const path = `/guidelines/${encodeURIComponent(planId(plan))}/${encodeURIComponent(action.id)}`
  return (
    <p class="to-page">
      <a href={pageLanguage() === 'da' ? path : `${path}?lang=${pageLanguage()}`} target="_blank" rel="noreferrer">
        {words.recommendation}
        <span class="visually-hidden"> {words.opensNewTab}</span>
      </a>
    </p>
  )
}

/** An instant as the service's clock shows it: its day and its minute. */
const timeWords = (instant: string): string => `${dateWords(instant)} ${pageLanguage() === 'da' ? 'kl. ' : ''}${instant.slice(11, 16)}`

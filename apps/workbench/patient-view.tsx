import type { FhirResource } from 'fhir/r4.js'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import type { Card, ServiceDescription, Suggestion } from '../../src/cds-hooks/types.js'
import { clinicWords } from '../shared/clinic-words.js'
import { clinicianAt } from '../shared/clinician.js'
import { fhirClient, type FhirClient, type PatientChoice } from '../shared/fhir.js'
import { wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import { explain, type HookRequestBody, type Refused } from '../shared/service.js'
import { serviceClock } from '../shared/service-clock.js'
import { useLatest, type Latest } from '../shared/use-latest.js'
import { serversOf, wishedPatient } from '../shared/servers.js'
import { tellAccepted, tellOverridden, write, type Override, type Written } from './answering.js'
import { makeCall, tryOut, type Call, type Situation } from './call.js'
import { CardsPanel } from './cards-panel.js'
import { actionOfCard, allActions, ExplainedContext, type Explained } from './explained.js'
import { pageIn } from './guideline-pages.js'
import { instantIn } from './instant.js'
import { taken } from './orders.js'
import { PasteRequest } from './paste-request.js'
import { PatientPicker } from './patient-picker.js'
import { RawPanel } from './raw-panel.js'
import { SaveCase } from './save-case.js'
import { asksAboutOrders, Drafts, HookChooser } from './situation-panel.js'
import { Tabs } from './tabs.js'
import { compared, edited, sentResources } from './what-if.js'
import { isNone, NO_TRIAL, WhatIfPanel, type Trial } from './what-if-panel.js'
import { FocusView, NearMisses, PlanTree, type Focus } from './why-panel.js'
import type { Known } from './workbench.js'
import { workbenchWords } from './words.js'

/** Which column a phone shows. */
type Column = 'situation' | 'cards' | 'why'

const COLUMNS: readonly Column[] = ['situation', 'cards', 'why']

/** A patient, the cards, and why. */
export function PatientView({ known }: { known: Known }) {
  const words = wordsOf(workbenchWords)
  const { settings } = known
  const situation = useSituation(known)
  const call = useLatest(situation.whole && (givenUp => makeCall(situation.whole as Situation, settings.explain, givenUp)), [
    situation.whole,
  ])
  const [column, setColumn] = useState<Column>('situation')
  useEffect(() => {
    if (situation.whole) setColumn('cards')
  }, [situation.whole])
  return (
    <>
      <div class="wb-switch" role="group" aria-label={words.title}>
        {COLUMNS.map(each => (
          <button key={each} type="button" aria-pressed={column === each} onClick={() => setColumn(each)}>
            {words.columns[each]}
            {each === 'cards' && call.answer && <span class="wb-count">{call.answer.response.cards.length}</span>}
          </button>
        ))}
      </div>
      <div class={`wb-columns is-on-${column}`}>
        <Worked known={known} situation={situation} call={call} onColumn={setColumn} />
      </div>
    </>
  )
}

/** What is chosen to the left, and how it is changed. */
interface SituationState {
  service: ServiceDescription
  setService: (service: ServiceDescription) => void
  client: FhirClient | undefined
  setServer: (server: string) => void
  patient: PatientChoice | undefined
  setPatient: (patient: PatientChoice | undefined) => void
  drafts: readonly FhirResource[]
  setDrafts: (drafts: FhirResource[]) => void
  pasted: HookRequestBody | undefined
  paste: (service: ServiceDescription, request: HookRequestBody | undefined) => void
  /** Undefined until there is enough for a call. */
  whole: Situation | undefined
}

function useSituation({ settings, services }: Known): SituationState {
  const servers = useMemo(() => serversOf(settings), [settings])
  const wished = new URLSearchParams(location.hash.slice(1)).get('service')
  const [service, setService] = useState(
    services.find(({ id }) => id === wished) ?? services.find(({ hook }) => hook === 'patient-view') ?? services[0],
  )
  const [server, setServer] = useState(servers[0])
  const [patient, setPatient] = useState<PatientChoice>()
  const [drafts, setDrafts] = useState<readonly FhirResource[]>([])
  const [pasted, setPasted] = useState<HookRequestBody>()
  const client = useMemo(() => (server === undefined ? undefined : fhirClient(server)), [server])
  const user = useLatest(client && (givenUp => clinicianAt(client, settings, givenUp)), [client]).answer
  if (!service) throw new Error('The service lists no CDS service.')
  const whole = useMemo<Situation | undefined>(() => {
    if (pasted) return { kind: 'request', service, request: pasted }
    if (!client || !patient || user === undefined) return undefined
    if (asksAboutOrders(service) && drafts.length === 0) return undefined
    return { kind: 'patient', client, service, patientId: patient.id, userId: user, drafts: asksAboutOrders(service) ? drafts : [] }
  }, [service, client, patient, user, drafts, pasted])
  return {
    service,
    setService,
    client,
    setServer: next => {
      setServer(next)
      setPatient(undefined)
    },
    patient,
    setPatient: next => {
      setPatient(next)
      setDrafts([])
    },
    drafts,
    setDrafts,
    pasted,
    paste: (of, request) => {
      setService(of)
      setPasted(request)
    },
    whole,
  }
}

/** What came of the last thing a person did with a card. */
type Done =
  | { kind: 'taken'; written: readonly Written[]; inDrafts: boolean }
  | { kind: 'overridden' }
  | { kind: 'refused'; what: string; refused: Refused }

type Tab = 'card' | 'near' | 'plan' | 'raw'

interface WorkedProps {
  known: Known
  situation: SituationState
  call: Latest<Call>
  onColumn: (column: Column) => void
}

function Worked({ known, situation, call, onColumn }: WorkedProps) {
  const words = wordsOf(workbenchWords)
  const { settings } = known
  const now = useMemo(() => serviceClock(settings), [settings])
  // What was answered to another patient, service or draft stands beside none that is asked about now.
  const answered = call.answer?.situation === situation.whole ? call.answer : undefined
  const [trial, setTrial] = useState<Trial>(NO_TRIAL)
  const [focus, setFocus] = useState<{ card: string } | Focus>()
  const [tab, setTab] = useState<Tab>('card')
  const [done, setDone] = useState<Done>()
  useEffect(() => {
    setTrial(NO_TRIAL)
    setFocus(undefined)
    setTab(answered && answered.response.cards.length === 0 ? 'near' : 'card')
  }, [answered])
  /** Counts the patients, services and requests that were looked at. */
  const place = useRef(0)
  useEffect(() => {
    place.current += 1
    setDone(undefined)
  }, [situation.service, situation.patient, situation.pasted])

  const isTrying = answered?.explanation !== undefined && !isNone(trial)
  const request = answered && (isTrying ? edited(answered.request, trial.edits) : answered.request)
  const instant = trial.now === '' ? undefined : instantIn(trial.now, settings.clock.timeZone)
  const tried = useLatest(isTrying && request ? givenUp => tryOut(answered.situation.service.id, request, instant, givenUp) : undefined, [
    answered,
    trial,
  ])
  const explanation = isTrying ? (tried.answer ?? answered.explanation) : answered?.explanation
  const isWritable = answered?.situation.kind === 'patient' && answered.situation.client.base === settings.demonstration?.fhirServer

  const isAnswering = useRef(false)
  /** One thing at a time, so that a second press writes nothing twice; what came of it is told where it was done. */
  const answer = async (what: string, act: (isHereStill: () => boolean) => Promise<Done>) => {
    if (isAnswering.current) return
    isAnswering.current = true
    setDone(undefined)
    const from = place.current
    const isHereStill = () => place.current === from
    const came = await act(isHereStill).catch((refused: unknown): Done => ({ kind: 'refused', what, refused: refused as Refused }))
    isAnswering.current = false
    if (isHereStill() || came.kind === 'refused') setDone(came)
  }
  const take = (of: Call, card: Card, suggestion: Suggestion) =>
    answer(words.cards.attempt.take, async isHereStill => {
      if (of.situation.kind !== 'patient') throw new Error('Only what was read from a server can be written to it.')
      const isOrdering = asksAboutOrders(of.situation.service)
      const { drafts, forServer } = taken(suggestion.actions ?? [], situation.drafts, isOrdering)
      const written = await write(of.situation.client, forServer)
      await tellAccepted(of.situation.service.id, card, suggestion, now())
      const inDrafts = forServer.length < (suggestion.actions ?? []).length
      if (inDrafts && isHereStill()) situation.setDrafts(drafts)
      if (!inDrafts) call.askAgain()
      return { kind: 'taken', written, inDrafts }
    })
  const override = (of: Call, card: Card, reason: Override) =>
    answer(words.cards.attempt.feedback, async () => {
      await tellOverridden(of.situation.service.id, card, reason, now())
      call.askAgain()
      return { kind: 'overridden' }
    })
  const explained = useMemo<Explained | undefined>(
    () =>
      answered &&
      explanation &&
      request && {
        explanation,
        resource: reference => resourceOf(answered, request, reference),
        askWhole: async action =>
          (
            await explain(answered.situation.service.id, request, {
              action,
              all: 'true',
              ...(instant !== undefined && { now: instant }),
            })
          ).answer,
        pageOf: (plan, action) => pageIn(known.pages, plan, action),
      },
    [answered, explanation, request, known.pages],
  )
  const focused = explanation && focusIn(explanation, focus)
  const why = (card: Card) => {
    setFocus({ card: card.uuid })
    setTab('card')
    onColumn('why')
  }
  const drafts = answered
    ? sentResources(answered.request).flatMap(({ path, reference }) => (path[0] === 'context' ? [reference] : []))
    : []
  return (
    <>
      <section class="wb-column wb-situation" aria-label={words.columns.situation}>
        <SituationColumn known={known} situation={situation} now={now} />
        {answered?.explanation && (
          <Fold heading={words.whatIf.heading}>
            <WhatIfPanel request={answered.request} trial={trial} questions={known.questions} onChange={setTrial} />
          </Fold>
        )}
        {answered && explanation && request && (
          <Fold heading={words.save.heading}>
            <SaveCase
              isTrial={isTrying}
              call={{
                service: answered.situation.service.id,
                request,
                response: isTrying ? explanation.response : answered.response,
                now: explanation.clock.now,
                isUsualLanguage: settings.languages[0] === document.documentElement.lang,
              }}
            />
          </Fold>
        )}
      </section>
      <section class="wb-column wb-cards" aria-labelledby="wb-cards" aria-busy={call.isAsking || tried.isAsking}>
        <div class="wb-column-head">
          <h2 id="wb-cards">{words.columns.cards}</h2>
          {situation.whole && (
            <button type="button" class="wb-quiet" onClick={call.askAgain}>
              {words.situation.callAgain}
            </button>
          )}
        </div>
        <DoneNote done={done} client={situation.client} />
        {call.refused && <RefusedNote what={words.cards.attempt.call} refused={call.refused} onAgain={call.askAgain} />}
        {tried.refused && isTrying && <RefusedNote what={words.cards.attempt.whatIf} refused={tried.refused} />}
        {!situation.whole && <p class="wb-hint">{situation.patient ? words.cards.firstOrder : words.cards.first}</p>}
        {situation.whole && !answered && !call.refused && <p role="status">{words.cards.calling}</p>}
        {isTrying && !tried.answer && !tried.refused && <p role="status">{words.whatIf.trying}</p>}
        {answered && (
          <CardsPanel
            call={answered}
            trial={isTrying && tried.answer ? compared(answered.response, tried.answer.response) : undefined}
            isWritable={isWritable}
            onWhy={why}
            onTake={(card, suggestion) => void take(answered, card, suggestion)}
            onOverride={(card, reason) => void override(answered, card, reason)}
          />
        )}
      </section>
      <section class="wb-column wb-why" aria-labelledby="wb-why">
        <h2 id="wb-why" class="visually-hidden">
          {words.columns.why}
        </h2>
        {answered?.explanationRefused && <RefusedNote what={words.cards.attempt.explain} refused={answered.explanationRefused} />}
        {!settings.explain && <p class="wb-hint">{words.why.off}</p>}
        {settings.explain && !answered && <p class="wb-hint">{words.why.nothingYet}</p>}
        <ExplainedContext.Provider value={explained}>
          {answered && (
            <Tabs
              name="why"
              label={words.why.tabList}
              tabs={(['card', 'near', 'plan', 'raw'] as const).map(id => ({ id, label: words.why.tabs[id] }))}
              open={tab}
              onOpen={setTab}
            >
              {tab === 'card' && <FocusView focus={focused} />}
              {tab === 'near' && (
                <NearMisses
                  drafts={drafts}
                  onOpen={next => {
                    setFocus(next)
                    setTab('card')
                  }}
                />
              )}
              {tab === 'plan' && <PlanTree />}
              {tab === 'raw' && (
                <RawPanel
                  call={isTrying && request ? { ...answered, request, response: explanation?.response ?? answered.response } : answered}
                />
              )}
            </Tabs>
          )}
        </ExplainedContext.Provider>
      </section>
    </>
  )
}

/** What is looked at in an explanation: what was chosen, as this explanation tells it, or the first card. */
function focusIn(explanation: Explained['explanation'], chosen: { card: string } | Focus | undefined): Focus | undefined {
  const card = chosen && 'card' in chosen ? chosen.card : explanation.response.cards[0]?.uuid
  if (chosen && 'plan' in chosen)
    return [...allActions(explanation)].find(({ plan, action }) => plan === chosen.plan && action.id === chosen.action.id) ?? chosen
  return card === undefined ? undefined : actionOfCard(explanation, card)
}

/** A resource behind an answer: as it was sent, else as the server has it. */
async function resourceOf({ situation }: Call, request: HookRequestBody, reference: string): Promise<FhirResource | undefined> {
  const sent = sentResources(request).find(each => each.reference === reference)
  if (sent) return sent.resource
  return situation.kind === 'patient' ? situation.client.read(reference).catch(() => undefined) : undefined
}

function Fold({ heading, children }: { heading: string; children: ComponentChildren }) {
  return (
    <details class="wb-fold">
      <summary>
        <h3>{heading}</h3>
      </summary>
      {children}
    </details>
  )
}

function DoneNote({ done, client }: { done: Done | undefined; client: FhirClient | undefined }) {
  const words = wordsOf(workbenchWords).cards
  if (!done) return null
  if (done.kind === 'refused') return <RefusedNote what={done.what} refused={done.refused} />
  return (
    <div class="wb-done" role="status">
      <p>{done.kind === 'overridden' ? words.overridden : words.taken}</p>
      {done.kind === 'taken' && (
        <ul>
          {done.written.map(({ type, reference }) => (
            <li key={reference}>
              {{ create: words.created(''), update: words.updated(''), delete: words.deleted('') }[type]}
              {type === 'delete' ? (
                reference
              ) : (
                <a href={`${client?.base ?? ''}/${reference}`} target="_blank" rel="noreferrer">
                  {reference}
                </a>
              )}
            </li>
          ))}
          {done.inDrafts && <li>{words.updated(words.inDrafts)}</li>}
        </ul>
      )}
    </div>
  )
}

function SituationColumn({ known, situation, now }: { known: Known; situation: SituationState; now: () => string }) {
  const words = wordsOf(workbenchWords).situation
  const { settings, services } = known
  const { client, service, patient, drafts, pasted } = situation
  const servers = serversOf(settings)
  return (
    <>
      <h2>{wordsOf(workbenchWords).columns.situation}</h2>
      {pasted ? (
        <div class="wb-chosen">
          <div>
            <strong>{words.pasted}</strong>
            <span class="wb-hint">{service.title}</span>
          </div>
          <button type="button" class="wb-quiet" onClick={() => situation.paste(service, undefined)}>
            {words.pasteDone}
          </button>
        </div>
      ) : (
        <>
          <ServerChooser servers={servers} client={client} onChoose={situation.setServer} />
          {client && (
            <PatientPicker
              key={client.base}
              client={client}
              chosen={patient}
              wished={wishedPatient(settings)}
              onChoose={situation.setPatient}
            />
          )}
          <HookChooser services={services} chosen={service} onChoose={situation.setService} />
          {client && patient && asksAboutOrders(service) && (
            <Drafts client={client} patientId={patient.id} now={now} drafts={drafts} onChange={situation.setDrafts} />
          )}
        </>
      )}
      <Fold heading={words.paste}>
        <PasteRequest services={services} preferred={service} onCall={situation.paste} />
      </Fold>
    </>
  )
}

function ServerChooser({
  servers,
  client,
  onChoose,
}: {
  servers: readonly string[]
  client: FhirClient | undefined
  onChoose: (server: string) => void
}) {
  const words = wordsOf(clinicWords)
  if (!client) return <p role="alert">{words.noServers}</p>
  if (servers.length < 2) return null
  return (
    <label class="wb-field">
      <span>{words.server}</span>
      <select value={client.base} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {servers.map(server => (
          <option key={server}>{server}</option>
        ))}
      </select>
    </label>
  )
}

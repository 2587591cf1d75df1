import type { FhirResource } from 'fhir/r4.js'
import { applyPlan } from '../engine/apply/apply-plan.js'
import type { ApplyContext } from '../engine/apply/context.js'
import type { PlanAnswer } from '../engine/cards/plan-answer.js'
import { toCards } from '../engine/cards/to-cards.js'
import { mostRepeatDays } from '../engine/cards/already-told.js'
import { cardWords } from '../engine/cards/card-words.js'
import {
  type AlreadyTold,
  type Card,
  type CardNote,
  type CardSaying,
  type CdsResponse,
  type HeldBack,
  type HookRequest,
  type UndecidedNote,
} from '../cds-hooks/types.js'
import { clockAt, type Clock } from '../engine/expression/clock.js'
import { CdsError } from '../errors.js'
import { openScope, Variables, type Scope } from '../engine/expression/scope.js'
import { checkTime } from '../engine/expression/steps.js'
import { inLanguage } from '../engine/model/localized.js'
import { defined } from '../plain-values/defined.js'
import { gatherPatientData, type GatheredData } from '../patient-data/gather-patient-data.js'
import { CLOSED_READER } from '../patient-data/closed-reader.js'
import type { FhirReader } from '../patient-data/fhir-reader.js'
import { labelOf, toldNotRead, type ToldNotRead } from '../patient-data/not-read.js'
import { draftOrdersIn, DRAFTS_KEY, type DraftOrders } from '../patient-data/draft-orders.js'
import type { Unusable } from '../patient-data/patient-record.js'
import type { Override, PatientOfClient, ReaderOfPatient, ShownOn } from '../record/port.js'
import type { CdsService } from '../knowledge-files/services.js'
import { traced } from '../tracing/tracing.js'
import type { Caller } from '../trust/calling-client.js'
import type { ListedServer } from '../trust/listed-servers.js'
import type { SmartLink } from '../trust/registered-client.js'
import type { Arrival, CallEnvironment, NotedCall } from './environment.js'
import { askRecord, waitFor } from './ask-record.js'
import { firstDayThatMatters, sparedBy } from './repeated-cards.js'
import { inShadowOf, shadowResponse } from './shadow.js'
import { silencing, standingSilences, type Silence, type Silencing } from './silence.js'
import { withSmartLinks } from './smart-links.js'

/** Part of the deadline that reading may use; the rest is for evaluation and the way back. */
const READING_SHARE = 0.85

/** Part of the deadline for which the record's word on a token is waited for before anything is read. */
const HEAD_START_SHARE = 0.1

/** Part of what a call may read at most, in time, that a server must have had before its silence is held against it. */
const FAIR_SHARE = 0.75

/** Part of a call's deadline that one evaluation, with all that is told of it, may hold the process for: 150 ms of 450. */
const EVALUATION_SHARE = 1 / 3

/** A call whose data is gathered, ready to be answered. */
export interface GatheredCall {
  service: CdsService
  request: HookRequest
  clock: Clock
  data: GatheredData
  /** The orders that the hook brings. */
  orders: DraftOrders
  /** The patient as the record knows them; undefined where it remembers nothing of them. */
  whose: PatientOfClient | undefined
  /** What the patient's users overrode or accepted before. */
  overrides: readonly Override[]
  /** What of it is silent in the answer; absent where nothing is. */
  silence?: Silencing
  /** Who reads the answer; undefined where nothing need be spared them. */
  reader: ReaderOfPatient | undefined
  /** What the reader was shown before. */
  shownOn: ShownOn
  /** SMART apps that the client registered for cards of the service. */
  smartLinks: readonly SmartLink[]
  /** `performance.now()` at which the call has used up its deadline. */
  stopAt: number
}

/** An answer, and what of it is advice that a user may override. */
export interface Answer {
  response: CdsResponse
  /** Actions of which it says that they could not be decided. */
  undecided: readonly UndecidedNote[]
  advice: readonly Card[]
  /** Cards that stay away since their reader was told the same before. */
  alreadyTold: readonly AlreadyTold[]
  /** What stays away since a user answered it before. */
  heldBack: readonly HeldBack[]
  /** What its cards of advice say, by which they are recognised when they would say it again. */
  sayings: readonly CardSaying[]
  /** What is kept on record of its cards of advice; worked out when it is asked for. */
  notes: () => readonly CardNote[]
  /** The plans of the service, and what of each applies. */
  applied: readonly PlanAnswer[]
}

/** The answer of a real call. */
export interface ServiceAnswer {
  response: CdsResponse
  undecided: readonly UndecidedNote[]
  /** How many cards a client in shadow was not given; absent where it is in none. */
  shadowCards?: number
  applied: readonly PlanAnswer[]
  /** Notes what was answered, so that feedback on it can be understood; for after the reply, which does not wait for it. */
  record: () => Promise<void>
  /** Notes what the reader was shown, so that it need not be said again soon; for when they have the reply, which does not wait for it. */
  recordShown: () => Promise<void>
}

/**
 * Answers one call: gathers the patient's data, applies each plan of the service, and turns what applies into cards.
 * @throws CdsError when essential data is missing or belongs to another patient, or the time has run out before the
 *   evaluation begins.
 */
export async function callService(
  service: CdsService,
  request: HookRequest,
  language: string,
  environment: CallEnvironment,
  arrival: Arrival = {},
): Promise<ServiceAnswer> {
  const { tracing } = environment
  const gathered = await traced(tracing, 'gather', () => gatherCall(service, request, environment, arrival))
  await itsTurn(gathered.stopAt, environment)
  const answer = traced(tracing, 'evaluate', () => answerCall(withSilence(gathered, language, environment), language, environment))
  const shadowOf = inShadowOf(service.id, arrival.caller)
  countAnswer(service.id, gathered, answer, environment, shadowOf)
  const { response, undecided, applied, advice, sayings, notes } = answer
  arrival.noteCall?.(() => ({ cardNotes: notes(), ...(shadowOf !== undefined && { isShadow: true }) }))
  if (shadowOf !== undefined)
    return {
      response: shadowResponse(environment.knowledge),
      undecided,
      shadowCards: response.cards.length,
      applied,
      record: () => recordAnswer(gathered, advice, environment, true),
      recordShown: async () => undefined,
    }
  return {
    response,
    undecided,
    applied,
    record: () => recordAnswer(gathered, advice, environment),
    recordShown: () => recordShown(gathered, sayings, environment),
  }
}

function countAnswer(
  service: string,
  { data }: GatheredCall,
  { response, alreadyTold, heldBack, undecided }: Answer,
  { metrics }: CallEnvironment,
  shadowOf: string | undefined,
): void {
  metrics?.countOwnerless(service, data.record.ownerless)
  for (const { indicator, source } of response.cards) {
    const topic = source.topic?.code ?? ''
    if (shadowOf === undefined) metrics?.countCard(service, indicator, topic)
    else metrics?.countShadowCard(shadowOf, service, indicator, topic)
  }
  for (const { topic = '' } of alreadyTold) metrics?.countAlreadyTold(service, topic)
  for (const { topic = '' } of heldBack) metrics?.countHeldBack(service, topic)
  for (const { plan, action, code } of undecided) metrics?.countUndecided(plan, action, code)
}

/**
 * Waits for the turn in which a call is evaluated while nothing else is.
 * @throws CdsError CDS_CALL_TOO_LATE when the time of the call has run out by then: the reader would wait for an answer
 *   that decides nothing.
 */
export async function itsTurn(stopAt: number, { turns, deadlineMs }: CallEnvironment): Promise<void> {
  await turns.take(stopAt - deadlineMs)
  refuseIfLate(stopAt)
}

/** Made once: most of them are thrown while there is no time to lose. */
const TOO_LATE = new CdsError('CDS_CALL_TOO_LATE', 'The time of the call had run out before it could be evaluated. Send it again.')

/** @throws CdsError CDS_CALL_TOO_LATE when the time of a call has run out. */
export function refuseIfLate(stopAt: number): void {
  if (performance.now() > stopAt) throw TOO_LATE
}

/** Only a call of a known client is recorded. */
async function recordAnswer(
  { whose, service, request }: GatheredCall,
  cards: readonly Card[],
  { record, digest }: CallEnvironment,
  isInShadow = false,
): Promise<void> {
  const { encounterId } = request.context
  if (!whose) return
  await record.answered({
    ...whose,
    service: service.id,
    cards,
    ...defined({ knowledge: digest }),
    ...(typeof encounterId === 'string' && { encounter: encounterId }),
    ...(isInShadow && { isInShadow }),
  })
}

/** Nothing is noted for nobody. */
async function recordShown(
  { reader, clock }: GatheredCall,
  sayings: readonly CardSaying[],
  { record, repeatInfoDays, knowledge }: CallEnvironment,
): Promise<void> {
  if (!reader || sayings.length === 0) return
  await record.shown({
    ...reader,
    sayings,
    day: clock.today,
    forgetBefore: firstDayThatMatters(clock.today, repeatInfoDays ?? mostRepeatDays(knowledge.terminology)),
  })
}

/** How a call is gathered. */
export interface GatherCallOptions extends Arrival {
  /** A dry run goes on without essential data. */
  isDryRun?: boolean
}

/**
 * Gathers what the plans of a service read and, beside it, what users overrode and were shown before, within the reading share of the deadline.
 * @throws CdsError CDS_CALL_TOO_LATE when the time of the call runs out before anybody can tell whether its token was used.
 */
export async function gatherCall(
  service: CdsService,
  request: HookRequest,
  environment: CallEnvironment,
  { arrivedAt = performance.now(), caller, noteCall, isDryRun = false }: GatherCallOptions = {},
): Promise<GatheredCall> {
  const { knowledge, reader: fhirReader, reading, readiness, now, timeZone, deadlineMs } = environment
  const clock = clockAt(now(), timeZone)
  noteCall?.(() => askedIn(request, caller))
  const timeLeft = () => Math.max(0, arrivedAt + deadlineMs * READING_SHARE - performance.now())
  readiness.lastCall.throwIfAborted()
  const whose = patientOf(request, caller)
  const reader = readerOf(whose, userOf(request.context.userId, caller), environment)
  const token = caller?.token
  const stopAt = arrivedAt + deadlineMs
  // About a token as long as the call may take: whoever sends a body late, so that nothing is read, is not let off the question.
  const asked = askRecord(defined({ token, patient: whose, reader }), token ? stopAt - performance.now() : timeLeft(), environment)
  // Nothing is read for a token that another process has answered, unless the store is so slow that the call would be lost to it.
  if (token) await waitFor(asked, deadlineMs * HEAD_START_SHARE)
  const timeLimit = timeLeft()
  const reads = gatherPatientData(request, service.requirements, {
    ...accessFor(request, caller, fhirReader),
    lastCall: readiness.lastCall,
    limits: reading,
    clock,
    timeLimit,
    fairWaitMs: deadlineMs * READING_SHARE * FAIR_SHARE,
    forms: knowledge.forms,
    isDryRun,
  })
  // Nothing is answered, not even what is lacking, before anybody can tell whether the token was used.
  if (token) {
    reads.catch(() => undefined)
    await asked
    refuseIfLate(stopAt)
  }
  const [data, { overrides, shownOn }] = await Promise.all([reads, asked])
  const orders = draftOrdersIn(request.context, data.record)
  noteCall?.(() => ({ notRead: data.notRead.map(({ requirement }) => requirement.key) }))
  return {
    service,
    request,
    clock,
    data,
    orders,
    whose,
    overrides,
    reader,
    shownOn,
    smartLinks: caller?.smartLinks?.(service.id) ?? [],
    stopAt,
  }
}

/** Applies the plans of a call to its data and turns them into cards. It changes nothing; whoever asks more of the call afterwards hands in its scope. */
export function answerCall(call: GatheredCall, language: string, environment: CallEnvironment, scope?: Scope): Answer {
  const { service, request, data, silence } = call
  const applied = silence?.quiet ?? appliedIn(scope ?? scopeFor(call, environment), call, language, environment)
  const {
    cards,
    pointsOnPages,
    advice,
    alreadyTold,
    heldBack,
    sayings,
    undecided: failed,
    notes,
  } = toCards(applied, {
    hookInstance: request.hookInstance,
    language,
    knowledge: environment.knowledge,
    notRead: notReadIn(data, service, language),
    readInPart: readInPart(data, language),
    publicUrl: environment.publicUrl,
    silencing: silence,
    ...(call.reader && { knownSince: sparedBy(call.shownOn, call.clock.today, environment.repeatInfoDays) }),
  })
  const undecided = failed.map(({ plan, action, code }) => ({ plan, action, code }))
  return {
    response: {
      cards: withSmartLinks(cards, call.smartLinks, notes, { ...request, service: service.id }).map(card => naming(card, environment)),
      ...responseExtension({ undecided, pointsOnPages, alreadyTold, heldBack }, call, language, environment),
    },
    undecided,
    advice,
    alreadyTold,
    heldBack,
    sayings,
    notes,
    applied,
  }
}

/** A card that says of which knowledge it is, so that what was shown can be told from what would be shown now. */
const naming = (card: Card, { digest, knowledge }: CallEnvironment): Card =>
  digest === undefined ? card : { ...card, extension: { ...card.extension, [knowledge.profile.names.card.digest]: digest } }

/** What of each plan of a call applies. */
function appliedIn(
  scope: Scope,
  { service, request, orders: { asSent } }: GatheredCall,
  language: string,
  environment: CallEnvironment,
): readonly PlanAnswer[] {
  const context = { ...applyContext(request, language, environment), asSent }
  return service.plans.map(plan => ({ plan, ...applyPlan(plan, scope, context) }))
}

/**
 * A call with what is silent in its answer since users answered it before: for its turn, since that is evaluated. All that is
 * evaluated of it from then on has the time of one evaluation together.
 */
export function withSilence(call: GatheredCall, language: string, environment: CallEnvironment): GatheredCall {
  const standing = standingSilences(call.overrides, call.service, call.clock, environment.knowledge)
  if (standing.length === 0) return call
  const timed = { ...call, stopAt: endOfEvaluation(call.stopAt, environment) }
  const silence = silencing(standing, {
    service: call.service,
    open: (by, isExplained, without) =>
      scopeFor(timed, environment, isExplained, by, without && (records => records.filter(each => !without.has(each)))),
    apply: scope => appliedIn(scope, timed, language, environment),
  })
  return { ...timed, silence }
}

/** Essential data of which a part is lacking, in the reader's words. */
const readInPart = ({ notRead }: GatheredData, language: string): string[] =>
  notRead
    .filter(({ requirement, reason }) => requirement.essential && reason === 'incomplete')
    .map(({ requirement }) => labelOf(requirement, language))

/**
 * Opens the scope in which all plans of one call are evaluated, so that each fact is evaluated once.
 * @param asIf the records that count in place of those of one type.
 */
export function scopeFor(
  { service, request, clock, data: { record }, orders, overrides, silence, stopAt }: GatheredCall,
  environment: CallEnvironment,
  explain = false,
  silences: readonly Silence[] = silence?.by ?? [],
  asIf?: (records: readonly FhirResource[], type: string) => readonly FhirResource[],
): Scope {
  const { context } = request
  const end = endOfEvaluation(stopAt, environment)
  const recordsOfType = (type: string) => record.ofType(type, () => checkTime(end))
  const here = ({ point, at, reason, encounter }: Override) => ({
    point,
    at: clockAt(new Date(at), clock.timeZone).now,
    ...defined({ reason, encounter }),
  })
  const data = {
    recordsOfType: asIf ? (type: string) => asIf(recordsOfType(type), type) : recordsOfType,
    context,
    clock,
    orders,
    settings: environment.knowledgeSettings,
    overrides: overrides.filter(({ outcome }) => outcome === 'overridden').map(here),
    silenced: silences.map(here),
    stopAt: end,
  }
  return openScope(service.plans[0]?.variables ?? new Variables(), data, explain)
}

/**
 * When an evaluation that begins now must end: with the deadline of its call, and sooner where that is far, since
 * nothing else of the process runs meanwhile.
 */
export const endOfEvaluation = (stopAt: number, { deadlineMs, callDeadlineMs = deadlineMs }: CallEnvironment): number =>
  Math.min(stopAt, performance.now() + callDeadlineMs * EVALUATION_SHARE)

/** Who the patient is beyond this call: an id means nothing without the client that gave it. */
function patientOf(request: HookRequest, caller: Caller | undefined): PatientOfClient | undefined {
  const client = caller?.nameIn(request)
  return client === undefined ? undefined : { ...defined({ sender: caller?.sender }), client, patient: request.context.patientId }
}

/** Who asks what about whom, for auditors. */
function askedIn(request: HookRequest, caller: Caller | undefined): Partial<NotedCall> {
  const { hook, hookInstance, context } = request
  const user = userOf(context.userId, caller)
  return { hook, hookInstance, patient: context.patientId, ...defined({ client: caller?.nameIn(request), user }) }
}

/** Who asks: who signed in, else whom the client names. */
const userOf = (named: unknown, caller: Caller | undefined): string | undefined =>
  caller?.user ?? (typeof named === 'string' ? named : undefined)

/** What reads the FHIR server of a call for its client, how the client's list names it and where its pages may lie; nothing is read of what it does not list. */
function accessFor(
  { fhirServer }: HookRequest,
  caller: Caller | undefined,
  reader: FhirReader,
): { reader: FhirReader; server?: ListedServer; bases?: readonly string[] } {
  if (fhirServer === undefined || !caller?.fhirServers) return { reader }
  const server = caller.fhirServers.serverOf(fhirServer)
  return server ? { reader, server, bases: caller.fhirServers.basesOf(fhirServer) } : { reader: CLOSED_READER }
}

/** Who reads the answer to a call of a known client, where it names a user and the deployment spares them anything. */
function readerOf(
  whose: PatientOfClient | undefined,
  user: string | undefined,
  { repeatInfoDays }: CallEnvironment,
): ReaderOfPatient | undefined {
  return whose && repeatInfoDays !== 0 && user !== undefined ? { ...whose, user } : undefined
}

/** The context in which a hook request applies plans. */
export function applyContext({ context, hook }: HookRequest, language: string, { knowledge }: CallEnvironment): ApplyContext {
  const { patientId, userId, encounterId } = context
  return {
    patientId,
    hook,
    language,
    terminology: knowledge.terminology,
    ...(typeof userId === 'string' && { userId }),
    ...(typeof encounterId === 'string' && { encounterId }),
  }
}

/** What an answer says beside its cards. */
interface BesideCards extends Pick<Answer, 'undecided' | 'alreadyTold' | 'heldBack'> {
  pointsOnPages: readonly string[]
}

/** Says what no card shows, which actions could not be decided, which data was not read and what stays away; absent where there is none of it. */
function responseExtension(
  { undecided, pointsOnPages, alreadyTold, heldBack }: BesideCards,
  { data, service }: Pick<GatheredCall, 'data' | 'service'>,
  language: string,
  { knowledge }: CallEnvironment,
): Pick<CdsResponse, 'extension'> {
  const { card } = knowledge.profile.names
  if (undecided.length + pointsOnPages.length + alreadyTold.length + heldBack.length === 0 && !hasNotRead(data)) return {}
  return {
    extension: {
      ...(pointsOnPages.length > 0 && { [card.decisionPoints]: pointsOnPages }),
      ...(undecided.length > 0 && { [card.undecided]: undecided }),
      ...(hasNotRead(data) && { [card.notRead]: notReadEntries(data, service, language) }),
      ...(alreadyTold.length > 0 && { [card.alreadyTold]: alreadyTold }),
      ...(heldBack.length > 0 && { [card.heldBack]: heldBack }),
    },
  }
}

const hasNotRead = ({ notRead, record }: GatheredData): boolean => notRead.length > 0 || record.unusable.length > 0

/** Every key and every value that could not be read: what it is for a reader, and which and why for an integrator. */
function notReadEntries({ notRead, record }: GatheredData, service: CdsService, language: string): ToldNotRead[] {
  const unusable = record.unusable.map(each => {
    const { key, resource, element, reason } = each
    return { key, label: partOf(each, service, language), kind: 'unusable', resource, element, reason }
  })
  return [...notRead.map(each => toldNotRead(each, language)), ...unusable]
}

/** What could not be read, in the reader's words: whole prefetch keys, parts of others, and answers to questions. */
const notReadIn = (data: GatheredData, service: CdsService, language: string): string[] => [
  ...new Set(notReadEntries(data, service, language).map(({ label }) => label)),
]

/** Of what a value that could not be used is a part. */
function partOf({ key, question, isYes, isTaken }: Unusable, { requirements }: CdsService, language: string): string {
  const words = cardWords(language)
  if (!question) {
    const required = requirements.find(each => each.key === key) ?? { key, label: new Map() }
    const label = key === DRAFTS_KEY ? words.drafts : labelOf(required, language)
    return isTaken ? words.unnamedForm(label) : words.partOf(label)
  }
  const asked = inLanguage(question, language) ?? ''
  return isYes ? words.bothAnswers(asked) : words.answerTo(asked)
}

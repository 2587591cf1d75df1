import type { FhirResource } from 'fhir/r4.js'
import { callService } from '../calls/call-service.js'
import type { Arrival, CallEnvironment } from '../calls/environment.js'
import { atLeisure, recordOf, type Override } from './at-leisure.js'
import { type Card, type CdsResponse, type HookRequest } from '../cds-hooks/types.js'
import { pageLines } from '../engine/cards/page-lines.js'
import { clockAt } from '../engine/expression/clock.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import type { CdsService } from '../knowledge-files/services.js'
import { queriesFor } from '../patient-data/fill-template.js'
import type { ClinicalCase } from './format.js'
import type { CaseLanguage } from './language.js'
import { memoryFhirReader, noFhirReader, prefetched, prefetchedSearches } from './memory-fhir-server.js'
import { draftOrders, roleReference, roleResources, usualUser } from './orders.js'
import { PATIENT_ID, resourcesOf } from './patient-facts.js'

/** One call of one service, ready to be made. */
export interface PreparedCall {
  service: CdsService
  request: HookRequest
  environment: CallEnvironment
  arrival: Arrival
}

/** How the patient's data reaches the service. */
export type Delivery = 'prefetch' | 'FHIR server'

/** What a case says beyond the patient's own data. */
export interface CaseSurroundings {
  orders: ReturnType<typeof draftOrders>
  overridden: readonly string[]
  settings: Readonly<Record<string, boolean | string>>
  user: string
  /** Id of the encounter of the call, where it is another than usual. */
  encounter?: string
}

/** Makes calls of some services about the patients of cases. */
export interface CaseRunner {
  loaded: LoadedKnowledge
  language: CaseLanguage
  /** The calls that a case makes, one a service. */
  callsOf: (each: ClinicalCase, delivery?: Delivery) => PreparedCall[]
  /** A call of a service about a patient with these resources, at a frozen instant. @throws Error when there is no such service. */
  prepareCall: (
    serviceId: string,
    ofPatient: readonly FhirResource[],
    now: Date,
    delivery?: Delivery,
    surroundings?: CaseSurroundings,
  ) => PreparedCall
  /** Answers a case. */
  answerCase: (each: ClinicalCase, delivery?: Delivery) => Promise<Answered>
}

/** Of every call: who knows it can tell from the uuid of a card which action it came of. */
export const HOOK_INSTANCE = '7b1f9a52-6a2c-4c1e-9d53-0f4c0f6f2a10'

/** Cases are answered by the settings that the knowledge has unless a deployment chooses, or a case says otherwise. */
export function caseRunner(loaded: LoadedKnowledge, language: CaseLanguage): CaseRunner {
  const { services } = loaded
  const ofCalls = atLeisure(loaded)
  const { timeZone, encounter } = language.vocabulary
  const users = roleResources(language)
  const usual: CaseSurroundings = { orders: { drafts: [], selections: [] }, overridden: [], settings: {}, user: usualUser(language) }

  const prepareCall: CaseRunner['prepareCall'] = (serviceId, ofPatient, now, delivery = 'prefetch', surroundings = usual) => {
    const resources = [...ofPatient, ...users]
    const service = services.get(serviceId)
    if (!service) throw new Error(`There is no service ${serviceId}; known are ${[...services.keys()].join(', ') || 'none'}.`)
    const context = {
      patientId: PATIENT_ID,
      userId: roleReference(surroundings.user, language),
      ...contextOf(service.hook, surroundings.orders, surroundings.encounter ?? encounter.id),
    }
    const clock = clockAt(now, timeZone)
    const isPrefetch = delivery === 'prefetch'
    const prefetch = Object.fromEntries(
      service.requirements.map(requirement => [requirement.key, prefetchedFor(resources, queriesFor(requirement, { context, clock }))]),
    )
    return {
      service,
      request: {
        hook: service.hook,
        hookInstance: HOOK_INSTANCE,
        context,
        prefetch: isPrefetch ? prefetch : {},
        ...(!isPrefetch && { fhirServer: 'https://ehr.example.org/fhir' }),
      },
      arrival: { caller: { nameIn: () => 'the one client' } },
      environment: {
        ...ofCalls,
        reader: isPrefetch ? noFhirReader : memoryFhirReader(resources),
        now: () => now,
        timeZone,
        knowledgeSettings: { ...ofCalls.knowledgeSettings, ...surroundings.settings },
        record: recordOf(surroundings.overridden.map(written => ({ service: serviceId, ...overrideOf(written, now, language) }))),
      },
    }
  }

  const callsOf: CaseRunner['callsOf'] = (each, delivery = 'prefetch') => {
    const now = new Date(each.today)
    const calendar = language.calendarAt(now)
    const resources = resourcesOf(each.patient, each.given, calendar, language)
    const surroundings = { ...usual, ...surroundingsOf(each), orders: draftOrders(each.given, calendar, language) }
    return [each.service].flat().map(id => prepareCall(id, resources, now, delivery, surroundings))
  }

  return {
    loaded,
    language,
    callsOf,
    prepareCall,
    answerCase: (each, delivery) => answer(callsOf(each, delivery), language.vocabulary.language),
  }
}

/** What a case itself says of its surroundings. */
const surroundingsOf = ({ overridden = [], settings = {}, user, encounter }: ClinicalCase) => ({
  overridden,
  settings,
  ...(user !== undefined && { user }),
  ...(encounter !== undefined && { encounter }),
})

/** What a client that knows its own users and orders sends for a requirement; null where there is nobody to ask about. */
function prefetchedFor(resources: readonly FhirResource[], [query, ...others]: readonly string[] = []): unknown {
  if (query === undefined) return null
  return others.length === 0 ? prefetched(resources, query) : prefetchedSearches(resources, [query, ...others])
}

/**
 * An override as a case writes it: the decision point, when, unless it was today (the vocabulary has a name for the
 * encounter of the call), and the code of a reason in parentheses.
 */
function overrideOf(written: string, now: Date, { vocabulary: { encounter }, calendarAt }: CaseLanguage): Omit<Override, 'service'> {
  const [, point = '', when, reason] = /^(\S+)(?: ([^(]+?))?(?: \((\S+)\))?$/.exec(written) ?? []
  const isHere = when === encounter.name
  const at = when === undefined || isHere ? now.toISOString() : calendarAt(now).dateTime(when)
  return { point, outcome: 'overridden', at, ...(reason !== undefined && { reason }), ...(isHere && { encounter: encounter.id }) }
}

/** Fields of the context that a hook adds to patient and user. */
function contextOf(hook: string, { drafts, selections }: CaseSurroundings['orders'], encounterId: string): Record<string, unknown> {
  const draftOrders = { resourceType: 'Bundle', type: 'collection', entry: drafts.map(resource => ({ resource })) }
  if (hook === 'order-select') return { draftOrders, selections, encounterId }
  return hook === 'order-sign' ? { draftOrders, encounterId } : hook === 'encounter-start' ? { encounterId } : {}
}

/** Makes a call. @param language of the cards. */
export const reply = async (call: PreparedCall, language: string): Promise<CdsResponse> => (await replied(call, language)).response

/** A reply, and what the pages of its recommendations tell besides. */
export interface Replied {
  response: CdsResponse
  onPages: string[]
}

async function replied({ service, request, environment, arrival }: PreparedCall, language: string): Promise<Replied> {
  const { response, applied } = await callService(service, request, language, environment, arrival)
  return { response, onPages: toldOnPages(applied, language, environment) }
}

/** What the pages tell of all that applies. */
export const toldOnPages = (
  applied: Awaited<ReturnType<typeof callService>>['applied'],
  language: string,
  { knowledge: { terminology } }: CallEnvironment,
): string[] => applied.flatMap(({ requestGroup }) => pageLines(requestGroup, { language, terminology, names: terminology.names }))

/** The answers of all services together. */
export interface Answered {
  cards: Card[]
  /** Decision points that apply and that no card lists, since only pages show them. */
  pointsOnPages: string[]
  /** What the pages tell of all that applies to this patient, on a card or not. */
  onPages: string[]
  /** What was not decided or not read, for a reason that lies in no record. */
  faults: string[]
  /** Prefetch keys of which a part could not be used. */
  notUsable: string[]
}

/** Makes the calls; a chart shows the cards of all services together. @param language of the cards. */
export async function answer(calls: readonly PreparedCall[], language: string): Promise<Answered> {
  const replies: Replied[] = []
  for (const call of calls) replies.push(await replied(call, language))
  return together(replies)
}

/** Puts the answers of all services together. */
export function together(replies: readonly Replied[]): Answered {
  const responses = replies.map(({ response }) => response)
  return {
    onPages: replies.flatMap(({ onPages }) => onPages),
    cards: responses.flatMap(({ cards }) => cards),
    pointsOnPages: [...new Set(responses.flatMap(decisionPointsOf))],
    faults: responses.flatMap(({ extension = {} }) => {
      const [notRead, points, heldBack] = [NOT_READ, DECISION_POINTS, HELD_BACK].map(end => nameOf(extension, end) ?? end) as [
        string,
        string,
        string,
      ]
      const { [notRead]: _unread, [points]: _points, [heldBack]: _heldBack, ...faults } = extension
      const unread = notReadIn(extension).filter(({ kind }) => kind !== 'unusable')
      return unread.length > 0 || Object.keys(faults).length > 0 ? [JSON.stringify({ ...faults, [notRead]: unread })] : []
    }),
    notUsable: [
      ...new Set(
        responses.flatMap(({ extension = {} }) => notReadIn(extension).flatMap(({ kind, key }) => (kind === 'unusable' ? [key] : []))),
      ),
    ].sort(),
  }
}

const NOT_READ = 'not-read'
const DECISION_POINTS = 'decision-points'
const HELD_BACK = 'held-back'

type CardExtension = Readonly<Record<string, unknown>>

/** The member of an extension that ends so; what stands before it is of the knowledge. */
const nameOf = (extension: CardExtension, end: string): string | undefined => Object.keys(extension).find(name => name.endsWith(`.${end}`))

const memberOf = (extension: CardExtension, end: string): unknown => extension[nameOf(extension, end) ?? '']

const notReadIn = (extension: CardExtension): { key: string; kind?: string }[] =>
  (memberOf(extension, NOT_READ) ?? []) as { key: string; kind?: string }[]

/** Decision points that a card lists, or an answer beside its cards. */
export const decisionPointsOf = ({ extension = {} }: Pick<Card, 'extension'>): string[] =>
  (memberOf(extension, DECISION_POINTS) ?? []) as string[]

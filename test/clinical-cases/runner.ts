import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FhirResource } from 'fhir/r4.js'
import { parse } from 'yaml'
import { callService } from '../../src/calls/call-service.js'
import type { CallEnvironment } from '../../src/calls/environment.js'
import { CARD_EXTENSION, type Card, type CdsResponse, type HookRequest } from '../../src/cds-hooks/types.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { queriesFor } from '../../src/patient-data/fill-template.js'
import { createMemoryRecord } from '../../src/record/memory-record.js'
import { createMemoryFeedbackRecord } from '../../src/record/feedback-record.js'
import { createOverrideMemory } from '../../src/record/override-memory.js'
import type { Override } from '../../src/record/port.js'
import { createReadiness } from '../../src/server/readiness.js'
import type { CdsService } from '../../src/knowledge-files/services.js'
import { testKnowledge as knowledge } from '../support/knowledge.js'
import { CaseCalendar, TIME_ZONE } from './calendar.js'
import { casesOf, type CaseFile, type ClinicalCase } from './case-format.js'
import { draftOrders, roleReference, roleResources } from './case-orders.js'
import { memoryFhirReader, noFhirReader, prefetched, prefetchedSearches } from './memory-fhir-server.js'
import { PATIENT_ID, resourcesOf } from './patient-facts.js'

const readiness = createReadiness()

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** A case with the folder it stands in: a decision point, or the reading of the guideline it is about. */
export interface FoundCase {
  about: string
  file: string
  case: ClinicalCase
}

let found: FoundCase[] | undefined

/** Every case of this repository, in the order of folder and file names; read once. */
export const readCases = (): readonly FoundCase[] => (found ??= casesIn(FOLDER))

/** Reads every case of a folder, in the order of folder and file names. */
export function casesIn(folder: string): FoundCase[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name).sort()
  return folders.flatMap(about =>
    readdirSync(join(folder, about)).filter(name => name.endsWith('.yaml')).sort().flatMap(name =>
      casesOf(parse(readFileSync(join(folder, about, name), 'utf8')) as CaseFile).map(each => ({ about, file: `${about}/${name}`, case: each }))))
}

/** One call of one service, ready to be made. */
export interface PreparedCall {
  service: CdsService
  request: HookRequest
  environment: CallEnvironment
}

/** What a client that knows its own users and orders sends for a requirement; null where there is nobody to ask about. */
function prefetchedFor(resources: readonly FhirResource[], [query, ...others]: readonly string[] = []): unknown {
  if (query === undefined) return null
  return others.length === 0 ? prefetched(resources, query) : prefetchedSearches(resources, [query, ...others])
}

/** How the patient's data reaches the service. */
export type Delivery = 'prefetch' | 'FHIR server'

/** The calls that a case makes, one a service. */
export function callsOf(each: ClinicalCase, delivery: Delivery = 'prefetch'): PreparedCall[] {
  const now = new Date(each.today)
  const resources = resourcesOf(each.patient, each.given, new CaseCalendar(now))
  const { overridden = [], settings = {}, user = 'GP' } = each
  const orders = draftOrders(each.given, new CaseCalendar(now))
  return [each.service].flat().map(id => prepareCall(id, resources, now, delivery, { orders, overridden, settings, user }))
}

/** The encounter in which a case takes place. */
const ENCOUNTER = 'denne-kontakt'

/**
 * An override as a case writes it: the decision point, when, unless it was today (`i denne kontakt` is in the encounter of
 * the call), and the code of a reason in parentheses.
 */
function overrideOf(written: string, now: Date): Override {
  const [, point = '', when, reason] = /^(\S+)(?: ([^(]+?))?(?: \((\S+)\))?$/.exec(written) ?? []
  const isHere = when === 'i denne kontakt'
  const at = when === undefined || isHere ? now.toISOString() : new CaseCalendar(now).dateTime(when)
  return { point, at, ...(reason !== undefined && { reason }), ...(isHere && { encounter: ENCOUNTER }) }
}

/** What a case says beyond the patient's own data. */
export interface CaseSurroundings {
  orders: ReturnType<typeof draftOrders>
  overridden: readonly string[]
  settings: Readonly<Record<string, boolean | string>>
  user: string
}

const USUAL: CaseSurroundings = { orders: { drafts: [], selections: [] }, overridden: [], settings: {}, user: 'GP' }

/** Fields of the context that a hook adds to patient and user. */
function contextOf(hook: string, { drafts, selections }: CaseSurroundings['orders']): Record<string, unknown> {
  const draftOrders = { resourceType: 'Bundle', type: 'collection', entry: drafts.map(resource => ({ resource })) }
  if (hook === 'order-select') return { draftOrders, selections, encounterId: ENCOUNTER }
  return hook === 'order-sign' ? { draftOrders, encounterId: ENCOUNTER } : hook === 'encounter-start' ? { encounterId: ENCOUNTER } : {}
}

/** A call of a service about a patient with these resources, at a frozen instant. */
export function prepareCall(serviceId: string, ofPatient: readonly FhirResource[], now: Date, delivery: Delivery = 'prefetch', surroundings = USUAL): PreparedCall {
  const resources = [...ofPatient, ...roleResources]
  const service = knowledge().services.get(serviceId)
  if (!service) throw new Error(`There is no service ${serviceId}.`)
  const context = { patientId: PATIENT_ID, userId: roleReference(surroundings.user), ...contextOf(service.hook, surroundings.orders) }
  const clock = clockAt(now, TIME_ZONE)
  const isPrefetch = delivery === 'prefetch'
  const prefetch = Object.fromEntries(service.requirements.map(requirement => [requirement.key, prefetchedFor(resources, queriesFor(requirement, { context, clock }))]))
  return {
    service,
    request: {
      hook: service.hook,
      hookInstance: '7b1f9a52-6a2c-4c1e-9d53-0f4c0f6f2a10',
      context,
      prefetch: isPrefetch ? prefetch : {},
      ...(!isPrefetch && { fhirServer: 'https://ehr.example.org/fhir' }),
    },
    environment: {
      knowledge: knowledge().knowledge,
      reader: isPrefetch ? noFhirReader : memoryFhirReader(resources),
      now: () => now,
      timeZone: TIME_ZONE,
      deadlineMs: 60_000,
      reading: { requests: 1_000, bytes: 1_000_000_000, atOnce: 10, optionalWaitMs: 60_000 },
      turns: { take: async () => undefined },
      readiness,
      knowledgeSettings: { region: 'nordjylland', showRetired: true, conditionalOffers: false, ...surroundings.settings },
      clientOf: () => 'the one client',
      record: { ...createMemoryRecord(createOverrideMemory(0), createMemoryFeedbackRecord(0)), overridesOf: async () => surroundings.overridden.map(written => overrideOf(written, now)) },
    },
  }
}

/** Makes a call. */
export const reply = async ({ service, request, environment }: PreparedCall, language = 'da'): Promise<CdsResponse> => (await callService(service, request, language, environment)).response

/** The answers of all services together. */
export interface Answered {
  cards: Card[]
  /** What was not decided or not read, for a reason that lies in no record. */
  faults: string[]
  /** Prefetch keys of which a part could not be used. */
  notUsable: string[]
}

/** Makes the calls; a chart shows the cards of all services together. */
export async function answer(calls: readonly PreparedCall[]): Promise<Answered> {
  const responses: CdsResponse[] = []
  for (const call of calls) responses.push(await reply(call))
  return together(responses)
}

/** Puts the answers of all services together. */
export function together(responses: readonly CdsResponse[]): Answered {
  return {
    cards: responses.flatMap(({ cards }) => cards),
    faults: responses.flatMap(({ extension = {} }) => {
      const failed = { ...extension, [CARD_EXTENSION.notRead]: notReadIn(extension).filter(({ kind }) => kind !== 'unusable') }
      return failed[CARD_EXTENSION.notRead].length > 0 || Object.keys(extension).some(name => name !== CARD_EXTENSION.notRead) ? [JSON.stringify(failed)] : []
    }),
    notUsable: [...new Set(responses.flatMap(({ extension = {} }) => notReadIn(extension).flatMap(({ kind, key }) => (kind === 'unusable' ? [key] : []))))].sort(),
  }
}

const notReadIn = (extension: Record<string, unknown>): { key: string; kind?: string }[] => (extension[CARD_EXTENSION.notRead] ?? []) as { key: string; kind?: string }[]

/** Answers a case. */
export const answerCase = (each: ClinicalCase, delivery: Delivery = 'prefetch') => answer(callsOf(each, delivery))

/** Decision points that speak in a card. */
export const decisionPointsOf = ({ extension }: Card): string[] => (extension?.['org.columna.decision-points'] ?? []) as string[]

export { testKnowledge as knowledge } from '../support/knowledge.js'
export { answerOf } from '../../src/engine/apply/apply-plan.js'
export { gatherCall, scopeFor } from '../../src/calls/call-service.js'
export { scopeOn } from '../../src/engine/expression/scope.js'
export { createCompiler } from '../../src/engine/expression/compile.js'
export { createInterpreter } from '../../src/engine/expression/interpreter.js'
export { toJson } from '../../src/engine/expression/values.js'

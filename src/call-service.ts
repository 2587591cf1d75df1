import { applyPlan, type ApplyContext, type Undecided } from './apply/apply-plan.js'
import { ordersOf } from './cds-hooks/orders.js'
import { buildCards, orderCards } from './cards/build-cards.js'
import { undecidedCard } from './cards/undecided-card.js'
import { planSource } from './cards/plan-source.js'
import { CARD_EXTENSION, type CdsResponse, type HookRequest } from './cds-hooks/types.js'
import { clockAt, type Clock } from './expression/clock.js'
import { openScope, type Scope } from './expression/scope.js'
import { inLanguage } from './knowledge/extensions.js'
import type { Knowledge } from './knowledge/knowledge.js'
import { explained, gatherPatientData, type GatheredData } from './patient-data/gather-patient-data.js'
import type { FhirReader } from './patient-data/fhir-reader.js'
import type { OverrideMemory } from './record/override-memory.js'
import type { KnowledgeSettings } from './settings.js'
import type { CdsService } from './services/service-registry.js'

/** What every call needs and no call changes. */
export interface CallEnvironment {
  knowledge: Knowledge
  reader: FhirReader
  now: () => Date
  timeZone: string
  /** Milliseconds that one call may take in all. */
  deadlineMs: number
  /** What the deployment chose, as knowledge reads it. */
  knowledgeSettings: KnowledgeSettings
  /** Cards that users overrode. */
  overrideMemory: OverrideMemory
}

/** Part of the deadline that reading may use; the rest is for evaluation and the way back. */
const READING_SHARE = 0.85

/** A call whose data is gathered, ready to be answered. */
export interface GatheredCall {
  service: CdsService
  request: HookRequest
  clock: Clock
  data: GatheredData
  /** `performance.now()` at which the call has used up its deadline. */
  stopAt: number
}

/**
 * Answers one call: gathers the patient's data, applies each plan of the service, and turns what applies into cards.
 * @throws CdsError when essential data is missing or belongs to another patient.
 */
export async function callService(service: CdsService, request: HookRequest, language: string, environment: CallEnvironment): Promise<CdsResponse> {
  return answerCall(await gatherCall(service, request, environment), language, environment)
}

/** Gathers what the plans of a service read, within the reading share of the deadline. */
export async function gatherCall(service: CdsService, request: HookRequest, { reader, now, timeZone, deadlineMs }: CallEnvironment): Promise<GatheredCall> {
  const stopAt = performance.now() + deadlineMs
  const clock = clockAt(now(), timeZone)
  const data = await gatherPatientData(request, service.requirements, { reader, clock, timeLimit: deadlineMs * READING_SHARE })
  return { service, request, clock, data, stopAt }
}

/** Applies the plans of a call to its data and builds the cards. */
export function answerCall(call: GatheredCall, language: string, environment: CallEnvironment): CdsResponse {
  const { service, request, data } = call
  const scope = scopeFor(call, environment)
  const context = applyContext(request, language, environment)
  const applied = service.plans.map(plan => ({ plan, source: planSource(plan, language), ...applyPlan(plan, scope, context) }))
  const notRead = data.notRead.map(({ requirement }) => inLanguage(requirement.label, language) ?? requirement.key)
  const cards = applied.flatMap(({ plan, source, requestGroup }) =>
    buildCards(requestGroup, { hookInstance: request.hookInstance, language, plan: plan.canonical, planSource: source, notRead }))
  const undecided = applied.flatMap(each => each.undecided)
  const titles = new Map(applied.map(({ plan, source }) => [plan.canonical, source.label] as const))
  const unclear = undecided.length === 0 ? [] : [undecidedCard(undecided, request.hookInstance, language, titles)]
  environment.overrideMemory.remember(patientOf(request), cards)
  return { cards: orderCards([...unclear, ...cards]), ...responseExtension(undecided, data) }
}

/** Opens the scope in which all plans of one call are evaluated, so that each fact is evaluated once. */
export function scopeFor({ service, request, clock, data: { record }, stopAt }: GatheredCall, { knowledgeSettings, overrideMemory, timeZone }: CallEnvironment, explain = false): Scope {
  const { context } = request
  const data = {
    recordsOfType: (type: string) => record.ofType(type),
    context,
    clock,
    orders: ordersOf(context),
    settings: knowledgeSettings,
    // By the service's own calendar, whatever offset the client reported in.
    overrides: overrideMemory.overridesOf(patientOf(request)).map(({ point, at }) => ({ point, at: clockAt(new Date(at), timeZone).now })),
    stopAt,
  }
  return openScope(service.plans[0]?.variables ?? {}, data, explain)
}

/** Who the patient is beyond this call: an id means nothing without the server that gave it. */
const patientOf = ({ fhirServer = '', context }: HookRequest): string => `${fhirServer.replace(/\/+$/, '')} ${context.patientId}`

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

/** Says which actions could not be decided and which data was not read; absent when all went well. */
function responseExtension(undecided: readonly Undecided[], { notRead }: GatheredData): Pick<CdsResponse, 'extension'> {
  if (undecided.length === 0 && notRead.length === 0) return {}
  return {
    extension: {
      ...(undecided.length > 0 && { [CARD_EXTENSION.undecided]: undecided.map(({ plan, action, code }) => ({ plan, action, code })) }),
      ...(notRead.length > 0 && { [CARD_EXTENSION.notRead]: notRead.map(explained) }),
    },
  }
}

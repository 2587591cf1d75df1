import { applyPlan, type ApplyContext, type Undecided } from './apply/apply-plan.js'
import { buildCards, orderCards } from './cards/build-cards.js'
import { undecidedCard } from './cards/undecided-card.js'
import { planSource } from './cards/plan-source.js'
import { CARD_EXTENSION, type CdsResponse, type HookRequest } from './cds-hooks/types.js'
import { clockAt, type Clock } from './expression/clock.js'
import { openScope, type Scope } from './expression/scope.js'
import { inLanguage } from './knowledge/extensions.js'
import type { Knowledge } from './knowledge/knowledge.js'
import { gatherPatientData, REASONS, type GatheredData } from './patient-data/gather-patient-data.js'
import type { FhirReader } from './patient-data/fhir-reader.js'
import type { CdsService } from './services/service-registry.js'

/** What every call needs and no call changes. */
export interface CallEnvironment {
  knowledge: Knowledge
  reader: FhirReader
  now: () => Date
  timeZone: string
  /** Milliseconds that one call may take in all. */
  deadlineMs: number
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
  const scope = scopeFor(call)
  const applied = service.plans.map(plan => ({ plan, ...applyPlan(plan, scope, applyContext(request, language, environment)) }))
  const notRead = data.notRead.map(({ requirement }) => inLanguage(requirement.label, language) ?? requirement.key)
  const cards = applied.flatMap(({ plan, requestGroup }) =>
    buildCards(requestGroup, { hookInstance: request.hookInstance, language, plan: plan.canonical, planSource: planSource(plan, language), notRead }))
  const undecided = applied.flatMap(each => each.undecided)
  const titles = new Map(service.plans.map(plan => [plan.canonical, planSource(plan, language).label] as const))
  const unclear = undecided.length === 0 ? [] : [undecidedCard(undecided, request.hookInstance, language, titles)]
  return { cards: orderCards([...unclear, ...cards]), ...responseExtension(undecided, data) }
}

/** Opens the scope in which all plans of one call are evaluated, so that each fact is evaluated once. */
export function scopeFor({ service, request, clock, data: { record }, stopAt }: GatheredCall, explain = false): Scope {
  const data = { recordsOfType: (type: string) => record.ofType(type), context: request.context, clock, stopAt }
  return openScope(service.plans[0]?.variables ?? {}, data, explain)
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

/** Says which actions could not be decided and which data was not read; absent when all went well. */
function responseExtension(undecided: readonly Undecided[], { notRead }: GatheredData): Pick<CdsResponse, 'extension'> {
  if (undecided.length === 0 && notRead.length === 0) return {}
  return {
    extension: {
      ...(undecided.length > 0 && { [CARD_EXTENSION.undecided]: undecided.map(({ plan, action, code }) => ({ plan, action, code })) }),
      ...(notRead.length > 0 && { [CARD_EXTENSION.notRead]: notRead.map(({ requirement, reason }) => ({ key: requirement.key, reason: REASONS[reason] })) }),
    },
  }
}

import { applyPlan, type AppliedPlan, type ApplyContext } from './apply/apply-plan.js'
import { buildCards, orderCards } from './cards/build-cards.js'
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

/**
 * Answers one call: gathers the patient's data, applies each plan of the service, and turns what applies into cards.
 * @throws CdsError when essential data is missing or belongs to another patient.
 */
export async function callService(service: CdsService, request: HookRequest, language: string, environment: CallEnvironment): Promise<CdsResponse> {
  const clock = clockAt(environment.now(), environment.timeZone)
  const data = await gatherFor(service, request, clock, environment)
  const scope = scopeFor(service, request, clock, data, environment)
  const applied = service.plans.map(plan => ({ plan, ...applyPlan(plan, scope, applyContext(request, language, environment)) }))
  const notRead = data.notRead.map(({ requirement }) => inLanguage(requirement.label, language) ?? requirement.key)
  const cards = applied.flatMap(({ plan, requestGroup }) =>
    buildCards(requestGroup, { hookInstance: request.hookInstance, language, plan: plan.canonical, planSource: planSource(plan, language), notRead }))
  return { cards: orderCards(cards), ...responseExtension(applied, data) }
}

/** Gathers what the plans of a service read, within the reading share of the deadline. */
export function gatherFor(service: CdsService, request: HookRequest, clock: Clock, { reader, deadlineMs }: CallEnvironment): Promise<GatheredData> {
  return gatherPatientData(request, service.requirements, { reader, clock, timeLimit: deadlineMs * READING_SHARE })
}

/** Opens the scope in which all plans of one call are evaluated, so that each fact is evaluated once. */
export function scopeFor(service: CdsService, request: HookRequest, clock: Clock, { record }: GatheredData, { deadlineMs }: CallEnvironment, explain = false): Scope {
  const data = { recordsOfType: (type: string) => record.ofType(type), context: request.context, clock, stopAt: performance.now() + deadlineMs }
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
function responseExtension(applied: readonly AppliedPlan[], { notRead }: GatheredData): Pick<CdsResponse, 'extension'> {
  const undecided = applied.flatMap(each => each.undecided)
  if (undecided.length === 0 && notRead.length === 0) return {}
  return {
    extension: {
      ...(undecided.length > 0 && { [CARD_EXTENSION.undecided]: undecided }),
      ...(notRead.length > 0 && { [CARD_EXTENSION.notRead]: notRead.map(({ requirement, reason }) => ({ key: requirement.key, reason: REASONS[reason] })) }),
    },
  }
}

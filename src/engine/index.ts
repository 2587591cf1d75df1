/**
 * The engine: FHIR R4 PlanDefinitions written in FHIRPath, compiled once, applied to a patient's records, and told as
 * cards of CDS Hooks. What the resources are held to is a profile: `plainR4()` unless another is given. It
 * reads no disk, no clock and no network; whoever uses it hands in resources, an instant and a time zone. docs/engine.md
 * has an example that runs.
 *
 * ```ts
 * const faults = new FaultList()
 * const knowledge = compileKnowledge(resources.map(resource => ({ file: `${resource.id}.json`, resource })), faults)
 * faults.throwIfAny()
 * const plan = knowledge.plan('my-plan')!
 * const context = { patientId: 'p1', language: 'da', terminology: knowledge.terminology }
 * const scope = openScope(plan.variables, {
 *   recordsOfType: type => records.filter(({ resourceType }) => resourceType === type),
 *   context, clock: clockAt(new Date(), 'Europe/Copenhagen'), stopAt: performance.now() + 200,
 * })
 * const { requestGroup, undecided } = applyPlan(plan, scope, context)
 * const { cards } = toCards([{ plan, requestGroup, undecided }], { hookInstance, language: 'da', knowledge, notRead: [], readInPart: [] })
 * ```
 */
export { compileKnowledge, type CompileOptions, type Knowledge } from './knowledge/compile-knowledge.js'
export { plainR4, strict, type KnowledgeProfile, type ProfileOptions } from './knowledge/profile.js'
export type { CompiledPlan } from './knowledge/compiled.js'
export type { KnowledgeFile } from './model/knowledge-file.js'
export { FAULT_CODES, faultLine, FaultList, type Fault, type FaultCode, type Severity } from './model/faults.js'
export { CdsError, type ErrorCode } from '../errors.js'
export { clockAt, type Clock } from './expression/clock.js'
export { openScope, type Scope, type ScopeData } from './expression/scope.js'
export { applyPlan, type Answer, type AppliedPlan, type Undecided } from './apply/apply-plan.js'
export type { ApplyContext } from './apply/context.js'
export { explainPlan, type ExplainedAction, type ExplainedCondition, type ExplainedFact, type Selection } from './apply/explain-plan.js'
export type { PlanAnswer } from './cards/plan-answer.js'
export { toCards, type ToCardsContext, type ToldCards } from './cards/to-cards.js'

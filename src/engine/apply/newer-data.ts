import type { FhirResource } from 'fhir/r4.js'
import { CdsError } from '../../errors.js'
import { datesSoFar, isAfter, type Moment } from '../expression/functions/dates.js'
import { scopeOn, type Evidence, type Scope } from '../expression/scope.js'
import { isNode, resourceOf, toJson } from '../expression/values.js'
import { listensTo } from '../knowledge/action-hooks.js'
import type { CompiledAction, CompiledPlan } from '../knowledge/compiled.js'
import { answerOf, type Answer } from './apply-plan.js'

/** An action that applies, with the plan whose facts its conditions read. */
export interface ActionInPlan {
  action: CompiledAction
  plan: CompiledPlan
}

/**
 * The actions of a plan that apply and speak for a decision point: those that name it, wherever they stand.
 * @param hook that was called; plans that stand in a plan listen to none.
 */
export function actionsFor(point: string, plan: CompiledPlan, scope: Scope, hook?: string): ActionInPlan[] {
  const seen = new Set<CompiledPlan>()
  const within = (inPlan: CompiledPlan, listens: (action: CompiledAction) => boolean): ActionInPlan[] => {
    if (seen.has(inPlan)) return []
    seen.add(inPlan)
    const scopeOfPlan = scopeOn(inPlan.variables, scope)
    const speaking = (actions: readonly CompiledAction[]): ActionInPlan[] =>
      actions
        .filter(action => answersOf(action, scopeOfPlan).every(answer => answer === 'yes'))
        .flatMap(action => [
          ...(action.points.includes(point) ? [{ action, plan: inPlan }] : []),
          ...(action.definition?.kind === 'plan' ? within(action.definition.plan, () => true) : []),
          ...speaking(action.actions),
        ])
    return speaking(inPlan.actions.filter(listens))
  }
  return within(plan, action => hook === undefined || listensTo(action, hook))
}

function answersOf({ conditions, where }: CompiledAction, scope: Scope): (Answer | 'error')[] {
  return conditions.map(condition => {
    try {
      return answerOf(condition, scope, where)
    } catch (error) {
      codeOfFault(error)
      return 'error'
    }
  })
}

/**
 * Whether an action rests on data that came after a moment: records that its conditions or the facts behind them found, or those
 * of the parts of its card, and without which a condition or one of the facts would have another value. A draft that the call itself brings is no data.
 * @param scope opened for explaining. @param without opens the same call, without some records.
 * @throws CdsError when the time of the call runs out.
 */
export function restsOnNewer(
  { action, plan }: ActionInPlan,
  moment: Moment,
  scope: Scope,
  without: (records: ReadonlySet<FhirResource>) => Scope,
): boolean {
  const rests = foundation(action, scopeOn(plan.variables, scope))
  const brought = new Set<FhirResource>(scope.state.orders?.drafts ?? [])
  const newer = [...rests.records].filter(
    record => !brought.has(record) && datesSoFar(record, scope.state).some(date => isAfter(date, moment)),
  )
  if (newer.length === 0) return false
  return rests.value !== foundation(action, scopeOn(plan.variables, without(new Set(newer)))).value
}

/**
 * What an action rests on: the records that were found for it, and in one text the answers of its conditions and the facts
 * behind them. A line or a suggestion of its card that comes or goes is news as well; what else it reads is not.
 */
function foundation(action: CompiledAction, scope: Scope): { records: ReadonlySet<FhirResource>; value: string } {
  const own = asked(() => answersOf(action, scope), scope)
  const parts = asked(() => partsOf(action).map(part => answersOf(part, scope)), scope)
  const values = [...own.facts].sort().map(name => [name, ...plainValues(name, scope)])
  return { records: new Set([...own.records, ...parts.records]), value: JSON.stringify([own.answers, parts.answers, values]) }
}

const partsOf = ({ actions }: CompiledAction): CompiledAction[] => actions.flatMap(part => [part, ...partsOf(part)])

/** Answers, with the facts behind them and the records that were found for both. */
function asked<T>(answer: () => T, scope: Scope): { answers: T; facts: ReadonlySet<string>; records: ReadonlySet<FhirResource> } {
  const frame: Evidence = { facts: new Set(), found: [] }
  scope.state.frames.push(frame)
  try {
    const answers = answer()
    const facts = factsBehind(frame, scope)
    const found = [frame, ...[...facts].flatMap(name => scope.state.evidence?.get(name) ?? [])].flatMap(evidence => evidence.found)
    return { answers, facts, records: recordsIn(found) }
  } finally {
    scope.state.frames.pop()
  }
}

function factsBehind({ facts }: Evidence, scope: Scope, found = new Set<string>()): ReadonlySet<string> {
  for (const name of facts) {
    if (found.has(name)) continue
    found.add(name)
    const evidence = scope.state.evidence?.get(name)
    if (evidence) factsBehind(evidence, scope, found)
  }
  return found
}

/** What a fact says; which records it is about is no part of it, else each new contact would be news. */
function plainValues(name: string, scope: Scope): unknown[] {
  try {
    return (scope.valueOf(name) ?? []).flatMap(item => (isRecord(item) ? [] : [toJson(item)]))
  } catch (error) {
    return [codeOfFault(error)]
  }
}

/** The code of a fault of an expression, which counts as any other answer. @throws whatever else was thrown, as when there is no more time. */
function codeOfFault(error: unknown): string {
  if (!(error instanceof CdsError) || error.code === 'CDS_DEADLINE_PASSED') throw error
  return error.code
}

/** A whole resource, not a value within one. */
const isRecord = (item: unknown): boolean =>
  isNode(item) && typeof item.data === 'object' && item.data !== null && item.data === resourceOf(item)

const recordsIn = (found: Evidence['found']): ReadonlySet<FhirResource> =>
  new Set(found.flatMap(items => items.flatMap(item => (isNode(item) ? (resourceOf(item) ?? []) : []))))

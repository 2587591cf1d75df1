import type { Evaluator } from '../expression/compile.js'
import { STATE, type Evidence, type Scope, scopeOn } from '../expression/scope.js'
import { toJson } from '../expression/values.js'
import { CdsError } from '../errors.js'
import type { CompiledAction, CompiledCondition, CompiledPlan } from '../knowledge/compiled.js'
import { answerOf, type Answer } from './apply-plan.js'

/** A fact that a condition used, with its value and the resources it came from. */
export interface ExplainedFact {
  name: string
  description: string
  value: unknown[]
  resources: string[]
}

export interface ExplainedCondition {
  description: string
  expression: string
  answer: Answer | 'error'
  facts: ExplainedFact[]
  resources: string[]
  error?: string
}

/** One action with the answer of each of its conditions, whether or not it applied. */
export interface ExplainedAction {
  id: string
  listensToHook: boolean
  conditions: ExplainedCondition[]
  /** Whether all conditions were answered yes; cannot-tell where one was and none was no. */
  applies: Answer | 'error'
  actions: ExplainedAction[]
}

/**
 * Evaluates every condition of every action of a plan, and tells of each what it rests on.
 * @param scope opened for explaining, else the answers come without the facts and resources behind them.
 * @param hook the hook that was called; a plan within a plan listens to none and is always asked.
 */
export function explainPlan(plan: CompiledPlan, scope: Scope, hook?: string): ExplainedAction[] {
  return explainWithin(plan, scope, hook, new Map())
}

/** @param known plans within that are explained already: whatever card they stand on, their conditions are answered the same. */
function explainWithin(plan: CompiledPlan, scope: Scope, hook: string | undefined, known: Map<CompiledPlan, ExplainedAction[]>): ExplainedAction[] {
  const inPlan = scopeOn(plan.variables, scope)
  const answers = new Map<Evaluator, Answer>()
  const explainNested = (nested: CompiledPlan): ExplainedAction[] => {
    const explained = known.get(nested) ?? explainWithin(nested, scope, undefined, known)
    known.set(nested, explained)
    return explained
  }
  const explain = (action: CompiledAction, isTop: boolean): ExplainedAction => {
    const conditions = action.conditions.map(condition => explainCondition(condition, action.where, inPlan, plan, answers))
    const nested = action.definition?.kind === 'plan' ? explainNested(action.definition.plan) : []
    return {
      id: action.id,
      listensToHook: !isTop || hook === undefined || (action.resource.trigger ?? []).some(({ name }) => name === hook),
      conditions,
      applies: together(conditions.map(({ answer }) => answer)),
      actions: [...nested, ...action.actions.map(child => explain(child, false))],
    }
  }
  return plan.actions.map(action => explain(action, true))
}

/** As the call decides: the first no or error ends it, and a cannot-tell hides neither. */
export function together(answers: readonly (Answer | 'error')[]): Answer | 'error' {
  return answers.find(answer => answer === 'no' || answer === 'error') ?? answers.find(answer => answer === 'cannot-tell') ?? 'yes'
}

/** @param answers of the plan so far, by what was evaluated: many actions share a gate, and what rests on nothing told is not asked twice. */
function explainCondition(condition: CompiledCondition, where: string, scope: Scope, plan: CompiledPlan, answers: Map<Evaluator, Answer>): ExplainedCondition {
  const { frames, evidence } = scope[STATE]
  if (!evidence) return { ...answered(condition, scope, where, answers), facts: [], resources: [] }
  const frame: Evidence = { facts: new Set(), resources: new Set() }
  frames.push(frame)
  try {
    return { ...answered(condition, scope, where), ...evidenceOf(frame, scope, plan) }
  } finally {
    frames.pop()
  }
}

function answered(condition: CompiledCondition, scope: Scope, where: string, answers = new Map<Evaluator, Answer>()): Omit<ExplainedCondition, 'facts' | 'resources'> {
  const { description, expression, evaluate } = condition
  try {
    const answer = answers.get(evaluate) ?? answerOf(condition, scope, where)
    answers.set(evaluate, answer)
    return { description, expression, answer }
  } catch (error) {
    if (!(error instanceof CdsError)) throw error
    return { description, expression, answer: 'error', error: `${error.code}: ${error.message}` }
  }
}

/** Facts in the order they were asked for, those behind them included, and all resources they came from. */
function evidenceOf(frame: Evidence, scope: Scope, plan: CompiledPlan): Pick<ExplainedCondition, 'facts' | 'resources'> {
  const names = new Set<string>()
  const resources = new Set(frame.resources)
  const follow = (name: string): void => {
    if (names.has(name)) return
    names.add(name)
    const evidence = scope[STATE].evidence?.get(name)
    evidence?.resources.forEach(reference => resources.add(reference))
    evidence?.facts.forEach(follow)
  }
  frame.facts.forEach(follow)
  return { facts: [...names].map(name => explainFact(name, scope, plan)), resources: [...resources] }
}

function explainFact(name: string, scope: Scope, plan: CompiledPlan): ExplainedFact {
  return {
    name,
    description: plan.facts.get(name) ?? '',
    value: valueOf(name, scope),
    resources: [...(scope[STATE].evidence?.get(name)?.resources ?? [])],
  }
}

/** The fact's value; records are told by their references, not by their content. */
function valueOf(name: string, scope: Scope): unknown[] {
  try {
    return (scope[name] as readonly unknown[]).map(item => {
      const json = toJson(item) as { resourceType?: string; id?: string } | null
      return json !== null && typeof json === 'object' && json.resourceType ? `${json.resourceType}/${json.id ?? ''}` : json
    })
  } catch {
    return []
  }
}

import type { FhirResource } from 'fhir/r4.js'
import type { Evaluator } from '../expression/compile.js'
import { type Evidence, type Scope, scopeOn } from '../expression/scope.js'
import { isNode, plain, resourceOf, toJson } from '../expression/values.js'
import { CdsError } from '../../errors.js'
import { listensTo } from '../knowledge/action-hooks.js'
import { actionsBelow } from '../knowledge/actions-below.js'
import type { CompiledAction, CompiledCondition, CompiledPlan } from '../knowledge/compiled.js'
import { inLanguage, type LocalizedText } from '../model/localized.js'
import { answerOf, type Answer } from './apply-plan.js'

/** Resources by name, as many as a list of them may have, and how many more there are. */
interface NamedResources {
  resources: string[]
  moreResources?: number
}

/** A fact that was asked for, with its value and the resources it came from; of long lists the beginning, and how many more there are. */
export interface ExplainedFact extends NamedResources {
  name: string
  description: string
  value: unknown[]
  moreValues?: number
  /** Names of the facts it asked for itself. */
  uses: string[]
  /** Code of the error that its evaluation ended with. */
  error?: string
}

export interface ExplainedCondition extends NamedResources {
  /** Says the condition, in each language it is written in. */
  description: LocalizedText
  expression: string
  answer: Answer | 'error'
  /** Names of the facts it asked for itself; those have further ones behind them. */
  facts: string[]
  /** Resources that it looked at itself; those behind its facts are told of the facts. */
  resources: string[]
  error?: string
}

/** One action with the answer of each of its conditions, whether or not it applied. */
export interface ExplainedAction {
  id: string
  action: CompiledAction
  listensToHook: boolean
  conditions: ExplainedCondition[]
  /** Asked where only the page shows the action for some patients. */
  onlyOnPage?: ExplainedCondition
  /** Whether all conditions were answered yes; cannot-tell where one was and none was no. */
  applies: Answer | 'error'
  actions: ExplainedAction[]
  /** How many actions directly below were not asked. */
  leftOut: number
}

/** What of a plan is explained. */
export interface Selection {
  /** Whether also what stands below an action that does not apply. */
  isWhole: boolean
  /** Id of the one action that is asked about, with those below it and those around it. */
  only?: string
  /** Most values and resources of a fact or condition that are told; all unless given. */
  most?: number
}

const EVERYTHING: Selection = { isWhole: true }

/**
 * Evaluates the conditions of a plan's actions, and tells of each what it rests on.
 * @param scope opened for explaining, else the answers come without the facts and resources behind them.
 * @param hook the hook that was called; a plan within a plan listens to none and is always asked.
 * @param facts is given every fact that was asked for, by name; several plans of a call may share it.
 */
export function explainPlan(
  plan: CompiledPlan,
  scope: Scope,
  hook?: string,
  { isWhole, only, most = Number.POSITIVE_INFINITY }: Selection = EVERYTHING,
  facts = new Map<string, ExplainedFact>(),
  language = plan.language,
): ExplainedAction[] {
  return new Explaining(scope, { isWhole, only, most, language }, facts).plan(plan, hook, only === undefined)
}

/** Whether a plan has an action of this id, itself or in plans within it. */
export const hasAction = ({ actions }: CompiledPlan, id: string): boolean => actions.some(action => holds(action, id))

const holds = ({ id, definition, actions }: CompiledAction, wanted: string): boolean =>
  id === wanted || actions.some(action => holds(action, wanted)) || (definition?.kind === 'plan' && hasAction(definition.plan, wanted))

class Explaining {
  /** Plans within that are explained already: whatever card they stand on, their conditions are answered the same. */
  private readonly known = new Map<CompiledPlan, ExplainedAction[]>()

  constructor(
    private readonly scope: Scope,
    private readonly options: { isWhole: boolean; only: string | undefined; most: number; language: string },
    private readonly facts: Map<string, ExplainedFact>,
  ) {}

  /** @param isAsked whether all its actions are asked about, and not only those on the way to the one. */
  plan(plan: CompiledPlan, hook: string | undefined, isAsked: boolean): ExplainedAction[] {
    const inPlan = { plan, scope: scopeOn(plan.variables, this.scope), answers: new Map<Evaluator, Answer>() }
    return this.chosen(plan.actions, isAsked).map(action =>
      this.action(action, inPlan, isAsked, each => hook === undefined || listensTo(each, hook)),
    )
  }

  private chosen(actions: readonly CompiledAction[], isAsked: boolean): readonly CompiledAction[] {
    const { only } = this.options
    return isAsked || only === undefined ? actions : actions.filter(action => holds(action, only))
  }

  private action(action: CompiledAction, inPlan: InPlan, isAround: boolean, listens: (action: CompiledAction) => boolean): ExplainedAction {
    const isAsked = isAround || action.id === this.options.only
    const conditions = action.conditions.map(condition => this.condition(condition, action.where, inPlan))
    const [applies, listensToHook] = [conjunctionOf(conditions.map(({ answer }) => answer)), listens(action)]
    const onlyOnPage = action.onlyOnPageWhen && this.condition(action.onlyOnPageWhen, action.where, inPlan)
    const isOpened = this.options.isWhole || !isAsked || (applies === 'yes' && listensToHook)
    const below = actionsBelow(action).length
    const actions = isOpened ? this.below(action, inPlan, isAsked) : []
    return {
      id: action.id,
      action,
      listensToHook,
      conditions,
      ...(onlyOnPage && { onlyOnPage }),
      applies,
      actions,
      leftOut: below - actions.length,
    }
  }

  private below({ definition, actions }: CompiledAction, inPlan: InPlan, isAsked: boolean): ExplainedAction[] {
    const nested = definition?.kind === 'plan' ? this.nested(definition.plan, isAsked) : []
    return [...nested, ...this.chosen(actions, isAsked).map(child => this.action(child, inPlan, isAsked, () => true))]
  }

  private nested(plan: CompiledPlan, isAsked: boolean): ExplainedAction[] {
    if (!isAsked) return this.plan(plan, undefined, false)
    const explained = this.known.get(plan) ?? this.plan(plan, undefined, true)
    this.known.set(plan, explained)
    return explained
  }

  private condition(condition: CompiledCondition, where: string, { plan, scope, answers }: InPlan): ExplainedCondition {
    const { frames, evidence } = scope.state
    if (!evidence) return withoutEvidence(condition, scope, where, answers)
    const frame: Evidence = { facts: new Set(), found: [] }
    frames.push(frame)
    try {
      return { ...answered(condition, scope, where), ...this.evidenceOf(frame, plan, scope) }
    } finally {
      frames.pop()
    }
  }

  /** What was asked for; every fact behind it is told, each once. */
  private evidenceOf(
    { facts, found }: Evidence,
    plan: CompiledPlan,
    scope: Scope,
  ): Pick<ExplainedCondition, 'facts' | keyof NamedResources> {
    const names = [...facts]
    const follow = (name: string): void => {
      if (this.facts.has(name)) return
      const evidence = scope.state.evidence?.get(name)
      const fact = this.fact(name, evidence, plan, scope)
      this.facts.set(name, fact)
      fact.uses.forEach(follow)
    }
    names.forEach(follow)
    return { facts: names, ...namesOf(found, this.options.most) }
  }

  private fact(name: string, evidence: Evidence | undefined, plan: CompiledPlan, scope: Scope): ExplainedFact {
    return {
      name,
      description: inLanguage(plan.facts.get(name) ?? new Map(), this.options.language) ?? '',
      ...toldValue(name, scope, this.options.most),
      uses: [...(evidence?.facts ?? [])],
      ...namesOf(evidence?.found ?? [], this.options.most),
    }
  }
}

interface InPlan {
  plan: CompiledPlan
  scope: Scope
  /** Answers of the plan so far, by what was evaluated: many actions share a gate, and what rests on nothing told is not asked twice. */
  answers: Map<Evaluator, Answer>
}

/** As the call decides: the first no or error ends it, and a cannot-tell hides neither. */
export function conjunctionOf(answers: readonly (Answer | 'error')[]): Answer | 'error' {
  return answers.find(answer => answer === 'no' || answer === 'error') ?? answers.find(answer => answer === 'cannot-tell') ?? 'yes'
}

/** Conditions with each of their answers, made once: without evidence nothing of them is the patient's. */
const known = new WeakMap<CompiledCondition, Map<Answer, ExplainedCondition>>()

/** @param answers of the plan so far, by what was evaluated: many actions share a gate. */
function withoutEvidence(condition: CompiledCondition, scope: Scope, where: string, answers: Map<Evaluator, Answer>): ExplainedCondition {
  const asked = answered(condition, scope, where, answers)
  if (asked.answer === 'error') return { ...asked, facts: [], resources: [] }
  const byAnswer = known.get(condition) ?? new Map<Answer, ExplainedCondition>()
  known.set(condition, byAnswer)
  const before = byAnswer.get(asked.answer) ?? { ...asked, facts: [], resources: [] }
  byAnswer.set(asked.answer, before)
  return before
}

function answered(
  condition: CompiledCondition,
  scope: Scope,
  where: string,
  answers = new Map<Evaluator, Answer>(),
): Omit<ExplainedCondition, 'facts' | 'resources'> {
  const { descriptions: description, expression, evaluate } = condition
  try {
    const answer = answers.get(evaluate) ?? answerOf(condition, scope, where)
    answers.set(evaluate, answer)
    return { description, expression, answer }
  } catch (error) {
    if (!(error instanceof CdsError)) throw error
    return { description, expression, answer: 'error', error: `${error.code}: ${error.message}` }
  }
}

/** The beginning of a fact's value; records are told by their references, not by their content. */
function toldValue(name: string, scope: Scope, most: number): Pick<ExplainedFact, 'value' | 'moreValues' | 'error'> {
  try {
    const items = scope.valueOf(name) ?? []
    return { value: items.slice(0, most).map(toldAs), ...(items.length > most && { moreValues: items.length - most }) }
  } catch (error) {
    return { value: [], ...(error instanceof CdsError && { error: error.code }) }
  }
}

function toldAs(item: unknown): unknown {
  const { resourceType, id } = (isNode(item) && typeof item.data === 'object' ? (plain(item) ?? {}) : {}) as {
    resourceType?: string
    id?: string
  }
  return resourceType ? `${resourceType}/${id ?? ''}` : toJson(item)
}

/** Most resources of a fact or condition that are told apart; what is found beyond them counts as often as it was found. */
const MOST_TOLD_APART = 1_000

/** The names of the first resources, each once: a draft may be called as a record is. */
function namesOf(found: Evidence['found'], most: number): NamedResources {
  const names = new Set<string>()
  const resources = new Set<FhirResource>()
  let more = 0
  for (const items of found) {
    for (const [index, item] of items.entries()) {
      if (names.size === most && resources.size >= MOST_TOLD_APART) {
        more += items.length - index
        break
      }
      const resource = isNode(item) ? resourceOf(item) : undefined
      if (resource === undefined || resources.has(resource)) continue
      resources.add(resource)
      if (names.size < most) names.add(`${resource.resourceType}/${resource.id}`)
      else more += 1
    }
  }
  return { resources: [...names], ...(more > 0 && { moreResources: more }) }
}

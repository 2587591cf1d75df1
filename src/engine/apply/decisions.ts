import { CdsError } from '../../errors.js'
import type { Evaluator } from '../expression/compile.js'
import { scopeOn, type Scope } from '../expression/scope.js'
import { listensTo } from '../knowledge/action-hooks.js'
import { actionsBelow } from '../knowledge/actions-below.js'
import type { CompiledAction, CompiledCondition, CompiledPlan } from '../knowledge/compiled.js'
import { answerOf, type Answer } from './apply-plan.js'
import { conjunctionOf } from './explain-plan.js'

/** An action of a plan, with those that it stands in. */
export interface AskedAction {
  /** The plan that was asked about. */
  plan: CompiledPlan
  action: CompiledAction
  /** From the outermost to the action itself, each with the plan whose facts its conditions see. */
  way: readonly { action: CompiledAction; plan: CompiledPlan }[]
}

/** What the conditions of actions answer in one scope; each condition is asked once. */
export class Decisions {
  private readonly plans = new Map<CompiledPlan, { scope: Scope; answers: Map<Evaluator, Answer | 'error'> }>()

  constructor(private readonly scope: Scope) {}

  /** Whether an action applies, with all that it stands in. */
  of({ way }: AskedAction): Answer | 'error' {
    return conjunctionOf(way.map(({ action, plan }) => this.ofAction(action, plan)))
  }

  /** Whether an action applies where all that it stands in does. */
  ofItself({ way }: AskedAction): Answer | 'error' {
    return conjunctionOf(way.slice(-1).map(({ action, plan }) => this.ofAction(action, plan)))
  }

  /** The answers for all actions of a plan that a call of a hook asks: those below an action only where it applies. */
  in(plan: CompiledPlan, hook: string): { asked: AskedAction; answer: Answer | 'error' }[] {
    const found: { asked: AskedAction; answer: Answer | 'error' }[] = []
    const look = (action: CompiledAction, within: CompiledPlan, around: AskedAction['way']): void => {
      const way = [...around, { action, plan: within }]
      const answer = this.ofAction(action, within)
      found.push({ asked: { plan, action, way }, answer })
      if (answer !== 'yes') return
      for (const below of actionsBelow(action)) look(below, isOf(action, below) ? within : planIn(action, within), way)
    }
    for (const action of plan.actions) if (listensTo(action, hook)) look(action, plan, [])
    return found
  }

  /** What each condition of an action answers, in their order. @param plan in which it stands. */
  ofConditions({ conditions, where }: CompiledAction, plan: CompiledPlan): (Answer | 'error')[] {
    const { scope, answers } = this.within(plan)
    return conditions.map(condition => {
      const before = answers.get(condition.evaluate)
      if (before !== undefined) return before
      const answer = answered(condition, scope, where)
      answers.set(condition.evaluate, answer)
      return answer
    })
  }

  private ofAction(action: CompiledAction, plan: CompiledPlan): Answer | 'error' {
    return conjunctionOf(this.ofConditions(action, plan))
  }

  private within(plan: CompiledPlan): { scope: Scope; answers: Map<Evaluator, Answer | 'error'> } {
    const before = this.plans.get(plan)
    if (before) return before
    const opened = { scope: scopeOn(plan.variables, this.scope), answers: new Map<Evaluator, Answer | 'error'>() }
    this.plans.set(plan, opened)
    return opened
  }
}

const isOf = ({ actions }: CompiledAction, child: CompiledAction): boolean => actions.includes(child)

const planIn = ({ definition }: CompiledAction, otherwise: CompiledPlan): CompiledPlan =>
  definition?.kind === 'plan' ? definition.plan : otherwise

function answered(condition: CompiledCondition, scope: Scope, where: string): Answer | 'error' {
  try {
    return answerOf(condition, scope, where)
  } catch (error) {
    if (error instanceof CdsError) return 'error'
    throw error
  }
}

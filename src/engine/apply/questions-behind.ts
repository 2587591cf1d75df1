import type { QuestionnaireResponse } from 'fhir/r4.js'
import type { Evidence, Scope } from '../expression/scope.js'
import { isNode, resourceOf, type Collection } from '../expression/values.js'
import type { CompiledAction, CompiledPlan } from '../knowledge/compiled.js'
import { Decisions, type AskedAction } from './decisions.js'

/** A form without answers. */
type UnansweredForm = Omit<QuestionnaireResponse, 'item'>

/** The questions that a fact rests on, and its value with the place where that is kept; without where it holds the form itself. */
interface KnownFact {
  questions: ReadonlySet<string>
  kept: { place: number; value: Collection } | undefined
}

/**
 * Which questions of a form that is not answered yet the answers about actions rest on, and the facts behind them. What was
 * evaluated without asking for an answer comes out the same whatever that is, so that it need not be evaluated again.
 */
export class QuestionsBehind {
  private trial: Trial | undefined
  private readonly facts = new Map<string, KnownFact>()
  /** Undefined for what looked into the form in another way than by asking for answers, or failed and may not have come to ask. */
  private readonly ofActions = new Map<CompiledAction, ReadonlySet<string> | undefined>()
  private readonly plans: readonly CompiledPlan[]

  /**
   * @param actions all that will be learnt about.
   * @param open opens the call as if the form were given with it, for explaining; each time anew.
   */
  constructor(
    private readonly form: UnansweredForm,
    actions: readonly AskedAction[],
    private readonly open: (form: QuestionnaireResponse) => Scope,
  ) {
    this.plans = [...new Set(actions.flatMap(({ way }) => way.map(({ plan }) => plan)))]
  }

  /** Finds out on which questions an action rests, by an evaluation of it and of each that it stands in. */
  learn({ way }: AskedAction): void {
    for (const { action, plan } of way) if (!this.ofActions.has(action)) this.ofActions.set(action, this.askedFor(action, plan))
  }

  /** Whether an answer to a question could change anything about an action, or about what it stands in. */
  canMatter(linkId: string, { way }: AskedAction): boolean {
    return way.some(({ action }) => this.ofActions.get(action)?.has(linkId) ?? true)
  }

  /** Tells a scope that is opened with an answer to a question what that cannot change. */
  besides(linkId: string): (scope: Scope) => Scope {
    const same = [...this.facts.values()].flatMap(({ questions, kept }) => (kept === undefined || questions.has(linkId) ? [] : [kept]))
    return scope => {
      for (const { place, value } of same) scope.state.known[place] = value
      return scope
    }
  }

  /** A trial in which somebody looked into the form is given up: whoever looks there again is not noticed any more. */
  private askedFor(action: CompiledAction, plan: CompiledPlan): ReadonlySet<string> | undefined {
    const trial = (this.trial ??= new Trial(this.form, this.open))
    const frame = trial.evaluate(action, plan)
    if (trial.isLookedInto) this.trial = undefined
    return frame && !trial.isLookedInto ? this.questionsOf(frame, trial) : undefined
  }

  /** What was asked for by somebody, and by the facts that they rest on. */
  private questionsOf(frame: Evidence, trial: Trial): ReadonlySet<string> | undefined {
    const questions = new Set(trial.askedBy(frame))
    for (const name of frame.facts) {
      const fact = this.facts.get(name) ?? this.learnt(name, trial)
      if (!fact) return undefined
      for (const linkId of fact.questions) questions.add(linkId)
    }
    return questions
  }

  private learnt(name: string, trial: Trial): KnownFact | undefined {
    const place = this.placeOf(name)
    const { evidence, known } = trial.scope.state
    const [frame, value] = [evidence?.get(name), place === undefined ? undefined : known[place]]
    const questions = frame && this.questionsOf(frame, trial)
    if (place === undefined || value === undefined || !questions) return undefined
    const fact = { questions, kept: trial.isIn(value) ? undefined : { place, value } }
    this.facts.set(name, fact)
    return fact
  }

  /** Where the value of a fact is kept; undefined for a name that several plans give to facts of their own. */
  private placeOf(name: string): number | undefined {
    const places = new Set(this.plans.flatMap(({ variables }) => variables.find(name)?.place ?? []))
    return places.size === 1 ? [...places][0] : undefined
  }
}

/** The call with the form, which notices who looks into it. */
class Trial {
  readonly scope: Scope
  /** Whether somebody read the items of the form past the functions for answers. */
  isLookedInto = false
  private readonly form: QuestionnaireResponse
  private readonly asked = new Map<Evidence, Set<string>>()

  constructor(form: UnansweredForm, open: (form: QuestionnaireResponse) => Scope) {
    this.form = this.noticing(form)
    this.scope = open(this.form)
    const { state } = this.scope
    state.answersOfResponse.set(this.form, new Map())
    state.onAsked = linkId => {
      const frame = state.frames.at(-1)
      if (frame) this.asked.set(frame, (this.asked.get(frame) ?? new Set()).add(linkId))
    }
  }

  /** Evaluates an action by itself; undefined where that fails. */
  evaluate(action: CompiledAction, plan: CompiledPlan): Evidence | undefined {
    const { frames } = this.scope.state
    const frame: Evidence = { facts: new Set(), found: [] }
    frames.push(frame)
    const answer = new Decisions(this.scope).of({ plan, action, way: [{ action, plan }] })
    frames.pop()
    return answer === 'error' ? undefined : frame
  }

  askedBy(frame: Evidence): ReadonlySet<string> {
    return this.asked.get(frame) ?? new Set()
  }

  /** Whether the form is among what a value holds. */
  isIn(value: Collection): boolean {
    return value.some(item => isNode(item) && resourceOf(item) === this.form)
  }

  private noticing(form: UnansweredForm): QuestionnaireResponse {
    const look = (): void => {
      this.isLookedInto = true
    }
    return {
      ...form,
      get item() {
        look()
        return []
      },
    }
  }
}

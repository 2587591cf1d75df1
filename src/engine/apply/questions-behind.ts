import type { QuestionnaireResponse } from 'fhir/r4.js'
import type { Scope } from '../expression/scope.js'
import type { CompiledAction, CompiledPlan } from '../knowledge/compiled.js'
import { Decisions, type AskedAction } from './decisions.js'

/** Which questions an answer rests on; `all` where the form was looked into in another way than by asking for answers. */
type QuestionsAsked = ReadonlySet<string> | 'all'

/**
 * Which questions of a form that is not answered yet the answers about actions rest on. What was evaluated without asking for
 * an answer comes out the same whatever that is, so that it need not be evaluated again to be sure.
 */
export class QuestionsBehind {
  private readonly known = new Map<CompiledAction, QuestionsAsked>()

  /**
   * @param form without answers.
   * @param open opens the call as if that form, or one that stands in for it, were given with it; each time anew, so that
   *   nothing is known from before.
   */
  constructor(
    private readonly form: Omit<QuestionnaireResponse, 'item'>,
    private readonly open: (form: QuestionnaireResponse) => Scope,
  ) {}

  /** Finds out on which questions an action rests, by an evaluation of it and of each that it stands in. */
  learn({ way }: AskedAction): void {
    for (const { action, plan } of way) if (!this.known.has(action)) this.known.set(action, this.askedFor(action, plan))
  }

  /** Whether an answer to a question could change anything about an action, or about what it stands in. */
  canMatter(linkId: string, { way }: AskedAction): boolean {
    return way.some(({ action }) => {
      const asked = this.known.get(action)
      return asked === undefined || asked === 'all' || asked.has(linkId)
    })
  }

  /** Whoever reads the items of the form past the functions for answers is noticed by the form itself. */
  private askedFor(action: CompiledAction, plan: CompiledPlan): QuestionsAsked {
    const asked = new Set<string>()
    let isLookedInto = false
    const form: QuestionnaireResponse = {
      ...this.form,
      get item() {
        isLookedInto = true
        return []
      },
    }
    const scope = this.open(form)
    scope.state.answersOfResponse.set(form, new Map())
    scope.state.onAsked = linkId => asked.add(linkId)
    const answer = new Decisions(scope).of({ plan, action, way: [{ action, plan }] })
    // What failed, as when there is no more time, may not have come to ask.
    return isLookedInto || answer === 'error' ? 'all' : asked
  }
}

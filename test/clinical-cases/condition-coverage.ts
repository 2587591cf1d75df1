import type { ExplainedAction } from '../../src/apply/explain-plan.js'
import { explainCall } from '../../src/explain-call.js'
import { callsOf, type FoundCase } from './runner.js'

/** One applicability condition, and which answers the cases have given it. */
export interface CoveredCondition {
  /** Plan, actions and number of the condition, such as `start-back/high-risk/3`. */
  place: string
  description: string
  answers: ReadonlySet<string>
}

/** Answers of every condition of every action that the services' plans hold, over all cases. */
export async function conditionCoverage(cases: readonly FoundCase[]): Promise<CoveredCondition[]> {
  const covered = new Map<string, { description: string; answers: Set<string> }>()
  const note = ({ id, conditions, actions }: ExplainedAction, above: string): void => {
    const place = `${above}/${id}`
    conditions.forEach(({ description, answer }, index) => {
      const condition = covered.get(`${place}/${index}`) ?? { description, answers: new Set<string>() }
      condition.answers.add(answer)
      covered.set(`${place}/${index}`, condition)
    })
    actions.forEach(action => note(action, place))
  }
  for (const { case: each } of cases) {
    for (const { service, request, environment } of callsOf(each)) {
      const { plans } = await explainCall(service, request, 'da', environment)
      for (const { plan, actions } of plans) actions.forEach(action => note(action, nameOf(plan)))
    }
  }
  return [...covered].map(([place, { description, answers }]) => ({ place, description, answers }))
}

/** The last part of a canonical, without its version. */
const nameOf = (canonical: string): string => canonical.split('/').at(-1)?.split('|')[0] ?? canonical

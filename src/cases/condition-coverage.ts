import { ANSWERS } from './format.js'
import { askedActions } from './asked.js'
import type { Recording } from './record.js'

/** One applicability condition, and which answers the cases have given it. */
export interface CoveredCondition {
  /** The plan of a service in which it stands, itself or through a plan within. */
  plan: string
  /** Plan, action and number of the condition, such as `start-back/high-risk/3`. */
  place: string
  description: string
  answers: ReadonlySet<string>
}

/** What the cases ask of the knowledge: the answers of its conditions, and which of its actions speak. */
export interface ConditionCoverage {
  conditions: readonly CoveredCondition[]
  /** Actions, as `plan/action`, that apply in no case with all actions around them. */
  silentActions: readonly string[]
  /** Actions that apply so in every case of their service. */
  constantActions: readonly string[]
}

/** Answers of every condition of every action that the services' plans hold, over all recorded cases. */
export function conditionCoverage({ places, cases }: Recording): ConditionCoverage {
  const covered = new Map<string, CoveredCondition & { answers: Set<string> }>()
  const speaking = new Map<string, Set<boolean>>()
  for (const { service, letters } of cases.flatMap(({ asked }) => asked)) {
    for (const {
      place: { plan, id, conditions },
      listens,
      answers,
      whole,
    } of askedActions(places[service] ?? [], letters)) {
      // An id is one action within a plan and the plans within it, however many cards hold it.
      const path = `${plan}/${id}`
      speaking.set(path, (speaking.get(path) ?? new Set()).add(listens && whole === 'yes'))
      conditions.forEach((description, index) => {
        const place = `${path}/${index}`
        const condition = covered.get(place) ?? { plan, place, description, answers: new Set<string>() }
        condition.answers.add(answers[index] ?? 'error')
        covered.set(place, condition)
      })
    }
  }
  const lacking = (wanted: boolean) =>
    [...speaking]
      .filter(([, seen]) => !seen.has(wanted))
      .map(([place]) => place)
      .sort()
  return { conditions: [...covered.values()], silentActions: lacking(true), constantActions: lacking(false) }
}

/** Conditions that no case answers yes, or none no, each as `place: answer`. */
export const neverAnswered = (conditions: readonly CoveredCondition[]): string[] =>
  conditions
    .flatMap(({ place, answers }) => ['yes', 'no'].filter(wanted => !answers.has(wanted)).map(wanted => `${place}: ${wanted}`))
    .sort()

/** For each plan, in alphabetical order, how many conditions it has and how many of them got each answer in some case. */
export function conditionTally(conditions: readonly CoveredCondition[]): { plan: string; count: number; answered: number[] }[] {
  return [...new Set(conditions.map(({ plan }) => plan))].sort().map(plan => {
    const own = conditions.filter(condition => condition.plan === plan)
    return { plan, count: own.length, answered: ANSWERS.map(answer => own.filter(({ answers }) => answers.has(answer)).length) }
  })
}

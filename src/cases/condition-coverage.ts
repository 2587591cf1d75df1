import { ANSWERS } from './format.js'
import { askedActions, type AskedAction, type Place } from './asked.js'
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
  const covered = new Map<string, Covered>()
  const speaking = new Map<string, Set<boolean>>()
  for (const [service, distinct] of lettersIn(cases)) {
    const ofService = places[service] ?? []
    const heard = ofService.map(place => hearingAt(place, covered, speaking))
    for (const letters of distinct)
      askedActions(ofService, letters).forEach((asked, index) => {
        heard[index]?.(asked)
      })
  }
  const lacking = (wanted: boolean) =>
    [...speaking]
      .filter(([, seen]) => !seen.has(wanted))
      .map(([place]) => place)
      .sort()
  return { conditions: [...covered.values()], silentActions: lacking(true), constantActions: lacking(false) }
}

type Covered = CoveredCondition & { answers: Set<string> }

/** The value of a key; made where there is none yet. */
function valueAt<T>(values: Map<string, T>, key: string, make: () => T): T {
  const found = values.get(key) ?? make()
  values.set(key, found)
  return found
}

/** Takes down what one call answered at a place. */
function hearingAt(
  { plan, id, conditions }: Place,
  covered: Map<string, Covered>,
  speaking: Map<string, Set<boolean>>,
): (asked: AskedAction) => void {
  // An id is one action within a plan and the plans within it, however many cards hold it.
  const path = `${plan}/${id}`
  const spoken = valueAt(speaking, path, () => new Set<boolean>())
  const answersTo = conditions.map((description, index) => {
    const place = `${path}/${index}`
    return valueAt(covered, place, () => ({ plan, place, description, answers: new Set<string>() })).answers
  })
  return ({ listens, answers, whole }) => {
    spoken.add(listens && whole === 'yes')
    answersTo.forEach((heard, index) => heard.add(answers[index] ?? 'error'))
  }
}

/** What was answered, by the service that was called; many cases differ in nothing that a condition asks. */
function lettersIn(cases: Recording['cases']): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { service, letters } of cases.flatMap(({ asked }) => asked)) valueAt(found, service, () => new Set<string>()).add(letters)
  return found
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

import type { Asked, AskedAction } from './asked.js'
import type { ClinicalCase } from './format.js'

/** An action that speaks for a decision point of a case, with what it and its conditions answered. */
export interface AskedPoint {
  point: string
  /** The way to the action, such as `red-flags/changed-urination`. */
  action: string
  /** Together with the conditions of all actions around it. */
  answer: Asked
  /** Its own conditions, after those of the actions around it. */
  conditions: { description: string; answer: Asked }[]
}

/** What was answered about the decision points that a case expects or refuses, by all actions that speak for them and listen to the hook. */
export const askedPoints = (each: ClinicalCase, asked: readonly AskedAction[]): AskedPoint[] =>
  pointsOf(each).flatMap(point =>
    asked
      .filter(({ listens, place }) => listens && place.points.includes(point))
      .map(action => ({ point, action: action.place.path, answer: action.whole, conditions: conditionsOf(action) })),
  )

const pointsOf = ({ recommends = [], 'does not recommend': refused = [], 'cannot tell': open = [] }: ClinicalCase): string[] => [
  ...new Set([...recommends, ...refused, ...open]),
]

const conditionsOf = ({ place, answers, around }: AskedAction): AskedPoint['conditions'] => [
  ...(around ? conditionsOf(around) : []),
  ...answers.map((answer, index) => ({ description: place.conditions[index] ?? '', answer })),
]

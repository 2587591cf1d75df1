import { CdsError } from '../../errors.js'
import { scopeOn, type Scope } from '../expression/scope.js'
import type { CompiledMeasure, CompiledMeasureGroup, PopulationCode } from '../knowledge/compiled.js'
import { answerOf, type Answer } from './apply-plan.js'

/** Where a patient belongs in a group of a measure. */
export interface GroupMembership {
  group: string
  populations: PopulationCode[]
  /** Whether a condition could not be answered, so that the patient may belong elsewhere. */
  cannotTell: boolean
}

/** Asks where a patient belongs in each group of a measure. */
export function evaluateMeasure(measure: CompiledMeasure, scope: Scope): GroupMembership[] {
  const within = scopeOn(measure.variables, scope)
  return measure.groups.map(group => membership(group, measure.resource.id ?? '', within))
}

/**
 * A patient passes through the populations in turn, and no further than where they do not belong. Whoever cannot be told
 * belongs not, but for the exclusion: nobody is left out of a figure since something is unknown.
 */
function membership({ id, criteria }: CompiledMeasureGroup, measure: string, scope: Scope): GroupMembership {
  const found: GroupMembership = { group: id, populations: [], cannotTell: false }
  const belongs = (population: PopulationCode): boolean => {
    const condition = criteria.get(population)
    const answer = condition ? answered(() => answerOf(condition, scope, `${measure} ${population}`)) : 'no'
    if (answer === 'cannot-tell') found.cannotTell = true
    if (answer === 'yes') found.populations.push(population)
    return answer === 'yes'
  }
  if (!belongs('initial-population') || !belongs('denominator') || belongs('denominator-exclusion')) return found
  belongs('numerator')
  return found
}

/** A condition that fails tells nothing; what ends the evaluation as a whole is thrown on. */
function answered(ask: () => Answer): Answer {
  try {
    return ask()
  } catch (error) {
    if (error instanceof CdsError && error.code !== 'CDS_DEADLINE_PASSED') return 'cannot-tell'
    throw error
  }
}

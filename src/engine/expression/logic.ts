import { DeadlinePassed, type Step } from './steps.js'
import { NOTHING, truth, truthCollection } from './values.js'

/** The connectives of three-valued logic, by their word. */
export const CONNECTIVES: Readonly<Record<string, (left: Step, right: Step) => Step>> = {
  and: (left, right) => decidedBy(false, left, right),
  or: (left, right) => decidedBy(true, left, right),
  implies: (left, right) => decidedBy(true, negated(left), right),
  xor: (left, right) => (scope, iteration) => {
    const first = truth(left(scope, iteration))
    const second = truth(right(scope, iteration))
    return first === undefined || second === undefined ? NOTHING : truthCollection(first !== second)
  },
}

/** `not()`: what is not known stays so. */
export const negated =
  (on: Step): Step =>
  (scope, iteration) => {
    const value = truth(on(scope, iteration))
    return value === undefined ? NOTHING : truthCollection(!value)
  }

/**
 * Logic in which one side can decide alone: `decisive` on either side is the answer. The right side is left alone once
 * the left has decided, and an error on the left does not hide that the right decides; but when the time is up it is up.
 */
const decidedBy =
  (decisive: boolean, left: Step, right: Step): Step =>
  (scope, iteration) => {
    let first: boolean | undefined
    let failure: unknown
    try {
      first = truth(left(scope, iteration))
    } catch (error) {
      if (error instanceof DeadlinePassed) throw error
      failure = error
    }
    if (first === decisive) return truthCollection(decisive)
    const second = truth(right(scope, iteration))
    if (second === decisive) return truthCollection(decisive)
    // oxlint-disable-next-line typescript/only-throw-error -- it is passed on as it was thrown
    if (failure !== undefined) throw failure
    return first === undefined || second === undefined ? NOTHING : truthCollection(!decisive)
  }

import { DeadlinePassed } from './steps.js'
import type { Test } from './tests.js'

/** The connectives of three-valued logic, by their word. */
export const CONNECTIVES: Readonly<Record<string, (left: Test, right: Test) => Test>> = {
  and: (left, right) => decidedBy(false, left, right),
  or: (left, right) => decidedBy(true, left, right),
  implies: (left, right) => decidedBy(true, negated(left), right),
  xor: (left, right) => (scope, iteration) => {
    const first = left(scope, iteration)
    const second = right(scope, iteration)
    return first === undefined || second === undefined ? undefined : first !== second
  },
}

/** `not()`: what is not known stays so. */
export const negated =
  (on: Test): Test =>
  (scope, iteration) => {
    const value = on(scope, iteration)
    return value === undefined ? undefined : !value
  }

/**
 * Logic in which one side can decide alone: `decisive` on either side is the answer. The right side is left alone once
 * the left has decided, and an error on the left does not hide that the right decides; but when the time is up it is up.
 */
const decidedBy =
  (decisive: boolean, left: Test, right: Test): Test =>
  (scope, iteration) => {
    let first: boolean | undefined
    let failure: unknown
    try {
      first = left(scope, iteration)
    } catch (error) {
      if (error instanceof DeadlinePassed) throw error
      failure = error
    }
    if (first === decisive) return decisive
    const second = right(scope, iteration)
    if (second === decisive) return decisive
    // oxlint-disable-next-line typescript/only-throw-error -- it is passed on as it was thrown
    if (failure !== undefined) throw failure
    return first === undefined || second === undefined ? undefined : !decisive
  }

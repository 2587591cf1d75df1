import type { Scope } from './scope.js'
import type { Iteration, Step } from './steps.js'
import { plain, truth, truthCollection } from './values.js'

/** A part of an expression that is a truth value, ready to run; undefined is not known. */
export type Test = (scope: Scope, iteration: Iteration) => boolean | undefined

/** A truth value as any part of an expression. */
export const asStep =
  (test: Test): Step =>
  (scope, iteration) =>
    truthCollection(test(scope, iteration))

/** Any part of an expression as a truth value. @throws TypeError where it is none. */
export const asTest =
  (step: Step): Test =>
  (scope, iteration) =>
    truth(step(scope, iteration))

/** What a loop asks of each item: whether it holds. */
export type Criterion = (scope: Scope, iteration: Iteration) => boolean

/** A truth value as a criterion: what is not known does not hold. */
export const holding =
  (test: Test): Criterion =>
  (scope, iteration) =>
    test(scope, iteration) === true

/** Any part as a criterion: it holds where it is true; a single value that is no truth value counts as there. */
export const beingThere =
  (step: Step): Criterion =>
  (scope, iteration) => {
    const value = plain(step(scope, iteration)[0])
    return value !== undefined && value !== null && value !== false
  }

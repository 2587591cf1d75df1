import { isModelled, isOfType } from '../model/r4-model.js'
import type { Scope } from './scope.js'
import type { Operation } from './steps.js'
import { isNode, type Collection, type Item } from './values.js'

/** `ofType`, `is` and `as` of one type: what an element is called decides, once and for all where the model knows it. */
export function typeTest(
  name: 'ofType' | 'is' | 'as',
  type: string,
  operation: (source: string) => Operation,
): (scope: Scope, input: Collection) => Collection {
  const byInterpreter = operation(`%input.${name}(${type})`)
  if (name !== 'ofType') return byInterpreter
  const known = new Map<string, boolean>()
  const isIt = (scope: Scope, item: Item): boolean => {
    const called = isNode(item) ? item.type : null
    const before = called === null ? undefined : known.get(called)
    if (before !== undefined) return before
    const answer = (called === null ? undefined : isOfType(called, type)) ?? byInterpreter(scope, [item]).length > 0
    if (called !== null && isModelled(called)) known.set(called, answer)
    return answer
  }
  return (scope, input) => input.filter(item => isIt(scope, item))
}

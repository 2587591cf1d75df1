import type { Prepare } from './functions/native.js'
import { FUNCTIONS } from './functions/table.js'
import type { Scope } from './scope.js'
import type { Collection } from './values.js'

/** A standard function that runs on values alone: natively where that is plain, by the interpreter's own function elsewhere. */
export function standardFunction(
  name: string,
  argumentCount: number,
  operation: Prepare,
): (scope: Scope, input: Collection, args: readonly Collection[]) => Collection {
  const written = Array.from({ length: argumentCount }, (_, index) => `%argument${index}`).join(', ')
  const byInterpreter = operation(`%input.${name}(${written})`)
  const { native, nativeHere } = FUNCTIONS.get(name) ?? {}
  const plainly = native ?? nativeHere?.(operation)
  return (scope, input, args) => plainly?.(scope, input, args) ?? byInterpreter(scope, input, ...args)
}

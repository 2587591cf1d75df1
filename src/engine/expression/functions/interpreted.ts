import type { ScopeState } from '../scope.js'
import { forInterpreter, fromInterpreter } from '../interpreter-values.js'
import { plain, type Collection, type Item } from '../values.js'

/** Key under which the interpreter's variables keep the state of a call, out of reach of any `%name`. */
export const STATE: unique symbol = Symbol('state')

/** The variables of a call as the interpreter reads them. */
export interface InterpreterVariables {
  [STATE]: ScopeState
}

interface InvocationContext {
  vars: InterpreterVariables
}

/** A function as the interpreter takes it from its table. */
export interface Interpreted {
  fn: (this: InvocationContext, input: Item[], ...args: Item[]) => Collection
  internalStructures: boolean
  /** The kind of each argument, as the interpreter calls it. */
  argument: 'AnyAtRoot' | 'Integer' | 'String'
  /** Whether nothing in, as input or as an argument, is nothing out. */
  nullable?: boolean
}

/** A function that only the call decides. */
export function ofCall(value: (state: ScopeState, input: Collection, args: readonly Collection[]) => Collection): Interpreted {
  return {
    internalStructures: true,
    argument: 'AnyAtRoot',
    fn(input, ...args) {
      return forInterpreter(value(this.vars[STATE], fromInterpreter(input), args.map(fromInterpreter)))
    },
  }
}

/** A slice by a count; of less than nought the interpreter's own counts from the end, where the specification has nothing to take or skip. */
export const byCount = (slice: (input: Collection, count: number) => Collection): Interpreted => ({
  internalStructures: true,
  argument: 'Integer',
  fn: (input, count) => slice(input, Math.max(0, Number(count))),
})

/** A function of one text and further texts. */
export function onStrings(compute: (value: string, ...args: string[]) => unknown): Interpreted {
  return {
    internalStructures: true,
    argument: 'String',
    nullable: true,
    fn(input, ...args) {
      const value = plain(fromInterpreter(input)[0])
      if (input.length > 1 || typeof value !== 'string') throw new TypeError('expected one string')
      return [compute(value, ...args.map(String))]
    },
  }
}

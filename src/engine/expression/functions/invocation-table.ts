import { ofCall, type Interpreted } from './interpreted.js'
import { NO_FORMS, type Lookups } from './own-function.js'
import { FUNCTIONS, type FunctionRow } from './table.js'
import type { ValueSetLookup } from './value-set-test.js'

interface Invocation extends Pick<Interpreted, 'fn' | 'internalStructures' | 'nullable'> {
  /** The kinds of the arguments, by how many there are. */
  arity: Record<number, string[]>
}

/**
 * The table that replaces and extends the interpreter's functions: our own, the request's clock,
 * regular expressions that run in linear time, and nothing that reaches the network.
 */
export function invocationTable(valueSets: ValueSetLookup, more = NO_FORMS): Record<string, Invocation> {
  const lookups = { valueSets, ...more }
  return Object.fromEntries(
    [...FUNCTIONS].flatMap(([name, row]) => {
      const interpreted = interpretedOf(row, lookups)
      return interpreted ? [[name, invocationOf(interpreted, row)] as const] : []
    }),
  )
}

function interpretedOf({ own, interpreted }: FunctionRow, lookups: Lookups): Interpreted | undefined {
  return own ? ofCall((state, input, args) => own(input, args, state, lookups)) : interpreted
}

function invocationOf({ argument, ...invocation }: Interpreted, { takes: [least, most] }: FunctionRow): Invocation {
  const counts = Array.from({ length: most - least + 1 }, (_, index) => least + index)
  return { ...invocation, arity: Object.fromEntries(counts.map(count => [count, Array.from({ length: count }, () => argument)])) }
}

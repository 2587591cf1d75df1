import r4 from 'fhirpath/fhir-context/r4'
import { noteEvidence } from './evidence.js'
import { invocationTable } from './functions/invocation-table.js'
import { NO_FORMS } from './functions/own-function.js'
import type { ValueSetLookup } from './functions/value-set-test.js'
import { lazily, memoised } from '../model/memoised.js'
import { STATE, type InterpreterVariables } from './functions/interpreted.js'
import type { Scope } from './scope.js'
import { countItems, countTurns, type Operation, type Results, type Step } from './steps.js'
import type { SyntaxNode } from './syntax.js'
import { interpreterLibrary } from './interpreter-library.js'
import { forInterpreter, fromInterpreter } from './interpreter-values.js'
import { plain, type Collection } from './values.js'

/** The FHIRPath interpreter, for what is not compiled. */
export interface Interpreter {
  /** A whole expression, and what it is evaluated on where it asks for that. */
  expression: (source: string, focus?: Focus) => Step
  /** What a text without variables stands for, such as a quantity or a date; computed once. */
  constant: (source: string) => Collection
  /** One operation on values that are already there, written with `%input` and `%argument0`, `%argument1` and so on. */
  operation: (source: string) => Operation
}

/** What an expression is evaluated on: the definition that it belongs to as a dynamic value, else whom the call is about. */
export interface Focus {
  subject: Step
  definition: Collection | undefined
}

interface InterpreterContext {
  vars: InterpreterVariables
}

/** Sets the interpreter up with our own functions over a set of value sets. Texts are prepared when they are first asked for. */
export function createInterpreter(valueSets: ValueSetLookup, more = NO_FORMS): Interpreter {
  // Most expressions leave nothing to the interpreter.
  const options = lazily(() => ({
    resolveInternalTypes: false,
    async: false as const,
    userInvocationTable: invocationTable(valueSets, more) as never,
  }))
  const prepare = (source: string, debug?: unknown) => {
    const run = interpreterLibrary().compile(source, r4, debug ? { ...options(), debugger: debug as never } : options())
    return (variables: object, on: object = {}) => fromInterpreter(run(on, variables as never))
  }
  return {
    expression: (source, focus) => {
      const plainly = lazily(() => prepare(source, checkDeadline))
      const explained = lazily(() => prepare(source, noteResult))
      const definition = focus?.definition
      if (definition) return scope => plainly()(onDefinition(scope, definition), dataOf(definition))
      return (scope, iteration) => {
        const on = focus && dataOf(focus.subject(scope, iteration))
        const variables = variablesOf(scope)
        return scope.state.evidence ? withEvidence(() => explained()(variables, on), scope, variables) : plainly()(variables, on)
      }
    },
    constant: memoised(source => Object.freeze(prepare(source)({}))),
    operation: memoised(source => {
      const run = lazily(() => prepare(source))
      return (scope, input, ...values) => {
        // The interpreter looks at no clock while it goes through lists.
        for (const items of [input, ...values]) countItems(scope.state, items)
        return run()(given(scope, input, values))
      }
    }),
  }
}

/** What an expression runs on: one thing, none or several. */
const dataOf = (items: Collection): object => (items.length === 1 ? (plain(items[0]) as object) : items.map(plain))

/** The variables of a call where `%context` is a definition; facts that ask for the hook's context still get that. */
const onDefinition = (scope: Scope, context: Collection): InterpreterVariables =>
  variablesOf(scope, name => (name === 'context' ? context : undefined))

/** The variables of a call as the interpreter reads them. @param instead what some of them are here. */
function variablesOf(scope: Scope, instead: (name: string) => Collection | undefined = () => undefined): InterpreterVariables {
  const read = (name: string | symbol): unknown => {
    if (typeof name === 'symbol') return name === STATE ? scope.state : undefined
    const value = instead(name) ?? scope.valueOf(name)
    return value && forInterpreter(value)
  }
  return new Proxy({} as InterpreterVariables, {
    get: (_, name) => read(name),
    has: (_, name) =>
      name === STATE || (typeof name === 'string' && (instead(name) !== undefined || scope.variables.find(name) !== undefined)),
  })
}

function given({ state }: Scope, input: Collection, values: readonly Collection[]): InterpreterVariables {
  const variables: InterpreterVariables & Record<string, unknown> = { [STATE]: state, input: forInterpreter(input) }
  values.forEach((value, index) => {
    variables[`argument${index}`] = forInterpreter(value)
  })
  return variables
}

const checkDeadline = (context: InterpreterContext): void => countTurns(context.vars[STATE], 1)

/** What each evaluation that runs now has yielded, by its variables. */
const running = new WeakMap<object, { results: Results; last?: SyntaxNode }>()

function noteResult(context: InterpreterContext, _focus: unknown, result: unknown, node: SyntaxNode): void {
  countTurns(context.vars[STATE], 1)
  const evaluation = running.get(context.vars)
  if (!evaluation) return
  evaluation.last = node
  evaluation.results.set(node, fromInterpreter(result))
}

function withEvidence(run: () => Collection, scope: Scope, variables: object): Collection {
  const evaluation: { results: Results; last?: SyntaxNode } = { results: new Map() }
  running.set(variables, evaluation)
  try {
    return run()
  } finally {
    running.delete(variables)
    if (evaluation.last) noteEvidence(evaluation.last, evaluation.results, scope)
  }
}

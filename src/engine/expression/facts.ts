import type { FhirResource } from 'fhir/r4.js'
import { CdsError } from '../../errors.js'
import type { Evaluator } from './compile.js'
import { Variables, type Evidence, type Scope, type ScopeState } from './scope.js'
import { STANDARD_VARIABLES } from './standard-variables.js'
import { DeadlinePassed } from './steps.js'
import { bareNode, UCUM, type Collection } from './values.js'

/** A named clinical fact, ready to be asked for. */
export interface CompiledFact {
  name: string
  /** What the fact says, in plain language. */
  description: string
  evaluate: Evaluator
}

/**
 * The variables that every expression sees: `%patient`, `%context`, the patient's records as `%Condition`,
 * `%Observation` and so on, `%draftOrders` and `%orders` of an order hook, the deployment's `%settings`, and the
 * `%overrides` of earlier cards, with those answers to cards by which their points are `%silenced`; and those that other guidelines know, such as `%subject`. Add facts on top with
 * `factVariables`.
 */
export function recordVariables(types: Iterable<string>): Variables {
  const variables = new Variables()
  for (const type of types) defineVariable(variables, type, state => records(state.recordsOfType(type)))
  defineVariable(variables, 'patient', state => records(state.recordsOfType('Patient')))
  defineVariable(variables, 'context', state => [state.context])
  defineVariable(variables, 'draftOrders', state => records(state.orders?.drafts ?? []))
  defineVariable(variables, 'orders', state => records(state.orders?.chosen ?? []))
  defineVariable(variables, 'settings', state => [state.settings ?? {}])
  defineVariable(variables, 'overrides', state => [...(state.overrides ?? [])])
  defineVariable(variables, 'silenced', state => [...(state.silenced ?? [])])
  defineVariable(variables, 'ucum', () => [UCUM])
  for (const [name, { of }] of Object.entries(STANDARD_VARIABLES)) defineVariable(variables, name, of)
  return variables
}

const records = (resources: readonly FhirResource[]): Collection => resources.map(bareNode)

/** Defines a variable that is read when it is first asked for, and once a call. */
export function defineVariable(variables: Variables, name: string, value: (state: ScopeState) => Collection): void {
  variables.define(
    name,
    place =>
      ({ state }) =>
        (state.known[place] ??= value(state)),
  )
}

/**
 * Variables for facts on top of others. Each fact is evaluated when it is first asked for, and once a call; a failure
 * is remembered like a value.
 */
export function factVariables(base: Variables, facts: Iterable<CompiledFact>): Variables {
  const variables = new Variables(base)
  for (const fact of facts) variables.define(fact.name, place => scope => valueOfFact(fact, place, scope))
  return variables
}

function valueOfFact(fact: CompiledFact, place: number, scope: Scope): Collection {
  const { known, failed, frames, evidence } = scope.state
  if (evidence) frames.at(-1)?.facts.add(fact.name)
  const before = known[place]
  if (before) return before
  if (failed.size > 0 && failed.has(place)) throw failed.get(place)
  const frame = evidence && openFrame(scope, fact.name, evidence)
  try {
    return (known[place] = fact.evaluate(scope))
  } catch (error) {
    const failure = failureOf(error, `fact %${fact.name}`)
    failed.set(place, failure)
    throw failure
  } finally {
    if (frame) frames.pop()
  }
}

function openFrame(scope: Scope, name: string, evidence: Map<string, Evidence>): Evidence {
  const frame: Evidence = { facts: new Set(), found: [] }
  evidence.set(name, frame)
  scope.state.frames.push(frame)
  return frame
}

/**
 * The error that an evaluation ends with. The interpreter's own messages may quote the record they stumbled over,
 * so they are left out.
 */
export function failureOf(error: unknown, where: string): CdsError {
  if (error instanceof CdsError) return error
  if (error instanceof DeadlinePassed) {
    return new CdsError('CDS_DEADLINE_PASSED', `The time for evaluation ran out in ${where}.`)
  }
  const kind = error instanceof TypeError && error.message.startsWith('expected ') ? error.message : 'it could not be evaluated'
  return new CdsError('CDS_EXPRESSION_FAILED', `Evaluation failed in ${where}: ${kind}.`)
}

import type { DataRequirement, Library, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import { defineVariable, factVariables, type CompiledFact } from '../expression/facts.js'
import { Variables } from '../expression/scope.js'
import { bareNode, NOTHING } from '../expression/values.js'
import type { KnownVariables } from '../expression/check-names.js'
import type { FaultList } from '../model/faults.js'
import { itemsOf } from '../model/items.js'
import type { CompiledFacts } from './compile-facts.js'
import type { ExpressionCompiler } from './expressions.js'
import type { Cited } from './resource-index.js'
import { recordsAskedFor } from './records-asked-for.js'

const NAME = /^[A-Za-z_]\w*$/

/** Inputs of all actions of a plan, at any depth, with where they stand. */
export function inputsWithin(
  actions: readonly PlanDefinitionAction[] = [],
  above = 'PlanDefinition',
): { input: DataRequirement; element: string }[] {
  return actions.flatMap((action, index) => {
    const element = `${above}.action[${index}]`
    const own = (action.input ?? []).map((input, at) => ({ input, element: `${element}.input[${at}]` }))
    return [...own, ...inputsWithin(action.action, element)]
  })
}

/** What is known of `%rootResource`, too, which the expressions of every plan see. */
export const withRootResource = (known: KnownVariables): KnownVariables => new Map(known).set('rootResource', itemsOf('PlanDefinition'))

/**
 * What the expressions of a plan see beside facts: `%rootResource`, the plan itself, and as `%id` the records that an input with an id asks for.
 * @param base in which `%rootResource` is known.
 */
export function withPlanVariables(
  base: CompiledFacts,
  { file, resource }: Cited<PlanDefinition>,
  expressions: ExpressionCompiler,
  faults: FaultList,
): CompiledFacts {
  const variables = new Variables(base.variables)
  const root = [bareNode(resource)]
  defineVariable(variables, 'rootResource', () => root)
  const namedInputs = inputsWithin(resource.action).filter(({ input: { id = '', type } }) => NAME.test(id) && id !== type)
  if (namedInputs.length === 0) return { ...base, variables }
  const known = new Map(base.known)
  const needs = new Map(base.needs)
  const inputs: CompiledFact[] = []
  const named = new Map<string, string>()
  for (const { input, element } of namedInputs) {
    const { id: name = '' } = input
    const expression = recordsAskedFor(input)
    if (named.get(name) === expression) continue
    if (known.has(name)) faults.add('FACT_DUPLICATE', file, element, `%${name} is already named; give the input another id.`)
    const { evaluate, items, variables: used } = expressions.text(expression, { file, element }, known)
    if (!known.has(name)) inputs.push({ name, description: name, evaluate })
    named.set(name, expression)
    known.set(name, items)
    needs.set(name, used)
  }
  return { ...base, known, needs, variables: factVariables(variables, inputs) }
}

/** What the expressions of a library and of those above it see of its input parameters: what the caller of $apply gave for them. */
export function withParameters(base: CompiledFacts, { parameter = [] }: Library): CompiledFacts {
  const inputs = parameter.filter(({ use, name }) => use === 'in' && NAME.test(name ?? '') && !base.known.has(name ?? ''))
  if (inputs.length === 0) return base
  const variables = new Variables(base.variables)
  const known = new Map(base.known)
  for (const { name = '', type } of inputs) {
    if (!variables.find(name)) defineVariable(variables, name, state => state.parameters?.get(name) ?? NOTHING)
    known.set(name, itemsOf(type))
  }
  return { ...base, known, variables, parameters: new Set([...base.parameters, ...inputs.map(({ name = '' }) => name)]) }
}

// Every expression of the knowledge, compiled, answers as the FHIRPath interpreter does: on charts of the clinical cases
// and on the same charts with damage that no intake would let pass. A few of them stand here, so that a change is red
// at once; `npm run differential` asks a million values of many more.
import { describe, expect, test } from '@jest/globals'
import type { GatheredCall } from '../../src/calls/call-service.js'
import { iterationOver } from '../../src/engine/expression/steps.js'
import type { Scope } from '../../src/engine/expression/scope.js'
import type { CompiledAction, CompiledPlan } from '../../src/engine/knowledge/compiled.js'
import { damaged } from '../support/damaged.js'
// The engine is taken from the module that holds the knowledge, since a scope is known to its own engine alone.
import { callsOf, cases, createCompiler, createInterpreter, gatherCall, loaded, scopeFor, scopeOn, toJson } from '../support/cases.js'

const SAMPLE = 6
const sample = Array.from({ length: SAMPLE }, (_, index) => cases[Math.floor(((index + 0.5) * cases.length) / SAMPLE)]).flatMap(
  each => each ?? [],
)

const valueSets = loaded.knowledge.terminology.membership
const compile = createCompiler(valueSets)
const interpreter = createInterpreter(valueSets)

/** Every text in FHIRPath that the knowledge holds: conditions, facts, dynamic values, and what stands in texts. */
function expressionsIn(value: unknown): string[] {
  if (typeof value === 'string') return [...value.matchAll(/\{\{(.*?)\}\}/gs)].flatMap(([, inside]) => inside?.trim() ?? [])
  if (Array.isArray(value)) return value.flatMap(expressionsIn)
  if (typeof value !== 'object' || value === null) return []
  const { language, expression } = value as { language?: unknown; expression?: unknown }
  return [
    ...(language === 'text/fhirpath' && typeof expression === 'string' ? [expression] : []),
    ...Object.values(value).flatMap(expressionsIn),
  ]
}

const variablesOf = (expression: string): string[] =>
  [...expression.replaceAll(/'(?:[^'\\]|\\.)*'/g, '').matchAll(/%(\w+)/g)].flatMap(([, name]) => name ?? [])

const TEXTS = [
  ...new Set(
    loaded.knowledge.files
      .filter(({ resource }) => ['Library', 'PlanDefinition', 'ActivityDefinition'].includes(resource.resourceType))
      .flatMap(({ resource }) => expressionsIn(resource)),
  ),
]

/** Each with both ways to evaluate it, prepared once. */
const EXPRESSIONS = TEXTS.map(expression => ({
  expression,
  names: variablesOf(expression),
  compiledOne: compile(expression),
  interpretedOne: interpreter.expression(expression),
}))

const plansWithin = (plan: CompiledPlan): CompiledPlan[] => [plan, ...plan.actions.flatMap(nestedIn)]
const nestedIn = ({ definition, actions }: CompiledAction): CompiledPlan[] => [
  ...(definition?.kind === 'plan' ? plansWithin(definition.plan) : []),
  ...actions.flatMap(nestedIn),
]

function outcome(evaluate: () => readonly unknown[]): string {
  try {
    return JSON.stringify(evaluate().map(toJson))
  } catch {
    return 'an error'
  }
}

/**
 * Two differences are meant. One side of a connective decides whatever becomes of the other, where the interpreter
 * fails; and a criterion or a side that is no truth value is an error, where the interpreter takes it for true.
 */
const isMeant = (expression: string, compiled: string, interpreted: string): boolean =>
  (interpreted === 'an error' && /\b(?:and|or|implies)\b/.test(expression)) ||
  (compiled === 'an error' && /\b(?:and|or|xor|implies|iif|not)\b/.test(expression))

function differences(call: GatheredCall, scope: Scope): { count: number; errors: number; differing: unknown[] } {
  const scopes = [...new Set(call.service.plans.flatMap(plansWithin))].map(plan => scopeOn(plan.variables, scope))
  let [count, errors] = [0, 0]
  const differing: unknown[] = []
  for (const { expression, names, compiledOne, interpretedOne } of EXPRESSIONS) {
    const inPlan = scopes.find(each => names.every(name => each.variables.find(name)))
    if (!inPlan) continue
    const compiled = outcome(() => compiledOne(inPlan))
    const interpreted = outcome(() => interpretedOne(inPlan, iterationOver([])))
    count += 1
    if (compiled === 'an error') errors += 1
    if (compiled !== interpreted && !isMeant(expression, compiled, interpreted)) differing.push({ expression, compiled, interpreted })
  }
  return { count, errors, differing }
}

let errorsOfDamage = 0

describe.each(sample.map(({ file, case: each }, index) => [`${file}: ${each.name}`, each, index] as const))('%s', (_, each, index) => {
  test('as the chart is', async () => {
    for (const { service, request, environment, arrival } of callsOf(each)) {
      const call = await gatherCall(service, request, environment, arrival)
      const { count, differing } = differences(call, scopeFor(call, environment))
      expect(differing).toEqual([])
      expect(count).toBeGreaterThan(20)
    }
  })

  test('with damaged records', async () => {
    for (const { service, request, environment, arrival } of callsOf(each)) {
      const call = await gatherCall(service, request, environment, arrival)
      const { record } = call.data
      const ofType = (type: string) => damaged(record.ofType(type), type, { at: index })
      const withDamage = { ...call, data: { ...call.data, record: Object.create(record, { ofType: { value: ofType } }) as typeof record } }
      const { errors, differing } = differences(withDamage, scopeFor(withDamage, environment))
      expect(differing).toEqual([])
      errorsOfDamage += errors
    }
  })
})

test('damage makes evaluations fail, so that errors are compared as well', () => {
  expect(errorsOfDamage).toBeGreaterThan(10)
})

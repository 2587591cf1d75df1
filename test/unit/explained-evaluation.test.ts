// Explained or not, every fact and every condition of the knowledge has the same value or fails with the same error.
import { describe, expect, test } from '@jest/globals'
import type { GatheredCall } from '../../src/calls/call-service.js'
import type { PreparedCall } from '../../src/cases/run.js'
import type { Scope } from '../../src/engine/expression/scope.js'
import type { CompiledAction, CompiledPlan } from '../../src/engine/knowledge/compiled.js'
import { damaged } from '../support/damaged.js'
// The engine is taken from the module that holds the knowledge, since a scope is known to its own engine alone.
import { answerOf, callsOf, cases, gatherCall, scopeFor, scopeOn, toJson } from '../support/cases.js'

/** How many cases are taken, spread evenly over all of them. */
const SAMPLE = 12
const sample = Array.from({ length: SAMPLE }, (_, index) => cases[Math.floor((index * cases.length) / SAMPLE)]).flatMap(each => each ?? [])

function withDamage(call: GatheredCall, salt: number): GatheredCall {
  const { record } = call.data
  const ofType = (type: string) => damaged(record.ofType(type), type, { at: salt })
  return { ...call, data: { ...call.data, record: Object.create(record, { ofType: { value: ofType } }) as typeof record } }
}

/** Plans with those within them. */
const plansWithin = (plan: CompiledPlan): CompiledPlan[] => [plan, ...plan.actions.flatMap(nestedIn)]
const nestedIn = ({ definition, actions }: CompiledAction): CompiledPlan[] => [
  ...(definition?.kind === 'plan' ? plansWithin(definition.plan) : []),
  ...actions.flatMap(nestedIn),
]
const actionsWithin = (actions: readonly CompiledAction[]): CompiledAction[] =>
  actions.flatMap(each => [each, ...actionsWithin(each.actions)])

function outcome(evaluate: () => unknown): string {
  try {
    return JSON.stringify(evaluate())
  } catch (error) {
    return String(error)
  }
}

/** What every fact and condition of a call's plans answers. */
function outcomes({ service }: GatheredCall, scope: Scope): Map<string, string> {
  const found = new Map<string, string>()
  for (const plan of new Set(service.plans.flatMap(plansWithin))) {
    const inPlan = scopeOn(plan.variables, scope)
    for (const name of plan.facts.keys())
      found.set(
        `${plan.canonical} %${name}`,
        outcome(() => (inPlan.valueOf(name) ?? []).map(toJson)),
      )
    for (const { conditions, where } of actionsWithin(plan.actions)) {
      for (const condition of conditions)
        found.set(
          `${where}: ${condition.expression}`,
          outcome(() => answerOf(condition, inPlan, where)),
        )
    }
  }
  return found
}

async function compare({ service, request, environment, arrival }: PreparedCall, change: (call: GatheredCall) => GatheredCall) {
  const call = change(await gatherCall(service, request, environment, arrival))
  const plain = outcomes(call, scopeFor(call, environment))
  const explained = outcomes(call, scopeFor(call, environment, true))
  const differing = [...plain]
    .filter(([what, value]) => explained.get(what) !== value)
    .map(([what, value]) => ({ what, value, explained: explained.get(what) }))
  return { differing, failures: [...plain.values()].filter(value => value.startsWith('CdsError')).length }
}

let failuresOfDamage = 0

describe.each(sample.map(({ file, case: each }, index) => [`${file}: ${each.name}`, each, index] as const))('%s', (_, each, index) => {
  test('as the chart is', async () => {
    for (const call of callsOf(each)) expect(await compare(call, gathered => gathered)).toEqual({ differing: [], failures: 0 })
  })

  test('with damaged records', async () => {
    for (const call of callsOf(each)) {
      const { differing, failures } = await compare(call, gathered => withDamage(gathered, index))
      expect(differing).toEqual([])
      failuresOfDamage += failures
    }
  })
})

test('damage makes evaluations fail, so that errors are compared as well', () => {
  expect(failuresOfDamage).toBeGreaterThan(100)
})

import { answerCall, gatherCall, scopeFor } from '../../src/calls/call-service.js'
import { answerOf } from '../../src/engine/apply/apply-plan.js'
import { createInterpretingCompiler, type CompilerMaker } from '../../src/engine/expression/compile.js'
import { scopeOn, type Scope } from '../../src/engine/expression/scope.js'
import type { CompiledAction, CompiledPlan } from '../../src/engine/knowledge/compiled.js'
import { loadKnowledge } from '../../src/knowledge-files/load-knowledge.js'
import type { HookRequest } from '../../src/cds-hooks/types.js'
import { testEnvironment } from '../support/service.js'
import { median } from './load.js'

/** Microseconds of parts of a call, each by itself, in this process. */
export interface PartsOfCall {
  /** JSON.parse of the request. */
  parse: number
  /** The patient's data made ready. */
  gather: number
  /** Conditions, and the facts that they ask for: nothing is written out. */
  decide: number
  /** All that makes the answer out of the data, deciding too. */
  answer: number
  /** JSON.stringify of the answer. */
  stringify: number
}

type Prepared = Awaited<ReturnType<typeof prepare>>

/** Loads the knowledge, and measures calls with it. @param makeCompiler what makes expressions ready to run; the engine's own unless given. */
export function inProcess(makeCompiler?: CompilerMaker) {
  const loaded = loadKnowledge(undefined, makeCompiler && { makeCompiler })
  const environment = testEnvironment({ ...loaded, now: () => new Date(), deadlineMs: 60_000 })
  return {
    /** @param turns how often each part is measured; as often before, it is only run. */
    measure: async (service: string, body: string, turns: number): Promise<PartsOfCall> => {
      const prepared = await prepare(service, body, environment)
      const timed = async (run: () => unknown): Promise<number> => {
        const times: number[] = []
        for (let turn = 0; turn < 2 * turns; turn += 1) {
          const began = performance.now()
          await run()
          if (turn >= turns) times.push(performance.now() - began)
        }
        return median(times) * 1000
      }
      const { gathered, response } = prepared
      const parse = await timed(() => JSON.parse(body) as unknown)
      return {
        parse,
        // A request is gathered once: each turn has its own, parsed afresh.
        gather: (await timed(() => gatherCall(prepared.service, JSON.parse(body) as HookRequest, environment))) - parse,
        decide: await timed(() => decide(prepared)),
        answer: await timed(() => answerCall(gathered, 'da', environment)),
        stringify: await timed(() => JSON.stringify(response)),
      }
    },
  }
}

/** The same, where every expression is walked by fhirpath.js. */
export const interpretedInProcess = () => inProcess(createInterpretingCompiler)

async function prepare(name: string, body: string, environment: ReturnType<typeof testEnvironment>) {
  const service = [...environment.services.values()].find(({ id }) => id === name)
  if (!service) throw new Error(`There is no service ${name}.`)
  const gathered = await gatherCall(service, JSON.parse(body) as HookRequest, environment)
  return { service, gathered, environment, response: answerCall(gathered, 'da', environment).response }
}

function decide({ service, gathered, environment }: Prepared): void {
  const scope = scopeFor(gathered, environment)
  for (const plan of service.plans) {
    const isAsked = ({ resource }: CompiledAction) => (resource.trigger ?? []).some(({ name }) => name === gathered.request.hook)
    decideActions(plan, plan.actions.filter(isAsked), scope)
  }
}

function decideActions(plan: CompiledPlan, actions: readonly CompiledAction[], scope: Scope): void {
  const within = scopeOn(plan.variables, scope)
  for (const { conditions, where, definition, actions: below } of actions) {
    if (!conditions.every(condition => answerOf(condition, within, where) === 'yes')) continue
    if (definition?.kind === 'plan') decideActions(definition.plan, definition.plan.actions, within)
    decideActions(plan, below, within)
  }
}

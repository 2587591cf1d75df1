import {
  createCompiler,
  createInterpretingCompiler,
  type Compiler,
  type CompilerMaker,
  type Evaluator,
} from '../../../src/engine/expression/compile.js'
import { openScope, scopeOn, Variables, type Scope } from '../../../src/engine/expression/scope.js'
import type { CompiledPlan } from '../../../src/engine/knowledge/compiled.js'
import { memoised } from '../../../src/engine/model/memoised.js'
import type { SyntaxNode } from '../../../src/engine/expression/syntax.js'
import type { Collection } from '../../../src/engine/expression/values.js'
import { factsIn } from '../../../src/cases/references.js'
import { loadKnowledge, type LoadedKnowledge } from '../../../src/knowledge-files/load-knowledge.js'
import { scopeData, type Chart } from './chart.js'
import { decidedAlone } from './decided.js'
import { areSame, outcomeOf, writtenOutcome, type Outcome } from './outcome.js'

/** One value that the knowledge asks of a chart: an expression of a plan, or a fact. */
export interface Asked {
  /** The name of its fact; undefined of an expression of a plan. */
  fact?: string
  /** The expression as it is written. */
  source: string
  /** The definition that it belongs to as a dynamic value. */
  definition?: object | undefined
  plan: CompiledPlan
  ask: (scope: Scope) => unknown
}

/** A value of which a compiled expression tells one thing, and the interpreter, or the same expression explained, another. */
export interface Difference {
  asked: Asked
  compiled: string
  besides: 'interpreted' | 'explained'
  other: string
}

/** A compiler, and what runs the same expressions by the interpreter alone. */
export interface Sides {
  compiling: Compiler
  interpreting: Compiler
}

/** The knowledge of this repository, each expression of which is compiled and made ready for the interpreter alone. */
export interface BothWays {
  loaded: LoadedKnowledge
  /** Facts before what asks for them, each once; then the expressions of each plan. */
  asked: readonly Asked[]
  /** The interpreter alone. */
  interpreting: Compiler
  /** Makes both sides anew: they keep every expression that they are asked for. */
  sides: () => Sides
}

/** States of the calls whose expressions run by the interpreter. */
const interpretedCalls = new WeakSet<object>()

/** Loads the knowledge once with both sides of every expression. @throws Error when the knowledge has a fault. */
export function loadBothWays(): BothWays {
  const sources = new Map<unknown, Pick<Asked, 'source' | 'definition'>>()
  let made: Pick<BothWays, 'interpreting' | 'sides'> | undefined
  const makeCompiler: CompilerMaker = (valueSets, more) => {
    const sides = () => ({ compiling: createCompiler(valueSets, more), interpreting: createInterpretingCompiler(valueSets, more) })
    const { compiling, interpreting } = sides()
    made = { interpreting, sides }
    const both: Compiler = (source, tree, definition) => {
      const compiled = compiling(source, tree, definition)
      const interpreted = interpreting(source, tree, definition)
      const evaluate: Evaluator = scope => (interpretedCalls.has(scope.state) ? interpreted(scope) : compiled(scope))
      sources.set(evaluate, { source, definition })
      return evaluate
    }
    const onSubject = memoised((source: string, tree?: SyntaxNode) => both(source, tree))
    return (source, tree, definition) => (definition ? both(source, tree, definition) : onSubject(source, tree))
  }
  const loaded = loadKnowledge(undefined, { makeCompiler })
  loaded.faults.throwIfAny()
  if (!made) throw new Error('The knowledge has no expressions.')
  return { loaded, ...made, asked: [...factsOf(loaded), ...expressionsOf(loaded.knowledge.plans, sources)] }
}

/** Every fact that some plan sees, each table of them once. */
function factsOf({ knowledge: { plans, files } }: LoadedKnowledge): Asked[] {
  const written = new Map(factsIn(files).map(({ name, expression }) => [name, expression]))
  const seen = new Set<object>()
  return plans.flatMap(plan =>
    [...written.keys()]
      .flatMap(name => plan.variables.find(name) ?? [])
      .filter(variable => !seen.has(variable) && seen.add(variable))
      .sort((one, other) => one.place - other.place)
      .map(({ name, valueIn }) => ({ fact: name, source: written.get(name) ?? '', plan, ask: valueIn })),
  )
}

/** Every expression within the plans: conditions, dynamic values, texts, card extensions, orders that are changed. */
const expressionsOf = (plans: readonly CompiledPlan[], sources: ReadonlyMap<unknown, Pick<Asked, 'source' | 'definition'>>): Asked[] =>
  plans.flatMap(plan =>
    [...evaluatorsIn(plan.actions)].flatMap(evaluate => {
      const written = sources.get(evaluate)
      return written === undefined ? [] : [{ ...written, plan, ask: evaluate as Evaluator }]
    }),
  )

/** Functions anywhere within a part of a plan; what a plan within it holds is that plan's own. */
function evaluatorsIn(part: unknown, found = new Set<unknown>(), seen = new Set<unknown>()): Set<unknown> {
  if (typeof part === 'function') found.add(part)
  if (typeof part !== 'object' || part === null || seen.has(part)) return found
  seen.add(part)
  const within = part instanceof Map ? [...part.values()] : 'kind' in part && part.kind === 'plan' ? [] : Object.values(part)
  for (const each of within) evaluatorsIn(each, found, seen)
  return found
}

/** What both sides tell of a chart. */
export interface Compared {
  values: number
  /** Values that are there on both sides. */
  found: number
  /** Values of which both sides tell that they fail. */
  failures: number
  /** Values that the interpreter has otherwise on purpose, and that are as the rules of connectives ask. */
  decidedAlone: number
  differences: Difference[]
}

/** Asks a chart for every value, on all sides; a fact is evaluated once a side, as in a call. */
export function compare(chart: Chart, both: BothWays): Compared {
  const [compiledIn, explainedIn, interpretedIn] = [scopesFor(chart), scopesFor(chart, 'explained'), scopesFor(chart, 'interpreted')]
  const told: Compared = { values: both.asked.length, found: 0, failures: 0, decidedAlone: 0, differences: [] }
  for (const asked of both.asked) {
    const scope = interpretedIn(asked.plan)
    const compiled = outcomeOf(() => asked.ask(compiledIn(asked.plan)))
    const explained = outcomeOf(() => asked.ask(explainedIn(asked.plan)))
    const interpreted = outcomeOf(() => asked.ask(scope))
    if (!compiled.items) told.failures += 1
    else if (compiled.items.length > 0) told.found += 1
    if (!areSame(compiled, explained))
      told.differences.push({ asked, compiled: writtenOutcome(compiled), besides: 'explained', other: writtenOutcome(explained) })
    if (areSame(compiled, interpreted)) continue
    agree(compiledIn(asked.plan), scope)
    if (areSame(compiled, ruled(asked, scope, both))) told.decidedAlone += 1
    else told.differences.push({ asked, compiled: writtenOutcome(compiled), besides: 'interpreted', other: writtenOutcome(interpreted) })
  }
  return told
}

/** What an expression comes to where its connectives decide, and the interpreter tells what stands between them. */
const ruled = ({ source, definition }: Asked, scope: Scope, { interpreting }: BothWays): Outcome =>
  outcomeOf(() => decidedAlone(source, (part, values) => interpreting(part, undefined, definition)(withValues(scope, values))))

/** Lets the interpreter go on with what the compiled side made of a fact, so that each difference is told once. */
function agree({ state: compiled }: Scope, { state: interpreted }: Scope): void {
  for (const [place, failure] of compiled.failed) {
    interpreted.known[place] = undefined
    interpreted.failed.set(place, failure)
  }
  for (const place of interpreted.failed.keys()) {
    const value = compiled.known[place]
    if (!value) continue
    interpreted.failed.delete(place)
    interpreted.known[place] = value
  }
}

/** A scope in which more names stand for values that are there already. */
export function withValues(scope: Scope, values: Readonly<Record<string, Collection>>): Scope {
  const variables = new Variables(scope.variables)
  for (const [name, value] of Object.entries(values)) variables.define(name, () => () => value)
  return scopeOn(variables, scope)
}

/** Scopes of one call on a chart, by plan. */
function scopesFor(chart: Chart, side?: Difference['besides']): (plan: CompiledPlan) => Scope {
  const call = openScope(new Variables(), scopeData(chart), side === 'explained')
  if (side === 'interpreted') interpretedCalls.add(call.state)
  const byPlan = new Map<CompiledPlan, Scope>()
  return plan => {
    const before = byPlan.get(plan)
    if (before) return before
    const scope = scopeOn(plan.variables, call)
    byPlan.set(plan, scope)
    return scope
  }
}

import type { ValueSet } from 'fhir/r4.js'
import type { Compiler, Evaluator } from '../../../src/engine/expression/compile.js'
import { factVariables, recordVariables } from '../../../src/engine/expression/facts.js'
import { openScope, type Scope, type Variables } from '../../../src/engine/expression/scope.js'
import { ofType } from '../../../src/engine/model/knowledge-file.js'
import { RESOURCE_TYPES } from '../../../src/engine/model/r4-model.js'
import { withValues, type BothWays, type Sides } from './both-ways.js'
import { scopeData, type Chart } from './chart.js'
import { decidedAlone } from './decided.js'
import { shrinkExpression, textOf, type Part } from './expression-part.js'
import { mutatedChart, valuesSeen } from './mutated-chart.js'
import { areSame, outcomeOf, writtenOutcome, type Outcome } from './outcome.js'
import { ExpressionMaker } from './random-expression.js'
import { randomFrom, type Random } from './random.js'
import { seenPaths } from './seen-paths.js'
import { shrinkChart } from './shrink-chart.js'
import { FACTS } from './written-values.js'

/** Expressions of one block, which are made together and asked of the same charts. */
const EXPRESSIONS = 50

/** Blocks after which what was compiled is let go. */
const BLOCKS_KEPT = 40

/** Charts of one block. */
const CHARTS = 4

/** Most records of a chart: expressions may go through all of them again and again. */
const MOST_RECORDS = 40

/** How many parts of an expression stand within one another at most. */
const DEEPEST = 6

/** Share of the expressions that belong to a definition, as a dynamic value does. */
const OF_DEFINITION = 0.15

/** A made expression. */
interface Made {
  part: Part
  /** The record in a chart that it belongs to as if that were a definition. */
  definition: object | undefined
}

/** What expressions told together. */
export interface ExpressionTally {
  expressions: number
  values: number
  /** Values that are there. */
  found: number
  failures: number
  /** Values that fhirpath.js has otherwise on purpose, and that are as the rules of connectives ask. */
  decidedAlone: number
  /** Values of connectives of which fhirpath.js only tells that a side fails. */
  untold: number
  /** Differences in words. */
  differences: string[]
}

/** Differences that are looked for. */
const MOST_TOLD = 5

/** Compares expressions that nobody wrote. @param count how many. @param from the number of the first block. */
export function compareExpressions(both: BothWays, bases: readonly Chart[], seed: number, count: number, from = 0): ExpressionTally {
  const all: ExpressionTally = { expressions: 0, values: 0, found: 0, failures: 0, decidedAlone: 0, untold: 0, differences: [] }
  const values = valuesSeen(bases)
  const valueSets = ofType<ValueSet>(both.loaded.knowledge.files, 'ValueSet').flatMap(({ resource: { url } }) => url ?? [])
  let asking = new Asking(both.sides())
  for (let block = from; all.expressions < count && all.differences.length < MOST_TOLD; block += 1) {
    if (block % BLOCKS_KEPT === 0) asking = new Asking(both.sides())
    const random = randomFrom(seed * 1_000_003 + block)
    const charts = Array.from({ length: CHARTS }, () => smallChart(() => mutatedChart(bases, values, random)))
    const sides = charts.map(chart => asking.scopes(chart))
    const paths = seenPaths(charts.some(({ records }) => records.length > 0) ? charts : bases)
    for (let index = 0; index < EXPRESSIONS; index += 1) {
      const definition = random.happens(OF_DEFINITION) ? anyRecord(charts, random) : undefined
      const maker = new ExpressionMaker(random, paths, valueSets, definition?.resourceType ?? 'Patient')
      const made = { part: maker.expression(1 + random.below(DEEPEST)), definition }
      all.expressions += 1
      const differing = sides.findIndex(scopes => asking.differs(made, scopes, all))
      const chart = charts[differing]
      if (chart) all.differences.push(`seed ${seed}, block ${block}:\n${told(asking, made, chart)}`)
    }
  }
  return all
}

/** The first of some charts that is not too large, and has no date of the year 1, which fhirpath.js takes for 1901 when it moves it. */
function smallChart(make: () => Chart): Chart {
  for (;;) {
    const chart = make()
    if (chart.records.length <= MOST_RECORDS && !JSON.stringify(chart.records).includes('"0001-')) return chart
  }
}

function anyRecord(charts: readonly Chart[], random: Random): (object & { resourceType: string }) | undefined {
  const records = charts.flatMap(chart => chart.records)
  return records.length === 0 ? undefined : random.of(records)
}

/** One call as each side sees it. */
type Scopes = Readonly<Record<'compiled' | 'explained' | 'interpreted', Scope>>

/** What a compiled expression comes to, and what else that should be equal to. */
interface Difference {
  compiled: Outcome
  besides: string
  other: Outcome
}

/** Asks all sides for expressions. */
class Asking {
  private readonly variables: Readonly<Record<'compiled' | 'interpreted', Variables>>

  constructor(private readonly both: Sides) {
    const records = recordVariables(RESOURCE_TYPES)
    const facts = (compile: Compiler) =>
      factVariables(
        records,
        Object.entries(FACTS).map(([name, source]) => ({ name, description: name, evaluate: compile(source) })),
      )
    this.variables = { compiled: facts(both.compiling), interpreted: facts(both.interpreting) }
  }

  scopes(chart: Chart): Scopes {
    const explained = openScope(this.variables.compiled, scopeData(chart), true)
    explained.state.frames.push({ facts: new Set(), found: [] })
    return {
      compiled: openScope(this.variables.compiled, scopeData(chart)),
      explained,
      interpreted: openScope(this.variables.interpreted, scopeData(chart)),
    }
  }

  /** Whether an expression differs. @param all is told what it came to. */
  differs(made: Made, scopes: Scopes, all?: ExpressionTally): Difference | undefined {
    const compile = (source: string): Evaluator => this.both.compiling(source, undefined, made.definition)
    const source = textOf(made.part)
    const compiled = answerTo(() => compile(source), scopes.compiled)
    const others: [string, () => Outcome][] = [
      ['explained', () => answerTo(() => compile(source), scopes.explained)],
      ...clothesOf(made.part).map(
        clothed => [clothed.replace(source, '…'), () => answerTo(() => compile(clothed), scopes.compiled)] as [string, () => Outcome],
      ),
      ['by fhirpath.js', () => this.interpreted(made, compiled, scopes.interpreted, all)],
    ]
    if (all) count(compiled, all)
    for (const [besides, ask] of others) {
      const other = ask()
      if (!areSame(compiled, other)) return { compiled, besides, other }
    }
    return undefined
  }

  /** What fhirpath.js comes to, or what was compiled where the rules of connectives ask for it. */
  private interpreted({ part, definition }: Made, compiled: Outcome, scope: Scope, all?: ExpressionTally): Outcome {
    const source = textOf(part, 'asked')
    const ask = (text: string, on: Scope) => this.both.interpreting(text, undefined, definition)(on)
    const interpreted = outcomeOf(() => ask(source, scope))
    if (areSame(compiled, interpreted)) return interpreted
    if (
      areSame(
        compiled,
        outcomeOf(() => decidedAlone(source, (text, values) => ask(text, withValues(scope, values)))),
      )
    ) {
      if (all) all.decidedAlone += 1
      return compiled
    }
    if (interpreted.items || !/\b(?:and|or|implies)\b/.test(source)) return interpreted
    if (all) all.untold += 1
    return compiled
  }
}

const answerTo = (compile: () => Evaluator, scope: Scope): Outcome => outcomeOf(() => compile()(scope))

function count({ items }: Outcome, all: ExpressionTally): void {
  all.values += 1
  if (!items) all.failures += 1
  else if (items.length > 0) all.found += 1
}

/** Other ways to ask for the same. */
const CLOTHES: readonly ((source: string) => string)[] = [
  source => `(${source})`,
  source => `(${source}).select($this)`,
  source => `(${source}).where(true)`,
  source => `iif(true, ${source})`,
  source => `%nothing.combine(${source})`,
]

/** One other way for each expression, and the one with its sides changed. */
function clothesOf(part: Part): string[] {
  const source = textOf(part)
  const clothe = CLOTHES[source.length % CLOTHES.length]
  return [...(clothe ? [clothe(source)] : []), ...(part.mirrored ? [textOf({ ...part, written: part.mirrored })] : [])]
}

function told(asking: Asking, { part, definition }: Made, chart: Chart): string {
  const differs = (smaller: Part, on: Chart) => asking.differs({ part: smaller, definition }, asking.scopes(on))
  const besides = differs(part, chart)?.besides
  const isSuch = (found: Difference | undefined) => found?.besides === besides
  const smallest = shrinkExpression(part, smaller => isSuch(differs(smaller, chart)))
  const smallestChart = shrinkChart(chart, smaller => isSuch(differs(smallest, smaller)))
  const { compiled, other } = differs(smallest, smallestChart) ?? {}
  return [
    `  ${textOf(smallest)}`,
    ...(definition ? [`  of ${JSON.stringify(definition)}`] : []),
    `  compiled: ${compiled ? writtenOutcome(compiled).slice(0, 1_000) : ''}`,
    `  ${besides ?? ''}: ${other ? writtenOutcome(other).slice(0, 1_000) : ''}`,
    `  chart: ${JSON.stringify(smallestChart)}`,
  ].join('\n')
}

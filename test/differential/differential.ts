// Asks charts for every value of the knowledge twice, of compiled expressions and of fhirpath.js alone, and tells where
// they differ: first the charts of the clinical cases, then charts made of those at random.
//   npm run differential                                         (a part of the cases, then as many values again)
//   npm run differential -- --values 10000000 --seed 7 --cases all
//   npm run differential -- --values 1 --seed 7 --from 12        (chart 12 of that seed alone)
// Then it does so with expressions that nobody wrote, in blocks of fifty on a few charts each.
//   npm run differential -- --expressions 1000000 --seed 7       (with as many)
//   npm run differential -- --expressions 1 --seed 7 --block 12  (those of block 12 of that seed alone)
import { parseArgs } from 'node:util'
import { caseCharts, demoCharts } from '../support/differential/base-charts.js'
import { loadBothWays, type BothWays } from '../support/differential/both-ways.js'
import type { Chart } from '../support/differential/chart.js'
import { compareExpressions, type ExpressionTally } from '../support/differential/compare-expressions.js'
import { mutatedCharts, tally, toldDifferences, type Tally } from '../support/differential/run.js'

const { values } = parseArgs({
  options: {
    values: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cases: { type: 'string', default: '15' },
    expressions: { type: 'string' },
    from: { type: 'string' },
    block: { type: 'string' },
  },
})
const SEED = Number(values.seed)

/** As many of each as CI has time for; none where one chart or block of the other is wanted. */
const VALUES = Number(values.values ?? (values.block === undefined ? 500_000 : 0))
const EXPRESSIONS = Number(values.expressions ?? (values.from === undefined ? 2_500 : 0))

/** Of how many cases one is looked at; another one for each seed. */
const STRIDE = values.cases === 'all' ? 1 : Number(values.cases)

const say = (line: string) => process.stdout.write(`${line}\n`)

function summary(what: string, { charts, values, found, failures, decidedAlone, differences }: Tally): string {
  const numbers = [`${values} values of ${charts} charts`, `${found} there`, `${failures} fail`, `${decidedAlone} decided alone`]
  return `differential: ${what}: ${numbers.join(', ')}, ${differences.size} expressions differ`
}

function expressionSummary({ expressions, values, found, failures, decidedAlone, untold, differences }: ExpressionTally): string {
  const numbers = [`${values} values of ${expressions} expressions`, `${found} there`, `${failures} fail`, `${decidedAlone} decided alone`]
  return `differential: random expressions, seed ${SEED}: ${numbers.join(', ')}, ${untold} untold, ${differences.length} differ`
}

function ofKnowledge(both: BothWays, bases: readonly Chart[]): boolean {
  const tallies: [string, Tally][] = []
  if (values.from === undefined)
    tallies.push([
      'cases and people',
      tally(
        bases.map((chart, index) => ({ name: `case chart ${index}`, chart })),
        both,
      ),
    ])
  tallies.push([`seed ${SEED}`, tally(mutatedCharts(bases, SEED, Number(values.from ?? 0)), both, VALUES)])
  for (const [what, each] of tallies) {
    say(summary(what, each))
    toldDifferences(each, both).forEach(say)
  }
  return tallies.every(([, { differences }]) => differences.size === 0)
}

function ofRandom(both: BothWays, bases: readonly Chart[]): boolean {
  const told = compareExpressions(both, bases, SEED, EXPRESSIONS, Number(values.block ?? 0))
  say(expressionSummary(told))
  told.differences.forEach(say)
  return told.differences.length === 0
}

/** fhirpath.js tells the console of each part of a day that it passes over. */
console.warn = () => undefined

async function main(): Promise<number> {
  const began = performance.now()
  const both = loadBothWays()
  const cases = await caseCharts(both.loaded, index => index % STRIDE === SEED % STRIDE)
  const bases = [...cases, ...demoCharts()]
  const areEqual = [VALUES === 0 || ofKnowledge(both, bases), EXPRESSIONS === 0 || ofRandom(both, bases)]
  const { user, system } = process.cpuUsage()
  say(`differential: ${Math.round((performance.now() - began) / 1000)} s, ${Math.round((user + system) / 1_000_000)} s of CPU`)
  return areEqual.every(Boolean) ? 0 : 1
}

process.exitCode = await main()

// Asks charts for every value of the knowledge twice, of compiled expressions and of fhirpath.js alone, and tells where
// they differ: first the charts of the clinical cases, then charts made of those at random.
//   npm run differential                                         (a part of the cases, then as many values again)
//   npm run differential -- --values 10000000 --seed 7 --cases all
//   npm run differential -- --values 1 --seed 7 --from 12        (chart 12 of that seed alone)
import { parseArgs } from 'node:util'
import { caseCharts, demoCharts } from '../support/differential/base-charts.js'
import { loadBothWays } from '../support/differential/both-ways.js'
import { mutatedCharts, tally, toldDifferences, type Tally } from '../support/differential/run.js'

const { values } = parseArgs({
  options: {
    values: { type: 'string', default: '500000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cases: { type: 'string', default: '15' },
    from: { type: 'string' },
  },
})
const SEED = Number(values.seed)

/** Of how many cases one is looked at; another one for each seed. */
const STRIDE = values.cases === 'all' ? 1 : Number(values.cases)

const say = (line: string) => process.stdout.write(`${line}\n`)

function summary(what: string, { charts, values, found, failures, decidedAlone, differences }: Tally): string {
  const numbers = [`${values} values of ${charts} charts`, `${found} there`, `${failures} fail`, `${decidedAlone} decided alone`]
  return `differential: ${what}: ${numbers.join(', ')}, ${differences.size} expressions differ`
}

async function main(): Promise<number> {
  const began = performance.now()
  const both = loadBothWays()
  const cases = await caseCharts(both.loaded, index => index % STRIDE === SEED % STRIDE)
  const bases = [...cases, ...demoCharts()]
  const tallies: [string, Tally][] = []
  if (values.from === undefined)
    tallies.push([
      'cases and people',
      tally(
        bases.map((chart, index) => ({ name: `case chart ${index}`, chart })),
        both,
      ),
    ])
  tallies.push([`seed ${SEED}`, tally(mutatedCharts(bases, SEED, Number(values.from ?? 0)), both, Number(values.values))])
  for (const [what, each] of tallies) {
    say(summary(what, each))
    toldDifferences(each, both).forEach(say)
  }
  const { user, system } = process.cpuUsage()
  say(`differential: ${Math.round((performance.now() - began) / 1000)} s, ${Math.round((user + system) / 1_000_000)} s of CPU`)
  return tallies.every(([, { differences }]) => differences.size === 0) ? 0 : 1
}

process.exitCode = await main()

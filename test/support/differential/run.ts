import { compare, type BothWays, type Compared, type Difference } from './both-ways.js'
import type { Chart } from './chart.js'
import { mutatedChart, valuesSeen } from './mutated-chart.js'
import { randomFrom } from './random.js'
import { shrinkChart } from './shrink-chart.js'

/** A chart and where it came from, such as `seed 7, chart 12`. */
export interface NamedChart {
  name: string
  chart: Chart
}

/** What several charts told together. */
export interface Tally extends Omit<Compared, 'differences'> {
  charts: number
  /** Differences, one an expression, each with the chart that showed it first. */
  differences: Map<string, Shown>
}

interface Shown {
  difference: Difference
  shown: NamedChart
}

/** Differences that are told with their chart. */
const MOST_TOLD = 5

/** Charts without end: each made of the given ones and of its own number. @param from the number of the first. */
export function* mutatedCharts(bases: readonly Chart[], seed: number, from = 0): Generator<NamedChart> {
  const seen = valuesSeen(bases)
  for (let number = from; ; number += 1)
    yield { name: `seed ${seed}, chart ${number}`, chart: mutatedChart(bases, seen, randomFrom(seed * 1_000_003 + number)) }
}

/** Compares charts one by one. @param enough after which number of values no further chart is looked at. */
export function tally(charts: Iterable<NamedChart>, both: BothWays, enough = Infinity): Tally {
  const all: Tally = { charts: 0, values: 0, found: 0, failures: 0, decidedAlone: 0, differences: new Map() }
  for (const shown of charts) {
    const told = compare(shown.chart, both)
    all.charts += 1
    for (const each of ['values', 'found', 'failures', 'decidedAlone'] as const) all[each] += told[each]
    for (const difference of told.differences) {
      const { source } = difference.asked
      if (!all.differences.has(source)) all.differences.set(source, { difference, shown })
    }
    if (all.values >= enough) break
  }
  return all
}

/** Differences of which none is the cause of another, with where they were met, both sides and the smallest chart found that shows them. */
export function toldDifferences({ differences }: Tally, both: BothWays): string[] {
  const all = [...differences.values()]
  const names = all.flatMap(({ difference: { asked } }) => asked.fact ?? [])
  const asksDiffering = ({ difference: { asked } }: Shown): boolean =>
    names.some(name => name !== asked.fact && new RegExp(`%${name}\\b`).test(asked.source))
  const causes = all.filter(each => !asksDiffering(each))
  return (causes.length > 0 ? causes : all).slice(0, MOST_TOLD).map(each => told(each, both))
}

function told({ difference, shown }: Shown, both: BothWays): string {
  const { asked } = difference
  const differs = (chart: Chart): Difference | undefined => compare(chart, { ...both, asked: [asked] }).differences[0]
  const chart = shrinkChart(shown.chart, smaller => differs(smaller) !== undefined)
  const { compiled, besides, other } = differs(chart) ?? difference
  return [
    `${shown.name}, ${asked.plan.canonical}${asked.fact === undefined ? '' : `, %${asked.fact}`}:`,
    `  ${asked.source}`,
    `  compiled: ${compiled.slice(0, 1_000)}`,
    `  ${besides}: ${other.slice(0, 1_000)}`,
    `  chart: ${JSON.stringify(chart)}`,
  ].join('\n')
}

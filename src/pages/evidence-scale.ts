import { RATIOS } from '../engine/model/evidence.js'
import type { Estimate } from './estimates.js'

/** Furthest that a ratio is shown from 1; what goes on is shown by an arrow. */
const WIDEST_RATIO = 20

/** The scale that rows of one measure and unit share. */
export interface Scale {
  /** Where a value stands, from 0 at the left to 1 at the right; beyond that it is off the scale. */
  at: (value: number) => number
  /** Value of "no difference". */
  none: number
  /** Values that are written below the rows. */
  ticks: readonly number[]
}

export const isRatio = ({ measure }: Pick<Estimate, 'measure'>): boolean => RATIOS.has(measure)

/** Whether a row can be drawn: by a measure with both ends of an interval. */
export const isDrawn = ({ measure, low, high }: Estimate): boolean =>
  measure !== 'text' && low !== undefined && high !== undefined && (!RATIOS.has(measure) || low > 0)

/** Rows that share a scale stand together, in the order in which the first of them comes. */
export function byScale(estimates: readonly Estimate[]): Estimate[][] {
  const groups = new Map<string, Estimate[]>()
  for (const estimate of estimates) {
    const key = isDrawn(estimate) ? `${estimate.measure} ${estimate.unit ?? ''}` : 'text'
    groups.set(key, [...(groups.get(key) ?? []), estimate])
  }
  return [...groups.values()]
}

/** The scale of rows that can be drawn, with "no difference" in its middle. */
export function scaleOf(rows: readonly Estimate[]): Scale {
  const values = rows.flatMap(({ low, high, value, smallestRelevantDifference: relevant }) =>
    [low, high, value, relevant].filter(each => each !== undefined),
  )
  if (rows.some(isRatio)) {
    const furthest = Math.max(...values.filter(value => value > 0).map(value => Math.max(value, 1 / value)))
    const widest = Math.min(WIDEST_RATIO, [2, 5, 10].find(each => each >= furthest) ?? WIDEST_RATIO)
    return { none: 1, ticks: [1 / widest, 1, widest], at: value => 0.5 + Math.log(value) / Math.log(widest) / 2 }
  }
  const widest = roundUp(Math.max(...values.map(Math.abs)))
  return { none: 0, ticks: [-widest, 0, widest], at: value => 0.5 + value / widest / 2 }
}

/** The next number that is easy to read: 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1))
  return ([1, 2, 5].find(each => each * power >= value) ?? 10) * power
}

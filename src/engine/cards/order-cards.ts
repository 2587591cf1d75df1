import type { Indicator } from '../../cds-hooks/types.js'

const RANK = { critical: 0, warning: 1, info: 2 } as const satisfies Record<Indicator, number>

/** Cards of several plans as a reader should meet them: critical, warning, info; otherwise as they came. */
export function orderCards<T extends { indicator: Indicator }>(cards: readonly T[]): T[] {
  return [...cards].sort((a, b) => RANK[a.indicator] - RANK[b.indicator])
}

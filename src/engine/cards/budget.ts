import type { Indicator } from '../../cds-hooks/types.js'
import type { Terminology } from '../terminology/terminology.js'

/**
 * The most that a card may ask of its reader, who gives it some eight seconds. Characters are visible ones
 * (`visibleLength`): neither marks nor addresses of links count, and a line break counts as one.
 */
export const BUDGET = {
  /** Characters: finding and action, with this patient's own value. */
  summary: 100,
  /** Characters of the first paragraph: why, for this patient. */
  paragraph: 160,
  /** Lines of a list. */
  bullets: 4,
  /** Characters of the grade behind a line, parentheses included. */
  tag: 25,
  /** Characters of the whole detail: of a critical card whatever its family, and where a family has no `longest-detail` of its own. */
  detail: { critical: 300, usual: 520 },
  suggestions: 2,
  overrideReasons: 5,
  links: 2,
} as const

/** The most that all cards of one answer may ask together: cards, and characters of their summaries and details. */
export const ANSWER_BUDGET = {
  /** All services of the hook together. */
  'patient-view': { cards: 3, characters: 1_300 },
  'encounter-start': { cards: 2, characters: 600 },
  /** `order-select` and `order-sign`, each. */
  order: { cards: 2, characters: 700 },
} as const

/** Property of a code of `card-topic`: characters that the detail of a card of the family may have at most. */
const LONGEST_DETAIL = 'longest-detail'

/** Most visible characters of the detail of a card. */
export function longestDetail(
  { indicator, topic }: { indicator: Indicator; topic: { system?: string; code?: string } | undefined },
  terminology: Pick<Terminology, 'property'>,
): number {
  if (indicator === 'critical') return BUDGET.detail.critical
  const ofFamily = terminology.property(topic?.system, topic?.code, LONGEST_DETAIL)
  return typeof ofFamily === 'number' ? ofFamily : BUDGET.detail.usual
}

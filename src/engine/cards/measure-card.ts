import type { Card } from '../../cds-hooks/types.js'
import type { Terminology } from '../terminology/terminology.js'
import { BUDGET, longestDetail } from './budget.js'
import { visibleLength } from './visible-text.js'

/** What a card asks of its reader: characters are visible ones, the rest are numbers of things. */
export interface CardMeasures {
  summary: number
  paragraph: number
  bullets: number
  detail: number
  suggestions: number
  overrideReasons: number
  links: number
}

/** A measure of a card that is beyond what a card may ask. */
export interface Excess {
  of: keyof CardMeasures
  found: number
  limit: number
}

/** A line of a list, at whatever level. */
const BULLET = /^\s*- /

/** Measures a card. */
export function measureCard({ summary, detail = '', suggestions = [], overrideReasons = [], links = [] }: Card): CardMeasures {
  const [first = ''] = detail.split('\n\n')
  return {
    summary: visibleLength(summary),
    paragraph: BULLET.test(first) ? 0 : visibleLength(first),
    bullets: detail.split('\n').filter(line => BULLET.test(line)).length,
    detail: visibleLength(detail),
    suggestions: suggestions.length,
    overrideReasons: overrideReasons.length,
    links: links.length,
  }
}

/** Visible characters of a card as its reader meets it. */
export const charactersOf = ({ summary, detail = '' }: Card): number => visibleLength(summary) + visibleLength(detail)

/** Everything in which a card is beyond its limits; empty where it keeps them. */
export function excessesOf(card: Card, terminology: Pick<Terminology, 'property'>): Excess[] {
  const { indicator, source } = card
  const limits: CardMeasures = { ...BUDGET, detail: longestDetail({ indicator, topic: source.topic }, terminology) }
  return (Object.entries(measureCard(card)) as [keyof CardMeasures, number][]).flatMap(([of, found]) =>
    found > limits[of] ? [{ of, found, limit: limits[of] }] : [],
  )
}

import type { Card } from '../cds-hooks/types.js'
import { decisionPointsOf } from './run.js'

/** What a reader sees of a card differently. */
export interface FieldChange {
  field: 'summary' | 'indicator' | 'text' | 'suggestions' | 'decision points' | 'links'
  /** Lines that are there no more. */
  before: string[]
  /** Lines that were not there. */
  after: string[]
}

/** A card that came, went or says something else. */
export interface CardChange {
  kind: 'came' | 'went' | 'changed'
  /** As it is now; of one that went as it was. */
  summary: string
  indicator: Card['indicator']
  points: string[]
  /** Of a card that changed. */
  fields: FieldChange[]
}

/** What a reader of two answers to the same call sees differently. A card is the same that comes of the same action of the same plan. */
export function cardChanges(before: readonly Card[], after: readonly Card[]): CardChange[] {
  const [old, now] = [byName(before), byName(after)]
  return [
    ...[...now].flatMap(([name, card]) => {
      const was = old.get(name)
      if (was === undefined) return [told('came', card)]
      const fields = fieldChanges(was, card)
      return fields.length === 0 ? [] : [{ ...told('changed', card), fields }]
    }),
    ...[...old].flatMap(([name, card]) => (now.has(name) ? [] : [told('went', card)])),
  ]
}

const told = (kind: CardChange['kind'], card: Card): CardChange => ({
  kind,
  summary: card.summary,
  indicator: card.indicator,
  points: decisionPointsOf(card),
  fields: [],
})

/** Cards by uuid, which names plan and action; where several services answer the same, by their number too. */
function byName(cards: readonly Card[]): Map<string, Card> {
  const named = new Map<string, Card>()
  for (const card of cards) {
    let name = card.uuid ?? card.summary
    while (named.has(name)) name += '+'
    named.set(name, card)
  }
  return named
}

const LINES: Readonly<Record<FieldChange['field'], (card: Card) => string[]>> = {
  summary: ({ summary }) => [summary],
  indicator: ({ indicator }) => [indicator],
  text: ({ detail = '' }) => detail.split('\n').filter(line => line.trim() !== ''),
  suggestions: ({ suggestions = [] }) =>
    suggestions.map(
      ({ label, actions = [] }) => `${label}: ${actions.map(({ description, type }) => description ?? type).join('; ') || 'nothing to do'}`,
    ),
  'decision points': decisionPointsOf,
  links: ({ links = [] }) => links.map(({ label, url }) => `${label}: ${url}`),
}

function fieldChanges(before: Card, after: Card): FieldChange[] {
  return (Object.keys(LINES) as FieldChange['field'][]).flatMap(field => {
    const [old, now] = [LINES[field](before), LINES[field](after)]
    const [gone, fresh] = [old.filter(line => !now.includes(line)), now.filter(line => !old.includes(line))]
    return gone.length + fresh.length === 0 ? [] : [{ field, before: gone, after: fresh }]
  })
}

import type { Operand } from './comparisons.js'
import type { Items } from '../model/items.js'
import { childNodes, type SyntaxNode } from './syntax.js'

const DATED = new Set(['date', 'dateTime', 'instant', 'Date', 'DateTime'])

/** Whether all items are dates or instants. */
export const isDated = ({ types }: Items): boolean => types !== 'any' && types.size > 0 && [...types].every(type => DATED.has(type))

/** Units by which a date can be moved: calendar words, and those UCUM units whose length is fixed. */
const MOVING_UNIT = /^(?:(?:year|month|week|day|hour|minute|second|millisecond)s?|'(?:wk|d|h|min|s|ms)')$/

/** The calendar word for a UCUM unit whose length is not fixed. */
const CALENDAR_WORD: Readonly<Record<string, string>> = { "'a'": 'years', "'mo'": 'months' }

/** One sentence a sum or difference of dates that the interpreter would fail at when it runs. */
export function dateFaults(operator: string, left: Operand, right: Operand): string[] {
  if (!isDated(left.items)) return []
  if (isDated(right.items)) {
    return [
      operator === '-' ? "a date minus a date is no duration; use start.difference(end, 'day') or 'week'" : 'a date and a date have no sum',
    ]
  }
  const unit = unitOf(right.node)
  if (unit === undefined || MOVING_UNIT.test(unit)) return []
  const word = CALENDAR_WORD[unit]
  return [`a date cannot be moved by the unit ${unit}${word === undefined ? '' : `; write ${word}`}`]
}

/** Unit of a quantity that is written out; undefined for any other node. */
function unitOf(node: SyntaxNode): string | undefined {
  if (node.type === 'QuantityLiteral') return node.unit
  const [only, ...others] = childNodes(node)
  return only && others.length === 0 ? unitOf(only) : undefined
}

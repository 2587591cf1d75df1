import type { RE2JS } from 're2js'
import { plainValue, temporalOf } from '../operators.js'
import { countTurns } from '../steps.js'
import { isOfCalendar } from '../temporals.js'
import { NOTHING, plain, type Collection, type Item } from '../values.js'
import type { Native } from './native.js'
import { regularExpression } from './regular-expressions.js'
import { turnsOfPattern } from './turns.js'

/** A function of one text: nothing of nothing, and the interpreter's own error for anything else. */
export const onText =
  (compute: (text: string, ...args: string[]) => Item, turns: (text: string) => number = () => 0): Native =>
  ({ state }, input, args) => {
    if (input.length === 0) return args.every(isTextOrNothing) ? NOTHING : undefined
    const [text, ...others] = [input, ...args].map(items => (items.length === 1 ? plain(items[0]) : undefined))
    if (typeof text !== 'string' || text === '' || others.some(other => typeof other !== 'string' || other === '')) return undefined
    countTurns(state, turns(text))
    return [compute(text, ...(others as string[]))]
  }

const isTextOrNothing = (items: Collection): boolean => items.length === 0 || (items.length === 1 && typeof plain(items[0]) === 'string')

export const toText: Native = (_, input) => {
  if (input.length === 0) return NOTHING
  const value = input.length === 1 ? (plainValue(input[0]) ?? writtenDay(input[0])) : undefined
  return value === undefined ? undefined : [String(value)]
}

/** The text of a day, month or year; of what has a time the interpreter may write more than stands there. */
function writtenDay(item: Item): string | undefined {
  const date = temporalOf(item)
  return date && isOfCalendar(date) ? date.text : undefined
}

/** Regular expressions; the last one is kept ready, since knowledge writes them out, and what comes from records is not remembered. */
const matching = (test: (pattern: RE2JS, text: string) => boolean) => (): Native => {
  let last: { source: string; pattern: RE2JS } | undefined
  const pattern = (source: string) => {
    if (last?.source !== source) last = { source, pattern: regularExpression(source) }
    return last.pattern
  }
  return withoutFlags(onText((text, source = '') => test(pattern(source), text), turnsOfPattern))
}

const withoutFlags =
  (native: Native): Native =>
  (scope, input, args) =>
    args.length === 1 ? native(scope, input, args) : undefined

/** Whether a regular expression fits somewhere in a text. */
export const matches = matching((pattern, text) => pattern.matcher(text).find())

/** Whether a regular expression fits a whole text. */
export const matchesFull = matching((pattern, text) => pattern.matches(text))

import type { Answers, IsAsked, Value } from './answers.js'
import { flat, isQuestion, type Form, type Item } from './definition.js'

/** Why an answer cannot be taken as it stands, or is missing. */
export type AnswerFault =
  | { kind: 'missing' }
  | { kind: 'no-number' | 'no-whole-number' | 'no-date' }
  | { kind: 'too-low'; least: number; unit: string | undefined }
  | { kind: 'too-high'; most: number; unit: string | undefined }

/** What was typed into a field, as an answer; undefined where the field is empty. */
export type Typed = { value: Value } | { fault: AnswerFault } | undefined

/** Reads what was typed into the field of a question: decimals with a comma as well, dates as `YYYY-MM-DD`. */
export function readTyped(item: Item, text: string): Typed {
  const typed = text.trim()
  if (typed === '') return undefined
  if (item.type === 'integer' || item.type === 'decimal') return readNumber(item, typed)
  if (item.type === 'date') return isDate(typed) ? { value: typed } : { fault: { kind: 'no-date' } }
  return { value: typed }
}

function readNumber({ type, least, most, unit }: Item, typed: string): Typed {
  const value = Number(typed.replace(',', '.'))
  if (!/^-?\d+([.,]\d+)?$/.test(typed)) return { fault: { kind: type === 'integer' ? 'no-whole-number' : 'no-number' } }
  if (type === 'integer' && !Number.isInteger(value)) return { fault: { kind: 'no-whole-number' } }
  if (least !== undefined && value < least) return { fault: { kind: 'too-low', least, unit } }
  if (most !== undefined && value > most) return { fault: { kind: 'too-high', most, unit } }
  return { value }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  // The thirtieth of February would become another day.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** Questions that must be answered before the form is complete, by linkId. */
export function missingIn(form: Form, answers: Answers, isAsked: IsAsked): ReadonlyMap<string, AnswerFault> {
  const missing = flat(form.items).filter(
    item => item.isRequired && isQuestion(item) && isAsked(item) && answers.values[item.linkId] === undefined,
  )
  return new Map(missing.map(({ linkId }) => [linkId, { kind: 'missing' }] as const))
}

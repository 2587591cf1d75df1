import type { Quantity } from 'fhir/r4.js'
import { readDate } from '../expression/dates.js'
import type { Scope } from '../expression/scope.js'
import { DATE_TYPES, toJson, typeOf, type Item } from '../expression/values.js'
import { hasName, listInWords, nameOf } from '../expression/words.js'
import { IN_WORDS, writtenDate } from '../expression/written-dates.js'
import { CdsError } from '../../errors.js'
import { failureOf } from '../expression/facts.js'
import type { LocalizedTemplate, Template } from '../knowledge/compiled.js'
import { memoised } from '../model/memoised.js'
import type { ApplyContext } from './context.js'
import { escapeLineStart, escapeMarkdown } from './markdown.js'

/** In what language a text is written, and what its codes are called. */
export type Reader = Pick<ApplyContext, 'language' | 'terminology'>

/** Whether a text is shown as Markdown, where data must not be read as mark-up. */
export type TextKind = 'plain' | 'markdown'

/**
 * Writes out a text in the language asked for, else in the first it has; undefined when the text is absent.
 * @throws CdsError CDS_EXPRESSION_FAILED when a place in the text has no value: a card with a hole would mislead.
 */
export function renderText(texts: LocalizedTemplate, reader: Reader, scope: Scope, kind: TextKind, where: string): string | undefined {
  const template = templateIn(texts, reader.language)
  // The common case: nothing is computed.
  if (template?.length === 1 && typeof template[0] === 'string') return template[0]
  return template?.reduce<string>((before, part) => {
    if (typeof part === 'string') return before + part
    const rendered = renderPart(part, reader, scope, kind, where)
    return before + (kind === 'markdown' ? escapeLineStart(before, rendered) : rendered)
  }, '')
}

/** The text in the language asked for, else in the first it has. */
export const templateIn = (texts: LocalizedTemplate, language: string): Template | undefined =>
  texts.get(language) ?? texts.values().next().value

function renderPart(evaluate: Exclude<Template[number], string>, reader: Reader, scope: Scope, kind: TextKind, where: string): string {
  try {
    const items = evaluate(scope)
    if (items.length > 0) return renderItems(items, reader, scope, kind)
  } catch (error) {
    throw failureOf(error, `a text of ${where}`)
  }
  throw new CdsError('CDS_EXPRESSION_FAILED', `A text of ${where} has a place without a value.`)
}

/** Codes and questions are told as a list in words; of anything else each value stands by itself. */
function renderItems(items: readonly Item[], { language, terminology }: Reader, scope: Scope, kind: TextKind): string {
  if (!items.every(hasName)) return items.map(item => renderItem(item, { language, terminology }, scope, kind)).join(', ')
  return listInWords(
    items.map(item => renderItem(item, { language, terminology }, scope, kind)),
    language,
  )
}

function renderItem(item: Item, { language, terminology }: Reader, scope: Scope, kind: TextKind): string {
  const name = nameOf(item, language, terminology)
  if (name !== undefined) return kind === 'markdown' ? escapeMarkdown(name) : name
  const value = toJson(item)
  if (typeof value === 'number') return numberFormat(language).format(value)
  const date = typeof value === 'string' && DATE_TYPES.has(typeOf(item) ?? '') ? readDate(value, scope.state.clock.timeZone) : undefined
  if (date) return writtenDate(date.day, language, IN_WORDS)
  const text = typeof value === 'object' ? renderQuantity(value, language) : String(value)
  return kind === 'markdown' ? escapeMarkdown(text) : text
}

/** A quantity as number and unit. @throws TypeError for any other element, which has no one text. */
function renderQuantity(quantity: Quantity | null, language: string): string {
  const { value, unit, code } = quantity ?? {}
  if (typeof value !== 'number') throw new TypeError('expected a plain value')
  return [numberFormat(language).format(value), unit ?? code].filter(part => part !== undefined).join(' ')
}

// Formats are costly to make and hold nothing of a patient, so each is made once.
const numberFormat = memoised((language: string) => new Intl.NumberFormat(language))

import type { Scope } from '../expression/scope.js'
import { isNode, plain, toJson, type Item } from '../expression/values.js'
import { CdsError } from '../errors.js'
import { failureOf } from '../expression/facts.js'
import type { LocalizedTemplate, Template } from '../knowledge/compiled.js'

/** Whether a text is shown as Markdown, where data must not be read as mark-up. */
export type TextKind = 'plain' | 'markdown'

/**
 * Writes out a text in the language asked for, else in the first it has; undefined when the text is absent.
 * @throws CdsError CDS_EXPRESSION_FAILED when a place in the text has no value: a card with a hole would mislead.
 */
export function renderText(texts: LocalizedTemplate, language: string, scope: Scope, kind: TextKind, where: string): string | undefined {
  const template = texts.get(language) ?? texts.values().next().value
  return template && template.map(part => (typeof part === 'string' ? part : renderPart(part, language, scope, kind, where))).join('')
}

function renderPart(evaluate: Exclude<Template[number], string>, language: string, scope: Scope, kind: TextKind, where: string): string {
  let items: readonly Item[]
  try {
    items = evaluate(scope)
  } catch (error) {
    throw failureOf(error, `a text of ${where}`)
  }
  if (items.length === 0) throw new CdsError('CDS_EXPRESSION_FAILED', `A text of ${where} has a place without a value.`)
  return items.map(item => renderItem(item, language, kind)).join(', ')
}

function renderItem(item: Item, language: string, kind: TextKind): string {
  const value = isNode(item) || typeof plain(item) === 'object' ? toJson(item) : plain(item)
  if (typeof value === 'number') return new Intl.NumberFormat(language).format(value)
  const date = typeof value === 'string' ? DATE.exec(value)?.[0] : undefined
  if (date !== undefined) return renderDate(date, language)
  return kind === 'markdown' ? escapeMarkdown(String(value)) : String(value)
}

const DATE = /^\d{4}(-\d{2}(-\d{2})?)?(?=$|T)/

const DATE_STYLES: Readonly<Record<number, Intl.DateTimeFormatOptions>> = {
  10: { day: 'numeric', month: 'long', year: 'numeric' },
  7: { month: 'long', year: 'numeric' },
}

/** A calendar date as a reader writes it, no more exact than it is known. */
function renderDate(date: string, language: string): string {
  const style = DATE_STYLES[date.length]
  if (!style || Number.isNaN(Date.parse(date))) return date
  return new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' }).format(new Date(date))
}

/** Keeps data from acting as Markdown or HTML. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~]/g, '\\$&').replace(/\s+/g, ' ')
}

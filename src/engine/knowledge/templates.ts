import type { Evaluator } from '../expression/compile.js'
import type { LocalizedText } from '../model/localized.js'
import type { LocalizedTemplate, Template } from './compiled.js'

/** A place in a text for what an expression yields, and the expression. */
export const EXPRESSION = /\{\{([\s\S]*?)\}\}/g

/**
 * Splits a text at its `{{ expressions }}` and compiles them.
 * @param compile compiles one expression; it reports what is wrong with it.
 */
export function compileTemplate(text: string, compile: (expression: string) => Evaluator): Template {
  const parts: (string | Evaluator)[] = []
  let from = 0
  for (const match of text.matchAll(EXPRESSION)) {
    if (match.index > from) parts.push(text.slice(from, match.index))
    parts.push(compile((match[1] ?? '').trim()))
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** Compiles a text in every language it is written in. */
export function compileTexts(texts: LocalizedText, compile: (expression: string) => Evaluator): LocalizedTemplate {
  return new Map([...texts].map(([language, text]) => [language, compileTemplate(text, compile)]))
}

import type { RequestGroupAction } from 'fhir/r4.js'
import { citedSourceIn, type CitedSource } from '../apply/cited-source.js'
import { escapeMarkdown } from '../apply/markdown.js'
import type { CardContext } from './card-context.js'
import { cardWords } from './card-words.js'
import { gradeOf } from './grade.js'
import { yieldsResource } from './suggestions.js'

/** Text of the card: description, one line a child without a resource, grade and source, and what was not read. */
export function detailOf(action: RequestGroupAction, fullTitle: string | undefined, context: CardContext): string {
  const words = cardWords(context.language)
  const grade = gradeOf(action, context.language)
  const source = sourceOf(action)
  const above: Provenance = { document: source.document, shown: provenanceOf(grade, source.section) }
  const lines = (action.action ?? [])
    .filter(child => !yieldsResource(child))
    .map(child => lineOf(child, above, context.language))
    .filter(line => line !== '')
  return [
    ...(fullTitle === undefined ? [] : [`**${escapeMarkdown(fullTitle)}**`]),
    ...(action.description === undefined ? [] : [action.description]),
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
    ...(grade === undefined ? [] : [`*${words.recommendation}: ${grade}.*`]),
    ...(source.citation === undefined ? [] : [`*${words.source}: ${source.citation}.*`]),
    ...(context.notRead.length === 0 ? [] : [`${words.notRead}: ${context.notRead.join(', ')}.`]),
  ].join('\n\n')
}

/** The first source that an action rests on. */
function sourceOf({ documentation: [first] = [] }: RequestGroupAction): CitedSource {
  return first ? citedSourceIn(first) : {}
}

/** What a reader has just seen of where a statement comes from. */
interface Provenance {
  document: string | undefined
  /** Grade and place as shown. */
  shown: string
}

const provenanceOf = (...parts: (string | undefined)[]): string => parts.filter(part => part !== undefined).join('; ')

/**
 * A child action as a line of its card, with its grade and its section; where the document is another one than above,
 * that too. What is the same as above is not said again.
 */
function lineOf(action: RequestGroupAction, above: Provenance, language: string): string {
  const source = sourceOf(action)
  const place = source.document === above.document ? source.section : source.citation
  const shown = provenanceOf(gradeOf(action, language), place)
  const own: Provenance = { document: source.document ?? above.document, shown: shown || above.shown }
  const text = [action.title && `**${escapeMarkdown(action.title)}**`, action.description ?? action.textEquivalent]
    .filter(part => part)
    .join(' ')
  const below = (action.action ?? []).map(child => lineOf(child, text === '' ? above : own, language))
  // A group without a text of its own is no line; what it groups stands in its place.
  if (text === '') return below.join('\n')
  const line = `- ${text}${shown === '' || shown === above.shown ? '' : ` *(${shown})*`}`
  return [line, ...below].join('\n').replaceAll('\n', '\n  ')
}

import type { RequestGroupAction } from 'fhir/r4.js'
import { citedSourceIn } from '../apply/cited-source.js'
import { escapeMarkdown } from '../apply/markdown.js'
import type { CardContext } from './card-context.js'
import { cardWords } from './card-words.js'
import { BUDGET } from './budget.js'
import { namesWithin } from './names-within.js'
import { gradeParts, gradeTag } from './grade.js'
import { onCards } from './shown-on.js'
import { yieldsResource } from './suggestions.js'

/**
 * Text of the card: description, one line a child without a resource, what was not read, and where it comes from.
 * @param said what earlier cards of the answer say, which this one leaves out; what it says itself is added.
 */
export function detailOf(
  action: RequestGroupAction,
  fullTitle: string | undefined,
  page: string | undefined,
  context: CardContext,
  said: Set<string>,
): string {
  const words = cardWords(context.language)
  const isNew = newAmong(said)
  const description = withoutSaid(action.description ?? '', isNew)
  const lines = linesOf(action, context).filter(line => isNew(textOf(line)))
  const provenance = provenanceOf([action, ...lines], page, context)
  return [
    ...(fullTitle === undefined ? [] : [`**${escapeMarkdown(fullTitle)}**`]),
    ...(description === '' ? [] : [description]),
    ...(lines.length === 0 ? [] : [lines.map(line => written(line, action, context)).join('\n')]),
    ...(context.notRead.length === 0 ? [] : [`${words.notRead}: ${namesWithin(context.notRead, words, { room: ROOM_FOR_NOT_READ })}.`]),
    ...(provenance === '' ? [] : [provenance]),
  ].join('\n\n')
}

/** Characters for the names of what was not read; all other lines count too. */
const ROOM_FOR_NOT_READ = BUDGET.paragraph

/** What two texts that say the same may differ in; asked of patients' words too, so that it never looks back. */
const MARKS_AND_BLANKS = /[*_`\s]+/g

/** Whether a text is said by no earlier card; what one card says twice itself is its author's choice. */
function newAmong(said: Set<string>): (markdown: string) => boolean {
  const before = new Set(said)
  return markdown => {
    const text = markdown.replace(MARKS_AND_BLANKS, ' ').trim()
    said.add(text)
    return !before.has(text)
  }
}

/** A description without its first paragraph, where an earlier card says that. */
function withoutSaid(description: string, isNew: (markdown: string) => boolean): string {
  const [first = '', ...rest] = description.split('\n\n')
  return first === '' || isNew(first) ? description : rest.join('\n\n')
}

/**
 * The actions that are lines of a card: those directly below its own. A group without a text of its own is no line; what it
 * groups stands in its place. What stands below a line is left to the page.
 */
function linesOf({ action = [] }: RequestGroupAction, context: CardContext): RequestGroupAction[] {
  return onCards(action, context)
    .filter(child => !yieldsResource(child))
    .flatMap(child => (textOf(child) === '' ? linesOf(child, context) : [child]))
}

/** What an action says, with its title first; empty where it only groups others. */
export const textOf = ({ title, description, textEquivalent }: RequestGroupAction): string =>
  [title && `**${escapeMarkdown(title)}**`, description ?? textEquivalent].filter(part => part).join(' ')

/** A line, with its grade where that is another than the card's. */
function written(line: RequestGroupAction, card: RequestGroupAction, context: CardContext): string {
  const isOfCard = gradeParts(line, context).join() === gradeParts(card, context).join()
  const tag = isOfCard ? undefined : gradeTag(line, context)
  return `- ${textOf(line)}${tag === undefined ? '' : ` *${tag}*`}`.replaceAll('\n', '\n  ')
}

/** Document, grade, the further documents that lines rest on, and the page that tells the rest, in one line. */
function provenanceOf([card, ...lines]: readonly RequestGroupAction[], page: string | undefined, context: CardContext): string {
  const words = cardWords(context.language)
  const [own, others] = [card ? [card] : [], lines].map(actions => actions.flatMap(action => documentOf(action, context)))
  const further = new Set(others?.filter(document => !own?.includes(document)))
  const link = page === undefined ? [] : [`[${words.page}](${page})`]
  return [...(own ?? []), ...(card ? gradeParts(card, context) : []), ...further, ...link].join(' · ')
}

/** The document that an action rests on first, in a few words. */
function documentOf({ documentation: [first] = [] }: RequestGroupAction, { names }: CardContext): string[] {
  const short = first && citedSourceIn(first, names).short
  return short ? [short] : []
}

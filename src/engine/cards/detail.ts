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

/** What a card has to say, whatever other cards of the answer say. */
export interface Layout {
  description: string
  lines: readonly Line[]
  /** Its grade in words. */
  grade: readonly string[]
  /** The document that it rests on, in a few words. */
  documents: readonly string[]
}

/** A line of a card: one action below its own. */
interface Line {
  text: string
  /** The text as a line of a list, with its grade where that is another than the card's. */
  written: string
  documents: readonly string[]
}

/** Lays out a card: description, one line a child without a resource, and where they come from. */
export function layoutOf(action: RequestGroupAction, context: CardContext): Layout {
  const grade = gradeParts(action, context)
  return {
    description: action.description ?? '',
    lines: linesOf(action, grade.join(), context),
    grade,
    documents: documentOf(action, context),
  }
}

/**
 * Text of the card: description, lines, what was not read, and where it comes from.
 * @param said what earlier cards of the answer say, which this one leaves out; what it says itself is added.
 */
export function detailOf(
  layout: Layout,
  fullTitle: string | undefined,
  page: string | undefined,
  { language, notRead }: Pick<CardContext, 'language' | 'notRead'>,
  said: Said,
): string {
  const words = cardWords(language)
  said.beginCard()
  const description = withoutSaid(layout.description, said)
  const lines = layout.lines.filter(({ text }) => said.isNew(text))
  const link = page === undefined ? undefined : `[${words.page}](${page})`
  const provenance = provenanceOf(layout, lines, link)
  return [
    ...(fullTitle === undefined ? [] : [`**${escapeMarkdown(fullTitle)}**`]),
    ...(description === '' ? [] : [description]),
    ...(lines.length === 0 ? [] : [lines.map(({ written }) => written).join('\n')]),
    ...(notRead.length === 0 ? [] : [`${words.notRead}: ${namesWithin(notRead, words, { room: ROOM_FOR_NOT_READ })}.`]),
    ...(provenance === '' ? [] : [provenance]),
  ].join('\n\n')
}

/** Characters for the names of what was not read; all other lines count too. */
const ROOM_FOR_NOT_READ = BUDGET.paragraph

/** What two texts that say the same may differ in; asked of patients' words too, so that it never looks back. */
const MARKS_AND_BLANKS = /[*_`\s]+/g

/** What the cards of one answer say, so that a later one does not say it again; what one card says twice itself is its author's choice. */
export class Said {
  private readonly byEarlier = new Set<string>()
  /** As it is written: most answers have one card, and nothing to compare it with. */
  private byThis: string[] = []

  /** Begins another card. */
  beginCard(): void {
    for (const markdown of this.byThis) this.byEarlier.add(comparable(markdown))
    this.byThis = []
  }

  /** Whether a text of the card is said by no earlier one. */
  isNew(markdown: string): boolean {
    this.byThis.push(markdown)
    return this.byEarlier.size === 0 || !this.byEarlier.has(comparable(markdown))
  }
}

const comparable = (markdown: string): string => markdown.replace(MARKS_AND_BLANKS, ' ').trim()

/** A description without its first paragraph, where an earlier card says that. */
function withoutSaid(description: string, said: Said): string {
  const [first = '', ...rest] = description.split('\n\n')
  return first === '' || said.isNew(first) ? description : rest.join('\n\n')
}

/**
 * The lines of a card: actions directly below its own. A group without a text of its own is no line; what it groups stands
 * in its place. What stands below a line is left to the page.
 */
function linesOf({ action: children }: RequestGroupAction, gradeOfCard: string, context: CardContext): Line[] {
  return onCards(children, context)
    .filter(child => !yieldsResource(child))
    .flatMap(child => {
      const text = textOf(child)
      if (text === '') return linesOf(child, gradeOfCard, context)
      return [{ text, written: written(child, text, gradeOfCard, context), documents: documentOf(child, context) }]
    })
}

/** What an action says, with its title first; empty where it only groups others. */
export const textOf = ({ title, description, textEquivalent }: RequestGroupAction): string =>
  [title && `**${escapeMarkdown(title)}**`, description ?? textEquivalent].filter(part => part).join(' ')

function written(line: RequestGroupAction, text: string, gradeOfCard: string, context: CardContext): string {
  const isOfCard = gradeParts(line, context).join() === gradeOfCard
  const tag = isOfCard ? undefined : gradeTag(line, context)
  return `- ${text}${tag === undefined ? '' : ` *${tag}*`}`.replaceAll('\n', '\n  ')
}

/** Document, grade, the further documents that lines rest on, and the page that tells the rest, in one line. */
function provenanceOf({ documents: own, grade }: Layout, lines: readonly Line[], link: string | undefined): string {
  const others = new Set(lines.flatMap(({ documents }) => documents))
  const further = [...others].filter(document => !own.includes(document))
  return [...own, ...grade, ...further, ...(link === undefined ? [] : [link])].join(' · ')
}

/** The document that an action rests on first, in a few words. */
function documentOf({ documentation: [first] = [] }: RequestGroupAction, { names }: CardContext): string[] {
  const short = first && citedSourceIn(first, names).short
  return short ? [short] : []
}

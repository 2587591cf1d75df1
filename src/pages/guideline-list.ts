import { cardTopicOf } from '../engine/knowledge/card-topic.js'
import type { CardPlace, Catalogue } from './catalogue.js'
import type { PageContext } from './page-context.js'
import { recommendationPath } from './page-urls.js'
import { gradeOf, type Grade } from './grade.js'
import { markdownOf, nameOf } from './texts.js'

/** A page as the list of all pages tells of it. */
export interface Entry {
  place: CardPlace
  title: string
  path: string
  grade: Grade | undefined
  document: string | undefined
  standing: string | undefined
  topic: string
  /** What a search looks through, in lower case. */
  searched: string
}

/** All pages, in the order in which services apply their plans. */
export function entriesOf({ places }: Catalogue, context: PageContext): Entry[] {
  return places.map(place => {
    const { action, applied, points } = place
    const title = nameOf(place, context)
    const [source] = action.sources
    const document = context.say(source?.document)
    return {
      place,
      title,
      path: recommendationPath(applied.resource.id ?? '', action.id),
      grade: gradeOf(action.resource, context),
      document,
      standing: context.say(source?.standing),
      topic: topicOf(place, context),
      searched: [title, markdownOf(place, context), document, ...points].join(' ').toLowerCase(),
    }
  })
}

/** The family of a card in words: what is ordered, for cards about an order. */
function topicOf({ action, applied }: CardPlace, { names, terminology, say }: PageContext): string {
  const { system, code, display } = cardTopicOf(action, applied, names) ?? {}
  return say(terminology.display(system, code)) ?? display ?? applied.resource.title ?? ''
}

/** Entries that hold every word that is searched for. */
export function matching(entries: readonly Entry[], search: string): Entry[] {
  const words = search.toLowerCase().split(/\s+/)
  return entries.filter(({ searched }) => words.every(word => searched.includes(word)))
}

/** Entries below a heading, and below that by another. */
export interface Group {
  heading: string
  entries: readonly Entry[]
}

/** Groups entries by a heading, in the order in which headings come. */
export function groupedBy(entries: readonly Entry[], headings: (entry: Entry) => readonly string[]): Group[] {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) for (const heading of headings(entry)) groups.set(heading, [...(groups.get(heading) ?? []), entry])
  return [...groups].map(([heading, of]) => ({ heading, entries: of }))
}

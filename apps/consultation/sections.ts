import type { OpenQuestion } from '../../src/calls/open-questions.js'
import { flat, type Form, type Item } from '../shared/form/definition.js'

/** Questions of one form that stand together in the short form. */
export interface Section {
  form: Form
  /** Undefined for the acute signs. */
  title: string | undefined
  items: readonly Item[]
}

/** A question that stands in the short form, and whether as an acute sign. */
export interface Placed {
  form: Form
  item: Item
  isAcute: boolean
}

/** The name of a question among those of several forms. */
export const nameOf = (form: Form, linkId: string): string => `${form.canonical} ${linkId}`

/**
 * Adds the questions that are open now to those that stood in the form before; of those before, the answered ones stay, so that
 * nothing moves away under whoever answers.
 * @param isAnswered by the form and the linkId.
 */
export function placedNow(
  before: ReadonlyMap<string, Placed>,
  open: readonly OpenQuestion[],
  forms: ReadonlyMap<string, Form>,
  isAnswered: (form: Form, item: Item) => boolean,
): ReadonlyMap<string, Placed> {
  const staying = [...before].filter(([, { form, item }]) => isAnswered(form, item))
  const opened = open.flatMap(({ questionnaire, linkId, isAcute }) => {
    const form = forms.get(questionnaire)
    const item = form && shownFor(form, linkId)
    if (!form || !item) return []
    const name = nameOf(form, item.linkId)
    // Where a question stood it stays.
    return [[name, { form, item, isAcute: before.get(name)?.isAcute ?? isAcute }] as const]
  })
  return new Map([...staying, ...opened])
}

/** What is shown for a question: itself, or the rows that it stands in. */
function shownFor({ items, byLinkId }: Form, linkId: string): Item | undefined {
  const repeating = flat(items).find(
    each => each.type === 'group' && each.repeats && flat(each.items).some(below => below.linkId === linkId),
  )
  return repeating ?? byLinkId.get(linkId)
}

/** The questions of the short form under headings: the acute signs, then the rest by the groups of their form, in its order. */
export function sectionsOf(placed: ReadonlyMap<string, Placed>): Section[] {
  const forms = [...new Set([...placed.values()].map(({ form }) => form))]
  const among = (form: Form, isAcute: boolean, items: readonly Item[]) =>
    items.filter(({ linkId }) => placed.get(nameOf(form, linkId))?.isAcute === isAcute)
  const acute = forms.map(form => ({ form, title: undefined, items: among(form, true, flat(form.items)) }))
  const rest = forms.flatMap(form => [
    { form, title: form.title, items: among(form, false, form.items) },
    ...form.items.map(group => ({ form, title: group.text, items: among(form, false, flat(group.items)) })),
  ])
  return [...acute, ...rest].filter(({ items }) => items.length > 0)
}

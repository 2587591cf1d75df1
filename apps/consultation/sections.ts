import type { OpenQuestion, OpenQuestions } from '../../src/calls/open-questions.js'
import { askedBy, NO_ANSWERS, type Answers } from '../shared/form/answers.js'
import { flat, readForm, type Form, type Item } from '../shared/form/definition.js'

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
  /** Whether it only opens others. */
  isOpener: boolean
}

/** The name of a question among those of several forms. */
export const nameOf = (form: Form, linkId: string): string => `${form.canonical} ${linkId}`

/** The questions that are asked now: of those that can change the advice, the ones whose conditions hold among what is answered. */
export function askedNow(
  { items, questionnaires }: OpenQuestions,
  forms: ReadonlyMap<string, Form>,
  answersOf: (form: Form) => Answers,
): { question: OpenQuestion; form: Form; item: Item }[] {
  const asking = new Map(
    questionnaires.map(questionnaire => {
      const [url = '', cut] = [questionnaire.url, readForm(questionnaire, '')]
      const form = forms.get(url)
      return [url, { cut, isAsked: askedBy(cut, form ? answersOf(form) : NO_ANSWERS) }] as const
    }),
  )
  return items.flatMap(question => {
    const form = forms.get(question.questionnaire)
    const { cut, isAsked } = asking.get(question.questionnaire) ?? {}
    const own = cut?.byLinkId.get(question.linkId)
    const item = form && shownFor(form, question.linkId)
    return form && item && own && isAsked?.(own) === true ? [{ question, form, item }] : []
  })
}

/**
 * Adds the questions that are asked now to those that stood in the form before; of those before, the answered ones stay, so that
 * nothing moves away under whoever answers.
 */
export function placedNow(
  before: ReadonlyMap<string, Placed>,
  asked: ReturnType<typeof askedNow>,
  isAnswered: (form: Form, item: Item) => boolean,
): ReadonlyMap<string, Placed> {
  const staying = [...before].filter(([, { form, item }]) => isAnswered(form, item))
  const opened = asked.map(({ question, form, item }) => {
    const name = nameOf(form, item.linkId)
    // Where a question stood it stays.
    return [name, { form, item, isAcute: before.get(name)?.isAcute ?? question.isAcute, isOpener: question.isOpener === true }] as const
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

/** The questions of the short form under headings: the acute signs, then the rest by the groups of their form, in its order; what only opens others comes last. */
export function sectionsOf(placed: ReadonlyMap<string, Placed>): Section[] {
  const forms = [...new Set([...placed.values()].map(({ form }) => form))]
  const among = (form: Form, isAcute: boolean, items: readonly Item[]) =>
    items.filter(({ linkId }) => placed.get(nameOf(form, linkId))?.isAcute === isAcute)
  const acute = forms.map(form => ({ form, title: undefined, items: among(form, true, flat(form.items)) }))
  const rest = forms.flatMap(form => [
    { form, title: form.title, items: among(form, false, form.items) },
    ...form.items.map(group => ({ form, title: group.text, items: among(form, false, flat(group.items)) })),
  ])
  const isLast = ({ form, items }: Section) => items.every(({ linkId }) => placed.get(nameOf(form, linkId))?.isOpener)
  const sections = [...acute, ...rest].filter(({ items }) => items.length > 0)
  return [...sections.filter(section => !isLast(section)), ...sections.filter(isLast)]
}

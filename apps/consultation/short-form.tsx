import { useLayoutEffect, useRef } from 'preact/hooks'
import type { OpenQuestions } from '../../src/calls/open-questions.js'
import { answerTo } from '../shared/form/answers.js'
import type { Form } from '../shared/form/definition.js'
import { GroupView, ItemsView } from '../shared/form/form-view.js'
import { formWords } from '../shared/form/words.js'
import { pageLanguage, wordsOf } from '../shared/language.js'
import { askedNow, placedNow, sectionsOf, type Placed } from './sections.js'
import type { Forms } from './use-forms.js'
import { consultationWords } from './words.js'

/** The questions whose answers can change the advice, and those that were answered here. */
export function ShortForm({ open, forms }: { open: OpenQuestions; forms: Forms }) {
  const words = wordsOf(consultationWords)
  const before = useRef<ReadonlyMap<string, Placed>>(new Map())
  const placed = placedNow(before.current, askedNow(open, forms.byUrl, answersIn(forms)), (form, { linkId }) => {
    const { values, rows } = forms.filledOf(form).answers
    return values[linkId] !== undefined || rows[linkId] !== undefined
  })
  const container = useRef<HTMLDivElement>(null)
  const wasWithin = useRef(false)
  useLayoutEffect(() => {
    before.current = placed
    // The question that had the focus may be gone.
    if (wasWithin.current && document.activeElement === document.body) firstOpen(container.current)?.focus()
  })
  return (
    <div ref={container} onFocusIn={() => (wasWithin.current = true)}>
      {sectionsOf(placed).map(({ form, title, items }) => {
        const { answers } = forms.filledOf(form)
        const state = {
          answers,
          isAsked: () => true,
          onAnswer: (given: typeof answers) => forms.answer(form, given, true),
          words: formWords(pageLanguage()),
          prefix: 'short',
        }
        return (
          <div key={`${form.canonical} ${title ?? ''}`} class={title === undefined ? 'section is-acute' : 'section'}>
            <GroupView title={title ?? words.acute} items={items} state={state}>
              <ItemsView items={items} state={state} />
            </GroupView>
          </div>
        )
      })}
    </div>
  )
}

const firstOpen = (within: HTMLElement | null): HTMLElement | null | undefined =>
  within?.querySelector<HTMLElement>('[data-answered="false"]')?.querySelector<HTMLElement>('input:checked, input, select, textarea')

const answersIn = (forms: Forms) => (form: Form) => forms.filledOf(form).answers

/** How many of the questions that are asked now are open; one that only opens others is none. */
export const openCount = (open: OpenQuestions, forms: Forms): number =>
  askedNow(open, forms.byUrl, answersIn(forms)).filter(
    ({ question: { isOpener, linkId }, form }) => isOpener !== true && answerTo(forms.filledOf(form).answers, linkId) === undefined,
  ).length
